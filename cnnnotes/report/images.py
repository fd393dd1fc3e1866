"""Images and labels as people have them, from files, for the command line."""

from pathlib import Path

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.data import load_digits
from cnnnotes.report.files import SUFFIXES, read_array, read_pictures, resized
from cnnnotes.shapes.tables import printable

MOST_VALUES = 2**28  # 1 GiB in float32


def load_images(
    source: str,
    limit: int,
    *,
    size: tuple[int, int] | None = None,
    channels: int | None = None,
    invert: bool = False,
) -> tuple[Array, Array | None]:
    """Return at most `limit` images (N, C, H, W) in float32, and their labels where known.

    Whole numbers become 0 to 1 by the range that they need: the least of 1, 16, 255 (8 bits), 1023
    (10), 4095, 16383 and 65535 (16) that holds the largest value of all images, or that value
    itself; with values below zero, from the least to the largest. So do fractions above 1 without
    any below zero, and 16-bit pictures. Other fractions stay as they are: a network may want them
    normalised.

    Parameters
    ----------
    source
        "digits", for test digits and their labels; a `.npy` file, (N, C, H, W), (N, H, W, C) with
        1, 3 or 4 channels, (N, H, W) in grey, or (H, W, C), one picture; a picture; or a folder of
        pictures, in the order of their names. Pictures lie as their EXIF data say, stand on white
        where they are see-through, and are the first of several in one file.
    size
        (height, width) that all are stretched to.
    channels
        1 for grey, by luminance; 3 for colour.
    invert
        Whether to turn brightness over: the digits of this package are white on black.

    Raises
    ------
    FileNotFoundError
        If there is no such file or folder.
    ImportError
        If what reads the images is not installed.
    ValueError
        If a file is damaged or too large, images differ in size or channels, or there are none; the
        message names the file.
    """
    if channels not in (None, 1, 3):
        raise ValueError(f"--channels (={channels}) must be 1, grey, or 3, colour")
    labels = None
    if source == "digits":
        digits = load_digits()
        images, labels = digits.test_images[:limit], digits.test_labels[:limit]
    elif Path(source).suffix.lower() == ".npy" and not Path(source).is_dir():
        images = _from_array(Path(source), limit)
    else:
        images = _from_pictures(_files(Path(source), limit), size, channels)
    if size is not None and images.shape[2:] != size:
        images = np.stack([resized(image, size) for image in images])
    if channels is not None:
        images = _with_channels(images, channels)
    if invert:
        low, high = min(float(images.min()), 0.0), max(float(images.max()), 1.0)
        images = low + high - images
    return np.ascontiguousarray(images, np.float32), labels


def load_labels(source: str, limit: int) -> Array:
    """Return the first `limit` labels (N,) of a `.npy` file; errors are those of `load_images`.

    One-hot labels, (N, classes), become the number of the class.
    """
    path = Path(source)
    labels = np.array(read_array(path)[:limit])
    if labels.ndim == 2 and labels.shape[1] > 1 and _one_hot(labels):
        return np.asarray(labels.argmax(axis=1))
    if labels.dtype.kind not in "iu" or labels.ndim != 1:
        raise ValueError(
            f"{printable(path)} ({labels.dtype}, shape {labels.shape}) must hold a whole number "
            "for each image, its class: (N,)"
        )
    return labels


def on_light_ground(images: Array) -> bool:
    """Say whether grey images (N, 1, H, W) show something dark on light: most borders are light."""
    if images.shape[1] != 1 or images.min() < 0 or images.max() > 1:
        return False
    borders = [images[:, :, [0, -1]].ravel(), images[:, :, :, [0, -1]].ravel()]
    return bool(np.median(np.concatenate(borders)) > 0.75 and images.min() < 0.5)


def _one_hot(labels: Array) -> bool:
    ones = (labels == 1).sum(axis=1) == 1
    return bool(ones.all() and ((labels == 0) | (labels == 1)).all())


def _files(path: Path, limit: int) -> list[Path]:
    name = printable(path)
    if not path.exists():
        raise FileNotFoundError(f"{name}: there is no such file or folder")
    if not path.is_dir():
        if path.suffix.lower() not in SUFFIXES:
            raise ValueError(
                f"{name} must be a .npy file, written with np.save, a picture or a folder of "
                "pictures"
            )
        return [path]
    inside = sorted(part for part in path.iterdir() if not part.name.startswith("."))
    files = [part for part in inside if part.suffix.lower() in SUFFIXES and part.is_file()]
    if not files:
        folders = [printable(part.name) for part in inside if part.is_dir()]
        more = ", ".join(folders[:3]) + (", …" if len(folders) > 3 else "")
        raise ValueError(
            f"{name} holds no pictures ({', '.join(SUFFIXES)})"
            + (f", only the folders {more}; give one of them" if folders else "")
        )
    return files[:limit]


def _from_pictures(files: list[Path], size: tuple[int, int] | None, channels: int | None) -> Array:
    images: list[Array] = []
    deep = []  # of more than 8 bits: what range they need is known when all are read
    for file, (pixels, own_range) in zip(files, read_pictures(files), strict=True):
        image = pixels if size is None else resized(pixels, size)
        image = image if channels is None else _with_channels(image[None], channels)[0]
        if images and image.shape != images[0].shape:
            axis, flag = (
                ("size", "--size, such as --size 28 or 28x40, makes them alike")
                if image.shape[1:] != images[0].shape[1:]
                else ("channels", "--channels 1 (grey) or --channels 3 (colour) makes them alike")
            )
            raise ValueError(
                f"{printable(file)} ({_times(image.shape)}) must have the {axis} of "
                f"{printable(files[0].name)} ({_times(images[0].shape)}); {flag}"
            )
        if image.size * len(files) > MOST_VALUES:
            raise ValueError(
                f"{printable(file)} ({_times(image.shape)}) is too large to look at "
                f"{len(files)} of them at once; give a smaller --limit, or --size 224"
            )
        images.append(image)
        deep.append(own_range)
    joined = np.stack(images)
    if any(deep):
        joined[deep] = _scaled(joined[deep], printable(files[0].parent))
    return joined


def _from_array(path: Path, limit: int) -> Array:
    images = read_array(path)
    if images.ndim == 3 and images.shape[2] in (3, 4) and min(images.shape[:2]) > 4:
        images = images[None]  # one picture, channels last
    elif images.ndim == 3:
        images = images[:, None]
    if images.ndim != 4 or not images.size:
        raise ValueError(
            f"{printable(path)} (shape {images.shape}) must hold images (N, C, H, W), channels "
            "before height, or (N, H, W) in grey"
        )
    images = images[:limit]
    if images.shape[3] in (1, 3, 4) and images.shape[1] not in (1, 3, 4):
        images = images.transpose(0, 3, 1, 2)
    if images.dtype.kind not in "biuf":
        raise ValueError(f"{printable(path)} ({images.dtype}) must hold numbers")
    whole = images.dtype.kind in "iu"
    images = np.asarray(images, np.float64 if whole else np.float32)
    if not np.isfinite(images).all():
        raise ValueError(f"{printable(path)} must be finite, and holds NaN or infinity")
    if whole or (images.min() >= 0 and images.max() > 1):
        images = _scaled(images, printable(path))
    return images.astype(np.float32)


def _scaled(values: Array, name: str) -> Array:
    """Return values from 0 to 1 by the range that they need; see `load_images`."""
    low, high = float(values.min()), float(values.max())
    if not np.isfinite(high - low):
        raise ValueError(f"{name} must be finite, and holds NaN or infinity")
    if low < 0:
        return (values - low) / ((high - low) or 1.0)
    # 16: scikit-learn's small digits
    held = (most for most in (1, 16, 255, 1023, 4095, 16383, 65535) if most >= high)
    return values / next(held, high)


def _with_channels(images: Array, channels: int) -> Array:
    """Return images (N, C, H, W) in grey or colour; see-through ones, of 2 or 4, on white."""
    have = images.shape[1]
    if have not in (1, 2, 3, 4):
        raise ValueError(
            f"--channels (={channels}) is for grey or coloured images, and these have {have} "
            "channels; leave it out"
        )
    if have in (2, 4):
        opacity = images[:, -1:]
        images = images[:, :-1] * opacity + (1 - opacity)
    if images.shape[1] == channels:
        return images
    if channels == 3:
        return images.repeat(3, axis=1)
    # ITU-R BT.601, as in Pillow
    weights = np.array([0.299, 0.587, 0.114], np.float32)
    return np.tensordot(images, weights, axes=(1, 0))[:, None]


def _times(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))
