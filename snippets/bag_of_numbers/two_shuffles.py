"""One order for all images, or a new one for each: only one destroys the digits."""
import numpy as np
from cnnnotes.data import load_digits

digits = load_digits(0)
train, test = (
    np.rint(255 * images).reshape(-1, 784).astype(np.float64)
    for images in (digits.train_images, digits.test_images)
)
rng = np.random.default_rng(0)


def right(train, test):
    """Count the digits that are nearest to their own class's mean image."""
    means = np.stack([train[digits.train_labels == d].mean(0) for d in range(10)])
    distances = ((test[:, None] - means) ** 2).sum(-1)
    return (distances.argmin(1) == digits.test_labels).sum()


order = rng.permutation(784)
print("digits read, of", len(test))
print("true pixels:          ", right(train, test))
print("one order for all:    ", right(train[:, order], test[:, order]))
each = [rng.permuted(images, axis=1) for images in (train, test)]
print("a new order for each: ", right(*each))
