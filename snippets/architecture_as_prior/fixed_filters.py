"""Filters made by hand in the place of learned ones: what is left to learn?"""
import numpy as np
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential

step = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], np.float32)
bank = np.stack([step, step.T, -step, -step.T])[:, None]

model = Sequential(
    Conv2d(1, 4, 3, padding=1, bias=False), ReLU(), MaxPool2d(4),
    Flatten(), Linear(4 * 7 * 7, 10), seed=0,
)
model[0].weight.data[:] = bank

digit = np.zeros((1, 1, 28, 28), np.float32)
digit[0, 0, 4:24, 13:15] = 1  # a one
maps = model[:2].forward(digit)[0]
names = "left edge", "top edge", "right edge", "bottom edge"
for name, found in zip(names, maps, strict=True):
    print(f"{name:12} sum of map {found.sum():4.0f}")

learned = sum(p.data.size for p in model[4].parameters())  # give only these to the optimiser
print("in the filters", bank.size, "numbers, in the last layer", learned)
