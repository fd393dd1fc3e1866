"""Three steps of training, each part of a step in a line of its own."""
import numpy as np
from cnnnotes import cross_entropy, cross_entropy_backward
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnnotes.optim import SGD

rng = np.random.default_rng(0)
images, labels = rng.normal(size=(32, 1, 8, 8)), np.arange(32) % 4
model = Sequential(
    Conv2d(1, 4, 3, padding=1), ReLU(), MaxPool2d(2), Flatten(), Linear(64, 4), seed=0,
).to("float64")
optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)

for step in range(3):
    logits = model.forward(images)
    loss = cross_entropy(logits, labels)
    model.backward(cross_entropy_backward(1.0, logits, labels))
    optimizer.step()
    print(f"step {step}: loss {loss:.6f}")
