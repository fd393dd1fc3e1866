"""How many of 64 pixels does each way to halve tell how to change?"""
import torch
from torch.nn import AvgPool2d, Conv2d, MaxPool2d, ReflectionPad2d, Sequential

torch.manual_seed(0)
blur = Sequential(ReflectionPad2d(1), Conv2d(1, 1, 3, stride=2, bias=False))
one = torch.tensor([1.0, 2, 1]) / 4
blur[1].weight.data[:] = torch.outer(one, one)
ways = {
    "maximum": MaxPool2d(2),
    "average": AvgPool2d(2),
    "blur": blur,
    "strided 1×1": Conv2d(1, 1, 1, stride=2),
    "strided 3×3": Conv2d(1, 1, 3, stride=2, padding=1),
}
for name, layer in ways.items():
    image = torch.rand(1, 1, 8, 8, requires_grad=True)
    layer(image).sum().backward()
    print(f"{name:12} {(image.grad != 0).sum():2} pixels")
