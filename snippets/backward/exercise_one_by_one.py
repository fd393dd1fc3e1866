"""A 1×1 convolution is a linear layer at every pixel, and so is its way back."""
import numpy as np
from cnnnotes import conv2d_backward, linear_backward

rng = np.random.default_rng(0)
x, w = rng.normal(size=(2, 3, 4, 4)), rng.normal(size=(5, 3, 1, 1))
back = rng.normal(size=(2, 5, 4, 4))
grad_x, grad_w, _ = conv2d_backward(back, x, w)

pixels, back_pixels = (a.transpose(0, 2, 3, 1).reshape(32, -1) for a in (x, back))
same_x, same_w, _ = linear_backward(back_pixels, pixels, w[:, :, 0, 0])
print("pixels as examples:", pixels.shape)
print("weights:", np.allclose(grad_w[:, :, 0, 0], same_w))
print("input:  ", np.allclose(grad_x.transpose(0, 2, 3, 1).reshape(32, -1), same_x))
