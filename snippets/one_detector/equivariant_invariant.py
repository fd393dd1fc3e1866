"""Equivariant: the answer moves along. Invariant: the answer stays."""
import numpy as np
from cnnnotes import adaptive_max_pool2d, conv2d

cross = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.float32)
for top, left in [(1, 1), (2, 5)]:
    picture = np.zeros((1, 1, 8, 10), np.float32)
    picture[0, 0, top : top + 3, left : left + 3] = cross
    found = conv2d(picture, cross[None, None])
    place = np.unravel_index(found.argmax(), found.shape)[2:]
    largest = adaptive_max_pool2d(found, 1)
    print(f"cross at {top, left}: strongest at {tuple(map(int, place))},", end=" ")
    print("value", int(largest.item()))
