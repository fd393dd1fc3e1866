"""Photographs in colour for a network that was made for grey digits."""
import numpy as np
from cnnnotes.layers import Conv2d, Flatten, Linear, ReLU, Sequential
from cnnnotes.report import report

model = Sequential(Conv2d(1, 8, 3, padding=1), ReLU(), Flatten(), Linear(6272, 10), seed=0)
for shape in ((4, 3, 28, 28), (4, 1, 32, 32)):
    try:
        report(model, np.zeros(shape, np.float32))
    except ValueError as error:
        print(f"images {shape}\n{error}\n")
