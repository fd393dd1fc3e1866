"""What several experiments share: networks, ways to move images, features, readers."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.data import TEXTURES, Split, load_digits, load_textures
from cnnnotes.experiments.experiment import Report
from cnnnotes.experiments.fair import train
from cnnnotes.layers import (
    AvgPool2d,
    BlurPool2d,
    Conv2d,
    Flatten,
    Layer,
    Linear,
    LocallyConnected2d,
    MaxPool2d,
    ReLU,
    Sequential,
)

HALVING_NAMES = {
    "max": "max pooling",
    "average": "average pooling",
    "blur": "blur pooling",
    "stride": "stride instead",
    "stride_extra": "strided layer added",
    "max_extra": "layer added, max pooling",
}
STAGED_SETS = {"digits": load_digits, "textures": load_textures}
STAGED_MAPS = 16


def cnn(seed: int) -> Layer:
    """Return a convolutional network of 9,098 parameters."""
    return Sequential(
        Conv2d(1, 8, 3, stride=2, padding=1),
        ReLU(),
        Conv2d(8, 16, 3, stride=2, padding=1),
        ReLU(),
        Flatten(),
        Linear(16 * 7 * 7, 10),
        seed=seed,
    )


def local(seed: int) -> Layer:
    """Return a network whose units see small windows too, but share no weights."""
    return Sequential(
        LocallyConnected2d(1, 4, 4, (28, 28), stride=3),
        ReLU(),
        Flatten(),
        Linear(4 * 9 * 9, 10),
        seed=seed,
    )


def mlp(seed: int) -> Layer:
    """Return a fully connected network."""
    return Sequential(Flatten(), Linear(784, 11), ReLU(), Linear(11, 10), seed=seed)


def staged(images: str, seed: int) -> Sequential:
    """Return three stages of convolution, ReLU and pooling, and a linear layer."""
    side, classes = {"digits": (28, 10), "textures": (32, 6)}[images]
    layers: list[Layer] = []
    for channels in (1, STAGED_MAPS, STAGED_MAPS):
        layers += [Conv2d(channels, STAGED_MAPS, 3, padding=1, init="he"), ReLU(), MaxPool2d(2)]
    return Sequential(
        *layers, Flatten(), Linear(STAGED_MAPS * (side // 8) ** 2, classes), seed=seed
    )


def fit_staged(model: Layer, split: Split, seed: int, report: Report) -> None:
    """Train a network of P6 and P8."""
    train(
        model,
        split.train_images,
        split.train_labels,
        epochs=8,
        learning_rate=0.06,
        seed=seed,
        report=report,
    )


def readable(features: list[Array], labels: list[Array]) -> float:
    """Return the held-out accuracy of a linear classifier, fitted on the first of two parts."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    reader: Any = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500, tol=1e-3))
    reader.fit(features[0], labels[0])
    return float(reader.score(features[1], labels[1]))


def halving(arm: str, channels: int) -> list[Layer]:
    """Return the layers that halve height and width after a convolution with a ReLU."""
    choices: dict[str, Callable[[], list[Layer]]] = {
        "max": lambda: [MaxPool2d(2)],
        "average": lambda: [AvgPool2d(2)],
        "blur": lambda: [BlurPool2d(3, 2)],
        "stride": lambda: [],
        "stride_extra": lambda: [
            Conv2d(channels, channels, 3, stride=2, padding=1, init="he"),
            ReLU(),
        ],
        "max_extra": lambda: [
            Conv2d(channels, channels, 3, padding=1, init="he"),
            ReLU(),
            MaxPool2d(2),
        ],
    }
    return choices[arm]()


def halved(arm: str, seed: int) -> Sequential:
    """Return a network for 32×32 patches that halves twice, in the way of `arm`."""
    step = 2 if arm == "stride" else 1
    return Sequential(
        Conv2d(1, 8, 3, stride=step, padding=1, init="he"),
        ReLU(),
        *halving(arm, 8),
        Conv2d(8, 16, 3, stride=step, padding=1, init="he"),
        ReLU(),
        *halving(arm, 16),
        Flatten(),
        Linear(16 * 8 * 8, len(TEXTURES)),
        seed=seed,
    )


def one_pixel_moves() -> Iterator[tuple[int, int]]:
    """Yield the eight moves (down, across) to a neighbouring pixel."""
    yield from ((i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0))


def roll(images: Array, down: int, across: int) -> Array:
    """Move images; what leaves on one side comes back on the other."""
    return np.roll(images, (down, across), axis=(2, 3))


def moved(images: Array, down: int, across: int) -> Array:
    """Move images by up to their own size; what leaves is lost, and blank paper fills the gap."""
    height, width = images.shape[2:]
    reach = max(abs(down), abs(across))
    padded = np.pad(images, ((0, 0), (0, 0), (reach, reach), (reach, reach)))
    top, left = reach - down, reach - across
    return padded[:, :, top : top + height, left : left + width]


def moved_at_random(images: Array, rng: np.random.Generator, farthest: int = 4) -> Array:
    """Move each image by up to `farthest` pixels down or up, and across."""
    by = rng.integers(-farthest, farthest + 1, size=(len(images), 2))
    return np.concatenate(
        [moved(image[None], *move) for image, move in zip(images, by.tolist(), strict=True)]
    )


def first_of_each_digit(labels: Array, size: int) -> Array:
    """Return indices of `size` images, equally many of each digit, each set inside the next."""
    return np.sort(
        np.concatenate([np.flatnonzero(labels == digit)[: size // 10] for digit in range(10)])
    )


def hog_features(images: Array, cell: int = 4) -> Array:
    """Return histograms of oriented gradients, one row an image; a cell has `cell` pixels a side.

    Source: Dalal, Triggs 2005, "Histograms of oriented gradients for human detection".
    """
    from skimage.feature import hog

    return np.stack(
        [
            hog(image[0], orientations=9, pixels_per_cell=(cell, cell), cells_per_block=(2, 2))
            for image in images
        ]
    ).astype(np.float32)


def edge_bank(side: int = 5) -> Array:
    """Return 16 filters made by hand, (16, 1, side, side): steps in 8 directions, twice 4 bars.

    Steps are odd Gabor functions, soft forms of Sobel's filter; bars are even ones, light on dark
    and dark on light. Each sums to zero and has the length that a random filter has on average.
    """
    rows, columns = np.mgrid[:side, :side] - side // 2
    filters = []
    for eighth in range(8):
        angle = np.pi * eighth / 4
        across = columns * np.cos(angle) + rows * np.sin(angle)
        window = np.exp(-(rows**2 + columns**2) / (2 * 1.4**2))
        filters.append(window * np.sin(2 * np.pi * across / 6))
    for sign in (1, -1):
        for fourth in range(4):
            angle = np.pi * fourth / 4
            across = columns * np.cos(angle) + rows * np.sin(angle)
            window = np.exp(-(rows**2 + columns**2) / (2 * 1.4**2))
            wave = np.cos(2 * np.pi * across / 5)
            filters.append(sign * window * (wave - (window * wave).sum() / window.sum()))
    bank = np.stack(filters)[:, None]
    bank *= np.sqrt(2 / np.square(bank).sum(axis=(1, 2, 3), keepdims=True))
    return bank.astype(np.float32)


def distance(first: Array, second: Array) -> float:
    """Return the mean Euclidean distance of outputs for the same number of images."""
    rows = (first - second).reshape(len(first), -1)
    return float(np.linalg.norm(rows, axis=1).mean())
