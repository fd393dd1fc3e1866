"""Images and labels from files, for the command line."""

from pathlib import Path

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.data import load_digits

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")


def load_images(source: str, limit: int) -> tuple[Array, Array | None]:
    """Return at most `limit` images (N, C, H, W) in float32, and their labels where known.

    Parameters
    ----------
    source
        "digits", for test digits and their labels; a `.npy` file, (N, C, H, W), or (N, H, W) in
        grey, where whole numbers count as 0 to 255; or a folder of pictures of one size, grey or
        in colour, in the order of their names.

    Raises
    ------
    FileNotFoundError
        If there is no such file or folder.
    ImportError
        If what reads the images is not installed.
    ValueError
        If the images are of several sizes, or there are none; the message names the file.
    """
    if source == "digits":
        digits = load_digits()
        return digits.test_images[:limit], digits.test_labels[:limit]
    path = Path(source)
    if path.is_dir():
        return _load_folder(path, limit), None
    images = _load_array(path)[:limit]
    if images.ndim == 3:
        images = images[:, None]
    if images.ndim != 4 or not len(images):
        raise ValueError(f"{path} (shape {images.shape}) must hold images (N, C, H, W)")
    if np.issubdtype(images.dtype, np.integer):
        images = images / np.float32(255)
    return images.astype(np.float32), None


def load_labels(source: str, limit: int) -> Array:
    """Return the first `limit` labels (N,) of a `.npy` file; errors are those of `load_images`."""
    return _load_array(Path(source))[:limit]


def _load_array(path: Path) -> Array:
    if path.suffix != ".npy":
        raise ValueError(f"{path} must be a .npy file, written with np.save, or a folder")
    try:
        with path.open("rb") as file:
            array: Array = np.load(file, allow_pickle=False)
    except (EOFError, ValueError) as error:
        raise ValueError(f"{path} is no readable .npy file: {error}") from error
    return array


def _load_folder(folder: Path, limit: int) -> Array:
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURES)[:limit]
    if not paths:
        raise ValueError(f"{folder} holds no pictures ({', '.join(PICTURES)})")
    try:
        from PIL import Image
    except ModuleNotFoundError:
        raise ImportError(
            'pictures are read by the package pillow; run: pip install "cnnnotes[data]"'
        ) from None
    images = []
    for path in paths:
        try:
            with Image.open(path) as picture:
                grey = picture.mode in ("1", "L", "LA", "I", "I;16", "F")
                pixels = np.asarray(picture.convert("L" if grey else "RGB"), np.float32) / 255
        except OSError as error:
            raise ValueError(f"{path} is no readable picture: {error}") from error
        images.append(pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1))
        if images[-1].shape != images[0].shape:
            raise ValueError(
                f"{path} ({' × '.join(map(str, images[-1].shape))}) must be of the size of "
                f"{paths[0].name} ({' × '.join(map(str, images[0].shape))})"
            )
    return np.stack(images)
