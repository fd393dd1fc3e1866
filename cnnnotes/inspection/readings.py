"""How readable maps are: which simple detector shows the same."""

import numpy as np

from cnnnotes import checks
from cnnnotes.checks import Array
from cnnnotes.conv import conv2d
from cnnnotes.inspection.filters import centred_grid
from cnnnotes.inspection.maps import correlations
from cnnnotes.layers import MaxPool2d


def simple_readings(images: Array) -> Array:
    """Return what simple detectors make of images, (N, 144, H, W), all at least zero.

    Gabor functions in 8 orientations, 4 wavelengths (4 to 16 pixels) and 4 phases; spots of 4
    sizes, bright and dark; brightness and darkness in 4 sizes of window.

    `images` is (N, 1, H, W). They are what `readability` holds feature maps against.
    """
    checks.floats("images", images, "N C H W")
    if images.shape[1] != 1:
        raise ValueError(f"images (shape {images.shape}) must be grey, with one channel")
    rows, columns = centred_grid(17, 17)
    filters = []
    for wavelength in (4, 6, 10, 16):
        bell = np.exp(-(rows**2 + columns**2) / (2 * (0.35 * wavelength) ** 2))
        wide = np.exp(-(rows**2 + columns**2) / (2 * (0.6 * wavelength) ** 2))
        for angle in np.pi * np.arange(8) / 8:
            phase = 2 * np.pi / wavelength * (np.cos(angle) * columns + np.sin(angle) * rows)
            even = bell * np.cos(phase)
            filters += [even - bell * even.sum() / bell.sum(), bell * np.sin(phase)]
        filters += [bell / bell.sum() - wide / wide.sum(), bell / bell.sum()]
    weight = np.stack(filters)[:, None].astype(images.dtype)
    answers = conv2d(images, weight, padding=8)
    return np.concatenate([np.maximum(answers, 0), np.maximum(-answers, 0)], axis=1)


def readability(maps: Array, readings: Array) -> Array:
    """Return how well one simple reading of the images predicts each map, (C,): r², best of all.

    1 means that the map shows just what that detector shows; 0, that none is like it. Constant
    maps, dead ones among them, give NaN: there is nothing to read.

    Parameters
    ----------
    maps
        (N, C, H, W).
    readings
        (N, R, H', W') of the same images, from `simple_readings`. If they are k times as large
        as the maps, they are max-pooled by k, as the maps were.
    """
    checks.floats("maps", maps, "N C H W")
    factor = readings.shape[2] // maps.shape[2]
    if factor > 1:
        readings = MaxPool2d(factor).forward(readings)
    if readings.shape[0] != maps.shape[0] or readings.shape[2:] != maps.shape[2:]:
        raise ValueError(
            f"readings (shape {readings.shape}) must be of the maps' images and places, "
            f"(N, R, H, W) as in {maps.shape}"
        )
    best: Array = np.square(correlations(maps, readings)).max(axis=1)
    best[maps.std(axis=(0, 2, 3)) == 0] = np.nan
    return best
