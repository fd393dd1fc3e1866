"""The way back through pooling: max gives all to one pixel, average the same to each."""
import numpy as np
from cnnnotes import avg_pool2d_backward, max_pool2d_backward

image = np.array([[1, 5, 2, 2], [3, 4, 2, 2], [0, 0, 9, 1], [0, 7, 8, 6]], np.float64)
back = np.array([[4, 8], [12, 16]], np.float64)
grads = {
    "max": max_pool2d_backward(back[None, None], image[None, None], 2),
    "average": avg_pool2d_backward(back[None, None], image[None, None], 2),
}
for name, grad in grads.items():
    print(name)
    for row in grad[0, 0].astype(int):
        print("  ", *(f"{value:2}" for value in row))
