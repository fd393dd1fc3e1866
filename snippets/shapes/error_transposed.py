"""Back to 16 from 7 with a stride of 2: only 13 and 14 can be reached."""
from textwrap import fill

import torch
from torch import nn

from cnnnotes.shapes import diagnose

maps = torch.zeros(64, 8, 7, 7)
layer = nn.ConvTranspose2d(8, 4, kernel_size=3, stride=2, padding=1)
try:
    layer(maps, output_size=(16, 16))
except ValueError as error:
    print(fill(f"PyTorch: {error}", 76))
    print(diagnose(error))
print("mended:", tuple((layer(maps, output_size=(14, 14))).shape))
