"""The flatten was forgotten altogether."""
from textwrap import fill

import torch
from torch import nn

from cnnnotes.shapes import diagnose

maps = torch.zeros(64, 16, 7, 7)
layer = nn.Linear(784, 10)
try:
    layer(maps)
except RuntimeError as error:
    print(fill(f"PyTorch: {error}", 76))
    print(diagnose(error))
print("mended:", tuple((layer(maps.flatten(1))).shape))
