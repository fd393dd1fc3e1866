"""Filters made by hand in the place of learned ones: what is left to learn?"""
import torch
from torch import nn

step = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
bank = torch.stack([step, step.T, -step, -step.T])[:, None]

model = nn.Sequential(
    nn.Conv2d(1, 4, 3, padding=1, bias=False), nn.ReLU(), nn.MaxPool2d(4),
    nn.Flatten(), nn.Linear(4 * 7 * 7, 10),
)
model[0].weight.data[:] = bank
model[0].requires_grad_(False)  # so the optimiser leaves them as they are

digit = torch.zeros(1, 1, 28, 28)
digit[0, 0, 4:24, 13:15] = 1  # a one
maps = model[:2](digit)[0]
names = "left edge", "top edge", "right edge", "bottom edge"
for name, found in zip(names, maps, strict=True):
    print(f"{name:12} sum of map {found.sum():4.0f}")

learned = sum(p.numel() for p in model.parameters() if p.requires_grad)
print("in the filters", bank.numel(), "numbers, in the last layer", learned)
