""""Same" keeps the size, a stride does not: PyTorch refuses both together."""
from textwrap import fill

import torch
from torch import nn

from cnnnotes.shapes import diagnose

images = torch.zeros(64, 3, 32, 32)
try:
    nn.Conv2d(3, 8, 3, stride=2, padding="same")(images)
except ValueError as error:
    print(fill(f"PyTorch: {error}", 76))
    print(diagnose(error))
print("mended:", tuple((nn.Conv2d(3, 8, 3, stride=2, padding=1)(images)).shape))
