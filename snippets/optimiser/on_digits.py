"""The pipeline's network, 60 steps at several rates and momenta."""
import numpy as np
from cnnnotes import cross_entropy, cross_entropy_backward
from cnnnotes.data import load_digits
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnnotes.optim import SGD

x, y, _, _ = load_digits(seed=0)
for momentum in 0.0, 0.9:
    for lr in 0.02, 0.2, 1.0:
        model = Sequential(
            Conv2d(1, 8, 3, padding=1), ReLU(), MaxPool2d(2),
            Conv2d(8, 16, 3, padding=1), ReLU(), MaxPool2d(2),
            Flatten(), Linear(784, 10), seed=0,
        )
        optimizer = SGD(model.parameters(), lr, momentum)
        for batch in np.random.default_rng(0).permutation(3840).reshape(60, 64):
            logits = model.forward(x[batch])
            model.backward(cross_entropy_backward(1.0, logits, y[batch]))
            optimizer.step()
        loss = cross_entropy(model.forward(x[:500]), y[:500])
        level = "below 1" if loss < 1 else "above 2" if loss > 2 else "between"
        print(f"momentum {momentum}, learning rate {lr:4}: loss {level}")
