"""A transposed convolution writes its kernel once for each value; windows may overlap unevenly."""
import numpy as np
from cnnnotes import conv_transpose2d

row = np.array([[[[1, 2, 3, 4]]]], np.float32)
kernels = {"two ones": [1, 1], "a tent": [0.5, 1, 0.5], "three ones": [1, 1, 1]}
for name, kernel in kernels.items():
    back = conv_transpose2d(row, np.array(kernel, np.float32)[None, None, None], stride=(1, 2))
    print(f"{name:10}", *(f"{value:g}" for value in back[0, 0, 0]))
