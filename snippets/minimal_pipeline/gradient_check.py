"""Nudge every weight up and down; the loss must change as the gradient says."""
import numpy as np
from cnnnotes import cross_entropy, cross_entropy_backward
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential

model = Sequential(
    Conv2d(1, 2, 3, padding=1), ReLU(), MaxPool2d(2), Flatten(), Linear(2 * 3 * 3, 4), seed=0
).to(np.float64)
rng = np.random.default_rng(0)
images, labels = rng.normal(size=(5, 1, 6, 6)), np.array([0, 1, 2, 3, 0])

logits = model.forward(images)
model.backward(cross_entropy_backward(1.0, logits, labels))

step = 1e-6
for name, weight in model.named_parameters().items():
    worst = 0.0
    for index in np.ndindex(weight.data.shape):
        before = weight.data[index]
        weight.data[index] = before + step
        above = cross_entropy(model.forward(images), labels)
        weight.data[index] = before - step
        below = cross_entropy(model.forward(images), labels)
        weight.data[index] = before
        slope = (above - below) / (2 * step)
        worst = max(worst, abs(slope - weight.grad[index]) / max(1e-2, abs(slope)))
    print(f"{name:9} {weight.data.size:3} weights, all within 1e-7: {worst < 1e-7}")
