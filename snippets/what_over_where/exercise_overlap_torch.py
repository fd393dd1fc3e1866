"""PyTorch: windows that overlap; one pixel wins several, and collects from each."""
import torch
from torch.nn.functional import max_pool2d

for stride in (2, 1):
    image = torch.zeros(1, 1, 5, 5)
    image[0, 0, 2, 2] = 1
    image.requires_grad_()
    max_pool2d(image, 3, stride=stride).sum().backward()
    print(f"3×3, stride {stride}: ", int(image.grad[0, 0, 2, 2]))
