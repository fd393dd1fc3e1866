"""What a unit really sees: its effective receptive field, and the patches that drive it most."""

from math import floor
from typing import Any, NamedTuple

import numpy as np

from cnnnotes import checks
from cnnnotes.checks import Array
from cnnnotes.running import gradients
from cnnnotes.shapes.tracing import Row

ERF_THRESHOLD = 0.0455


def effective_receptive_field(
    model: Any, images: Array, unit: tuple[int, int] | None = None, *, seed: int = 0
) -> Array:
    """Return how strongly each pixel acts on one unit of the model's last map: (H, W).

    The value of a pixel is the root mean square, over images and channels, of the gradient of the
    unit's channels in a random mix by that pixel. For an inner layer pass `model[:number]`.

    Parameters
    ----------
    model
        A network or layer of ours, or a PyTorch module. Ends in maps, (N, C', H', W').
    images
        (N, C, H, W).
    unit
        (row, column) of the unit; the middle one where None.
    seed
        Fixes the mix of channels, another one for each image.

    Raises
    ------
    ValueError
        If the model does not end in maps, or the unit lies outside them.

    Source: Luo, Li, Urtasun, Zemel 2016, "Understanding the effective receptive field in deep
    convolutional neural networks", section 3.
    """

    def mix(output: Array) -> Array:
        if output.ndim != 4:
            raise ValueError(
                f"model must end in maps (N, C, H, W), not in shape {output.shape}; "
                "pass the layers before flattening, such as model[:4]"
            )
        row, column = unit or (output.shape[2] // 2, output.shape[3] // 2)
        if not (0 <= row < output.shape[2] and 0 <= column < output.shape[3]):
            raise ValueError(
                f"unit (={unit}) must lie inside {output.shape[2]} × {output.shape[3]}"
            )
        signal = np.zeros_like(output)
        signal[:, :, row, column] = np.random.default_rng(seed).normal(size=output.shape[:2])
        return signal

    gradient = gradients(model, images, mix)
    strength: Array = np.sqrt(np.square(gradient).mean(axis=(0, 1)))
    return strength


def effective_size(field: Array) -> float:
    """Return the side in pixels of the square as large as the part of a field that matters.

    A pixel matters if its value is above 4.55 % of the largest, as in Luo et al. 2016, section 3.
    `field` is (H, W), from `effective_receptive_field`. Raises `ValueError` if it is zero
    throughout: then the unit sees nothing.
    """
    checks.floats("field", field, "H W")
    if not field.max() > 0:
        raise ValueError(
            "field must have a value above zero; the unit's gradient is zero throughout"
        )
    return float(np.sqrt((field > ERF_THRESHOLD * field.max()).sum()))


class Patches(NamedTuple):
    """What drives each filter most: (C, count, …), strongest first.

    `pixels` are the patches (C, count, channels, h, w), NaN where a window reaches over the border;
    `answers` how strongly the filter answers; `images` which image each is from, and `units`
    (row, column) the unit of the map.
    """

    pixels: Array
    answers: Array
    images: Array
    units: Array


def top_patches(maps: Array, images: Array, row: Row, count: int = 4) -> Patches:
    """Cut out what drives each filter most, as large as one unit sees: its receptive field.

    Each image gives at most one patch to a filter, around its strongest unit.

    Parameters
    ----------
    maps
        (N, C, H', W'), from `feature_maps`; leave out filters that are not of interest.
    images
        (N, channels, H, W), what the maps were made from.
    row
        The layer's row of `cnnnotes.shapes.trace`.
    count
        How many for each filter; fewer if there are fewer images.

    Raises
    ------
    ValueError
        If images and maps are not of one number, or the row's receptive field is not known.

    Source: Zeiler & Fergus 2014, "Visualizing and understanding convolutional networks", figure 2.
    """
    checks.floats("maps", maps, "N C H W")
    checks.floats("images", images, "N C H W")
    if len(maps) != len(images):
        raise ValueError(f"maps (of {len(maps)} images) must be made from images ({len(images)})")
    if row.receptive_field is None or row.effective_stride is None:
        raise ValueError(f"row (={row.name!r}) must have a known receptive field; it has none")
    (height, width), strides, paddings = (
        value if isinstance(value, tuple) else (value, value)
        for value in (row.receptive_field, row.effective_stride, row.effective_padding)
    )
    flat = maps.reshape(*maps.shape[:2], -1)
    strongest = flat.max(axis=2)
    chosen = np.argsort(-strongest, axis=0, kind="stable")[:count].T
    filters = np.arange(maps.shape[1])[:, None]
    units = np.stack(np.unravel_index(flat.argmax(axis=2)[chosen, filters], maps.shape[2:]), axis=2)
    pixels = np.full((*chosen.shape, images.shape[1], height, width), np.nan, images.dtype)
    for place in np.ndindex(chosen.shape):
        top, left = (
            floor(unit * stride) - padding
            for unit, stride, padding in zip(units[place].tolist(), strides, paddings, strict=True)
        )
        first_row, first_column = max(top, 0), max(left, 0)
        seen = images[chosen[place], :, first_row : top + height, first_column : left + width]
        rows, columns = slice(first_row - top, None), slice(first_column - left, None)
        pixels[place][:, rows, columns][:, : seen.shape[1], : seen.shape[2]] = seen
    return Patches(pixels, strongest[chosen, filters], chosen, units)
