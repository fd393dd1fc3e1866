"""How pooling goes along one axis after the other: its geometry, and what is done at each place.

The largest value of a window is the largest of its columns' largest values, and sums work likewise.
So pooling goes along the height first and then along the width: k + k steps, not k × k. Nothing
here but `axes_of` checks its arguments.
"""

from collections.abc import Iterator
from functools import reduce
from typing import Any, NamedTuple

import numpy as np

from cnnnotes import checks
from cnnnotes.checks import Array

# Bytes of images worked on at a time: about a second-level cache, measured to be near the best.
_BLOCK_BYTES = 2**19


class Axis(NamedTuple):
    """One axis of a pooling: its number, its geometry and how many outputs it has."""

    number: int
    size: int
    kernel: int
    stride: int
    before: int
    after: int
    dilation: int
    outputs: int

    @property
    def overlaps(self) -> bool:
        """Whether neighbouring windows share pixels."""
        return self.stride < self.dilation * (self.kernel - 1) + 1

    @property
    def padded(self) -> int:
        """How long the axis is with its padding."""
        return self.before + self.size + self.after


def axes_of(
    input: Any, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: Any
) -> tuple[Axis, Axis]:
    """Check the arguments of a pooling, and return its geometry along height and width."""
    checks.images("input", input)
    pooling = checks.pooling(kernel_size, stride, padding, dilation, ceil_mode)
    outputs = checks.pooling_fits(input.shape[2:], pooling)
    axes = []
    for n in (0, 1):
        size, before = input.shape[n + 2], pooling.padding[n]
        step, gap = pooling.stride[n], pooling.dilation[n]
        # Of a window that hangs over the end, all that lies beyond the border is the same.
        kernel = min(pooling.kernel[n], -(-(size + 2 * before) // gap) + 1)
        after = max(0, step * (outputs[n] - 1) + gap * (kernel - 1) + 1 - size - before)
        axes.append(Axis(n + 2, size, kernel, step, before, after, gap, outputs[n]))
    return axes[0], axes[1]


def check_grad(grad_output: Array, input: Array, height: Axis, width: Axis) -> None:
    """Check that a gradient has the shape of the output."""
    shape = (*input.shape[:2], height.outputs, width.outputs)
    checks.same_shape("grad_output", grad_output, shape, input)


def pad(images: Array, height: Axis, width: Axis, value: float) -> Array:
    """Pad so far that all windows lie inside, also one that hangs over the end."""
    shape = (*images.shape[:2], height.padded, width.padded)
    if images.shape == shape:
        return images
    padded = np.full(shape, value, images.dtype)
    crop(padded, height, width)[...] = images
    return padded


def crop(padded: Array, height: Axis, width: Axis) -> Array:
    """View the images inside of their padding."""
    rows = slice(height.before, height.before + height.size)
    return padded[:, :, rows, width.before : width.before + width.size]


def taps_of(padded: Array, *axes: Axis) -> Iterator[Array]:
    """View, for each place in the window along some axes, the pixels there of all windows."""
    axis, *others = axes
    for start in range(0, axis.kernel * axis.dilation, axis.dilation):
        taps = slice(start, start + axis.stride * (axis.outputs - 1) + 1, axis.stride)
        view = padded[:, :, taps] if axis.number == 2 else padded[..., taps]
        yield from taps_of(view, *others) if others else [view]


def blocks(images: Array) -> Iterator[slice]:
    """Cut the images into blocks that a cache holds."""
    step = max(1, _BLOCK_BYTES // max(1, images[:1].nbytes))
    for start in range(0, len(images), step):
        yield slice(start, start + step)


def combine(operation: np.ufunc, padded: Array, height: Axis, width: Axis) -> Array:
    """Add up all windows, or take their maxima, without noting where they are."""
    output = np.empty((*padded.shape[:2], height.outputs, width.outputs), padded.dtype)
    for images in blocks(padded):
        of_columns = reduce(operation, taps_of(padded[images], height))
        output[images] = reduce(operation, taps_of(of_columns, width))
    return output


class Maxima(NamedTuple):
    """The maxima of all windows, and where they are: found along rows, then down columns.

    `values` is (N, C, H', W'). An entry of `in_rows`, (kernel width − 1, N, C, padded H, W'), tells
    whether the pixel there beats all before it in its row of the window. `in_columns`, (kernel
    height − 1, N, C, H', W'), tells whether that row's maximum beats those of all rows before it.
    """

    height: Axis
    width: Axis
    values: Array
    in_rows: Array
    in_columns: Array


def maxima_of(padded: Array, height: Axis, width: Axis, in_rows: Array, in_columns: Array) -> Array:
    """Return the maxima of all windows, and note in the last two what `Maxima` says of them."""
    for nan in (False, True):
        of_rows = _running_maximum(taps_of(padded, width), in_rows, nan)
        values = _running_maximum(taps_of(of_rows, height), in_columns, nan)
        if not np.isnan(values.min(initial=np.inf)):
            break
    return values


def _running_maximum(taps: Iterator[Array], better: Array, nan: bool) -> Array:
    """Return the maximum of the taps, and note for each but the first where it beats all before.

    So of equal ones the first counts, and where there may be any `nan`, the last of them.
    """
    best = next(taps)
    for tap, beats in zip(map(np.ascontiguousarray, taps), better, strict=True):
        best = np.ascontiguousarray(best)
        np.greater(tap, best, out=beats)
        if nan:
            beats |= np.isnan(tap)
        best = np.maximum(best, tap)
    return best


def undo_maximum(grad_padded: Array, axis: Axis, grad_output: Array, better: Array) -> None:
    """Go back from the last tap: one that beats all before it takes what is left of a gradient."""
    first, *others = taps_of(grad_padded, axis)
    for place, beats in zip(others[::-1], better[::-1], strict=True):
        taken = grad_output * beats
        grad_output = grad_output - taken
        _add(place, taken, axis)
    _add(first, grad_output, axis)


def distribute(grad_padded: Array, axis: Axis, grad_output: Array) -> None:
    """Give every place in the windows along one axis their gradient."""
    for place in taps_of(grad_padded, axis):
        _add(place, grad_output, axis)


def _add(place: Array, gradient: Array, axis: Axis) -> None:
    """Add a gradient to zeros; where no windows overlap, nothing was added before."""
    if axis.overlaps:
        place += gradient
    else:
        place[...] = gradient
