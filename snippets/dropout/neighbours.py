"""In a map the neighbour says nearly the same. Behind a dense layer nobody does."""
import numpy as np
from cnnnotes.data import load_digits
from cnnnotes.layers import Conv2d, Flatten, Linear, ReLU, Sequential

images = load_digits(0).test_images
maps = Sequential(Conv2d(1, 8, 5, padding=2), ReLU(), seed=0)(images)
units = Sequential(Flatten(), Linear(784, 64), ReLU(), seed=0)(images)

def correlation(first, second):
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])

centred = maps - maps.mean(axis=0)  # what an image has more than others, at each place
beside = np.mean([correlation(centred[:, c, :, 1:], centred[:, c, :, :-1]) for c in range(8)])
units = units - units.mean(axis=0)
other = np.mean([correlation(units[:, u], units[:, u - 1]) for u in range(64)])
print("two neighbours in a map agree:", beside > 0.6)
print("two units of a dense layer hardly do:", abs(other) < 0.2)
