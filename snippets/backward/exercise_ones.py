"""All weights one, all that comes back one: the gradient of the image."""
import numpy as np
from cnnnotes import conv2d_backward

grad_image, grad_weight, _ = conv2d_backward(
    np.ones((1, 1, 3, 3)), np.zeros((1, 1, 5, 5)), np.ones((1, 1, 3, 3))
)
print(grad_image[0, 0].astype(int))
print("and of the weights, on a black image:", grad_weight.any())
