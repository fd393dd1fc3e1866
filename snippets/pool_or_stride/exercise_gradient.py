"""How many of 64 pixels does each way to halve tell how to change?"""
import numpy as np
from cnnnotes.layers import AvgPool2d, BlurPool2d, Conv2d, MaxPool2d

ways = {
    "maximum": MaxPool2d(2),
    "average": AvgPool2d(2),
    "blur": BlurPool2d(3, 2),
    "strided 1×1": Conv2d(1, 1, 1, stride=2, seed=0),
    "strided 3×3": Conv2d(1, 1, 3, stride=2, padding=1, seed=0),
}
image = np.random.default_rng(0).random((1, 1, 8, 8), np.float32)
for name, layer in ways.items():
    gradient = layer.backward(np.ones_like(layer.forward(image)))
    print(f"{name:12} {(gradient != 0).sum():2} pixels")
