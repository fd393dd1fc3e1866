"""Normalisation made for other channels than the convolution before it has."""
from textwrap import fill

import torch
from torch import nn

from cnnnotes.shapes import diagnose

maps = torch.zeros(64, 8, 28, 28)
try:
    nn.BatchNorm2d(16)(maps)
except RuntimeError as error:
    print(fill(f"PyTorch: {error}", 76))
    print(diagnose(error))
print("mended:", tuple((nn.BatchNorm2d(8)(maps)).shape))
