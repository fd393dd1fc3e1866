"""Forward and backward, each as one matrix product between copies."""
import numpy as np
from cnnnotes import col2im, conv2d, conv2d_backward, im2col

rng = np.random.default_rng(0)
x, w = rng.normal(size=(2, 3, 10, 10)), rng.normal(size=(4, 3, 3, 3))
window = {"kernel_size": 3, "stride": 2, "padding": 1}

columns = im2col(x, **window)
filters = w.reshape(4, 27)
output = filters @ columns
back = rng.normal(size=output.shape)
grad_w = (back @ columns.mT).sum(axis=0)
grad_x = col2im(filters.T @ back, (10, 10), **window)

shapes = {"filters": filters, "columns": columns, "output": output}
for name, array in shapes.items():
    print(f"{name:8}", array.shape)
expected = conv2d(x, w, stride=2, padding=1)
print("output:  ", np.allclose(output.reshape(expected.shape), expected))
back = back.reshape(expected.shape)
from_x, from_w, _ = conv2d_backward(back, x, w, stride=2, padding=1)
print("weights: ", np.allclose(grad_w.reshape(w.shape), from_w))
print("input:   ", np.allclose(grad_x, from_x))
