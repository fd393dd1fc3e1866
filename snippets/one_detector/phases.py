"""Why a move of one pixel under stride 2 is not a moved output: one row tells."""
import numpy as np
from cnnnotes import conv2d

row = np.array([0, 0, 0, 5, 9, 9, 9, 2, 0, 0, 0], np.float32)
moved = np.array([0, 0, 0, 0, 5, 9, 9, 9, 2, 0, 0], np.float32)
edge = np.array([-1, 0, 1], np.float32).reshape(1, 1, 1, 3)


def answers(pixels, stride):
    found = conv2d(pixels.reshape(1, 1, 1, -1), edge, stride=(1, stride))
    return found.ravel().astype(int)


print("stride 1:                ", answers(row, 1))
print("stride 2 keeps the even: ", answers(row, 2))
print("stride 2, moved by one:  ", answers(moved, 2))
print("the odd, as they stood:  ", answers(row, 1)[1::2])
