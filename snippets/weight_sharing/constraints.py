"""Tie the weights of a locally connected layer, and it is a convolution."""
import numpy as np
from cnnnotes import conv2d
from cnnnotes.layers import LocallyConnected2d

rng = np.random.default_rng(0)
images = rng.normal(size=(2, 3, 8, 8))
filters = rng.normal(size=(4, 3, 3, 3))
shared = conv2d(images, filters)

layer = LocallyConnected2d(3, 4, 3, (8, 8), bias=False, dtype="float64", seed=0)
print("filters ", filters.shape, "=", filters.size, "weights")
print("local   ", layer.weight.data.shape, "=", layer.weight.data.size, "weights")
print("as it is", np.allclose(layer.forward(images), shared))
layer.weight.data[:] = filters  # the same filters at all 6 × 6 places
print("tied    ", np.allclose(layer.forward(images), shared))
