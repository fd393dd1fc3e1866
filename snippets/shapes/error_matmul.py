"""The size after flattening was guessed: 16 maps of 14×14, not of 7×7."""
from textwrap import fill

import torch
from torch import nn

from cnnnotes.shapes import diagnose

maps = torch.zeros(64, 16, 14, 14).flatten(1)
try:
    nn.Linear(784, 10)(maps)
except RuntimeError as error:
    print(fill(f"PyTorch: {error}", 76))
    print(diagnose(error))
print("mended:", tuple((nn.Linear(16 * 14 * 14, 10)(maps)).shape))
