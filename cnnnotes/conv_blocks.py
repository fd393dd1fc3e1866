"""What makes `conv` quick: windows copied block by block, and turned filters for the way back.

The columns of a convolution hold every pixel many times, so they are made for a few images or rows
at a time, no more than a cache holds. Nothing here checks its arguments.
"""

import math
from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import as_strided

from cnnnotes.checks import Array, Pair, Sides, Window

__all__ = [
    "add_to_windows",
    "blocks",
    "crop",
    "matrices",
    "pad",
    "sum_of_maps",
    "turn",
    "turned_gradients",
    "turned_window",
    "widen",
    "windows_of",
]

# Bytes of columns made at a time: half of a usual second-level cache, measured to be near the best.
_BLOCK_BYTES = 2**19

# Outputs in a row up to which it is quicker to copy some windows too many, measured too.
_SHORT_ROW = 20


def pad(images: Array, padding: Sides) -> Array:
    """Copy the images into zeros, where one row's right padding is also the next row's left.

    Two more rows of zeros follow in memory, for the windows of the last row: see `windows_of`.
    """
    *outer, height, width = images.shape
    (top, bottom), (left, right) = padding
    shape = (*outer, top + height + bottom, width + max(left, right))
    memory = np.zeros(math.prod(shape) + 2 * shape[-1], images.dtype)
    padded = memory[: math.prod(shape)].reshape(shape)
    crop(padded, padding, (height, width))[...] = images
    return padded


def crop(padded: Array, padding: Sides, size: Pair) -> Array:
    """View the images inside of their padding."""
    (top, _), (left, _) = padding
    return padded[:, :, top : top + size[0], left : left + size[1]]


def windows_of(padded: Array, window: Window, size: Pair) -> Array:
    """View what `pad` made as (N, C, kernel height, kernel width, H', at least W').

    Where rows are short, windows at their ends wrap round into the next row. They mean nothing, but
    with them all windows follow each other in memory, and copying them is quick: one long run for
    each place in the kernel, not a short one for each row.
    """
    images, channels, rows, columns = padded.strides
    (down, across), (height, width) = window.stride, size
    if window.stride == (1, 1) and width <= _SHORT_ROW and width <= padded.shape[3] <= 1.5 * width:
        width = padded.shape[3]
    taps = window.dilation[0] * rows, window.dilation[1] * columns
    return as_strided(
        padded,
        (*padded.shape[:2], *window.kernel, height, width),
        (images, channels, *taps, down * rows, across * columns),
    )


def blocks(windows: Array) -> Iterator[tuple[slice, slice]]:
    """Cut a convolution into blocks, each of some images, or of some output rows of one image."""
    images, height = len(windows), windows.shape[-2]
    row_bytes = windows[:1, ..., :1, :].nbytes
    rows = max(1, min(height, _BLOCK_BYTES // max(1, row_bytes)))
    step = max(1, _BLOCK_BYTES // max(1, row_bytes * height))
    for image in range(0, images, step):
        for row in range(0, height, rows):
            yield slice(image, image + step), slice(row, row + rows)


def matrices(block: Array, groups: int) -> Array:
    """Copy (n, channels, ..., rows, width) into one matrix an image and group.

    The matrices have a column for every output position.
    """
    n, *channels, rows, width = block.shape
    return block.reshape(n, groups, math.prod(channels) // groups, rows * width)


def widen(values: Array, width: int) -> Array:
    """Add zeros at the ends of the rows, where windows wrap round."""
    if values.shape[-1] == width:
        return values
    wide = np.zeros((*values.shape[:-1], width), values.dtype)
    wide[..., : values.shape[-1]] = values
    return wide


def add_to_windows(windows: Array, columns: Array) -> None:
    """Add columns to the pixels that they stand for; one tap at a time, as windows overlap."""
    for i, j in np.ndindex(windows.shape[2:4]):
        tap = windows[:, :, i, j]
        tap += columns[:, :, i, j]


def sum_of_maps(grad_output: Array) -> Array:
    """Sum up each channel; as a product with ones, which is quicker than NumPy's sum."""
    planes = grad_output.reshape(*grad_output.shape[:2], math.prod(grad_output.shape[2:]))
    return (planes @ np.ones(planes.shape[2], planes.dtype)).sum(0)


# The way back at stride 1, as a convolution with turned filters: it adds nothing up, and is quicker


def turned_window(window: Window, size: Pair, target: Pair) -> Window | None:
    """Return the window with which turned filters lead from one size back to the other.

    None where there is no such window: with a stride, or where the border was cut and not padded.
    """
    padding = []
    for axis in (0, 1):
        reach = window.dilation[axis] * (window.kernel[axis] - 1)
        before = reach - window.padding[axis][0]
        padding.append((before, target[axis] - size[axis] + reach - before))
    if window.stride != (1, 1) or min(map(min, padding)) < 0:
        return None
    return window._replace(padding=(padding[0], padding[1]))


def turn(weight: Array, groups: int) -> Array:
    """Turn filters by half a circle and swap the channels that they read and write."""
    turned = weight.reshape(groups, -1, *weight.shape[1:])[..., ::-1, ::-1].swapaxes(1, 2)
    return turned.reshape(-1, len(weight) // groups, *weight.shape[2:])


def turned_gradients(
    grad_output: Array, input: Array, weight: Array, turned: Window
) -> tuple[Array, Array]:
    """Return the gradients of input and weight at stride 1, both from the same columns.

    The columns are those of a convolution of `grad_output` with turned filters, which gives the
    gradient of the input. Times the input itself they give the gradient of the turned filters.
    """
    groups = turned.groups
    windows = windows_of(pad(grad_output, turned.padding), turned, input.shape[2:])
    filters = turn(weight, groups).reshape(groups, weight.shape[1], -1)
    gradient = np.zeros((groups, filters.shape[2], weight.shape[1]), weight.dtype)
    grad_input = np.empty(input.shape, input.dtype)
    for images, rows in blocks(windows):
        columns = matrices(windows[images, ..., rows, :], groups)
        block = grad_input[images, :, rows]
        block[...] = (filters @ columns).reshape(*block.shape[:3], -1)[..., : input.shape[3]]
        wide = widen(input[images, :, rows], windows.shape[-1])
        gradient += (columns @ matrices(wide, groups).mT).sum(0)
    turned_filters = gradient.mT.reshape(input.shape[1], len(weight) // groups, *weight.shape[2:])
    return grad_input, turn(turned_filters, groups)
