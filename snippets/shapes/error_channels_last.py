"""Pictures as files and NumPy hold them: height, width, colour."""
from textwrap import fill

import torch
from torch import nn

from cnnnotes.shapes import diagnose

images = torch.zeros(64, 32, 32, 3)
layer = nn.Conv2d(3, 8, kernel_size=3)
try:
    layer(images)
except RuntimeError as error:
    print(fill(f"PyTorch: {error}", 76))
    print(diagnose(error))
print("mended:", tuple((layer(images.permute(0, 3, 1, 2))).shape))
