"""Dilation counts from 1 in PyTorch too."""
import torch
from torch.nn import Conv2d
from torch.nn.functional import conv2d

image = torch.zeros(1, 1, 9, 9)
image[0, 0, 4, 4] = 1
weight = torch.arange(1.0, 10.0).reshape(1, 1, 3, 3)
for dilation in (1, 2, 3):
    response = conv2d(image, weight, padding=dilation, dilation=dilation)[0, 0]
    rows = response.any(dim=1).nonzero()[:, 0].tolist()
    print(f"dilation {dilation}: {len(response)} rows out; "
          "pixel (4, 4) is read by rows", *rows)
try:
    Conv2d(1, 1, 3, dilation=0)(image)
except RuntimeError:
    print("dilation 0: refused")
