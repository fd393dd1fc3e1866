"""Pooling beside `pool`: powers, grids of a given size, blur, and the way back from maxima."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from cnnnotes import checks
from cnnnotes.checks import Array, Pair, Pooling, Size
from cnnnotes.pool import avg_pool2d, avg_pool2d_backward, find_maxima, give_to_maxima
from cnnnotes.pool_axes import Axis, check_grad, taps_of

__all__ = [
    "adaptive_avg_pool2d",
    "adaptive_avg_pool2d_backward",
    "adaptive_max_pool2d",
    "adaptive_max_pool2d_backward",
    "blur_pool2d",
    "blur_pool2d_backward",
    "lp_pool2d",
    "lp_pool2d_backward",
    "max_blur_pool2d",
    "max_blur_pool2d_backward",
    "max_unpool2d",
    "max_unpool2d_backward",
]

GridSize = int | tuple[int | None, int | None]


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
    pooling = checks.pooling(kernel_size, stride, 0, 1, ceil_mode)
    with np.errstate(invalid="ignore", over="ignore"):
        return _power_sums(input, power, pooling) ** (1 / power)


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
    pooling = checks.pooling(kernel_size, stride, 0, 1, ceil_mode)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        sums = _power_sums(input, power, pooling)
        checks.same_shape("grad_output", grad_output, sums.shape, input)
        outer = np.power(sums, 1 / power - 1, out=np.zeros_like(sums), where=sums != 0)
        scaled = grad_output * outer * float(math.prod(pooling.kernel))
        grad_powers = avg_pool2d_backward(scaled, input, pooling)
        inner = np.power(input, power - 1, out=np.zeros_like(input), where=grad_powers != 0)
        return grad_powers * inner


def _power_sums(input: Array, power: float, pooling: Pooling) -> Array:
    checks.images("input", input)
    return avg_pool2d(np.power(input, power), pooling) * float(math.prod(pooling.kernel))


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
    wanted = checks.flag("return_indices", return_indices)
    output = np.empty((*input.shape[:2], *size), input.dtype)
    indices = np.empty(output.shape, np.int64)
    plane = np.arange(math.prod(input.shape[2:])).reshape(input.shape[2:])
    for cell, rows, columns in _cells(input, size):
        pixels = input[..., rows, columns]
        output[..., *cell] = pixels.max((2, 3))
        indices[..., *cell] = plane[rows, columns].ravel()[_first_maximum(_flat(pixels))]
    return (output, indices) if wanted else output


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


def _grid_size(input: Any, output_size: Any) -> Pair:
    checks.images("input", input)
    size = checks.grid("output_size", output_size, input.shape[2:])
    checks.possible("output_size", output_size, (*input.shape[:2], *size))
    return size


def _cells(input: Array, size: Pair) -> Iterator[tuple[Pair, slice, slice]]:
    """Yield, for each cell of a grid over the image, its place, its rows and its columns."""
    for cell in np.ndindex(size):
        rows, columns = (
            slice(i * length // n, -((i + 1) * length // -n))
            for i, n, length in zip(cell, size, input.shape[2:], strict=True)
        )
        yield cell, rows, columns


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


def _check_unpool(
    input: Any, indices: Any, kernel_size: Any, stride: Any, padding: Any, output_size: Any
) -> Pair:
    checks.images("input", input)
    if not isinstance(indices, np.ndarray) or not np.issubdtype(indices.dtype, np.integer):
        kind = getattr(indices, "dtype", type(indices).__name__)
        raise TypeError(
            f"indices (of {kind}) must be an array of integers; take them from "
            "max_pool2d(..., return_indices=True)"
        )
    checks.array("indices", indices)
    if indices.shape != input.shape:
        raise ValueError(f"indices (shape {indices.shape}) must have input's shape, {input.shape}")
    kernel, steps, padding, *_ = checks.pooling(kernel_size, stride, padding)
    usual = [
        (n - 1) * s - 2 * p + k
        for n, k, s, p in zip(input.shape[2:], kernel, steps, padding, strict=True)
    ]
    size = checks.pair("output_size", usual if output_size is None else output_size)
    checks.possible("output_size", size, (*input.shape[:2], *size))
    for name, length, expected, step in zip(("height", "width"), size, usual, steps, strict=True):
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
            _binomial(axis.kernel, input.dtype), taps_of(_reflect(blurred, axis), axis), strict=True
        )
        blurred = sum(share * tap for share, tap in taps)
    return blurred


def blur_pool2d_backward(
    grad_output: Array, input: Array, kernel_size: Size = 3, stride: Size = 2
) -> Array:
    """Return the gradient of `blur_pool2d` with respect to its input."""
    axes = _blur_axes(input, kernel_size, stride)
    check_grad(grad_output, input, *axes)
    grad = grad_output
    for axis in axes:
        shape = list(grad.shape)
        shape[axis.number] = axis.padded
        grad_padded = np.zeros(shape, grad.dtype)
        places = taps_of(grad_padded, axis)
        for share, place in zip(_binomial(axis.kernel, input.dtype), places, strict=True):
            place += share * grad
        grad = _unreflect(grad_padded, axis)
    return grad


def max_blur_pool2d(
    input: Array, kernel_size: Size = 3, stride: Size = 2, max_pool_size: Size = 2
) -> Array:
    """Take the maximum of every window, one step apart, blur them, and keep every second.

    Max pooling that hardly changes with small shifts: what `max_pool2d` leaves out by its stride
    is first averaged in. The blur is that of `blur_pool2d`, with `kernel_size` and `stride`;
    `max_pool_size` is the window of the maximum. The names are those of kornia.

    Raises as `blur_pool2d`.

    Source: Zhang 2019, "Making convolutional networks shift-invariant again", section 3.2.
    """
    maxima = find_maxima(input, max_pool_size, 1)
    return blur_pool2d(maxima.values, kernel_size, stride)


def max_blur_pool2d_backward(
    grad_output: Array,
    input: Array,
    kernel_size: Size = 3,
    stride: Size = 2,
    max_pool_size: Size = 2,
) -> Array:
    """Return the gradient of `max_blur_pool2d` with respect to its input."""
    maxima = find_maxima(input, max_pool_size, 1)
    grad = blur_pool2d_backward(grad_output, maxima.values, kernel_size, stride)
    return give_to_maxima(grad, maxima)


def _blur_axes(input: Any, kernel_size: Any, stride: Any) -> tuple[Axis, Axis]:
    checks.images("input", input)
    kernel, steps = checks.pair("kernel_size", kernel_size), checks.pair("stride", stride)
    axes = []
    for number in (2, 3):
        size, length, step = input.shape[number], kernel[number - 2], steps[number - 2]
        if length // 2 >= size:
            raise ValueError(
                f"kernel_size (={length}) must be at most {2 * size - 1} for an input of {size} "
                f"pixels, whose reflection is only so long"
            )
        axes.append(
            Axis(number, size, length, step, (length - 1) // 2, length // 2, 1, -(-size // step))
        )
    return axes[0], axes[1]


def _binomial(length: int, dtype: np.dtype) -> Array:
    """Return a row of Pascal's triangle, divided by its sum."""
    row = [math.comb(length - 1, i) / 2 ** (length - 1) for i in range(length)]
    return np.asarray(row, dtype)


def _reflect(images: Array, axis: Axis) -> Array:
    """Pad one axis with its mirror image; the last pixel itself is not repeated."""
    sides = [(0, 0)] * 4
    sides[axis.number] = axis.before, axis.after
    return np.pad(images, sides, "reflect")


def _unreflect(grad_padded: Array, axis: Axis) -> Array:
    """Add the gradient of the mirror images to the pixels which they mirror."""
    rows = np.moveaxis(grad_padded, axis.number, 0)
    end = axis.before + axis.size
    grad = rows[axis.before : end].copy()
    grad[1 : axis.before + 1] += rows[: axis.before][::-1]
    grad[axis.size - 1 - axis.after : axis.size - 1] += rows[end:][::-1]
    return np.moveaxis(grad, 0, axis.number)


def _first_maximum(pixels: Array) -> Array:
    """Return where in the last axis the first maximum is; with NaN, the last NaN, as in PyTorch."""
    places = pixels.argmax(-1)
    nan = np.isnan(pixels)
    if nan.any():
        last = pixels.shape[-1] - 1 - nan[..., ::-1].argmax(-1)
        places = np.where(nan.any(-1), last, places)
    return places


def _flat(images: Array) -> Array:
    """Flatten every plane: (N, C, H, W) → (N, C, H × W)."""
    return images.reshape(*images.shape[:2], math.prod(images.shape[2:]))
