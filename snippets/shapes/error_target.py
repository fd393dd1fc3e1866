"""Targets as one-hot rows of integers, where class numbers are expected."""
from textwrap import fill

import torch
from torch import nn

from cnnnotes.shapes import diagnose

scores = torch.zeros(64, 10)
targets = torch.eye(10, dtype=torch.long)[torch.arange(64) % 10]
try:
    nn.functional.cross_entropy(scores, targets)
except RuntimeError as error:
    print(fill(f"PyTorch: {error}", 76))
    print(diagnose(error))
loss = nn.functional.cross_entropy(scores, targets.argmax(1))
print(f"mended: {loss:.4f}")
