"""The same with autograd: give each place a copy of the filters, and add up."""
import torch
from torch.nn.functional import conv2d, unfold

torch.manual_seed(0)
images = torch.randn(1, 1, 28, 28, dtype=torch.float64)
grad_output = torch.randn(1, 4, 26, 26, dtype=torch.float64)
shared = torch.randn(4, 1, 3, 3, dtype=torch.float64, requires_grad=True)
local = shared.detach().expand(26, 26, 4, 1, 3, 3).clone().requires_grad_()

conv2d(images, shared).backward(grad_output)
windows = unfold(images, 3).reshape(1, 1, 3, 3, 26, 26)
torch.einsum("ncklij,ijockl->noij", windows, local).backward(grad_output)
summed = local.grad.sum(dim=(0, 1))
print("local gradient ", tuple(local.grad.shape))
print("shared gradient", tuple(shared.grad.shape))
print("sum over places is the shared one:", torch.allclose(summed, shared.grad))
print("places that teach one filter, for one image:", 26 * 26)
