"""How many times does `im2col` hold each number of the input, on average?"""
import numpy as np
from cnnnotes import im2col

x = np.zeros((1, 64, 56, 56), np.float32)
for kernel, stride, padding in (1, 1, 0), (3, 1, 1), (3, 2, 1), (2, 2, 0), (7, 1, 3):
    columns = im2col(x, kernel, padding=padding, stride=stride)
    print(f"{kernel}×{kernel}, stride {stride}: {columns.shape[1:]}, "
          f"{columns.size / x.size:.2f} times the input")
