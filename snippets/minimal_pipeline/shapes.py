"""Work the shapes out by hand first; then let the network say whether they are right."""
import numpy as np
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential

model = Sequential(
    Conv2d(1, 8, 3, padding=1), ReLU(), MaxPool2d(2),
    Conv2d(8, 16, 3, padding=1), ReLU(), MaxPool2d(2),
    Flatten(), Linear(16 * 7 * 7, 10),
)
by_hand = [(8, 28, 28), (8, 28, 28), (8, 14, 14),
           (16, 14, 14), (16, 14, 14), (16, 7, 7), (784,), (10,)]

x = np.zeros((64, 1, 28, 28), np.float32)
for layer, expected in zip(model, by_hand, strict=True):
    x = layer.forward(x)
    assert x.shape == (64, *expected), f"{layer} gave {x.shape}"
    print(f"{type(layer).__name__:9} {x.shape}")
