"""A loss at the start far from ln 10 is a finding: weights too large make it confidently wrong."""
from cnnnotes import cross_entropy
from cnnnotes.data import load_digits
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential

test_x, test_y = load_digits(seed=0)[2:]
for factor in 1, 10, 100:
    model = Sequential(
        Conv2d(1, 8, 3, padding=1), ReLU(), MaxPool2d(2),
        Conv2d(8, 16, 3, padding=1), ReLU(), MaxPool2d(2),
        Flatten(), Linear(784, 10), seed=0,
    )
    model[-1].weight.data *= factor
    loss = cross_entropy(model.forward(test_x), test_y)
    print(f"last weights × {factor:3}: loss {loss:4.1f}")
