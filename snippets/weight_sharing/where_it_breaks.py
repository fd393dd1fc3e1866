"""A shared filter cannot tell where it is: sum its map, and the place is gone."""
import numpy as np
from cnnnotes.layers import Conv2d, LocallyConnected2d

up, down = np.zeros((2, 1, 1, 12, 12))
up[..., 3, 6] = down[..., 8, 6] = 1  # the same dot, high and low

shared = Conv2d(1, 4, 3, dtype="float64", seed=0)
local = LocallyConnected2d(1, 4, 3, (12, 12), dtype="float64", seed=0)
for name, layer in ("shared", shared), ("local", local):
    high, low = (layer.forward(image).sum(axis=(2, 3)) for image in (up, down))
    print(f"{name:6} can tell high from low: {not np.allclose(high, low)}")
