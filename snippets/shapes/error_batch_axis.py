"""One grey picture, without batch and channel axes."""
from textwrap import fill

import torch
from torch import nn

from cnnnotes.shapes import diagnose

image = torch.zeros(28, 28)
layer = nn.Conv2d(1, 8, kernel_size=3)
try:
    layer(image)
except RuntimeError as error:
    print(fill(f"PyTorch: {error}", 76))
    print(diagnose(error))
print("mended:", tuple((layer(image[None, None])).shape))
