"""Six numbers through a kernel of three, and back, checked by nudging."""
import numpy as np

x = np.array([1.0, 2, 0, 3, 1, 2])
w = np.array([2.0, -1, 3])
b = np.array([0.0])
back = np.array([1.0, -2, 0, 3])  # what the loss sends back


def loss():
    return back @ (np.correlate(x, w) + b)


def nudged(values):
    slopes = np.zeros_like(values)
    for index in np.ndindex(values.shape):
        for way in (1, -1):
            values[index] += way
            slopes[index] += way * loss() / 2
            values[index] -= way
    return slopes


print("output", np.correlate(x, w).astype(int))
grad_b = back.sum(keepdims=True)
grad_w = np.correlate(x, back)
grad_x = np.convolve(back, w)
for name, values, grad in ("bias", b, grad_b), ("kernel", w, grad_w), ("input", x, grad_x):
    agrees = np.allclose(grad, nudged(values))
    print(f"{name:6} {grad.astype(int)} as nudged: {agrees}")
