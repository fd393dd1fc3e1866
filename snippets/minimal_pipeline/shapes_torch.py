"""The same network in PyTorch: the same names, the same arguments, the same shapes."""
import torch
from torch.nn import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential

model = Sequential(
    Conv2d(1, 8, 3, padding=1), ReLU(), MaxPool2d(2),
    Conv2d(8, 16, 3, padding=1), ReLU(), MaxPool2d(2),
    Flatten(), Linear(16 * 7 * 7, 10),
)
by_hand = [(8, 28, 28), (8, 28, 28), (8, 14, 14),
           (16, 14, 14), (16, 14, 14), (16, 7, 7), (784,), (10,)]

x = torch.zeros(64, 1, 28, 28)
for layer, expected in zip(model, by_hand, strict=True):
    x = layer(x)
    assert x.shape == (64, *expected), f"{layer} gave {x.shape}"
    print(f"{type(layer).__name__:9} {tuple(x.shape)}")
