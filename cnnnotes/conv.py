"""Convolution, forward and backward, with the names and semantics of torch.nn.functional.

All of it is one idea: copy the pixels under every window into the columns of a matrix, and let one
matrix product do the rest (Chellapilla, Puri & Simard 2006, section 3.1). A filter is a row of the
other matrix. Backward, the same rows lay columns down again; `conv_blocks` makes it quick.
"""

import numpy as np

from cnnnotes import checks
from cnnnotes.checks import Array, Padding, Pair, Sides, Size, Window
from cnnnotes.conv_blocks import (
    add_to_windows,
    blocks,
    crop,
    matrices,
    pad,
    sum_of_maps,
    turn,
    turned_gradients,
    turned_window,
    widen,
    windows_of,
)  # fmt: skip

__all__ = ["conv2d", "conv2d_backward", "conv_transpose2d", "conv_transpose2d_backward"]


def conv2d(
    input: Array, weight: Array, bias: Array | None = None, stride: Size | Window = 1,
    padding: Padding = 0, dilation: Size = 1, groups: int = 1,
) -> Array:  # fmt: skip
    """Slide every filter over every image: (N, C, H, W) → (N, O, H', W').

    `input` and `weight` (O, C / groups, kernel height, kernel width) are float32 or float64, both
    the same; `bias` is (O,) or None. `stride` and `dilation` are an int or (height, width); instead
    of a stride a `checks.Window` says all that follows. `padding`, zeros around the image, is an
    int, (height, width), ((top, bottom), (left, right)), "valid" (none) or "same" (as many as keep
    the size, at stride 1). C and O are split into `groups`, which do not see each other.

    The kernel is not flipped, as in all of deep learning: this is a cross-correlation (Dumoulin &
    Visin 2016, section 1.1).

    Raises `TypeError` for an argument of the wrong kind or dtype, `ValueError` for one out of range
    and `ShapeError`, a `ValueError`, where the arguments do not fit together.
    """
    window, size = checks.convolution(input, weight, bias, stride, padding, dilation, groups)
    return _read(input, weight, bias, window, size)


def conv2d_backward(
    grad_output: Array, input: Array, weight: Array, bias: Array | None = None,
    stride: Size | Window = 1, padding: Padding = 0, dilation: Size = 1, groups: int = 1,
    *, needs_input_grad: bool = True,
) -> tuple[Array | None, Array, Array | None]:  # fmt: skip
    """Return the gradients of `conv2d` with respect to input, weight and bias; raises as it does.

    The bias's is None where there is no bias, the input's where `needs_input_grad` is False: the
    first layer of a network has no use for it.
    """
    window, size = checks.convolution(input, weight, bias, stride, padding, dilation, groups)
    checks.same_shape("grad_output", grad_output, (len(input), len(weight), *size), input)
    wanted = checks.flag("needs_input_grad", needs_input_grad)
    grad_bias = None if bias is None else sum_of_maps(grad_output)
    turned = turned_window(window, size, input.shape[2:])
    if wanted and turned is not None:
        return *turned_gradients(grad_output, input, weight, turned), grad_bias
    grad_input = _lay_down(grad_output, weight, window, input.shape[2:]) if wanted else None
    return grad_input, _weight_gradient(grad_output, input, weight, window), grad_bias


def conv_transpose2d(
    input: Array, weight: Array, bias: Array | None = None, stride: Size | Window = 1,
    padding: Size | Sides = 0, output_padding: Size = 0, groups: int = 1, dilation: Size = 1,
) -> Array:  # fmt: skip
    """Lay down every filter, scaled by every pixel: (N, C, H, W) → (N, O, H', W').

    It is the transpose of a `conv2d` with the same arguments, and so goes from the shape of that
    one's output to the shape of its input; it does not undo it (Dumoulin & Visin 2016, chapter 4).

    `weight` is (C, O / groups, kernel height, kernel width). `padding` is what is cut from the
    output's border, without strings. `output_padding` adds rows and columns at the bottom and the
    right: with a stride, inputs of several sizes have outputs of one size, and this chooses; it is
    smaller than stride or dilation. All other arguments, and what is raised, as in `conv2d`.
    """
    window, size = checks.transposed_convolution(
        input, weight, bias, stride, padding, output_padding, groups, dilation
    )
    output = _lay_down(input, weight, window, size)
    return output if bias is None else output + bias[:, None, None]


def conv_transpose2d_backward(
    grad_output: Array, input: Array, weight: Array, bias: Array | None = None,
    stride: Size | Window = 1, padding: Size | Sides = 0, output_padding: Size = 0,
    groups: int = 1, dilation: Size = 1,
) -> tuple[Array, Array, Array | None]:  # fmt: skip
    """Return the gradients of `conv_transpose2d` by input, weight and bias (None without one)."""
    window, size = checks.transposed_convolution(
        input, weight, bias, stride, padding, output_padding, groups, dilation
    )
    shape = (len(input), weight.shape[1] * window.groups, *size)
    checks.same_shape("grad_output", grad_output, shape, input)
    grad_input = _read(grad_output, weight, None, window, input.shape[2:])
    grad_bias = None if bias is None else sum_of_maps(grad_output)
    return grad_input, _weight_gradient(input, grad_output, weight, window), grad_bias


def _read(images: Array, weight: Array, bias: Array | None, window: Window, size: Pair) -> Array:
    """Multiply every filter with the columns of every window."""
    windows = windows_of(pad(images, window.padding), window, size)
    filters = weight.reshape(window.groups, len(weight) // window.groups, -1)
    added = 0 if bias is None else bias[:, None, None]
    output = np.empty((len(images), len(weight), *size), images.dtype)
    for some, rows in blocks(windows):
        columns = matrices(windows[some, ..., rows, :], window.groups)
        block = output[some, :, rows]
        result = (filters @ columns).reshape(*block.shape[:3], -1)
        np.add(result[..., : size[1]], added, out=block)
    return output


def _lay_down(values: Array, weight: Array, window: Window, size: Pair) -> Array:
    """Transpose `_read`: lay down every filter, scaled by every value, and add them up."""
    turned = turned_window(window, values.shape[2:], size)
    if turned is not None:
        return _read(values, turn(weight, window.groups), None, turned, size)
    shape = (len(values), weight.shape[1] * window.groups, *size)
    padded = pad(np.zeros(shape, values.dtype), window.padding)
    windows = windows_of(padded, window, values.shape[2:])
    filters = weight.reshape(window.groups, len(weight) // window.groups, -1)
    for some, rows in blocks(windows):
        block = windows[some, ..., rows, :]
        wide = widen(values[some, :, rows], windows.shape[-1])
        columns = filters.mT @ matrices(wide, window.groups)
        add_to_windows(block, columns.reshape(block.shape))
    return crop(padded, window.padding, size)


def _weight_gradient(values: Array, images: Array, weight: Array, window: Window) -> Array:
    """Sum up, for every weight, the pixels which it met times the values which belong to them."""
    windows = windows_of(pad(images, window.padding), window, values.shape[2:])
    groups = window.groups
    gradient = np.zeros((groups, weight[0].size, len(weight) // groups), weight.dtype)
    for some, rows in blocks(windows):
        columns = matrices(windows[some, ..., rows, :], groups)
        wide = widen(values[some, :, rows], windows.shape[-1])
        gradient += (columns @ matrices(wide, groups).mT).sum(0)
    return gradient.mT.reshape(weight.shape)
