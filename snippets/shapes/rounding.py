"""Convolution rounds down. Pooling rounds down too, unless it is told otherwise."""
import numpy as np
from cnnnotes.conv import conv2d
from cnnnotes.pool import max_pool2d

image = np.zeros((1, 1, 10, 10), np.float32)
weight = np.zeros((1, 1, 3, 3), np.float32)
print("convolution, kernel 3, stride 2:", conv2d(image, weight, stride=2).shape[-1])
print("max pooling, kernel 3, stride 2:", max_pool2d(image, 3, 2).shape[-1])
up = max_pool2d(image, 3, 2, ceil_mode=True)
print("the same with ceil_mode:        ", up.shape[-1])
