"""Four equal pixels in a window: who gets the gradient?"""
import numpy as np
from cnnnotes import avg_pool2d_backward, max_pool2d_backward

image = np.ones((1, 1, 2, 2))
signal = np.ones((1, 1, 1, 1))
for name, backward in (("max", max_pool2d_backward), ("avg", avg_pool2d_backward)):
    print(name, backward(signal, image, 2)[0, 0].tolist())
