"""Max and average pooling, forward and backward, with the names and semantics of torch.

Both go along the height first and then along the width; `pool_axes` has the steps.
"""

import numpy as np

from cnnnotes import checks
from cnnnotes.checks import Array, Pooling, Size
from cnnnotes.pool_axes import (
    Axis,
    Maxima,
    axes_of,
    blocks,
    check_grad,
    combine,
    crop,
    distribute,
    maxima_of,
    pad,
    taps_of,
    undo_maximum,
)  # fmt: skip

__all__ = ["avg_pool2d", "avg_pool2d_backward", "max_pool2d", "max_pool2d_backward"]


def max_pool2d(
    input: Array, kernel_size: Size | Pooling, stride: Size | None = None, padding: Size = 0,
    dilation: Size = 1, ceil_mode: bool = False, return_indices: bool = False,
) -> Array | tuple[Array, Array]:  # fmt: skip
    """Keep the largest value of every window: (N, C, H, W) → (N, C, H', W').

    `input` is float32 or float64; `kernel_size`, `stride` (if None, the kernel size), `padding`
    (−∞ around the image, at most half the kernel) and `dilation` are an int or (height, width);
    instead of the kernel size a `checks.Pooling` says all but the last. With `ceil_mode` a last
    window may hang over the end, if it starts inside. `return_indices` returns also where every
    maximum was, as an index into the flattened H × W plane; of equal ones, the first.

    Raises `TypeError` for an argument of the wrong kind or dtype, `ValueError` for one out of range
    and `ShapeError`, a `ValueError`, where the arguments do not fit together.
    """
    height, width = axes_of(input, kernel_size, stride, padding, dilation, ceil_mode)
    wanted = checks.flag("return_indices", return_indices)
    padded = pad(input, height, width, -np.inf)
    if not wanted:
        return combine(np.maximum, padded, height, width)
    output = np.full((*input.shape[:2], height.outputs, width.outputs), -np.inf, input.dtype)
    indices = np.zeros(output.shape, np.int64)
    rows, columns = (
        np.clip(np.arange(axis.padded) - axis.before, 0, axis.size - 1) for axis in (height, width)
    )
    plane = (rows[:, None] * width.size + columns)[None, None]
    taps = zip(taps_of(padded, height, width), taps_of(plane, height, width), strict=True)
    for position, (values, places) in enumerate(taps):
        better = (position == 0) | (values > output) | np.isnan(values)
        np.copyto(output, values, where=better)
        np.copyto(indices, places, where=better)
    return output, indices


def max_pool2d_backward(
    grad_output: Array, input: Array, kernel_size: Size | Pooling, stride: Size | None = None,
    padding: Size = 0, dilation: Size = 1, ceil_mode: bool = False,
) -> Array:  # fmt: skip
    """Return the gradient of `max_pool2d` with respect to its input.

    All of a window's gradient goes to its maximum; of equal ones, to the first, and with NaN in the
    window to the last NaN, as in PyTorch.
    """
    maxima = find_maxima(input, kernel_size, stride, padding, dilation, ceil_mode)
    return give_to_maxima(grad_output, maxima)


def find_maxima(
    input: Array, kernel_size: Size | Pooling, stride: Size | None = None, padding: Size = 0,
    dilation: Size = 1, ceil_mode: bool = False,
) -> Maxima:  # fmt: skip
    """Do `max_pool2d`, and remember what `give_to_maxima` needs to know for the way back."""
    height, width = axes_of(input, kernel_size, stride, padding, dilation, ceil_mode)
    padded = pad(input, height, width, -np.inf)
    planes, outputs = input.shape[:2], (height.outputs, width.outputs)
    in_rows = np.empty((width.kernel - 1, *planes, height.padded, width.outputs), bool)
    in_columns = np.empty((height.kernel - 1, *planes, *outputs), bool)
    values = np.empty((*planes, *outputs), input.dtype)
    for images in blocks(padded):
        noted = in_rows[:, images], in_columns[:, images]
        values[images] = maxima_of(padded[images], height, width, *noted)
    return Maxima(height, width, values, in_rows, in_columns)


def give_to_maxima(grad_output: Array, maxima: Maxima) -> Array:
    """Return the gradient of the input of `find_maxima`: all of a window's goes to its maximum.

    Raises `TypeError` or `ValueError` if `grad_output` has not the dtype and shape of the maxima.
    """
    height, width, values, in_rows, in_columns = maxima
    checks.same_shape("grad_output", grad_output, values.shape, values)
    grad_padded = np.zeros((*values.shape[:2], height.padded, width.padded), values.dtype)
    for images in blocks(grad_padded):
        grad_of_rows = np.zeros(in_rows[:, images].shape[1:], values.dtype)
        undo_maximum(grad_of_rows, height, grad_output[images], in_columns[:, images])
        undo_maximum(grad_padded[images], width, grad_of_rows, in_rows[:, images])
    return crop(grad_padded, height, width)


def avg_pool2d(
    input: Array, kernel_size: Size | Pooling, stride: Size | None = None, padding: Size = 0,
    ceil_mode: bool = False, count_include_pad: bool = True, divisor_override: int | None = None,
) -> Array:  # fmt: skip
    """Average every window: (N, C, H, W) → (N, C, H', W').

    Arguments and errors as in `max_pool2d`, but padding with zeros, which count as pixels unless
    `count_include_pad` is False; what hangs over the end of the padding never does. With
    `divisor_override` each sum is divided by that number, and not by the number of pixels.
    """
    height, width = axes_of(input, kernel_size, stride, padding, 1, ceil_mode)
    divisor = _divisor(height, width, count_include_pad, divisor_override, input.dtype)
    output = combine(np.add, pad(input, height, width, 0), height, width)
    output /= divisor
    return output


def avg_pool2d_backward(
    grad_output: Array, input: Array, kernel_size: Size | Pooling, stride: Size | None = None,
    padding: Size = 0, ceil_mode: bool = False, count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:  # fmt: skip
    """Return the gradient of `avg_pool2d` with respect to its input: equal parts to all pixels."""
    height, width = axes_of(input, kernel_size, stride, padding, 1, ceil_mode)
    check_grad(grad_output, input, height, width)
    divisor = _divisor(height, width, count_include_pad, divisor_override, input.dtype)
    grad_padded = np.zeros((*input.shape[:2], height.padded, width.padded), input.dtype)
    for images in blocks(grad_padded):
        grad = grad_output[images] / divisor
        grad_of_rows = np.zeros((*grad.shape[:2], height.padded, width.outputs), input.dtype)
        distribute(grad_of_rows, height, grad)
        distribute(grad_padded[images], width, grad_of_rows)
    return crop(grad_padded, height, width)


def _divisor(
    height: Axis, width: Axis, include_pad: bool, override: int | None, dtype: np.dtype
) -> Array:
    """Return by what each window's sum is divided: a number, or (H', W') numbers."""
    include_pad = checks.flag("count_include_pad", include_pad)
    if override is not None:
        return np.asarray(checks.integer("divisor_override", override, 1), dtype)
    counts = []
    for axis in (height, width):
        border = axis.before if include_pad else 0
        starts = axis.stride * np.arange(axis.outputs) - axis.before
        ends = np.minimum(starts + axis.kernel, axis.size + border)
        counts.append(ends - np.maximum(starts, -border))
    return np.outer(*counts).astype(dtype)
