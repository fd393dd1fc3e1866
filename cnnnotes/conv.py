"""Convolution, forward and backward, with the names and semantics of torch.nn.functional."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnnnotes import checks
from cnnnotes.checks import Array, Padding, Pair, Sides, Size


def conv2d(
    input: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Size = 1,
    padding: Padding = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Array:
    """Slide every filter over every image: (N, C, H, W) → (N, O, H', W').

    Parameters
    ----------
    input
        Images, (N, C, H, W), float32 or float64.
    weight
        Filters, (O, C / groups, kernel height, kernel width).
    bias
        One number a filter, (O,), or None.
    stride, dilation
        An int, or (height, width).
    padding
        An int, (height, width), ((top, bottom), (left, right)), "same" or "valid". Pads with zeros.
    groups
        Both C and O are split into so many groups, which do not see each other.

    Raises
    ------
    TypeError, ValueError
        If the arguments do not fit together.

    Notes
    -----
    As in all of deep learning the kernel is not flipped: this is a cross-correlation (Dumoulin &
    Visin 2016, section 2).
    """
    stride, padding, dilation = _check(input, weight, bias, stride, padding, dilation, groups)
    windows = _windows(_pad(input, padding), weight.shape[2:], stride, dilation)
    height, width = windows.shape[-2:]
    matrix = weight.reshape(groups, len(weight) // groups, -1)
    output = np.empty((len(input), len(weight), height, width), input.dtype)
    for image, result in zip(windows, output, strict=True):
        columns = image.reshape(groups, -1, height * width)
        np.matmul(matrix, columns, out=result.reshape(groups, -1, height * width))
    if bias is not None:
        output += bias[:, None, None]
    return output


def conv2d_backward(
    grad_output: Array,
    input: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Size = 1,
    padding: Padding = 0,
    dilation: Size = 1,
    groups: int = 1,
    *,
    needs_input_grad: bool = True,
) -> tuple[Array | None, Array, Array | None]:
    """Return the gradients of `conv2d` by its (input, weight, bias), given the one by its output.

    The gradient by the input is None if `needs_input_grad` is False (a first layer needs none),
    the gradient by the bias is None if there was no bias.
    """
    stride, padding, dilation = _check(input, weight, bias, stride, padding, dilation, groups)
    padded = _pad(input, padding)
    windows = _windows(padded, weight.shape[2:], stride, dilation)
    height, width = windows.shape[-2:]
    checks.same_shape("grad_output", grad_output, (len(input), len(weight), height, width), input)
    matrix = weight.reshape(groups, len(weight) // groups, -1)
    grad_matrix = np.zeros_like(matrix)
    grad_padded = np.zeros_like(padded)
    for n, image in enumerate(windows):
        grad = grad_output[n].reshape(groups, -1, height * width)
        columns = image.reshape(groups, -1, height * width)
        grad_matrix += grad @ columns.transpose(0, 2, 1)
        if needs_input_grad:
            grad_windows = (matrix.transpose(0, 2, 1) @ grad).reshape(image.shape)
            taps = _taps(grad_padded[n], weight.shape[2:], (height, width), stride, dilation)
            for (i, j), tap in taps:
                tap += grad_windows[:, i, j]
    (top, bottom), (left, right) = padding
    rows = slice(top, grad_padded.shape[2] - bottom)
    grad_input = grad_padded[:, :, rows, left : grad_padded.shape[3] - right]
    return (
        grad_input if needs_input_grad else None,
        grad_matrix.reshape(weight.shape),
        None if bias is None else grad_output.sum((0, 2, 3)),
    )


def _check(
    input: Array,
    weight: Array,
    bias: Array | None,
    stride: Size,
    padding: Padding,
    dilation: Size,
    groups: int,
) -> tuple[Pair, Sides, Pair]:
    checks.floats("input", input, "N C H W")
    checks.floats("weight", weight, "out_channels in_channels/groups height width", like=input)
    groups = checks.groups_divide(groups, input.shape[1], weight.shape[0])
    if weight.shape[1] * groups != input.shape[1]:
        raise ValueError(
            f"input has {input.shape[1]} channels (shape {input.shape}) but weight (shape "
            f"{weight.shape}) expects {weight.shape[1] * groups}"
        )
    if bias is not None:
        checks.same_shape("bias", bias, (len(weight),), like=input)
    kernel = weight.shape[2:]
    strides, dilations = checks.pair("stride", stride), checks.pair("dilation", dilation)
    sides = checks.sides(padding, kernel, strides, dilations)
    checks.kernel_fits(input.shape[2:], kernel, sides, dilations)
    return strides, sides, dilations


def _pad(images: Array, padding: Sides) -> Array:
    return np.pad(images, ((0, 0), (0, 0), *padding)) if padding != ((0, 0), (0, 0)) else images


def _windows(padded: Array, kernel: Pair, stride: Pair, dilation: Pair) -> Array:
    """View (N, C, H, W) as (N, C, kernel height, kernel width, H', W'), without a copy."""
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    windows = sliding_window_view(padded, reach, (2, 3))
    windows = windows[:, :, :: stride[0], :: stride[1], :: dilation[0], :: dilation[1]]
    return windows.transpose(0, 1, 4, 5, 2, 3)


def _taps(padded: Array, kernel: Pair, output: Pair, stride: Pair, dilation: Pair):
    """Yield each kernel position with the view of all pixels which it touches."""
    for i in range(kernel[0]):
        for j in range(kernel[1]):
            top, left = i * dilation[0], j * dilation[1]
            rows = slice(top, top + stride[0] * output[0], stride[0])
            columns = slice(left, left + stride[1] * output[1], stride[1])
            yield (i, j), padded[..., rows, columns]
