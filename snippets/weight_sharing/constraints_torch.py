"""PyTorch has no locally connected layer; its parts are unfold and a product."""
import torch
from torch.nn.functional import conv2d, unfold

torch.manual_seed(0)
images = torch.randn(2, 3, 8, 8, dtype=torch.float64)
filters = torch.randn(4, 3, 3, 3, dtype=torch.float64)
shared = conv2d(images, filters)
windows = unfold(images, 3).reshape(2, 3, 3, 3, 6, 6)

def local(weight):
    return torch.einsum("ncklij,ijockl->noij", windows, weight)

weight = torch.randn(6, 6, 4, 3, 3, 3, dtype=torch.float64)
print("filters ", tuple(filters.shape), "=", filters.numel(), "weights")
print("local   ", tuple(weight.shape), "=", weight.numel(), "weights")
print("as it is", torch.allclose(local(weight), shared))
weight[:] = filters  # the same filters at all 6 × 6 places
print("tied    ", torch.allclose(local(weight), shared))
