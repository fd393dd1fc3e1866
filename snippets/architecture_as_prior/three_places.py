"""One piece of knowledge, a shift changes nothing, put into features, data, architecture."""
import numpy as np
from cnnnotes.data import load_digits
from cnnnotes.layers import AdaptiveMaxPool2d, Conv2d, Flatten, Linear, ReLU, Sequential

image = np.pad(load_digits(0).test_images[:1], ((0, 0), (0, 0), (6, 6), (6, 6)))
shifts = [(down, right) for down in range(-3, 4) for right in range(-3, 4)]
copies = np.concatenate([np.roll(image, shift, axis=(2, 3)) for shift in shifts])

# Features: sort the pixels. Nothing moves, but nothing else is left either.
features = np.sort(copies.reshape(len(copies), -1), axis=1)
# Data: a network without the knowledge must be shown each copy.
mlp = Sequential(Flatten(), Linear(40 * 40, 10), seed=0)
# Architecture: one detector everywhere, then its strongest answer.
cnn = Sequential(
    Conv2d(1, 8, 5), ReLU(), AdaptiveMaxPool2d(1), Flatten(), Linear(8, 10), seed=0
)

for name, answers in ("pixels sorted", features), ("MLP", mlp(copies)), ("CNN", cnn(copies)):
    same = np.isclose(answers, answers[:1], atol=1e-5).all(axis=1).sum()
    print(f"{name:14} {same:2} of {len(copies)} shifted copies get the answer of the first")
