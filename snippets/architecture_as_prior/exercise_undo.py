"""Pixels in a known order: which first layer makes a CNN indifferent to it?"""
import numpy as np
from cnnnotes import conv2d

rng = np.random.default_rng(0)
image, filters = rng.normal(size=(1, 1, 28, 28)), rng.normal(size=(8, 1, 3, 3))
order = rng.permutation(28 * 28)
shuffled = image.reshape(-1)[order]

put_back = np.empty_like(shuffled)
put_back[order] = shuffled
maps = conv2d(put_back.reshape(image.shape), filters)
print("same maps:", np.array_equal(maps, conv2d(image, filters)))
print("numbers needed to know the order:", order.size, "- weights in the filters:", filters.size)
