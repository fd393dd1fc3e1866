"""Windows that overlap: one pixel wins several, and collects from each."""
import numpy as np
from cnnnotes import max_pool2d_backward

image = np.zeros((1, 1, 5, 5))
image[0, 0, 2, 2] = 1
ones = np.ones((1, 1, 2, 2))
print("3×3, stride 2: ", int(max_pool2d_backward(ones, image, 3, stride=2)[0, 0, 2, 2]))
ones = np.ones((1, 1, 3, 3))
print("3×3, stride 1: ", int(max_pool2d_backward(ones, image, 3, stride=1)[0, 0, 2, 2]))
