"""Output sizes of convolution and pooling along one axis, in plain integers.

Everything here is about one axis; a picture has two, and each is computed on its own.

Three conventions are in use, and they disagree:

========== ============================ ========================================================
convention rounding                     padding
========== ============================ ========================================================
torch      down; pooling up on request  numbers, per side; ``"same"`` at stride 1 only
tensorflow down                         ``"same"``: ``ceil(size / stride)`` outputs, odd one after
caffe      conv down, pooling up        numbers, per side
========== ============================ ========================================================
"""

from operator import index
from typing import Literal, get_args

Convention = Literal["torch", "tensorflow", "caffe"]
Padding = int | tuple[int, int] | Literal["same", "valid"]


def conv_output_size(
    size: int,
    kernel_size: int,
    stride: int = 1,
    padding: Padding = 0,
    dilation: int = 1,
    *,
    convention: Convention = "torch",
) -> int:
    """Return how many outputs a convolution has along one axis.

    ``floor((size + before + after - dilation * (kernel_size - 1) - 1) / stride) + 1``

    Parameters
    ----------
    size, kernel_size, stride, dilation
        In pixels. ``dilation`` counts from 1: 1 means no gaps.
    padding
        Pixels added on each side, a ``(before, after)`` pair, ``"same"`` or ``"valid"``.
    convention
        Whose rules decide; only ``"same"`` depends on it (see `same_padding`).

    Raises
    ------
    ValueError
        If a number is out of range or the kernel does not fit into the padded input.
    TypeError
        If a number is not an integer.

    References
    ----------
    Dumoulin and Visin (2016), "A guide to convolution arithmetic for deep learning",
    relationship 6; the formula in the documentation of ``torch.nn.Conv2d``.
    """
    size, kernel_size, stride, dilation = _numbers(size, kernel_size, stride, dilation)
    before, after = resolve_padding(size, kernel_size, stride, padding, dilation, convention)
    span = kernel_span(kernel_size, dilation)
    padded = size + before + after
    if span > padded:
        raise ValueError(_does_not_fit(size, kernel_size, dilation, before, after))
    return (padded - span) // stride + 1


def pool_output_size(
    size: int,
    kernel_size: int,
    stride: int | None = None,
    padding: Padding = 0,
    dilation: int = 1,
    ceil_mode: bool = False,
    *,
    convention: Convention = "torch",
) -> int:
    """Return how many outputs a pooling has along one axis.

    Like `conv_output_size`, but ``stride`` defaults to ``kernel_size``, and with ``ceil_mode``
    a last window may hang over the end as long as it starts inside the input or the padding
    before it. ``convention="caffe"`` always rounds up.

    Parameters
    ----------
    size, kernel_size, stride, padding, dilation
        As in `conv_output_size`; numbers in ``padding`` may be at most half of
        ``kernel_size``.
    ceil_mode
        Round up instead of down.
    convention
        ``"caffe"`` implies ``ceil_mode``; ``"tensorflow"`` refuses it.

    Raises
    ------
    ValueError
        If a number is out of range or no window fits.
    TypeError
        If a number is not an integer.

    References
    ----------
    The documentation of ``torch.nn.MaxPool2d``; Caffe, ``pooling_layer.cpp``.
    """
    if stride is None:
        stride = kernel_size
    size, kernel_size, stride, dilation = _numbers(size, kernel_size, stride, dilation)
    before, after = resolve_padding(size, kernel_size, stride, padding, dilation, convention)
    span = kernel_span(kernel_size, dilation)
    if padding != "same" and max(before, after) > kernel_size // 2:
        raise ValueError(
            f"padding (={max(before, after)}) must be at most half of "
            f"kernel_size (={kernel_size}): else a window could hold nothing but padding; "
            f"use padding={kernel_size // 2} or a larger kernel"
        )
    if ceil_mode and convention == "tensorflow":
        raise ValueError("ceil_mode (=True) does not exist in TensorFlow; use padding='same'")
    padded = size + before + after
    if not (ceil_mode or convention == "caffe"):
        if span > padded:
            raise ValueError(_does_not_fit(size, kernel_size, dilation, before, after))
        return (padded - span) // stride + 1
    outputs = -((span - padded) // stride) + 1
    if (outputs - 1) * stride >= size + before:
        outputs -= 1
    if outputs < 1:
        raise ValueError(_does_not_fit(size, kernel_size, dilation, before, after))
    return outputs


def conv_transpose_output_size(
    size: int,
    kernel_size: int,
    stride: int = 1,
    padding: int | tuple[int, int] = 0,
    output_padding: int = 0,
    dilation: int = 1,
) -> int:
    """Return how many outputs a transposed convolution has along one axis.

    ``(size - 1) * stride - before - after + dilation * (kernel_size - 1) + output_padding + 1``:
    the input size of the convolution it transposes. ``stride`` convolution input sizes share an
    output size; ``output_padding`` says which of them is meant.

    Parameters
    ----------
    size, kernel_size, stride, padding, dilation
        Those of the convolution that is transposed, except that ``size`` is its output.
    output_padding
        Pixels added at the end; smaller than ``stride`` or ``dilation``.

    Raises
    ------
    ValueError
        If a number is out of range or nothing would be left.
    TypeError
        If a number is not an integer.

    References
    ----------
    Dumoulin and Visin (2016), relationship 14; the documentation of
    ``torch.nn.ConvTranspose2d``.
    """
    size, kernel_size, stride, dilation = _numbers(size, kernel_size, stride, dilation)
    if isinstance(padding, str):
        raise ValueError(
            f"padding (={padding!r}) must be a number for a transposed convolution: "
            "'same' and 'valid' do not say which size is meant"
        )
    before, after = resolve_padding(size, kernel_size, stride, padding, dilation)
    output_padding = checked_number("output_padding", output_padding, 0)
    if output_padding >= max(stride, dilation):
        raise ValueError(
            f"output_padding (={output_padding}) must be smaller than stride (={stride}) "
            f"or dilation (={dilation}): it only chooses between sizes that the stride merged"
        )
    span = kernel_span(kernel_size, dilation)
    outputs = (size - 1) * stride - before - after + span + output_padding
    if outputs < 1:
        raise ValueError(
            f"padding (={before} before, {after} after) must leave something of the "
            f"{(size - 1) * stride + span + output_padding} outputs; use less padding"
        )
    return outputs


def same_padding(
    size: int,
    kernel_size: int,
    stride: int = 1,
    dilation: int = 1,
    *,
    convention: Convention = "torch",
) -> tuple[int, int]:
    """Return the ``(before, after)`` that ``padding="same"`` stands for along one axis.

    PyTorch keeps the size and therefore refuses a stride. TensorFlow makes
    ``ceil(size / stride)`` outputs, so its padding depends on ``size``. Where the total is odd,
    both put the extra pixel after. Caffe has no ``"same"``.

    Raises
    ------
    ValueError
        If a number is out of range, or the convention has no such padding.
    TypeError
        If a number is not an integer.

    References
    ----------
    The documentation of ``torch.nn.Conv2d``; TensorFlow's ``tf.nn`` notes on padding.
    """
    size, kernel_size, stride, dilation = _numbers(size, kernel_size, stride, dilation)
    _check_convention(convention)
    span = kernel_span(kernel_size, dilation)
    if convention == "caffe":
        raise ValueError("padding (='same') does not exist in Caffe; give a number")
    if convention == "torch" and stride != 1:
        raise ValueError(
            f"stride (={stride}) must be 1 with padding='same' in PyTorch; "
            f"give a number (padding={(span - 1) // 2}), or see convention='tensorflow'"
        )
    outputs = -(-size // stride)
    total = max((outputs - 1) * stride + span - size, 0)
    return total // 2, total - total // 2


def unread_positions(
    size: int,
    kernel_size: int,
    stride: int = 1,
    padding: Padding = 0,
    dilation: int = 1,
    ceil_mode: bool = False,
    *,
    convention: Convention = "torch",
) -> tuple[int, ...]:
    """Return the input rows (or columns) that no window of one layer reads.

    A stride that does not divide is no error: the last positions are dropped, silently. A stride
    larger than the kernel, or a dilation, skips positions in between.

    Parameters
    ----------
    size, kernel_size, stride, padding, dilation
        As in `conv_output_size`.
    ceil_mode
        For pooling that rounds up.

    Raises
    ------
    ValueError, TypeError
        As `conv_output_size`.
    """
    if ceil_mode:
        outputs = pool_output_size(
            size, kernel_size, stride, padding, dilation, True, convention=convention
        )
    else:
        outputs = conv_output_size(
            size, kernel_size, stride, padding, dilation, convention=convention
        )
    before, _ = resolve_padding(size, kernel_size, stride, padding, dilation, convention)
    read = {
        unit * stride - before + tap * dilation
        for unit in range(outputs)
        for tap in range(kernel_size)
    }
    return tuple(position for position in range(size) if position not in read)


def kernel_span(kernel_size: int, dilation: int = 1) -> int:
    """Return how many pixels a dilated kernel stretches over: ``dilation * (k - 1) + 1``."""
    return dilation * (kernel_size - 1) + 1


def resolve_padding(
    size: int,
    kernel_size: int,
    stride: int,
    padding: Padding,
    dilation: int,
    convention: Convention = "torch",
) -> tuple[int, int]:
    """Return ``padding`` along one axis as ``(before, after)``, whatever way it was given."""
    _check_convention(convention)
    if padding == "same":
        return same_padding(size, kernel_size, stride, dilation, convention=convention)
    if padding == "valid":
        return 0, 0
    if isinstance(padding, str):
        raise ValueError(f"padding (={padding!r}) must be a number, a pair, 'same' or 'valid'")
    if not isinstance(padding, tuple | list):
        padding = (padding, padding)
    if len(padding) != 2:
        raise ValueError(
            f"padding (={padding!r}) must be one number or a pair (before, after) along one axis"
        )
    return checked_number("padding", padding[0], 0), checked_number("padding", padding[1], 0)


def _check_convention(convention: str) -> None:
    if convention not in get_args(Convention):
        raise ValueError(
            f"convention (={convention!r}) must be one of {', '.join(get_args(Convention))}"
        )


def _numbers(size: int, kernel_size: int, stride: int, dilation: int) -> tuple[int, int, int, int]:
    return (
        checked_number("size", size, 1),
        checked_number("kernel_size", kernel_size, 1),
        checked_number("stride", stride, 1),
        checked_number("dilation", dilation, 1),
    )


def checked_number(name: str, value: int, least: int) -> int:
    """Return ``value`` as an ``int`` of at least ``least``, or raise an error naming it."""
    if isinstance(value, bool):
        raise TypeError(f"{name} (={value!r}) must be an integer")
    try:
        value = index(value)
    except TypeError:
        raise TypeError(f"{name} (={value!r}) must be an integer") from None
    if value < least:
        raise ValueError(f"{name} (={value}) must be at least {least}")
    return value


def _does_not_fit(size: int, kernel_size: int, dilation: int, before: int, after: int) -> str:
    span = kernel_span(kernel_size, dilation)
    padded = size + before + after
    dilated = f", spanning {span} with dilation {dilation}" if dilation > 1 else ""
    return (
        f"kernel_size (={kernel_size}{dilated}) must fit into the padded input "
        f"(={size} + {before} + {after} = {padded}); "
        f"pad by {-(-(span - size) // 2)}, use a smaller kernel, or a larger input"
    )
