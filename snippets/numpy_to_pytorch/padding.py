"""An image of −1 throughout, padded by one: what does each operation see outside?"""
import numpy as np
from cnnnotes import avg_pool2d, conv2d, max_pool2d

image = np.full((1, 1, 4, 4), -1.0)
ones = np.ones((1, 1, 2, 2))
print("conv, sum of a window:", conv2d(image, ones, stride=2, padding=1)[0, 0].tolist())
print("max pooling:          ", max_pool2d(image, 2, padding=1)[0, 0].tolist())
print("avg pooling:          ", avg_pool2d(image, 2, padding=1)[0, 0].tolist())
inside = avg_pool2d(image, 2, padding=1, count_include_pad=False)
print("… of pixels only:     ", inside[0, 0].tolist())
print("'same', even kernel:  ", conv2d(image, ones, padding="same")[0, 0, -1].tolist())
