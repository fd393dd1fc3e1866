"""An image of −1 throughout, padded by one: what does each operation see outside?"""
import torch
from torch.nn.functional import avg_pool2d, conv2d, max_pool2d, pad

image = torch.full((1, 1, 4, 4), -1.0)
ones = torch.ones(1, 1, 2, 2)
print("conv, sum of a window:", conv2d(image, ones, stride=2, padding=1)[0, 0].tolist())
print("max pooling:          ", max_pool2d(image, 2, padding=1)[0, 0].tolist())
print("avg pooling:          ", avg_pool2d(image, 2, padding=1)[0, 0].tolist())
inside = avg_pool2d(image, 2, padding=1, count_include_pad=False)
print("… of pixels only:     ", inside[0, 0].tolist())
same = conv2d(pad(image, (0, 1, 0, 1)), ones)  # padding="same" is this, with a warning
print("'same', even kernel:  ", same[0, 0, -1].tolist())
