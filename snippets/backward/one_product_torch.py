"""Forward and backward with `unfold`, a matrix product, and `fold`."""
import torch
from torch.nn.functional import conv2d, fold, unfold

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
x = torch.randn(2, 3, 10, 10, requires_grad=True)
w = torch.randn(4, 3, 3, 3, requires_grad=True)
window = {"kernel_size": 3, "stride": 2, "padding": 1}

columns = unfold(x.detach(), **window)
filters = w.detach().reshape(4, 27)
output = filters @ columns
back = torch.randn(output.shape)
grad_w = (back @ columns.mT).sum(dim=0)
grad_x = fold(filters.T @ back, (10, 10), **window)

shapes = {"filters": filters, "columns": columns, "output": output}
for name, array in shapes.items():
    print(f"{name:8}", tuple(array.shape))
expected = conv2d(x, w, stride=2, padding=1)
expected.backward(back.reshape(expected.shape))
print("output:  ", torch.allclose(output.reshape(expected.shape), expected))
print("weights: ", torch.allclose(grad_w.reshape(w.shape), w.grad))
print("input:   ", torch.allclose(grad_x, x.grad))
