"""A convolution's columns for themselves, its matrix, and its definition as loops.

`im2col` and `col2im` are what `conv` does inside, block by block; the matrix and the seven loops
are what a convolution is, to be read and compared with.
"""

import math
from typing import TYPE_CHECKING

import numpy as np

from cnnnotes import checks
from cnnnotes.checks import Array, Padding, Size
from cnnnotes.conv_blocks import add_to_windows, crop, matrices, pad, windows_of

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = [
    "col2im",
    "col2im_backward",
    "conv2d_loops",
    "conv2d_matrix",
    "im2col",
    "im2col_backward",
]


def im2col(
    input: Array, kernel_size: Size, dilation: Size = 1, padding: Padding = 0, stride: Size = 1
) -> Array:
    """Copy every window into a column: (N, C, H, W) → (N, C × kernel area, H' × W').

    `torch.nn.functional.unfold`. Arguments and errors as in `conv2d`.
    """
    checks.images("input", input)
    window, size = checks.columns(input.shape, kernel_size, stride, padding, dilation)
    windows = windows_of(pad(input, window.padding), window, size)
    return matrices(windows[..., : size[1]].copy(), groups=1)[:, 0]


def im2col_backward(
    grad_output: Array,
    input: Array,
    kernel_size: Size,
    dilation: Size = 1,
    padding: Padding = 0,
    stride: Size = 1,
) -> Array:
    """Return the gradient of `im2col` with respect to its input, which is `col2im`."""
    checks.images("input", input)
    checks.floats("grad_output", grad_output, "N C×area H'×W'", like=input)
    return col2im(grad_output, input.shape[2:], kernel_size, dilation, padding, stride)


def col2im(
    input: Array,
    output_size: Size,
    kernel_size: Size,
    dilation: Size = 1,
    padding: Padding = 0,
    stride: Size = 1,
) -> Array:
    """Add columns back to where `im2col` took them: (N, C × area, H' × W') → (N, C, H, W).

    `torch.nn.functional.fold`. `output_size` is (H, W). A pixel seen by several windows becomes
    the sum of what they hold. Other arguments and errors as in `conv2d`.
    """
    checks.floats("input", input, "N C×area H'×W'")
    image_size = checks.pair("output_size", output_size)
    window, size = checks.columns((0, 0, *image_size), kernel_size, stride, padding, dilation)
    area = math.prod(window.kernel)
    channels, rest = divmod(input.shape[1], area)
    if rest or input.shape[2] != math.prod(size):
        raise ValueError(
            f"input (shape {input.shape}) must be (N, a multiple of {area}, {math.prod(size)}) for "
            f"output_size (={image_size}), kernel_size (={window.kernel}), stride "
            f"(={window.stride}), padding (={window.padding}) and dilation (={window.dilation})"
        )
    checks.padded_shape("padding", (len(input), channels, *image_size), window.padding)
    padded = pad(np.zeros((len(input), channels, *image_size), input.dtype), window.padding)
    windows = windows_of(padded, window, size)[..., : size[1]]
    add_to_windows(windows, input.reshape(windows.shape))
    return crop(padded, window.padding, image_size)


def col2im_backward(
    grad_output: Array,
    input: Array,
    output_size: Size,
    kernel_size: Size,
    dilation: Size = 1,
    padding: Padding = 0,
    stride: Size = 1,
) -> Array:
    """Return the gradient of `col2im` with respect to its input, which is `im2col`."""
    checks.floats("input", input, "N C×area H'×W'")
    size = checks.pair("output_size", output_size)
    area = math.prod(checks.pair("kernel_size", kernel_size))
    checks.same_shape(
        "grad_output", grad_output, (len(input), input.shape[1] // area, *size), input
    )
    return im2col(grad_output, kernel_size, dilation, padding, stride)


def conv2d_matrix(
    weight: Array,
    input_size: Size,
    stride: Size = 1,
    padding: Padding = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> "csr_array":
    """Write a convolution as the matrix it is: (O × H' × W', C × H × W), sparse.

    `conv2d_matrix(weight, (H, W)) @ image.ravel()` is `conv2d(image[None], weight).ravel()`. Each
    row has one output's weights; each column is one pixel. `input_size` is (H, W).

    Raises
    ------
    TypeError, ValueError
        As `conv2d`.
    ImportError
        If SciPy is not installed.
    """
    try:
        from scipy.sparse import coo_array
    except ImportError:
        raise ImportError("conv2d_matrix needs SciPy; try pip install scipy") from None
    checks.floats("weight", weight, "out_channels in_channels/groups height width")
    checks.not_empty("weight", weight)
    image_size = checks.pair("input_size", input_size)
    window = checks.window(weight.shape[2:], stride, padding, dilation, groups)
    groups, channels = window.groups, weight.shape[1] * window.groups
    checks.groups_divide(groups, channels, len(weight))
    checks.padded_shape("input_size", (1, channels, *image_size), window.padding)
    window, size = checks.window_fits(image_size, window)
    checks.possible("input_size", image_size, (*weight.shape, *size))
    pixels = 1 + np.arange(channels * math.prod(image_size)).reshape(1, channels, *image_size)
    windows = windows_of(pad(pixels, window.padding), window, size)[..., : size[1]]
    by_group = windows.reshape(groups, 1, -1, *size)
    shape = (groups, len(weight) // groups, *by_group.shape[2:])
    columns = np.broadcast_to(by_group, shape)
    values = np.broadcast_to(weight.reshape(*shape[:3], 1, 1), shape)
    outputs = np.arange(len(weight) * math.prod(shape[3:])).reshape(*shape[:2], 1, *shape[3:])
    rows = np.broadcast_to(outputs, shape)
    inside = columns > 0  # what is 0 is padding
    matrix = coo_array(
        (values[inside], (rows[inside], columns[inside] - 1)), shape=(outputs.size, pixels.size)
    )
    return matrix.tocsr()


def conv2d_loops(
    input: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Size = 1,
    padding: Padding = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Array:
    """Do what `conv2d` does, as its definition says it: seven loops. Slow, and meant to be read."""
    window, (height, width) = checks.convolution(
        input, weight, bias, stride, padding, dilation, groups
    )
    padded = np.pad(input, ((0, 0), (0, 0), *window.padding))
    out_channels, in_channels, kernel_height, kernel_width = weight.shape
    output = np.zeros((len(input), out_channels, height, width), input.dtype)
    for n in range(len(input)):
        for o in range(out_channels):
            group = o // (out_channels // window.groups)
            for y in range(height):
                for x in range(width):
                    for c in range(in_channels):
                        for i in range(kernel_height):
                            for j in range(kernel_width):
                                row = y * window.stride[0] + i * window.dilation[0]
                                column = x * window.stride[1] + j * window.dilation[1]
                                pixel = padded[n, group * in_channels + c, row, column]
                                output[n, o, y, x] += weight[o, c, i, j] * pixel
    return output if bias is None else output + bias[:, None, None]
