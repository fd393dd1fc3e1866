"""MNIST, Fashion-MNIST and CIFAR-10 in full, from the files in which their authors publish them.

Nothing is fetched but by `get`, and nothing is unpickled: of CIFAR-10 it is the binary version.
"""

import gzip
import os
import shutil
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnnnotes.checks import printable
from cnnnotes.files import whole_file

CIFAR10_CLASSES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
_CIFAR10_PARTS = {f"data_batch_{number}.bin": 10_000 for number in range(1, 6)}


class Split(NamedTuple):
    """Images (N, C, H, W) in float32 and their targets, split into a training and a test part.

    Targets are classes (N,) in int64, or centres (N, 2) in float32, as the set's loader says.
    """

    train_images: NDArray[np.float32]
    train_labels: NDArray[Any]
    test_images: NDArray[np.float32]
    test_labels: NDArray[Any]


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


class Official(NamedTuple):
    """A published set: where its files are, with their MD5 sums, what they hold, how to read it."""

    address: str
    downloads: Mapping[str, str]
    files: tuple[str, ...]
    read: Callable[[str | os.PathLike[str]], Split]


_IDX = tuple(
    f"{part}-{kind}-ubyte" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")
)


def _idx(address: str, *sums: str) -> Official:
    packed = (f"{name}.gz" for name in _IDX)
    return Official(address, dict(zip(packed, sums, strict=True)), _IDX, read_mnist)


OFFICIAL = {
    "mnist": _idx(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "d53e105ee54ea40749a09fcbcd1e9432",
        "9fb629c4189551a2d022fa330f9573f3",
        "ec29112dd5afa0611ce80d1b7f02629c",
    ),
    "fashion_mnist": _idx(
        "https://fashion-mnist.s3.eu-central-1.amazonaws.com/",
        "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "25c81989df183df01b3e8a0aad5dffbe",
        "bef4ecab320f06d8554ea6380940ec79",
        "bb300cfdad3c16e7a12a480ee83cd310",
    ),
    "cifar10": Official(
        "https://www.cs.toronto.edu/~kriz/",
        {"cifar-10-binary.tar.gz": "c32a1d4ab5d03f1284b67883e8d87530"},
        (*_CIFAR10_PARTS, "test_batch.bin"),
        read_cifar10,
    ),
}


def home(name: str) -> Path:
    """Return the folder in which `get` keeps a set: below ``CNNNOTES_DATA``, or the user's cache.

    Raises `ValueError` if there is no such set.
    """
    if name not in OFFICIAL:
        raise ValueError(f"name (={name!r}) must be one of {', '.join(OFFICIAL)}")
    above = os.environ.get("CNNNOTES_DATA") or "~/.cache/cnnnotes"
    return Path(above).expanduser() / name


def get(name: str, source: str | os.PathLike[str] | None = None) -> Path:
    """Bring a published set here once, for `cnnnotes.data.load`; return its folder.

    From `source`, a folder with the official files, packed or not; else from where they are
    published, each checked by its MD5 sum. Files are read before any of them is kept.

    Raises
    ------
    FileNotFoundError, ValueError
        If `source` lacks a file, or one is damaged.
    OSError
        If they cannot be fetched.
    ImportError
        If they must be fetched, and pooch, which does that, is not installed.
    """
    folder = home(name)
    here = fetched(name, folder) if source is None else Path(source)
    OFFICIAL[name].read(here)
    folder.mkdir(parents=True, exist_ok=True)
    if source is not None:
        for file in OFFICIAL[name].files:
            found = _found(here, file)
            with found.open("rb") as original, whole_file(folder / found.name) as copy:
                shutil.copyfileobj(original, copy)
    return folder


def fetched(name: str, folder: Path) -> Path:
    """Download the files of a set that are not in a folder yet, and return it."""
    if find_spec("pooch") is None:
        raise ImportError(
            f"{name} is fetched by the package pooch, which is not installed; "
            'run: pip install "cnnnotes[data]"'
        )
    import pooch

    address, downloads, *_ = OFFICIAL[name]
    for file, md5 in downloads.items():
        unpack = pooch.Untar() if file.endswith(".tar.gz") else None
        try:
            pooch.retrieve(
                address + file, f"md5:{md5}", file, folder, processor=unpack, progressbar=True
            )
        except OSError as error:
            raise OSError(
                f"{name} could not be fetched from {address} ({_reason(error)}); connect to the "
                "network, or name a folder that has its files: "
                f"cnnnotes data get {name} --from FOLDER"
            ) from error
    return folder


def load_official(name: str) -> Split:
    """Return a published set that `get` has brought here.

    Raises `FileNotFoundError`, with the command that brings it, if none has.
    """
    try:
        return OFFICIAL[name].read(home(name))
    except FileNotFoundError:
        raise FileNotFoundError(
            f"{name} is not here yet; run: cnnnotes data get {name}; or use load_digits(), which "
            "needs no network"
        ) from None


def _reason(error: BaseException) -> str:
    """Return the first line of the innermost error: what went wrong, without the stack above."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    return printable(str(error).partition("\n")[0]) or type(error).__name__


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
    """Return a file in a folder, or up to two below it, packed by gzip or not."""
    home = Path(folder)
    for pattern in (f"{above}{name}{end}" for above in ("", "*/", "*/*/") for end in ("", ".gz")):
        for file in sorted(home.glob(pattern)):
            return file
    raise FileNotFoundError(f"folder (={printable(str(home))}) must hold {name}; it does not")
