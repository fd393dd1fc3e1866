"""Convolution, forward and backward, with the names and semantics of torch.nn.functional.

All of it is one idea: copy the pixels under every window into the columns of a matrix, and let one
matrix product do the rest (Chellapilla, Puri & Simard 2006, section 3.1). The columns hold every
pixel many times, so they are made for a few images or rows at a time, no more than a cache holds.
"""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import as_strided

from cnnnotes import checks
from cnnnotes.checks import Array, Padding, Pair, Sides, Size
from cnnnotes.shapes import conv_output_size, conv_transpose_output_size

if TYPE_CHECKING:
    from scipy.sparse import csr_array

# Bytes of columns made at a time: half of a usual second-level cache, measured to be near the best.
_BLOCK_BYTES = 2**19

# Outputs in a row up to which it is quicker to copy some windows too many, measured too.
_SHORT_ROW = 20


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
        Filters, (O, C / groups, kernel height, kernel width), of the same dtype.
    bias
        One number a filter, (O,), or None.
    stride, dilation
        An int, or (height, width).
    padding
        Zeros around the image: an int, (height, width), ((top, bottom), (left, right)), "valid"
        (none) or "same" (as many as keep the size, at stride 1).
    groups
        Both C and O are split into so many groups, which do not see each other.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind or dtype.
    ValueError
        If the arguments do not fit together.

    Notes
    -----
    The kernel is not flipped, as in all of deep learning: this is a cross-correlation (Dumoulin &
    Visin 2016, section 1.1).
    """
    stride, padding, dilation, size = _check(input, weight, bias, stride, padding, dilation, groups)
    windows = _windows(_pad(input, padding), weight.shape[2:], stride, dilation, size)
    filters = weight.reshape(groups, len(weight) // groups, -1)
    added = 0 if bias is None else bias[:, None, None]
    output = np.empty((len(input), len(weight), *size), input.dtype)
    for images, rows in _blocks(windows):
        columns = _matrices(windows[images, ..., rows, :], groups)
        block = output[images, :, rows]
        result = (filters @ columns).reshape(*block.shape[:3], -1)
        np.add(result[..., : size[1]], added, out=block)
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
    """Return the gradients of `conv2d` with respect to input, weight and bias.

    The bias's is None where there is no bias, the input's where `needs_input_grad` is False: the
    first layer of a network has no use for it. Raises as `conv2d`.
    """
    stride, padding, dilation, size = _check(input, weight, bias, stride, padding, dilation, groups)
    checks.same_shape("grad_output", grad_output, (len(input), len(weight), *size), input)
    grad_bias = None if bias is None else _sum_of_maps(grad_output)
    turned = _turned_padding(size, weight.shape[2:], input.shape[2:], padding, dilation)
    if needs_input_grad and stride == (1, 1) and np.min(turned) >= 0:
        return *_gradients(grad_output, input, weight, turned, dilation, groups), grad_bias
    grad_input = None
    if needs_input_grad:
        shape = input.shape[2:]
        grad_input = _spread(grad_output, weight, shape, stride, padding, dilation, groups)
    windows = _windows(_pad(input, padding), weight.shape[2:], stride, dilation, size)
    grad_weight = _weight_gradient(grad_output, windows, weight, groups)
    return grad_input, grad_weight, grad_bias


def conv_transpose2d(
    input: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Size = 1,
    padding: Size | Sides = 0,
    output_padding: Size = 0,
    groups: int = 1,
    dilation: Size = 1,
) -> Array:
    """Lay down every filter, scaled by every pixel: (N, C, H, W) → (N, O, H', W').

    It is the transpose of a `conv2d` with the same arguments, and so goes from the shape of that
    one's output to the shape of its input; it does not undo it (Dumoulin & Visin 2016, chapter 4).

    Parameters
    ----------
    input
        Images, (N, C, H, W), float32 or float64.
    weight
        Filters, (C, O / groups, kernel height, kernel width), of the same dtype.
    bias
        One number an output channel, (O,), or None.
    stride, dilation, groups
        Those of the convolution that is transposed.
    padding
        So many rows and columns are cut from the output's border; as in `conv2d`, without strings.
    output_padding
        Rows and columns added at the bottom and the right: with a stride, inputs of several sizes
        have outputs of one size, and this chooses. Smaller than stride or dilation.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind or dtype.
    ValueError
        If the arguments do not fit together.
    """
    stride, padding, dilation, size = _check_transposed(
        input, weight, bias, stride, padding, output_padding, groups, dilation
    )
    output = _spread(input, weight, size, stride, padding, dilation, groups)
    return output if bias is None else output + bias[:, None, None]


def conv_transpose2d_backward(
    grad_output: Array,
    input: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Size = 1,
    padding: Size | Sides = 0,
    output_padding: Size = 0,
    groups: int = 1,
    dilation: Size = 1,
) -> tuple[Array, Array, Array | None]:
    """Return the gradients of `conv_transpose2d` with respect to input, weight and bias.

    The bias's is None where there is no bias. Raises as `conv_transpose2d`.
    """
    stride, padding, dilation, size = _check_transposed(
        input, weight, bias, stride, padding, output_padding, groups, dilation
    )
    output_shape = (len(input), weight.shape[1] * groups, *size)
    checks.same_shape("grad_output", grad_output, output_shape, input)
    grad_input = conv2d(grad_output, weight, None, stride, padding, dilation, groups)
    height, width = input.shape[2:]
    padded = _pad(grad_output, padding)
    windows = _windows(padded, weight.shape[2:], stride, dilation, (height, width))
    grad_weight = _weight_gradient(input, windows, weight, groups)
    grad_bias = None if bias is None else _sum_of_maps(grad_output)
    return grad_input[..., :height, :width], grad_weight, grad_bias


def im2col(
    input: Array, kernel_size: Size, dilation: Size = 1, padding: Padding = 0, stride: Size = 1
) -> Array:
    """Copy every window into a column: (N, C, H, W) → (N, C × kernel area, H' × W').

    `torch.nn.functional.unfold`. Arguments and errors as in `conv2d`.
    """
    checks.floats("input", input, "N C H W")
    kernel, stride, padding, dilation, size = _check_window(
        input.shape[2:], kernel_size, stride, padding, dilation
    )
    windows = _windows(_pad(input, padding), kernel, stride, dilation, size)
    return _matrices(windows[..., : size[1]].copy(), groups=1)[:, 0]


def im2col_backward(
    grad_output: Array,
    input: Array,
    kernel_size: Size,
    dilation: Size = 1,
    padding: Padding = 0,
    stride: Size = 1,
) -> Array:
    """Return the gradient of `im2col` with respect to its input, which is `col2im`."""
    checks.floats("input", input, "N C H W")
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
    kernel, stride, padding, dilation, size = _check_window(
        image_size, kernel_size, stride, padding, dilation
    )
    channels, rest = divmod(input.shape[1], math.prod(kernel))
    if rest or input.shape[2] != math.prod(size):
        raise ValueError(
            f"input (shape {input.shape}) must be (N, a multiple of {math.prod(kernel)}, "
            f"{math.prod(size)}) for output_size (={image_size}), kernel_size (={kernel}), stride "
            f"(={stride}), padding (={padding}) and dilation (={dilation})"
        )
    padded = _pad(np.zeros((len(input), channels, *image_size), input.dtype), padding)
    windows = _windows(padded, kernel, stride, dilation, size)[..., : size[1]]
    _add(windows, input.reshape(windows.shape))
    return _crop(padded, padding, image_size)


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
    groups = checks.integer("groups", groups, 1)
    image_size = checks.pair("input_size", input_size)
    groups = checks.groups_divide(groups, weight.shape[1] * groups, len(weight))
    kernel, stride, padding, dilation, size = _check_window(
        image_size, weight.shape[2:], stride, padding, dilation
    )
    channels = weight.shape[1] * groups
    pixels = 1 + np.arange(channels * math.prod(image_size)).reshape(1, channels, *image_size)
    windows = _windows(_pad(pixels, padding), kernel, stride, dilation, size)[..., : size[1]]
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
    stride, padding, dilation, size = _check(input, weight, bias, stride, padding, dilation, groups)
    padded = np.pad(input, ((0, 0), (0, 0), *padding))
    height, width = size
    out_channels, in_channels, kernel_height, kernel_width = weight.shape
    output = np.zeros((len(input), out_channels, height, width), input.dtype)
    for n in range(len(input)):
        for o in range(out_channels):
            group = o // (out_channels // groups)
            for y in range(height):
                for x in range(width):
                    for c in range(in_channels):
                        for i in range(kernel_height):
                            for j in range(kernel_width):
                                row = y * stride[0] + i * dilation[0]
                                column = x * stride[1] + j * dilation[1]
                                pixel = padded[n, group * in_channels + c, row, column]
                                output[n, o, y, x] += weight[o, c, i, j] * pixel
    return output if bias is None else output + bias[:, None, None]


def _check(
    input: Array,
    weight: Array,
    bias: Array | None,
    stride: Size,
    padding: Padding,
    dilation: Size,
    groups: int,
) -> tuple[Pair, Sides, Pair, Pair]:
    checks.floats("input", input, "N C H W")
    checks.floats("weight", weight, "out_channels in_channels/groups height width", like=input)
    checks.not_empty("weight", weight)
    in_channels, out_channels = input.shape[1], len(weight)
    checks.groups_divide(groups, in_channels, out_channels)
    if weight.shape[1] * groups != in_channels:
        raise ValueError(
            f"input (shape {input.shape}) has {in_channels} channels, but weight (shape "
            f"{weight.shape}) with groups (={groups}) expects {weight.shape[1] * groups}"
        )
    if bias is not None:
        checks.same_shape("bias", bias, (out_channels,), input)
    return _check_window(input.shape[2:], weight.shape[2:], stride, padding, dilation)[1:]


def _check_transposed(
    input: Array,
    weight: Array,
    bias: Array | None,
    stride: Size,
    padding: Size | Sides,
    output_padding: Size,
    groups: int,
    dilation: Size,
) -> tuple[Pair, Sides, Pair, Pair]:
    checks.floats("input", input, "N C H W")
    checks.floats("weight", weight, "in_channels out_channels/groups height width", like=input)
    checks.not_empty("weight", weight)
    if isinstance(padding, str):
        raise ValueError(f"padding (={padding!r}) must be a number in a transposed convolution")
    if len(weight) != input.shape[1]:
        raise ValueError(
            f"input (shape {input.shape}) has {input.shape[1]} channels, but weight (shape "
            f"{weight.shape}) expects {len(weight)}"
        )
    groups = checks.integer("groups", groups, 1)
    out_channels = weight.shape[1] * groups
    checks.groups_divide(groups, input.shape[1], out_channels)
    if bias is not None:
        checks.same_shape("bias", bias, (out_channels,), input)
    stride, dilation = checks.pair("stride", stride), checks.pair("dilation", dilation)
    kernel, output_padding = weight.shape[2:], checks.pair("output_padding", output_padding, 0)
    sides = checks.sides(padding, kernel, stride, dilation)
    size = checks.both_axes(
        conv_transpose_output_size,
        input.shape[2:],
        kernel,
        stride,
        sides,
        output_padding,
        dilation,
    )
    return stride, sides, dilation, size


def _check_window(
    size: Pair, kernel_size: Size, stride: Size, padding: Padding, dilation: Size
) -> tuple[Pair, Pair, Sides, Pair, Pair]:
    kernel = checks.pair("kernel_size", kernel_size)
    stride, dilation = checks.pair("stride", stride), checks.pair("dilation", dilation)
    sides = checks.sides(padding, kernel, stride, dilation)
    output_size = checks.both_axes(conv_output_size, size, kernel, stride, sides, dilation)
    return kernel, stride, sides, dilation, output_size


def _pad(images: Array, padding: Sides) -> Array:
    """Copy the images into zeros, where one row's right padding is also the next row's left.

    Two more rows of zeros follow in memory, for the windows of the last row: see `_windows`.
    """
    *outer, height, width = images.shape
    (top, bottom), (left, right) = padding
    shape = (*outer, top + height + bottom, width + max(left, right))
    memory = np.zeros(math.prod(shape) + 2 * shape[-1], images.dtype)
    padded = memory[: math.prod(shape)].reshape(shape)
    _crop(padded, padding, (height, width))[...] = images
    return padded


def _crop(padded: Array, padding: Sides, size: Pair) -> Array:
    """View the images inside of their padding."""
    (top, _), (left, _) = padding
    return padded[:, :, top : top + size[0], left : left + size[1]]


def _windows(padded: Array, kernel: Pair, stride: Pair, dilation: Pair, size: Pair) -> Array:
    """View what `_pad` made as (N, C, kernel height, kernel width, H', at least W').

    Where rows are short, windows at their ends wrap round into the next row. They mean nothing, but
    with them all windows follow each other in memory, and copying them is quick: one long run for
    each place in the kernel, not a short one for each row.
    """
    images, channels, rows, columns = padded.strides
    height, width = size
    if stride == (1, 1) and width <= _SHORT_ROW and width <= padded.shape[3] <= 1.5 * width:
        width = padded.shape[3]
    return as_strided(
        padded,
        (*padded.shape[:2], *kernel, height, width),
        (
            images,
            channels,
            dilation[0] * rows,
            dilation[1] * columns,
            stride[0] * rows,
            stride[1] * columns,
        ),
    )


def _blocks(windows: Array) -> Iterator[tuple[slice, slice]]:
    """Cut a convolution into blocks, each of some images, or of some output rows of one image."""
    images, height = len(windows), windows.shape[-2]
    row_bytes = windows[:1, ..., :1, :].nbytes
    rows = max(1, min(height, _BLOCK_BYTES // max(1, row_bytes)))
    step = max(1, _BLOCK_BYTES // max(1, row_bytes * height))
    for image in range(0, images, step):
        for row in range(0, height, rows):
            yield slice(image, image + step), slice(row, row + rows)


def _matrices(block: Array, groups: int) -> Array:
    """Copy (n, channels, ..., rows, width) into one matrix an image and group.

    The matrices have a column for every output position.
    """
    n, *channels, rows, width = block.shape
    return block.reshape(n, groups, math.prod(channels) // groups, rows * width)


def _widen(values: Array, width: int) -> Array:
    """Add zeros at the ends of the rows, where windows wrap round."""
    if values.shape[-1] == width:
        return values
    wide = np.zeros((*values.shape[:-1], width), values.dtype)
    wide[..., : values.shape[-1]] = values
    return wide


def _spread(
    values: Array,
    weight: Array,
    size: Pair,
    stride: Pair,
    padding: Sides,
    dilation: Pair,
    groups: int,
) -> Array:
    """Transpose a convolution: lay down every filter, scaled by every value, and add them up.

    At stride 1 this is a convolution with turned filters, which is quicker: it adds nothing up.
    """
    channels = weight.shape[1] * groups
    turned_padding = _turned_padding(values.shape[2:], weight.shape[2:], size, padding, dilation)
    if stride == (1, 1) and np.min(turned_padding) >= 0:
        turned = _turn(weight, groups)
        return conv2d(values, turned, None, 1, turned_padding, dilation, groups)
    padded = _pad(np.zeros((len(values), channels, *size), values.dtype), padding)
    windows = _windows(padded, weight.shape[2:], stride, dilation, values.shape[2:])
    filters = weight.reshape(groups, len(weight) // groups, -1)
    for images, rows in _blocks(windows):
        block = windows[images, ..., rows, :]
        wide = _widen(values[images, :, rows], windows.shape[-1])
        columns = filters.mT @ _matrices(wide, groups)
        _add(block, columns.reshape(block.shape))
    return _crop(padded, padding, size)


def _turned_padding(
    size: Pair, kernel: Pair, target: Pair, padding: Sides, dilation: Pair
) -> Sides:
    """Return the padding with which turned filters lead from one size to the other."""
    sides = []
    for axis in (0, 1):
        reach = dilation[axis] * (kernel[axis] - 1)
        before = reach - padding[axis][0]
        sides.append((before, target[axis] - size[axis] + reach - before))
    return sides[0], sides[1]


def _gradients(
    grad_output: Array, input: Array, weight: Array, padding: Sides, dilation: Pair, groups: int
) -> tuple[Array, Array]:
    """Return the gradients of input and weight at stride 1, both from the same columns.

    The columns are those of a convolution of `grad_output` with turned filters, which gives the
    gradient of the input. Times the input itself they give the gradient of the turned filters.
    """
    windows = _windows(
        _pad(grad_output, padding), weight.shape[2:], (1, 1), dilation, input.shape[2:]
    )
    filters = _turn(weight, groups).reshape(groups, weight.shape[1], -1)
    gradient = np.zeros((groups, filters.shape[2], weight.shape[1]), weight.dtype)
    grad_input = np.empty(input.shape, input.dtype)
    for images, rows in _blocks(windows):
        columns = _matrices(windows[images, ..., rows, :], groups)
        block = grad_input[images, :, rows]
        block[...] = (filters @ columns).reshape(*block.shape[:3], -1)[..., : input.shape[3]]
        wide = _widen(input[images, :, rows], windows.shape[-1])
        gradient += (columns @ _matrices(wide, groups).mT).sum(0)
    turned = gradient.mT.reshape(input.shape[1], len(weight) // groups, *weight.shape[2:])
    return grad_input, _turn(turned, groups)


def _sum_of_maps(grad_output: Array) -> Array:
    """Sum up each channel; as a product with ones, which is quicker than NumPy's sum."""
    planes = grad_output.reshape(*grad_output.shape[:2], math.prod(grad_output.shape[2:]))
    return (planes @ np.ones(planes.shape[2], planes.dtype)).sum(0)


def _turn(weight: Array, groups: int) -> Array:
    """Turn filters by half a circle and swap the channels that they read and write."""
    turned = weight.reshape(groups, -1, *weight.shape[1:])[..., ::-1, ::-1].swapaxes(1, 2)
    return turned.reshape(-1, len(weight) // groups, *weight.shape[2:])


def _add(windows: Array, columns: Array) -> None:
    """Add columns to the pixels that they stand for; one tap at a time, as windows overlap."""
    for i, j in np.ndindex(windows.shape[2:4]):
        tap = windows[:, :, i, j]
        tap += columns[:, :, i, j]


def _weight_gradient(grad_output: Array, windows: Array, weight: Array, groups: int) -> Array:
    """Sum up, for every weight, the pixels which it met times the gradients which came back."""
    gradient = np.zeros((groups, weight[0].size, len(weight) // groups), weight.dtype)
    for images, rows in _blocks(windows):
        columns = _matrices(windows[images, ..., rows, :], groups)
        wide = _widen(grad_output[images, :, rows], windows.shape[-1])
        gradient += (columns @ _matrices(wide, groups).mT).sum(0)
    return gradient.mT.reshape(weight.shape)
