"""Nudge every weight up and down; the loss must change as the gradient says."""
import numpy as np
import torch
from torch.nn import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from torch.nn.functional import cross_entropy

torch.manual_seed(0)
model = Sequential(
    Conv2d(1, 2, 3, padding=1), ReLU(), MaxPool2d(2), Flatten(), Linear(2 * 3 * 3, 4)
).double()
images, labels = torch.randn(5, 1, 6, 6, dtype=torch.float64), torch.tensor([0, 1, 2, 3, 0])
cross_entropy(model(images), labels).backward()

step = 1e-6
for name, weight in model.named_parameters():
    worst = 0.0
    for index in np.ndindex(*weight.shape):
        before = weight.data[index].item()
        weight.data[index] = before + step
        above = cross_entropy(model(images), labels).item()
        weight.data[index] = before - step
        below = cross_entropy(model(images), labels).item()
        weight.data[index] = before
        slope = (above - below) / (2 * step)
        worst = max(worst, abs(slope - weight.grad[index].item()) / max(1e-2, abs(slope)))
    print(f"{name:9} {weight.numel():3} weights, all within 1e-7: {worst < 1e-7}")
