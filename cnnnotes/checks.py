"""The door: every public operation checks its arguments here, and says what to do instead."""

import math
from collections.abc import Callable, Sequence
from operator import index
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Size = int | Sequence[int]
Pair = tuple[int, int]
Sides = tuple[Pair, Pair]  # ((top, bottom), (left, right))
Padding = str | int | Sequence[int] | Sequence[Sequence[int]]


def floats(name: str, array: Array, axes: str, like: Array | None = None) -> Array:
    """Check that `array` is a NumPy float array with the named axes, of the same dtype as `like`.

    Raises
    ------
    TypeError
        If it is no NumPy array, its dtype is not float32 or float64, or is not that of `like`.
    ValueError
        If it has another number of axes.
    """
    if not isinstance(array, np.ndarray):
        raise TypeError(
            f"{name} (a {type(array).__name__}) must be a NumPy array; try np.asarray({name})"
        )
    if array.dtype not in (np.float32, np.float64):
        raise TypeError(
            f"{name} (dtype {array.dtype}) must be float32 or float64; "
            f"try {name}.astype(np.float32)"
        )
    if like is not None and array.dtype != like.dtype:
        raise TypeError(
            f"{name} (dtype {array.dtype}) must have the dtype of the input, {like.dtype}; "
            f"try {name}.astype(np.{like.dtype})"
        )
    wanted = axes.split()
    if array.ndim != len(wanted):
        fix = (
            f"; add the batch axis with {name}[None]" if array.ndim == len(wanted) - 1 == 3 else ""
        )
        raise ValueError(
            f"{name} (shape {array.shape}) must have {len(wanted)} axes, ({', '.join(wanted)}){fix}"
        )
    return array


def not_empty(name: str, array: Array) -> None:
    """Check that no axis of `array` has length 0."""
    if 0 in array.shape:
        raise ValueError(f"{name} (shape {array.shape}) must not be empty")


def same_shape(name: str, array: Array, shape: tuple[int, ...], like: Array) -> None:
    """Check that `array` has exactly this shape, and the dtype of `like`."""
    if not isinstance(array, np.ndarray) or array.shape != shape:
        given = f"shape {array.shape}" if isinstance(array, np.ndarray) else type(array).__name__
        raise ValueError(f"{name} ({given}) must be an array of shape {shape}")
    if array.dtype != like.dtype:
        raise TypeError(
            f"{name} (dtype {array.dtype}) must have the dtype of the input, {like.dtype}; "
            f"try {name}.astype(np.{like.dtype})"
        )


def integer(name: str, value: Any, least: int) -> int:
    """Check that `value` is a whole number of at least `least`."""
    try:
        if isinstance(value, bool | np.bool_):
            raise TypeError
        value = index(value)
    except TypeError:
        raise TypeError(f"{name} (={value!r}) must be an int") from None
    if value < least:
        raise ValueError(f"{name} (={value}) must be at least {least}")
    return value


def positive(name: str, value: Any) -> float:
    """Check that `value` is a finite number above 0."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
        raise TypeError(f"{name} (={value!r}) must be a number")
    if not 0 < value < math.inf:
        raise ValueError(f"{name} (={value}) must be above 0 and finite")
    return float(value)


def pair(name: str, value: Any, least: int = 1) -> Pair:
    """Check an int, or a (height, width) pair of them, and return the pair."""
    if isinstance(value, tuple | list):
        if len(value) != 2:
            raise ValueError(f"{name} (={value!r}) must be an int or a pair (height, width)")
        return integer(name, value[0], least), integer(name, value[1], least)
    return (integer(name, value, least),) * 2


def groups_divide(groups: Any, in_channels: int, out_channels: int) -> int:
    """Check that `groups` divides both numbers of channels."""
    groups = integer("groups", groups, 1)
    for name, channels in (("in_channels", in_channels), ("out_channels", out_channels)):
        if channels % groups:
            raise ValueError(f"{name} (={channels}) must be divisible by groups (={groups})")
    return groups


def sides(padding: Padding, kernel: Pair, stride: Pair, dilation: Pair) -> Sides:
    """Turn any way to say `padding` into ((top, bottom), (left, right)).

    "same" keeps the size at stride 1; where the total is odd, the extra row or column goes to the
    bottom and the right, as in PyTorch.
    """
    if isinstance(padding, str):
        if padding == "valid":
            return (0, 0), (0, 0)
        if padding != "same":
            raise ValueError(f"padding (={padding!r}) must be 'same', 'valid' or a number")
        if stride != (1, 1):
            raise ValueError(f"stride (={stride}) must be 1 when padding is 'same'")
        totals = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
        top, left = totals[0] // 2, totals[1] // 2
        return (top, totals[0] - top), (left, totals[1] - left)
    if isinstance(padding, tuple | list) and any(isinstance(p, tuple | list) for p in padding):
        if len(padding) != 2:
            raise ValueError(f"padding (={padding!r}) must be ((top, bottom), (left, right))")
        return pair("padding", padding[0], 0), pair("padding", padding[1], 0)
    vertical, horizontal = pair("padding", padding, 0)
    return (vertical, vertical), (horizontal, horizontal)


def both_axes(rule: Callable[..., int], *arguments: Sequence[Any]) -> Pair:
    """Apply a rule of `cnnnotes.shapes` to height and width; its errors then say which it was."""
    results = []
    for name, of_axis in zip(("height", "width"), zip(*arguments, strict=True), strict=True):
        try:
            results.append(rule(*of_axis))
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    return results[0], results[1]
