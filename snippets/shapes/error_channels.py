"""A layer made for colour meets grey images."""
from textwrap import fill

import torch
from torch import nn

from cnnnotes.shapes import diagnose

images = torch.zeros(64, 1, 28, 28)
try:
    nn.Conv2d(3, 8, kernel_size=3)(images)
except RuntimeError as error:
    print(fill(f"PyTorch: {error}", 76))
    print(diagnose(error))
print("mended:", tuple((nn.Conv2d(1, 8, kernel_size=3)(images)).shape))
