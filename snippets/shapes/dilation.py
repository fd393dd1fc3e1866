"""Dilation counts from 1: 1 is an ordinary kernel, 2 skips one pixel."""
import numpy as np
from cnnnotes.conv import conv2d
from cnnnotes.layers import Conv2d

image = np.zeros((1, 1, 9, 9), np.float32)
image[0, 0, 4, 4] = 1
weight = np.arange(1, 10, dtype=np.float32).reshape(1, 1, 3, 3)
for dilation in (1, 2, 3):
    response = conv2d(image, weight, padding=dilation, dilation=dilation)[0, 0]
    rows = response.any(axis=1).nonzero()[0]
    print(f"dilation {dilation}: {len(response)} rows out; "
          "pixel (4, 4) is read by rows", *rows)
try:
    Conv2d(1, 1, 3, dilation=0, seed=0).forward(image)
except ValueError:
    print("dilation 0: refused")
