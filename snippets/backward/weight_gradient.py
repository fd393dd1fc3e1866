"""The input, convolved with what came back: the weights' gradient."""
import numpy as np
from cnnnotes import conv2d, conv2d_backward

rng = np.random.default_rng(0)
for size, stride in (8, 1), (9, 2), (10, 2):
    x, w, b = rng.normal(size=(5, 3, size, size)), np.zeros((4, 3, 3, 3)), np.zeros(4)
    back = rng.normal(size=conv2d(x, w, b, stride).shape)

    grad_b = back.sum(axis=(0, 2, 3))
    full = conv2d(x.swapaxes(0, 1), back.swapaxes(0, 1), dilation=stride)
    grad_w = full.swapaxes(0, 1)[:, :, :3, :3]

    nudge = np.zeros_like(w)
    nudge[2, 1, 0, 2] = 1
    slope = (back * conv2d(x, nudge, b, stride)).sum()
    _, expected_w, expected_b = conv2d_backward(back, x, w, b, stride)
    came, result = back.shape[2:], full.shape[2:]
    print(f"{size} pixels, stride {stride}: came back {came}, result {result}")
    print("  weights:", np.allclose(grad_w, expected_w),
          " bias:", np.allclose(grad_b, expected_b),
          " nudged:", np.isclose(grad_w[2, 1, 0, 2], slope))
