"""The whole pipeline: real digits in, a reader of digits out, in NumPy alone."""
import numpy as np
from cnnnotes import cross_entropy_backward
from cnnnotes.data import load_digits
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnnotes.optim import SGD

train_x, train_y, test_x, test_y = load_digits(seed=0)
model = Sequential(
    Conv2d(1, 8, 3, padding=1), ReLU(), MaxPool2d(2),
    Conv2d(8, 16, 3, padding=1), ReLU(), MaxPool2d(2),
    Flatten(), Linear(784, 10), seed=0,
)
optimizer = SGD(model.parameters(), lr=0.02, momentum=0.9, weight_decay=0.005)
rng = np.random.default_rng(0)
for epoch in range(15):
    order = rng.permutation(len(train_x))
    for batch in np.split(order, range(64, len(order), 64)):
        logits = model.forward(train_x[batch])
        model.backward(cross_entropy_backward(1.0, logits, train_y[batch]))
        optimizer.step()

accuracy = (model.forward(test_x).argmax(1) == test_y).mean()
print(f"trained on {len(train_x)} digits, tested on {len(test_x)} others")
print(f"at least 95 % read correctly: {accuracy >= 0.95}")
