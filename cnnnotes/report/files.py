"""Read pictures and arrays from files that may be of any kind, damaged or enormous."""

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.shapes.tables import printable

SUFFIXES = (*(".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".pgm", ".ppm"),)


def read_array(path: Path) -> Array:
    """Return the array in a `.npy` file, mapped: only what is used of it is read.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is damaged, or holds anything but numbers.
    """
    if path.suffix.lower() != ".npy":
        raise ValueError(f"{printable(path)} must be a .npy file, written with np.save")
    if not path.exists():
        raise FileNotFoundError(f"{printable(path)}: there is no such file or folder")
    try:
        # So neither a long file nor a header that claims too much fills the memory.
        array: Array = np.load(path, mmap_mode="r", allow_pickle=False)
        return array
    except (EOFError, ValueError, OverflowError, MemoryError):
        raise ValueError(
            f"{printable(path)} is no .npy file of plain numbers, or is cut off; write it with "
            "np.save"
        ) from None


def read_pictures(files: Sequence[Path]) -> Iterator[tuple[Array, bool]]:
    """Yield each picture, (C, H, W) in float32, and whether its values are still in its own range.

    Those of 8 bits are from 0 to 1; deeper ones, which are grey, are as they stand in the file.
    Raises `ImportError` without Pillow, and `ValueError` for what Pillow cannot read.
    """
    image_module = _pillow()
    from PIL import ImageOps

    for file in files:
        name = printable(file)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                warnings.simplefilter("error", image_module.DecompressionBombWarning)
                with image_module.open(file) as opened:
                    read = _pixels(ImageOps.exif_transpose(opened))
        except (image_module.DecompressionBombError, image_module.DecompressionBombWarning):
            most = image_module.MAX_IMAGE_PIXELS
            raise ValueError(
                f"{name} is enormous, more than {most:,} pixels; make a smaller copy of it"
            ) from None
        except image_module.UnidentifiedImageError:
            raise ValueError(f"{name} is no picture that Pillow can read") from None
        except MemoryError:
            raise ValueError(f"{name} does not fit into memory; make a smaller copy") from None
        except Exception as error:  # in a damaged file a decoder may stumble over anything
            raise ValueError(f"{name} is no readable picture: {printable(error)}") from None
        yield read


def resized(image: Array, size: tuple[int, int]) -> Array:
    """Return an image (C, H, W) stretched to `size`, (height, width), smoothed where it shrinks."""
    image_module = _pillow()
    height, width = size
    channels = [
        image_module.fromarray(np.ascontiguousarray(channel, np.float32)).resize(
            (width, height), image_module.Resampling.BILINEAR
        )
        for channel in image
    ]
    return np.stack([np.asarray(channel) for channel in channels])


def _pixels(picture: Any) -> tuple[Array, bool]:
    if picture.mode == "F" or picture.mode.startswith("I"):
        return np.asarray(picture, np.float32)[None], True
    grey = picture.mode in ("1", "L", "LA", "La")
    if picture.has_transparency_data:
        see_through = picture.convert("RGBA")
        paper = _pillow().new("RGBA", see_through.size, "white")
        paper.alpha_composite(see_through)
        picture = paper
    pixels = np.asarray(picture.convert("L" if grey else "RGB"), np.float32) / 255
    return (pixels[None] if grey else pixels.transpose(2, 0, 1)), False


def _pillow() -> Any:
    try:
        from PIL import Image
    except ModuleNotFoundError:
        raise ImportError(
            'pictures are read by the package pillow; run: pip install "cnnnotes[data]"'
        ) from None
    return Image
