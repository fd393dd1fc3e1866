"""MNIST and CIFAR-10 in full, read from the files in which their authors publish them.

Nothing is fetched here, and nothing is unpickled: of CIFAR-10 it is the binary version.
"""

import gzip
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnnotes.checks import printable
from cnnnotes.data import Split

CIFAR10_CLASSES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
_CIFAR10_PARTS = {f"data_batch_{number}.bin": 10_000 for number in range(1, 6)}
_IDX_TYPES = {8: np.uint8}


def read_mnist(folder: str | os.PathLike[str]) -> Split:
    """Read MNIST's four files, ``train-images-idx3-ubyte`` and so on, packed by gzip or not.

    Images are (N, 1, 28, 28) from 0 (paper) to 1 (ink), labels 0 to 9: 60,000 to train on and
    10,000, by other writers, to test on.

    Raises `FileNotFoundError` if a file is missing, `ValueError` if one is damaged.

    Source: LeCun, Bottou, Bengio, Haffner 1998, "Gradient-based learning applied to document
    recognition", section III; yann.lecun.com/exdb/mnist for the format.
    """
    parts: list[NDArray[Any]] = []
    for part, count in (("train", 60_000), ("t10k", 10_000)):
        images = read_idx(_found(folder, f"{part}-images-idx3-ubyte"), (count, 28, 28))
        labels = read_idx(_found(folder, f"{part}-labels-idx1-ubyte"), (count,))
        if labels.max() > 9:
            raise ValueError(f"{part}-labels-idx1-ubyte must hold digits; it holds {labels.max()}")
        parts += [_shares(images[:, None]), labels.astype(np.int64)]
    return Split(*parts)


def read_cifar10(folder: str | os.PathLike[str]) -> Split:
    """Read CIFAR-10's six files, ``data_batch_1.bin`` … ``test_batch.bin``, of its binary version.

    Images are (N, 3, 32, 32), red, green, blue, from 0 to 1; labels 0 to 9 stand for
    `CIFAR10_CLASSES`: 50,000 to train on and 10,000 to test on.

    Raises `FileNotFoundError` if a file is missing, `ValueError` if one is damaged.

    Source: Krizhevsky 2009, "Learning multiple layers of features from tiny images", chapter 3;
    www.cs.toronto.edu/~kriz/cifar.html for the format.
    """
    training = [
        _read_cifar10(_found(folder, name), count) for name, count in _CIFAR10_PARTS.items()
    ]
    test_images, test_labels = _read_cifar10(_found(folder, "test_batch.bin"), 10_000)
    images, labels = (np.concatenate(part) for part in zip(*training, strict=True))
    return Split(images, labels, test_images, test_labels)


def read_idx(path: str | os.PathLike[str], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Read an idx file of bytes that must hold an array of this shape; packed by gzip or not.

    Raises `ValueError` if it holds anything else.
    """
    data = _bytes(Path(path))
    header = b"\0\0\x08" + bytes([len(shape)]) + b"".join(n.to_bytes(4, "big") for n in shape)
    if data[: len(header)] != header:
        raise ValueError(
            f"{printable(path)} must be an idx file of bytes, {' × '.join(map(str, shape))}; "
            f"it begins with {data[:16].hex(' ')}"
        )
    if len(data) - len(header) != np.prod(shape):
        raise ValueError(
            f"{printable(path)} must hold {np.prod(shape):,} values after its header; it holds "
            f"{len(data) - len(header):,}, so get it again"
        )
    return np.frombuffer(data, np.uint8, offset=len(header)).reshape(shape)


def _read_cifar10(path: Path, count: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    data = _bytes(path)
    row = 1 + 3 * 32 * 32
    if len(data) != count * row:
        raise ValueError(
            f"{printable(path)} must have {count * row:,} bytes; it has {len(data):,}, "
            "so get it again"
        )
    rows = np.frombuffer(data, np.uint8).reshape(count, row)
    if rows[:, 0].max() > 9:
        raise ValueError(
            f"{printable(path)} must begin each image with a class from 0 to 9; "
            f"one begins with {rows[:, 0].max()}"
        )
    return _shares(rows[:, 1:].reshape(-1, 3, 32, 32)), rows[:, 0].astype(np.int64)


def _shares(values: NDArray[np.uint8]) -> NDArray[np.float32]:
    return values.astype(np.float32) / np.float32(255)


def _bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    except (OSError, EOFError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise ValueError(f"{printable(path)} cannot be read: {error}") from error


def _found(folder: str | os.PathLike[str], name: str) -> Path:
    """Return a file in a folder, or in one below, also packed; one of them is enough."""
    home = Path(folder)
    for pattern in (name, f"{name}.gz", f"*/{name}", f"*/{name}.gz"):
        for file in sorted(home.glob(pattern)):
            return file
    raise FileNotFoundError(f"folder (={printable(str(home))}) must hold {name}; it does not")
