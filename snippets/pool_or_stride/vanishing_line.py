"""Where it breaks: move a thin line by one pixel, and halve the image."""
import numpy as np
from cnnnotes import avg_pool2d, blur_pool2d, max_pool2d

print("line in column    4    5")
for name, halve in {
    "stride": lambda image: image[..., ::2, ::2],
    "maximum": lambda image: max_pool2d(image, 2),
    "average": lambda image: avg_pool2d(image, 2),
    "blur": lambda image: blur_pool2d(image, 3, 2),
}.items():
    left = []
    for column in 4, 5:
        image = np.zeros((1, 1, 8, 8))
        image[..., column] = 1
        left.append(halve(image).sum())
    print(f"{name:14}", *(f"{total:4.0f}" for total in left))
