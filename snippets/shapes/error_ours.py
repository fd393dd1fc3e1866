"""Our own layers say what was given, what was expected, and what would mend it."""
import numpy as np
from cnnnotes.layers import Conv2d, Linear, MaxPool2d

for layer, shape in [
    (Conv2d(3, 8, 3, seed=0), (64, 1, 28, 28)),
    (Conv2d(1, 8, 3, seed=0), (28, 28)),
    (Linear(784, 10, seed=0), (64, 3136)),
    (MaxPool2d(2, padding=2), (64, 8, 28, 28)),
]:
    try:
        layer.forward(np.zeros(shape, np.float32))
    except ValueError as error:
        print(f"- {error}")
