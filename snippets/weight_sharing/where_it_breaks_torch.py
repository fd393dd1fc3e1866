"""The same in PyTorch."""
import torch
from torch.nn.functional import conv2d, unfold

torch.manual_seed(0)
up, down = torch.zeros(2, 1, 1, 12, 12, dtype=torch.float64)
up[..., 3, 6] = down[..., 8, 6] = 1  # the same dot, high and low
filters = torch.randn(4, 1, 3, 3, dtype=torch.float64)
of_places = torch.randn(10, 10, 4, 1, 3, 3, dtype=torch.float64)

def local(image):
    windows = unfold(image, 3).reshape(1, 1, 3, 3, 10, 10)
    return torch.einsum("ncklij,ijockl->noij", windows, of_places)

def shared(image):
    return conv2d(image, filters)

for name, layer in ("shared", shared), ("local", local):
    high, low = (layer(image).sum(dim=(2, 3)) for image in (up, down))
    print(f"{name:6} can tell high from low: {not torch.allclose(high, low)}")
