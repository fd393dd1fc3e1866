"""From scratch, and right at stride 1: test other strides, and the way back."""
import numpy as np
from cnnnotes import conv2d, conv2d_backward


def from_scratch(x, w, stride):
    size = (len(x) - len(w)) // stride + 1
    out = np.zeros((size, size), x.dtype)
    for i in range(size):
        for j in range(size):
            out[i, j] = (x[i : i + 3, j : j + 3] * w).sum()  # and the stride?
    return out


x = np.arange(64, dtype=np.float64).reshape(8, 8) ** 2
w = np.arange(9, dtype=np.float64).reshape(3, 3)
for stride in (1, 2, 3):
    right = conv2d(x[None, None], w[None, None], stride=stride)[0, 0]
    equal = np.array_equal(from_scratch(x, w, stride), right)
    print(f"stride {stride}: shape {right.shape}, equal: {equal}")

ones = np.ones((1, 1, 3, 3))
back = conv2d_backward(ones, x[None, None], w[None, None], stride=2)[0][0, 0]
print("stride 2, gradient:", back.shape, "last row:", back[-1].astype(int))
