"""Two sizes shrink to one, so the way back needs to be told which was meant."""
import numpy as np
from cnnnotes.conv import conv2d, conv_transpose2d

weight = np.ones((1, 1, 3, 3))
for size in (13, 14):
    image = np.random.default_rng(0).normal(size=(1, 1, size, size))
    small = conv2d(image, weight, stride=2, padding=1)
    for extra in (0, 1):
        back = conv_transpose2d(small, weight, None, 2, 1, output_padding=extra)
        line = f"{size} -> {small.shape[-1]} -> {back.shape[-1]}"
        if back.shape == image.shape:
            line += f"  the size is back; the values: {np.allclose(back, image)}"
        print(line)
