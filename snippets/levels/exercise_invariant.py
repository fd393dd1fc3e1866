"""Fully invariant to moves, and useless: the pixels in order of size."""
import numpy as np
from cnnnotes.data import load_digits

digits = load_digits(seed=0)
pixels = [images.reshape(-1, 784) for images in (digits.train_images, digits.test_images)]
in_order = [np.sort(images, axis=1) for images in pixels]
for name, (train, test) in {"as they are": pixels, "in order": in_order}.items():
    means = np.stack([train[digits.train_labels == digit].mean(axis=0) for digit in range(10)])
    nearest = ((test[:, None] - means) ** 2).sum(axis=2).argmin(axis=1)
    right = (nearest == digits.test_labels).mean()
    print(f"pixels {name}: {round(20 * right) * 5} % read by the nearest mean, to the nearest 5")
