"""A dot at each of 1,024 places: how many of them does max pooling still tell apart?"""
import numpy as np
from cnnnotes import max_pool2d

dots = np.eye(32 * 32, dtype=np.float32).reshape(-1, 1, 32, 32)
for poolings in range(6):
    told_apart = len(np.unique(dots.reshape(len(dots), -1), axis=0))
    side = dots.shape[-1]
    print(f"{poolings} poolings: {side:2} × {side:2} values, {told_apart:4} places told apart")
    if side > 1:
        dots = max_pool2d(dots, 2)
