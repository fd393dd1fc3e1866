"""Pooling, forward and backward, with the names and semantics of torch.nn.functional.

The largest value of a window is the largest of its columns' largest values, and sums work likewise.
So pooling here goes along the height first and then along the width: k + k steps, not k × k.
"""

import math
from collections.abc import Iterator
from functools import reduce
from typing import NamedTuple

import numpy as np

from cnnnotes import checks
from cnnnotes.checks import Array, Pair, Size
from cnnnotes.shapes import pool_output_size

GridSize = int | tuple[int | None, int | None]

# Bytes of images worked on at a time: about a second-level cache, measured to be near the best.
_BLOCK_BYTES = 2**19


def max_pool2d(
    input: Array,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Array | tuple[Array, Array]:
    """Keep the largest value of every window: (N, C, H, W) → (N, C, H', W').

    Parameters
    ----------
    input
        Images, (N, C, H, W), float32 or float64.
    kernel_size, stride, dilation
        An int, or (height, width). The stride is the kernel size if not given.
    padding
        An int, or (height, width): −∞ around the image, at most half the kernel.
    ceil_mode
        Whether a last window may hang over the end, if it starts inside.
    return_indices
        Whether to return also where every maximum was, as an index into the flattened H × W plane;
        of equal ones, the first.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind or dtype.
    ValueError
        If the arguments do not fit together.
    """
    height, width = _axes(input, kernel_size, stride, padding, dilation, ceil_mode)
    padded = _pad(input, height, width, -np.inf)
    if not return_indices:
        return _combine(np.maximum, padded, height, width)
    output = np.full((*input.shape[:2], height.outputs, width.outputs), -np.inf, input.dtype)
    indices = np.zeros(output.shape, np.int64)
    rows, columns = (
        np.clip(np.arange(axis.padded) - axis.before, 0, axis.size - 1) for axis in (height, width)
    )
    plane = (rows[:, None] * width.size + columns)[None, None]
    taps = zip(_taps(padded, height, width), _taps(plane, height, width), strict=True)
    for position, (values, places) in enumerate(taps):
        better = (position == 0) | (values > output) | np.isnan(values)
        np.copyto(output, values, where=better)
        np.copyto(indices, places, where=better)
    return output, indices


def max_pool2d_backward(
    grad_output: Array,
    input: Array,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
) -> Array:
    """Return the gradient of `max_pool2d` with respect to its input.

    All of a window's gradient goes to its maximum; of equal ones, to the first.
    """
    maxima = find_maxima(input, kernel_size, stride, padding, dilation, ceil_mode)
    return give_to_maxima(grad_output, maxima)


class Maxima(NamedTuple):
    """The maxima of all windows, and where they are: found along rows, then down columns.

    `values` is (N, C, H', W'). An entry of `in_rows`, (kernel width − 1, N, C, padded H, W'), tells
    whether the pixel there beats all before it in its row of the window. `in_columns`, (kernel
    height − 1, N, C, H', W'), tells whether that row's maximum beats those of all rows before it.
    """

    height: "_Axis"
    width: "_Axis"
    values: Array
    in_rows: Array
    in_columns: Array


def find_maxima(
    input: Array,
    kernel_size: Size,
    stride: Size | None,
    padding: Size,
    dilation: Size,
    ceil_mode: bool,
) -> Maxima:
    """Do `max_pool2d`, and remember what `give_to_maxima` needs to know for the way back.

    Arguments and errors as in `max_pool2d`.
    """
    height, width = _axes(input, kernel_size, stride, padding, dilation, ceil_mode)
    padded = _pad(input, height, width, -np.inf)
    planes, outputs = input.shape[:2], (height.outputs, width.outputs)
    in_rows = np.empty((width.kernel - 1, *planes, height.padded, width.outputs), bool)
    in_columns = np.empty((height.kernel - 1, *planes, *outputs), bool)
    values = np.empty((*planes, *outputs), input.dtype)
    for images in _blocks(padded):
        of_rows = _running_maximum(_taps(padded[images], width), in_rows[:, images])
        values[images] = _running_maximum(_taps(of_rows, height), in_columns[:, images])
    return Maxima(height, width, values, in_rows, in_columns)


def give_to_maxima(grad_output: Array, maxima: Maxima) -> Array:
    """Return the gradient of the input of `find_maxima`: all of a window's goes to its maximum.

    Raises `TypeError` or `ValueError` if `grad_output` has not the dtype and shape of the maxima.
    """
    height, width, values, in_rows, in_columns = maxima
    checks.same_shape("grad_output", grad_output, values.shape, values)
    grad_padded = np.zeros((*values.shape[:2], height.padded, width.padded), values.dtype)
    for images in _blocks(grad_padded):
        grad_of_rows = np.zeros(in_rows[:, images].shape[1:], values.dtype)
        _undo_maximum(grad_of_rows, height, grad_output[images], in_columns[:, images])
        _undo_maximum(grad_padded[images], width, grad_of_rows, in_rows[:, images])
    return _crop(grad_padded, height, width)


def avg_pool2d(
    input: Array,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    """Average every window: (N, C, H, W) → (N, C, H', W').

    Parameters
    ----------
    input, kernel_size, stride, padding, ceil_mode
        As in `max_pool2d`, but padding with zeros.
    count_include_pad
        Whether padding counts as pixels. What hangs over the end of the padding never does.
    divisor_override
        Divide by this number, and not by the number of pixels.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind or dtype.
    ValueError
        If the arguments do not fit together.
    """
    height, width = _axes(input, kernel_size, stride, padding, 1, ceil_mode)
    divisor = _divisor(height, width, count_include_pad, divisor_override, input.dtype)
    padded = _pad(input, height, width, 0)
    output = _combine(np.add, padded, height, width)
    output /= divisor
    return output


def avg_pool2d_backward(
    grad_output: Array,
    input: Array,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    """Return the gradient of `avg_pool2d` with respect to its input: equal parts to all pixels."""
    height, width = _axes(input, kernel_size, stride, padding, 1, ceil_mode)
    _check_grad(grad_output, input, height, width)
    divisor = _divisor(height, width, count_include_pad, divisor_override, input.dtype)
    grad_padded = np.zeros((*input.shape[:2], height.padded, width.padded), input.dtype)
    for images in _blocks(grad_padded):
        grad = grad_output[images] / divisor
        grad_of_rows = np.zeros((*grad.shape[:2], height.padded, width.outputs), input.dtype)
        _distribute(grad_of_rows, height, grad)
        _distribute(grad_padded[images], width, grad_of_rows)
    return _crop(grad_padded, height, width)


def lp_pool2d(
    input: Array,
    norm_type: float,
    kernel_size: Size,
    stride: Size | None = None,
    ceil_mode: bool = False,
) -> Array:
    """Take the root of the sum of powers of every window: (N, C, H, W) → (N, C, H', W').

    `(sum of x ** norm_type) ** (1 / norm_type)`: the sum for 1, the Euclidean norm for 2, and
    nearer to the maximum the larger `norm_type` is. As in PyTorch, the sum of a window that hangs
    over the end is scaled up to a whole window, and a root of a negative number is NaN.

    Parameters
    ----------
    input, kernel_size, stride, ceil_mode
        As in `max_pool2d`.
    norm_type
        The power: above 0, finite.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind or dtype.
    ValueError
        If the arguments do not fit together.
    """
    power = checks.positive("norm_type", norm_type)
    with np.errstate(invalid="ignore"):
        return _power_sums(input, power, kernel_size, stride, ceil_mode) ** (1 / power)


def lp_pool2d_backward(
    grad_output: Array,
    input: Array,
    norm_type: float,
    kernel_size: Size,
    stride: Size | None = None,
    ceil_mode: bool = False,
) -> Array:
    """Return the gradient of `lp_pool2d` with respect to its input.

    Where a window's sum is 0 there is no gradient; it is taken to be 0.
    """
    power = checks.positive("norm_type", norm_type)
    area = math.prod(checks.pair("kernel_size", kernel_size))
    with np.errstate(invalid="ignore", divide="ignore"):
        sums = _power_sums(input, power, kernel_size, stride, ceil_mode)
        checks.same_shape("grad_output", grad_output, sums.shape, input)
        outer = np.power(sums, 1 / power - 1, out=np.zeros_like(sums), where=sums != 0)
        grad_powers = avg_pool2d_backward(
            grad_output * outer * area, input, kernel_size, stride, 0, ceil_mode
        )
        inner = np.power(input, power - 1, out=np.zeros_like(input), where=grad_powers != 0)
        return grad_powers * inner


def adaptive_avg_pool2d(input: Array, output_size: GridSize) -> Array:
    """Average the cells of a grid of any size laid over the image: (N, C, H, W) → (N, C, H', W').

    Cell i of n spans the rows from floor(i × H / n) to ceil((i + 1) × H / n); neighbours share a
    row where n does not divide H. 1 averages over all of the image.

    Parameters
    ----------
    input
        Images, (N, C, H, W), float32 or float64.
    output_size
        An int, or (height, width); None keeps the image's.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind or dtype.
    ValueError
        If the arguments do not fit together.
    """
    size = _grid_size(input, output_size)
    output = np.empty((*input.shape[:2], *size), input.dtype)
    for cell, rows, columns in _cells(input, size):
        output[..., *cell] = input[..., rows, columns].mean((2, 3))
    return output


def adaptive_avg_pool2d_backward(grad_output: Array, input: Array, output_size: GridSize) -> Array:
    """Return the gradient of `adaptive_avg_pool2d` with respect to its input."""
    size = _grid_size(input, output_size)
    checks.same_shape("grad_output", grad_output, (*input.shape[:2], *size), input)
    grad_input = np.zeros_like(input)
    for cell, rows, columns in _cells(input, size):
        pixels = grad_input[..., rows, columns]
        pixels += (grad_output[..., *cell] / math.prod(pixels.shape[2:]))[..., None, None]
    return grad_input


def adaptive_max_pool2d(
    input: Array,
    output_size: GridSize,
    return_indices: bool = False,
) -> Array | tuple[Array, Array]:
    """Keep the largest value of every cell of a grid: (N, C, H, W) → (N, C, H', W').

    The grid is that of `adaptive_avg_pool2d`; so are arguments and errors. `return_indices` as in
    `max_pool2d`.
    """
    size = _grid_size(input, output_size)
    output = np.empty((*input.shape[:2], *size), input.dtype)
    indices = np.empty(output.shape, np.int64)
    plane = np.arange(math.prod(input.shape[2:])).reshape(input.shape[2:])
    for cell, rows, columns in _cells(input, size):
        pixels = input[..., rows, columns]
        output[..., *cell] = pixels.max((2, 3))
        indices[..., *cell] = plane[rows, columns].ravel()[_flat(pixels).argmax(2)]
    return (output, indices) if return_indices else output


def adaptive_max_pool2d_backward(grad_output: Array, input: Array, output_size: GridSize) -> Array:
    """Return the gradient of `adaptive_max_pool2d` with respect to its input."""
    _, indices = adaptive_max_pool2d(input, output_size, return_indices=True)
    checks.same_shape("grad_output", grad_output, indices.shape, input)
    grad_input = np.zeros(input.shape, input.dtype)
    planes = _flat(grad_input)
    for cell in np.ndindex(indices.shape[2:]):
        place, grad = indices[..., *cell, None], grad_output[..., *cell, None]
        np.put_along_axis(planes, place, np.take_along_axis(planes, place, 2) + grad, 2)
    return grad_input


def max_unpool2d(
    input: Array,
    indices: Array,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    output_size: Size | None = None,
) -> Array:
    """Put maxima back to where `max_pool2d` found them, among zeros: (N, C, H', W') → (N, C, H, W).

    Where two windows had the same maximum, the later one is written.

    Parameters
    ----------
    input
        Maxima, (N, C, H', W'), float32 or float64.
    indices
        Where they were: integers of the same shape, from `max_pool2d(…, return_indices=True)`.
    kernel_size, stride, padding
        Those of the pooling.
    output_size
        (H, W), where a stride that does not divide leaves it open.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind or dtype.
    ValueError
        If the arguments do not fit together.
    """
    size = _check_unpool(input, indices, kernel_size, stride, padding, output_size)
    output = np.zeros((*input.shape[:2], *size), input.dtype)
    np.put_along_axis(_flat(output), _flat(indices), _flat(input), 2)
    return output


def max_unpool2d_backward(
    grad_output: Array,
    input: Array,
    indices: Array,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    output_size: Size | None = None,
) -> Array:
    """Return the gradient of `max_unpool2d` with respect to its input."""
    size = _check_unpool(input, indices, kernel_size, stride, padding, output_size)
    checks.same_shape("grad_output", grad_output, (*input.shape[:2], *size), input)
    return np.take_along_axis(_flat(grad_output), _flat(indices), 2).reshape(input.shape)


def blur_pool2d(input: Array, kernel_size: Size = 3, stride: Size = 2) -> Array:
    """Blur, then keep every second pixel: (N, C, H, W) → (N, C, ⌈H / stride⌉, ⌈W / stride⌉).

    The filter is binomial, for example 1 2 1 or 1 4 6 4 1, and sums to 1; the border is reflected.
    So fine patterns fade, and do not turn into coarse ones that jump when the image shifts; a
    constant stays the constant (Zhang 2019, "Making convolutional networks shift-invariant
    again", section 3.2). With an even kernel the extra pixel of border is at the bottom and right.

    Parameters
    ----------
    input
        Images, (N, C, H, W), float32 or float64.
    kernel_size, stride
        An int, or (height, width). Half the kernel must be smaller than the image.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind or dtype.
    ValueError
        If the arguments do not fit together.
    """
    blurred = input
    for axis in reversed(_blur_axes(input, kernel_size, stride)):
        taps = zip(
            _binomial(axis.kernel, input.dtype), _taps(_reflect(blurred, axis), axis), strict=True
        )
        blurred = sum(share * tap for share, tap in taps)
    return blurred


def blur_pool2d_backward(
    grad_output: Array, input: Array, kernel_size: Size = 3, stride: Size = 2
) -> Array:
    """Return the gradient of `blur_pool2d` with respect to its input."""
    axes = _blur_axes(input, kernel_size, stride)
    _check_grad(grad_output, input, *axes)
    grad = grad_output
    for axis in axes:
        shape = list(grad.shape)
        shape[axis.number] = axis.padded
        grad_padded = np.zeros(shape, grad.dtype)
        places = _taps(grad_padded, axis)
        for share, place in zip(_binomial(axis.kernel, input.dtype), places, strict=True):
            place += share * grad
        grad = _unreflect(grad_padded, axis)
    return grad


class _Axis(NamedTuple):
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
        return self.stride < self.dilation * (self.kernel - 1) + 1

    @property
    def padded(self) -> int:
        return self.before + self.size + self.after


def _axes(
    input: Array,
    kernel_size: Size,
    stride: Size | None,
    padding: Size,
    dilation: Size,
    ceil_mode: bool,
) -> tuple[_Axis, _Axis]:
    checks.floats("input", input, "N C H W")
    size: Pair = input.shape[2:]
    kernel = checks.pair("kernel_size", kernel_size)
    stride = kernel if stride is None else checks.pair("stride", stride)
    padding, dilation = checks.pair("padding", padding, 0), checks.pair("dilation", dilation)
    outputs = checks.both_axes(
        pool_output_size, size, kernel, stride, padding, dilation, (ceil_mode, ceil_mode)
    )
    axes = []
    for n in (0, 1):
        read = stride[n] * (outputs[n] - 1) + dilation[n] * (kernel[n] - 1) + 1
        after = max(0, read - size[n] - padding[n])
        axes.append(
            _Axis(n + 2, size[n], kernel[n], stride[n], padding[n], after, dilation[n], outputs[n])
        )
    return axes[0], axes[1]


def _check_grad(grad_output: Array, input: Array, height: _Axis, width: _Axis) -> None:
    shape = (*input.shape[:2], height.outputs, width.outputs)
    checks.same_shape("grad_output", grad_output, shape, input)


def _pad(images: Array, height: _Axis, width: _Axis, value: float) -> Array:
    """Pad so far that all windows lie inside, also one that hangs over the end."""
    shape = (*images.shape[:2], height.padded, width.padded)
    if images.shape == shape:
        return images
    padded = np.full(shape, value, images.dtype)
    _crop(padded, height, width)[...] = images
    return padded


def _crop(padded: Array, height: _Axis, width: _Axis) -> Array:
    """View the images inside of their padding."""
    rows = slice(height.before, height.before + height.size)
    return padded[:, :, rows, width.before : width.before + width.size]


def _taps(padded: Array, *axes: _Axis) -> Iterator[Array]:
    """View, for each place in the window along some axes, the pixels there of all windows."""
    axis, *others = axes
    for start in range(0, axis.kernel * axis.dilation, axis.dilation):
        taps = slice(start, start + axis.stride * (axis.outputs - 1) + 1, axis.stride)
        view = padded[:, :, taps] if axis.number == 2 else padded[..., taps]
        yield from _taps(view, *others) if others else [view]


def _blocks(images: Array) -> Iterator[slice]:
    """Cut the images into blocks that a cache holds."""
    step = max(1, _BLOCK_BYTES // max(1, images[:1].nbytes))
    for start in range(0, len(images), step):
        yield slice(start, start + step)


def _combine(operation: np.ufunc, padded: Array, height: _Axis, width: _Axis) -> Array:
    """Add up all windows, or take their maxima."""
    output = np.empty((*padded.shape[:2], height.outputs, width.outputs), padded.dtype)
    for images in _blocks(padded):
        of_columns = reduce(operation, _taps(padded[images], height))
        output[images] = reduce(operation, _taps(of_columns, width))
    return output


def _running_maximum(taps: Iterator[Array], better: Array) -> Array:
    """Return the maximum of the taps, and note for each but the first where it beats all before.

    So of equal ones the first counts, as in PyTorch.
    """
    best = next(taps)
    for tap, beats in zip(map(np.ascontiguousarray, taps), better, strict=True):
        best = np.ascontiguousarray(best)
        np.greater(tap, best, out=beats)
        best = np.maximum(best, tap)
    return best


def _undo_maximum(grad_padded: Array, axis: _Axis, grad_output: Array, better: Array) -> None:
    """Go back from the last tap: one that beats all before it takes what is left of a gradient."""
    first, *others = _taps(grad_padded, axis)
    for place, beats in zip(others[::-1], better[::-1], strict=True):
        taken = grad_output * beats
        grad_output = grad_output - taken
        _add(place, taken, axis)
    _add(first, grad_output, axis)


def _distribute(grad_padded: Array, axis: _Axis, grad_output: Array) -> None:
    """Give every place in the windows along one axis their gradient."""
    for place in _taps(grad_padded, axis):
        _add(place, grad_output, axis)


def _add(place: Array, gradient: Array, axis: _Axis) -> None:
    """Add a gradient to zeros; where no windows overlap, nothing was added before."""
    if axis.overlaps:
        place += gradient
    else:
        place[...] = gradient


def _divisor(
    height: _Axis,
    width: _Axis,
    count_include_pad: bool,
    divisor_override: int | None,
    dtype: np.dtype,
) -> Array:
    """Return by what each window's sum is divided: a number, or (H', W') numbers."""
    if divisor_override is not None:
        return np.asarray(checks.integer("divisor_override", divisor_override, 1), dtype)
    counts = []
    for axis in (height, width):
        border = axis.before if count_include_pad else 0
        starts = axis.stride * np.arange(axis.outputs) - axis.before
        ends = np.minimum(starts + axis.kernel, axis.size + border)
        counts.append(ends - np.maximum(starts, -border))
    return np.outer(*counts).astype(dtype)


def _power_sums(
    input: Array, power: float, kernel_size: Size, stride: Size | None, ceil_mode: bool
) -> Array:
    checks.floats("input", input, "N C H W")
    area = math.prod(checks.pair("kernel_size", kernel_size))
    return avg_pool2d(np.power(input, power), kernel_size, stride, 0, ceil_mode) * area


def _grid_size(input: Array, output_size: GridSize) -> Pair:
    checks.floats("input", input, "N C H W")
    if isinstance(output_size, tuple | list) and len(output_size) == 2:
        height, width = (
            own if wanted is None else wanted
            for own, wanted in zip(input.shape[2:], output_size, strict=True)
        )
        output_size = height, width
    return checks.pair("output_size", output_size)


def _cells(input: Array, size: Pair) -> Iterator[tuple[Pair, slice, slice]]:
    """Yield, for each cell of a grid over the image, its place, its rows and its columns."""
    for cell in np.ndindex(size):
        rows, columns = (
            slice(i * length // n, -((i + 1) * length // -n))
            for i, n, length in zip(cell, size, input.shape[2:], strict=True)
        )
        yield cell, rows, columns


def _flat(images: Array) -> Array:
    """Flatten every plane: (N, C, H, W) → (N, C, H × W)."""
    return images.reshape(*images.shape[:2], math.prod(images.shape[2:]))


def _check_unpool(
    input: Array,
    indices: Array,
    kernel_size: Size,
    stride: Size | None,
    padding: Size,
    output_size: Size | None,
) -> Pair:
    checks.floats("input", input, "N C H W")
    if not isinstance(indices, np.ndarray) or not np.issubdtype(indices.dtype, np.integer):
        kind = getattr(indices, "dtype", type(indices).__name__)
        raise TypeError(
            f"indices (of {kind}) must be an array of integers; take them from "
            "max_pool2d(..., return_indices=True)"
        )
    if indices.shape != input.shape:
        raise ValueError(f"indices (shape {indices.shape}) must have input's shape, {input.shape}")
    kernel = checks.pair("kernel_size", kernel_size)
    stride = kernel if stride is None else checks.pair("stride", stride)
    padding = checks.pair("padding", padding, 0)
    usual = [
        (n - 1) * s - 2 * p + k
        for n, k, s, p in zip(input.shape[2:], kernel, stride, padding, strict=True)
    ]
    size = checks.pair("output_size", usual if output_size is None else output_size)
    for name, length, expected, step in zip(("height", "width"), size, usual, stride, strict=True):
        if abs(length - expected) >= step:
            raise ValueError(
                f"output_size's {name} (={length}) must be less than stride (={step}) away from "
                f"{expected}, which kernel_size, stride and padding give"
            )
    if indices.size and not 0 <= indices.min() <= indices.max() < math.prod(size):
        raise ValueError(
            f"indices (from {indices.min()} to {indices.max()}) must lie within the output's "
            f"{size[0]} × {size[1]} pixels; give the pooling's input size as output_size"
        )
    return size


def _blur_axes(input: Array, kernel_size: Size, stride: Size) -> tuple[_Axis, _Axis]:
    checks.floats("input", input, "N C H W")
    kernel, stride = checks.pair("kernel_size", kernel_size), checks.pair("stride", stride)
    axes = []
    for number in (2, 3):
        size, length, step = input.shape[number], kernel[number - 2], stride[number - 2]
        if length // 2 >= size:
            raise ValueError(
                f"kernel_size (={length}) must be at most {2 * size - 1} for an input of {size} "
                f"pixels, whose reflection is only so long"
            )
        axes.append(
            _Axis(number, size, length, step, (length - 1) // 2, length // 2, 1, -(-size // step))
        )
    return axes[0], axes[1]


def _binomial(length: int, dtype: np.dtype) -> Array:
    """Return a row of Pascal's triangle, divided by its sum."""
    row = [math.comb(length - 1, i) / 2 ** (length - 1) for i in range(length)]
    return np.asarray(row, dtype)


def _reflect(images: Array, axis: _Axis) -> Array:
    """Pad one axis with its mirror image; the last pixel itself is not repeated."""
    sides = [(0, 0)] * 4
    sides[axis.number] = axis.before, axis.after
    return np.pad(images, sides, "reflect")


def _unreflect(grad_padded: Array, axis: _Axis) -> Array:
    """Add the gradient of the mirror images to the pixels which they mirror."""
    rows = np.moveaxis(grad_padded, axis.number, 0)
    end = axis.before + axis.size
    grad = rows[axis.before : end].copy()
    grad[1 : axis.before + 1] += rows[: axis.before][::-1]
    grad[axis.size - 1 - axis.after : axis.size - 1] += rows[end:][::-1]
    return np.moveaxis(grad, 0, axis.number)
