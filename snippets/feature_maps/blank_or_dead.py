"""Two filters are blank on this image. Only one of them is dead."""
import numpy as np
from cnnnotes import conv2d, relu
from cnnnotes.data import load_digits
from cnnnotes.inspection import blank_maps, dead_filters, duplicate_filters

images = load_digits(0).test_images
weight = np.ones((4, 1, 5, 5), np.float32)
weight[0, 0, :2] = -1  # paper above, ink below
weight[3] = 2 * weight[0]
bias = np.array([-4, -20, -25, -8], np.float32)  # the second wants very much ink
maps = relu(conv2d(images, weight, bias, padding=2))

print("blank on the first image:", np.flatnonzero(blank_maps(maps[:1])[0]))
print("images with an answer:   ", (~blank_maps(maps)).sum(axis=0))
print("dead:                    ", np.flatnonzero(dead_filters(maps)))
print("duplicates:              ", duplicate_filters(maps))
