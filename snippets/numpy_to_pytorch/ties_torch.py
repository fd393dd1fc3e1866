"""Four equal pixels in a window: who gets the gradient?"""
import torch
from torch.nn.functional import avg_pool2d, max_pool2d

image = torch.ones(1, 1, 2, 2, requires_grad=True)
signal = torch.ones(1, 1, 1, 1)
for name, pool in (("max", max_pool2d), ("avg", avg_pool2d)):
    (gradient,) = torch.autograd.grad(pool(image, 2), image, signal)
    print(name, gradient[0, 0].tolist())
