"""The same from autograd."""
import torch
from torch.nn.functional import conv2d

image = torch.zeros(1, 1, 5, 5, requires_grad=True)
weight = torch.ones(1, 1, 3, 3, requires_grad=True)
conv2d(image, weight).sum().backward()
print(image.grad[0, 0].int().numpy())
print("and of the weights, on a black image:", weight.grad.any().item())
