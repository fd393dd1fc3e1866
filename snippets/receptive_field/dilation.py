"""Dilation is counted from 1: it is the step from one weight to the next."""
import numpy as np
from cnnnotes import conv2d

image = np.arange(9, dtype=np.float64).reshape(1, 1, 1, 9)
kernel = np.array([1, 10, 100], dtype=np.float64).reshape(1, 1, 1, 3)
for dilation in 1, 2, 3:
    output = conv2d(image, kernel, dilation=(1, dilation))
    print(f"dilation {dilation}: spans {2 * dilation + 1}, reads pixels 0,",
          f"{dilation}, {2 * dilation}: {output[0, 0, 0, 0]:.0f}")
try:
    conv2d(image, kernel, dilation=(1, 0))
except ValueError as error:
    print("dilation 0 is refused:", "dilation" in str(error))
