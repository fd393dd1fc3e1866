"""How often is each pixel read? Send a one back from every output, and add up."""
import numpy as np
from cnnnotes.conv import conv2d, conv2d_backward

image, weight = np.zeros((1, 1, 7, 7)), np.ones((1, 1, 3, 3))
for padding in (0, 1):
    ones = np.ones_like(conv2d(image, weight, padding=padding))
    counts, _, _ = conv2d_backward(ones, image, weight, padding=padding)
    print(f"padding {padding}")
    for row in counts[0, 0].astype(int):
        print(" ", *row)
