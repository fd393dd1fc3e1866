"""How much of a 28×28 map has the padding touched after so many 3×3 layers?"""
import numpy as np
from cnnnotes import conv2d

ones = np.ones((1, 1, 3, 3))
touched = np.zeros((1, 1, 28, 28))
for layers in range(1, 6):
    padded = np.pad(touched, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=1)
    touched = np.minimum(conv2d(padded, ones), 1)
    share = touched.mean()
    print(f"{layers} layers: {int(touched.sum())} of {touched.size} ({share:.0%})")
