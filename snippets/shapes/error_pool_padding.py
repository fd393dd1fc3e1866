"""A window of 2 padded by 2 could see nothing but padding."""
from textwrap import fill

import torch
from torch import nn

from cnnnotes.shapes import diagnose

maps = torch.zeros(64, 8, 28, 28)
try:
    nn.MaxPool2d(2, padding=2)(maps)
except RuntimeError as error:
    print(fill(f"PyTorch: {error}", 76))
    print(diagnose(error))
print("mended:", tuple((nn.MaxPool2d(2, padding=1)(maps)).shape))
