"""Two networks that are not ours, in plain torch, and images for them."""

import numpy as np
import torch
from torch import nn
from torch_networks import BasicBlock


def lenet() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.ReLU(),
        nn.Linear(120, 10),
    )


class SmallResNet(nn.Module):
    def __init__(self) -> None:
        torch.manual_seed(0)
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.one = BasicBlock(8, 8, 1)
        self.two = BasicBlock(8, 16, 2)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(16, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.two(self.one(torch.relu(self.stem(x))))
        return self.fc(torch.flatten(self.pool(x), 1))


def noise(count: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(0).random((count, *shape), dtype=np.float32)
