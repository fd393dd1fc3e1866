"""Filters have no names: in another order they make the same network."""
import numpy as np
from cnnnotes.inspection import feature_maps
from cnnnotes.layers import Conv2d, ReLU, Sequential

images = np.random.default_rng(0).random((2, 1, 8, 8), np.float32)
model = Sequential(Conv2d(1, 4, 3), ReLU(), Conv2d(4, 2, 3), seed=0)
twin = Sequential(Conv2d(1, 4, 3), ReLU(), Conv2d(4, 2, 3))
order = [2, 0, 3, 1]
twin[0].weight.data[:] = model[0].weight.data[order]
twin[0].bias.data[:] = model[0].bias.data[order]
twin[2].weight.data[:] = model[2].weight.data[:, order]
twin[2].bias.data[:] = model[2].bias.data

ours, theirs = feature_maps(model, images), feature_maps(twin, images)
print("same answers:             ", np.allclose(ours["2"], theirs["2"], atol=1e-6))
print("same map 0:               ", np.allclose(ours["1"][:, 0], theirs["1"][:, 0]))
print("our map 2 is their map 0: ", np.allclose(ours["1"][:, 2], theirs["1"][:, 0]))
