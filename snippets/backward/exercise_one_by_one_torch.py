"""A 1×1 convolution is a linear layer at every pixel, and so is its way back."""
import torch
from torch.nn.functional import conv2d, linear

torch.manual_seed(0)
x = torch.randn(2, 3, 4, 4, requires_grad=True)
w = torch.randn(5, 3, 1, 1, requires_grad=True)
back = torch.randn(2, 5, 4, 4)
grad_x, grad_w = torch.autograd.grad(conv2d(x, w), (x, w), back)

pixels, back_pixels = (a.movedim(1, 3).reshape(32, -1) for a in (x, back))
same_x, same_w = torch.autograd.grad(linear(pixels, w[:, :, 0, 0]), (x, w), back_pixels)
print("pixels as examples:", tuple(pixels.shape))
print("weights:", torch.allclose(grad_w, same_w, atol=1e-5))
print("input:  ", torch.allclose(grad_x, same_x, atol=1e-5))
