"""After three poolings there is less picture than kernel."""
from textwrap import fill

import torch
from torch import nn

from cnnnotes.shapes import diagnose

maps = torch.zeros(64, 32, 3, 3)
try:
    nn.Conv2d(32, 64, kernel_size=5)(maps)
except RuntimeError as error:
    print(fill(f"PyTorch: {error}", 76))
    print(diagnose(error))
print("mended:", tuple((nn.Conv2d(32, 64, kernel_size=5, padding=1)(maps)).shape))
