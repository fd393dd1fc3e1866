"""Dilation is counted from 1 in PyTorch too."""
import torch
from torch.nn.functional import conv2d

image = torch.arange(9, dtype=torch.float64).reshape(1, 1, 1, 9)
kernel = torch.tensor([1, 10, 100], dtype=torch.float64).reshape(1, 1, 1, 3)
for dilation in 1, 2, 3:
    output = conv2d(image, kernel, dilation=(1, dilation))
    print(f"dilation {dilation}: spans {2 * dilation + 1}, reads pixels 0,",
          f"{dilation}, {2 * dilation}: {output[0, 0, 0, 0]:.0f}")
try:
    conv2d(image, kernel, dilation=(1, 0))
except RuntimeError as error:
    print("dilation 0 is refused:", "dilation" in str(error))
