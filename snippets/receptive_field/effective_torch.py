"""Gradients tell how much each pixel counts: the middle far more than the rim."""
import torch
from torch.nn import Conv2d, Sequential

double = torch.float64
layers = [Conv2d(1, 1, 3, padding=1, bias=False, dtype=double) for _ in range(3)]
model = Sequential(*layers)
for layer in layers:
    torch.nn.init.ones_(layer.weight)

image = torch.zeros(1, 1, 9, 9, dtype=double, requires_grad=True)
model(image)[0, 0, 4, 4].backward()
gradient = image.grad[0, 0]
print("paths from each pixel to the unit in the middle:")
for row in gradient[1:5]:
    print(*(f"{paths:3.0f}" for paths in row[1:8]))
