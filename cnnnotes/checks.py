"""The door: every public operation checks its arguments here, and says what to do instead."""

import math
from collections.abc import Sequence
from numbers import Real
from operator import index
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cnnnotes.shapes import (
    conv_output_size,
    conv_transpose_output_size,
    diagnoses,
    pool_output_size,
)
from cnnnotes.shapes.diagnosis import ShapeError
from cnnnotes.shapes.sizes import kernel_span

Array = npt.NDArray[Any]
Size = int | Sequence[int]
Pair = tuple[int, int]
Sides = tuple[Pair, Pair]  # ((top, bottom), (left, right))
Padding = str | int | Sequence[int] | Sequence[Sequence[int]]

_LARGEST = 2**63 - 1

# Further apart than any image is long. A step to nowhere is cut to this, so that addresses fit.
_FAR = 2**31

# More values than this (16 GiB in float32) are asked for by mistake.
_MOST_VALUES = 2**32


class Window(NamedTuple):
    """How a convolution's window lies on the image: all in (height, width), once and for all."""

    kernel: Pair
    stride: Pair
    padding: Sides
    dilation: Pair
    groups: int


class Pooling(NamedTuple):
    """How a pooling's window lies on the image: all in (height, width), once and for all."""

    kernel: Pair
    stride: Pair
    padding: Pair
    dilation: Pair
    ceil_mode: bool


def shown(value: Any) -> str:
    """Return what a value looks like, on one short line, without control characters."""
    try:
        text = " ".join(repr(value).split())
    except ValueError:  # Python won't print whole numbers of more than 4,300 digits
        text = f"a number of {value.bit_length()} bits" if isinstance(value, int) else "a value"
    text = printable(text)
    return text if len(text) <= 100 else f"{text[:97]}..."


def printable(text: object) -> str:
    """Return a text or a path with its control characters written out, so that none acts."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(text))


# Arrays


def array(name: str, value: Any) -> Array:
    """Check that `value` is a plain NumPy array.

    Raises
    ------
    TypeError
        If it is anything else, also a matrix or a masked array, whose mask would be ignored.
    """
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(
            f"{name} (a masked array) must be a plain NumPy array, because masks are not honoured "
            f"here; fill in what is masked, with {name}.filled(0)"
        )
    if isinstance(value, np.ndarray) and not isinstance(value, np.matrix):
        return value
    fix = f"try np.asarray({name})"
    if isinstance(value, list | tuple):
        try:
            fix = f"try np.asarray({name})" if np.asarray(value).dtype != object else ""
        except (ValueError, TypeError, OverflowError):
            fix = "its parts differ in length, so give them one shape first"
        if fix.startswith("try"):
            fix = f"try np.asarray({name}, np.float32)"
    kind = type(value).__name__
    raise TypeError(f"{name} (a {kind}) must be a NumPy array" + (f"; {fix}" if fix else ""))


def floats(name: str, value: Any, axes: str = "*", like: Array | None = None) -> Array:
    """Check that `value` is a NumPy float array with the named axes, of the same dtype as `like`.

    One of the axes may be "*", which stands for any number of them.

    Raises
    ------
    TypeError
        If it is no NumPy array, its dtype is not float32 or float64, or is not that of `like`.
    ValueError
        If it has another number of axes.
    """
    value = array(name, value)
    if value.dtype not in (np.float32, np.float64):
        kind = "float64" if value.dtype.newbyteorder("=") == np.float64 else "float32"
        fix = f"; try {name}.astype(np.{kind})"
        if value.dtype.kind == "c":
            fix = f"; take a part of it, such as {name}.real"
        elif value.dtype.kind not in "biuf":
            fix = "; make it of numbers"
        raise TypeError(f"{name} (dtype {value.dtype}) must be float32 or float64{fix}")
    if like is not None and value.dtype != like.dtype:
        raise TypeError(
            f"{name} (dtype {value.dtype}) must have the dtype of the input, {like.dtype}; "
            f"try {name}.astype(np.{like.dtype})"
        )
    wanted = axes.split()
    least = len(wanted) - ("*" in wanted)
    if value.ndim != least and ("*" not in wanted or value.ndim < least):
        fix = f"; add the batch axis with {name}[None]" if value.ndim == least - 1 else ""
        named = ", ".join(wanted)
        raise ValueError(
            f"{name} (shape {value.shape}) must have {least} axes{' or more' * ('*' in wanted)}, "
            f"({named}){fix}"
        )
    return value


def images(name: str, value: Any, channels: int | None = None, like: Array | None = None) -> Array:
    """Check images (N, C, H, W) in floats, with something in height and width.

    Raises
    ------
    TypeError
        As `floats`.
    ShapeError
        If there are more or fewer axes; says how to add them, if it is known what `channels` are
        expected.
    ValueError
        If height or width is 0.
    """
    value = floats(name, value, like=like)
    if value.ndim != 4:
        raise ShapeError(diagnoses.conv_rank(value.shape, channels, array=name))
    if 0 in value.shape[2:]:
        raise ValueError(f"{name} (shape {value.shape}) must not have an empty height or width")
    return value


def as_array(name: str, value: Any) -> Array:
    """Check that `value` is numbers, or can be made an array of them."""
    try:
        result = np.asarray(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} (a {type(value).__name__}) must be an array of numbers") from None
    if isinstance(value, np.ma.MaskedArray) or result.dtype.kind not in "biuf":
        raise TypeError(f"{name} (dtype {result.dtype}) must be a plain array of numbers")
    return result


def not_empty(name: str, array: Array) -> None:
    """Check that no axis of `array` has length 0."""
    if 0 in array.shape:
        raise ValueError(f"{name} (shape {array.shape}) must not be empty")


def same_shape(name: str, value: Any, shape: tuple[int, ...], like: Array) -> Array:
    """Check that `value` has exactly this shape, and the dtype of `like`."""
    if isinstance(value, np.ndarray):
        value = array(name, value)
    if not isinstance(value, np.ndarray) or value.shape != shape:
        given = f"shape {value.shape}" if isinstance(value, np.ndarray) else type(value).__name__
        raise ValueError(f"{name} ({given}) must be an array of shape {shape}")
    if value.dtype != like.dtype:
        raise TypeError(
            f"{name} (dtype {value.dtype}) must have the dtype of the input, {like.dtype}; "
            f"try {name}.astype(np.{like.dtype})"
        )
    return value


def classes(name: str, value: Any) -> Array:
    """Check an array of whole numbers, the true classes."""
    if isinstance(value, np.ndarray):
        array(name, value)
    if isinstance(value, np.ndarray) and np.issubdtype(value.dtype, np.integer):
        return value
    given = f"dtype {value.dtype}" if isinstance(value, np.ndarray) else type(value).__name__
    fix = f"try np.asarray({name}).astype(np.int64)"
    if isinstance(value, np.ndarray) and value.ndim > 1:
        fix = f"if they are one-hot, try {name}.argmax(1)"
    raise TypeError(
        f"{name} ({given}) must be a NumPy array of whole numbers, the true classes; {fix}"
    )


# Numbers, flags and words


def integer(name: str, value: Any, least: int) -> int:
    """Check that `value` is a whole number of at least `least`."""
    try:
        if isinstance(value, bool | np.bool_ | np.ndarray):
            raise TypeError
        value = index(value)
    except TypeError:
        raise TypeError(f"{name} (={shown(value)}) must be an int") from None
    if value < least:
        raise ValueError(f"{name} (={shown(value)}) must be at least {least}")
    if value > _LARGEST:
        raise ValueError(f"{name} (={shown(value)}) must be at most {_LARGEST}")
    return value


def number(name: str, value: Any) -> float:
    """Check that `value` is a finite number, also one of NumPy's, and return it as a float."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        raise TypeError(f"{name} (={shown(value)}) must be a number")
    try:
        result = float(value)
    except (OverflowError, ValueError):
        result = math.inf
    if not math.isfinite(result):
        raise ValueError(f"{name} (={shown(value)}) must be finite")
    return result


def positive(name: str, value: Any) -> float:
    """Check that `value` is a finite number above 0."""
    try:
        if number(name, value) > 0:
            return float(value)
    except ValueError:
        pass
    raise ValueError(f"{name} (={shown(value)}) must be above 0 and finite")


def at_least_zero(name: str, value: Any) -> float:
    """Check that `value` is a finite number of 0 or more."""
    try:
        if number(name, value) >= 0:
            return float(value)
    except ValueError:
        pass
    raise ValueError(f"{name} (={shown(value)}) must be 0 or more, and finite")


def probability(name: str, value: Any) -> float:
    """Check that `value` lies between 0 and 1, and return it as a float."""
    try:
        if 0 <= number(name, value) <= 1:
            return float(value)
    except (TypeError, ValueError):
        pass
    raise ValueError(f"{name} (={shown(value)}) must be a probability, from 0 to 1")


def flag(name: str, value: Any) -> bool:
    """Check that `value` is True or False, and not something that merely counts as one of them."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} (={shown(value)}) must be True or False")
    return bool(value)


def one_of(name: str, value: Any, words: Sequence[str]) -> str:
    """Check that `value` is one of some words."""
    if not isinstance(value, str) or value not in words:
        listed = ", ".join(map(repr, words[:-1])) + f" or {words[-1]!r}"
        raise ValueError(f"{name} (={shown(value)}) must be {listed}")
    return value


def float_dtype(name: str, value: Any) -> np.dtype[Any]:
    """Check that `value` names float32 or float64."""
    try:
        if value is not None and np.dtype(value) in (np.float32, np.float64):
            return np.dtype(value)
    except (TypeError, ValueError):
        pass
    raise TypeError(f"{name} (={shown(value)}) must be float32 or float64")


def lengths(name: str, value: Any) -> tuple[int, ...]:
    """Check that `value` is a shape, and that memory can hold such an array."""
    if not isinstance(value, tuple | list):
        raise TypeError(f"{name} (={shown(value)}) must be a tuple of ints")
    shape = tuple(integer(name, length, 0) for length in value)
    possible(name, value, shape)
    return shape


def whole(name: str, value: Any) -> int:
    """Check that `value` is a whole number."""
    return integer(name, value, -_LARGEST)


def grid(name: str, value: Any, size: tuple[int, ...] = (1, 1)) -> Pair:
    """Check an int, or a (height, width) pair of ints; None stands for what `size` has there."""
    if isinstance(value, tuple | list) and len(value) == 2:
        value = [own if n is None else n for own, n in zip(size, value, strict=True)]
    return pair(name, value)


def axis(name: str, value: Any, axes: int) -> int:
    """Check that `value` is the number of one of so many axes, and return it counted from 0."""
    value = whole(name, value)
    if not -axes <= value < axes:
        raise ValueError(f"{name} (={value}) must be an axis of the input, which has {axes}")
    return value % axes


def generator(name: str, value: Any, *, needed: bool = True) -> np.random.Generator:
    """Check a NumPy generator or a seed, and return the generator; None if it is not `needed`."""
    if isinstance(value, np.random.Generator):
        return value
    if value is None and not needed:
        return np.random.default_rng()
    try:
        return np.random.default_rng(integer(name, value, 0))
    except TypeError:
        raise TypeError(
            f"{name} (={shown(value)}) must be a NumPy generator or a seed, such as {name}=0"
        ) from None


def no_word(name: str, value: Any) -> None:
    """Check that the padding of a transposed convolution is no word."""
    if isinstance(value, str):
        raise ValueError(f"{name} (={shown(value)}) must be a number in a transposed convolution")


def pair(name: str, value: Any, least: int = 1) -> Pair:
    """Check an int, or a (height, width) pair of them, and return the pair."""
    if isinstance(value, tuple | list):
        if len(value) != 2:
            raise ValueError(f"{name} (={shown(value)}) must be an int or a pair (height, width)")
        return integer(name, value[0], least), integer(name, value[1], least)
    return (integer(name, value, least),) * 2


def groups_divide(groups: Any, in_channels: int, out_channels: int) -> int:
    """Check that `groups` divides both numbers of channels."""
    groups = integer("groups", groups, 1)
    for name, channels in (("in_channels", in_channels), ("out_channels", out_channels)):
        if channels % groups:
            raise ShapeError(diagnoses.groups_divide(name, channels, groups))
    return groups


def sides(padding: Any, kernel: Pair, stride: Pair, dilation: Pair) -> Sides:
    """Turn any way to say `padding` into ((top, bottom), (left, right)).

    "same" keeps the size at stride 1; where the total is odd, the extra row or column goes to the
    bottom and the right, as in PyTorch.
    """
    if isinstance(padding, str):
        if padding == "valid":
            return (0, 0), (0, 0)
        if padding != "same":
            raise ValueError(f"padding (={shown(padding)}) must be 'same', 'valid' or a number")
        totals = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
        for step, total in zip(stride, totals, strict=True):
            if step != 1:
                raise ShapeError(diagnoses.same_with_stride(step, total + 1))
        top, left = totals[0] // 2, totals[1] // 2
        return (top, totals[0] - top), (left, totals[1] - left)
    if isinstance(padding, tuple | list) and any(isinstance(p, tuple | list) for p in padding):
        if len(padding) != 2:
            raise ValueError(f"padding (={shown(padding)}) must be ((top, bottom), (left, right))")
        return pair("padding", padding[0], 0), pair("padding", padding[1], 0)
    vertical, horizontal = pair("padding", padding, 0)
    return (vertical, vertical), (horizontal, horizontal)


# Windows


def window(
    kernel_size: Any, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: Any = 1
) -> Window:
    """Check how a window lies, and turn every way to say it into one.

    Where `stride` is a `Window` already, as a layer keeps it, it is all of that.
    """
    if isinstance(stride, Window):
        return stride
    kernel = pair("kernel_size", kernel_size)
    steps, dilation = pair("stride", stride), pair("dilation", dilation)
    groups = integer("groups", groups, 1)
    return Window(kernel, steps, sides(padding, kernel, steps, dilation), dilation, groups)


def window_fits(size: Pair, window: Window) -> tuple[Window, Pair]:
    """Check that the window fits into images of this size; return it, and the output's size."""
    outputs = []
    for axis, (length, kernel, step, around, dilation) in enumerate(
        zip(size, *window[:4], strict=True)
    ):
        if kernel_span(kernel, dilation) > length + sum(around):
            raise ShapeError(
                diagnoses.kernel_too_large(length, kernel, dilation, *around, axis, named=True)
            )
        outputs.append(conv_output_size(length, kernel, step, around, dilation))
    return _near(window), (outputs[0], outputs[1])


def columns(
    shape: tuple[int, ...], kernel_size: Any, stride: Any, padding: Any, dilation: Any
) -> tuple[Window, Pair]:
    """Check how windows lie on images of this shape; return them, and how many there are."""
    how, size = window_fits((shape[2], shape[3]), window(kernel_size, stride, padding, dilation))
    padded_shape("padding", shape, how.padding)
    possible("kernel_size", how.kernel, (*shape[:2], *how.kernel, *size))
    return how, size


def convolution(
    input: Any, weight: Any, bias: Any, stride: Any, padding: Any, dilation: Any, groups: Any
) -> tuple[Window, Pair]:
    """Check the arguments of `conv2d`; return its window, and height and width of the output."""
    floats("input", input)
    floats("weight", weight, "out_channels in_channels/groups height width", like=input)
    not_empty("weight", weight)
    how = window(weight.shape[2:], stride, padding, dilation, groups)
    _same_kernel(how, weight)
    expected = weight.shape[1] * how.groups
    images("input", input, expected)
    _channels(input, weight, bias, how, (input.shape[1], len(weight)), expected)
    how, size = window_fits(input.shape[2:], how)
    padded_shape("padding", input.shape, how.padding)
    return how, size


def transposed_convolution(
    input: Any,
    weight: Any,
    bias: Any,
    stride: Any,
    padding: Any,
    output_padding: Any,
    groups: Any,
    dilation: Any,
) -> tuple[Window, Pair]:
    """Check the arguments of `conv_transpose2d`; return what `convolution` returns."""
    floats("input", input)
    floats("weight", weight, "in_channels out_channels/groups height width", like=input)
    not_empty("weight", weight)
    no_word("padding", padding)
    how = window(weight.shape[2:], stride, padding, dilation, groups)
    _same_kernel(how, weight)
    extra = pair("output_padding", output_padding, 0)
    images("input", input, len(weight))
    channels = input.shape[1], weight.shape[1] * how.groups
    _channels(input, weight, bias, how, channels, len(weight))
    outputs = []
    for length, kernel, step, around, gap, more in zip(
        input.shape[2:], *how[:4], extra, strict=True
    ):
        if more >= max(step, gap):
            raise ShapeError(diagnoses.output_padding_too_large(more, step, gap))
        full = (length - 1) * step + kernel_span(kernel, gap) + more
        if sum(around) >= full:
            raise ShapeError(diagnoses.nothing_left(full, *around))
        outputs.append(conv_transpose_output_size(length, kernel, step, around, more, gap))
    possible("stride", how.stride, (len(input), channels[1], *outputs))
    return _near(how), (outputs[0], outputs[1])


def pooling(
    kernel_size: Any, stride: Any, padding: Any, dilation: Any = 1, ceil_mode: Any = False
) -> Pooling:
    """Check how a pooling's window lies; a `Pooling` in place of the kernel size is all of that."""
    if isinstance(kernel_size, Pooling):
        return kernel_size
    kernel = pair("kernel_size", kernel_size)
    return Pooling(
        kernel,
        kernel if stride is None else pair("stride", stride),
        pair("padding", padding, 0),
        pair("dilation", dilation),
        flag("ceil_mode", ceil_mode),
    )


def pooling_fits(size: Pair, pooling: Pooling) -> Pair:
    """Check that the window fits into images of this size; return the output's."""
    outputs = []
    for axis, (length, kernel, step, around, gap) in enumerate(
        zip(size, *pooling[:4], strict=True)
    ):
        if around > kernel // 2:
            raise ShapeError(diagnoses.pool_padding(around, kernel))
        beyond = kernel_span(kernel, gap) - length - 2 * around
        if beyond > 0 and not (pooling.ceil_mode and beyond < step):
            raise ShapeError(
                diagnoses.kernel_too_large(
                    length, kernel, gap, around, around, axis, pool=True, named=True
                )
            )
        outputs.append(pool_output_size(length, kernel, step, around, gap, pooling.ceil_mode))
    return outputs[0], outputs[1]


def _channels(
    input: Array, weight: Array, bias: Any, how: Window, channels: Pair, expected: int
) -> None:
    groups_divide(how.groups, *channels)
    if input.shape[1] != expected:
        reader = f"weight {weight.shape} with groups (={how.groups})"
        raise ShapeError(
            diagnoses.conv_channels(expected, input.shape[1:], array="input", weight=reader)
        )
    if bias is not None:
        same_shape("bias", bias, (channels[1],), input)


def _same_kernel(how: Window, weight: Array) -> None:
    if how.kernel != weight.shape[2:]:
        raise ValueError(
            f"stride (={how}) must be a window of weight's height and width, {weight.shape[2:]}"
        )


def _near(window: Window) -> Window:
    """Cut steps that lead out of every image, so that they fit into an address."""
    (down, across), (below, beside) = window.stride, window.dilation
    return window._replace(
        stride=(min(down, _FAR), min(across, _FAR)), dilation=(min(below, _FAR), min(beside, _FAR))
    )


def padded_shape(name: str, shape: tuple[int, ...], padding: Sides) -> None:
    """Check that memory can hold images of this shape with so much around them."""
    around = [n + sum(p) for n, p in zip(shape[2:], padding, strict=True)]
    possible(name, padding, (*shape[:2], *around))


def possible(argument: str, value: Any, shape: Sequence[int]) -> None:
    """Check that `argument` doesn't ask for an array of `shape` that no memory holds."""
    if math.prod(shape) > _MOST_VALUES:
        raise ValueError(
            f"{argument} (={shown(value)}) must be so small that memory can hold what it makes, "
            f"an array of shape {tuple(shape)}"
        )
