"""Gradients tell how much each pixel counts: the middle far more than the rim."""
import numpy as np
from cnnnotes.layers import Conv2d, Sequential

layers = [Conv2d(1, 1, 3, padding=1, bias=False, dtype="float64") for _ in range(3)]
for layer in layers:
    layer.weight.data[:] = 1
model = Sequential(*layers)

output = model.forward(np.zeros((1, 1, 9, 9)))
signal = np.zeros_like(output)
signal[0, 0, 4, 4] = 1
gradient = model.backward(signal, needs_input_grad=True)[0, 0]
print("paths from each pixel to the unit in the middle:")
for row in gradient[1:5]:
    print(*(f"{paths:3.0f}" for paths in row[1:8]))
