"""A stride that does not divide: no error, and the last pixel does not count."""
import numpy as np
from cnnnotes.conv import conv2d
from cnnnotes.shapes import unread_positions

row = np.arange(10.0).reshape(1, 1, 1, 10)
weight = np.ones((1, 1, 1, 3))
before = conv2d(row, weight, stride=(1, 2))
print("outputs:", *before[0, 0, 0].astype(int))

row[..., 9] = 1_000_000
after = conv2d(row, weight, stride=(1, 2))
print("after pixel 9 became a million:", *after[0, 0, 0].astype(int))
for stride in (1, 2, 3, 4, 5):
    unread = unread_positions(10, 3, stride)
    print(f"stride {stride} never reads", unread or "nothing")
