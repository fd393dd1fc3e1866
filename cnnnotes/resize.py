"""Images with more or fewer pixels, by the nearest or by a line between two; with gradients."""

from typing import Any, Literal, NamedTuple

import numpy as np

from cnnnotes import checks
from cnnnotes.checks import Array, Size

__all__ = ["interpolate", "interpolate_backward"]

Mode = Literal["nearest", "bilinear"]


class Taken(NamedTuple):
    """What the pixels of one axis take from its input: a share of the pixel at each place.

    Attributes
    ----------
    places
        Ascending, one for each pixel of the output.
    shares
        What each is multiplied by; None for 1.
    """

    places: Array
    shares: Array | None


def interpolate(
    input: Array,
    size: Size | None = None,
    scale_factor: float | tuple[float, float] | None = None,
    mode: Mode = "nearest",
    align_corners: bool | None = None,
) -> Array:
    """Give images another size: (N, C, H, W) → (N, C, H', W').

    Parameters
    ----------
    input
        Images, (N, C, H, W), float32 or float64.
    size
        The new height and width, as an int or a pair; or else
    scale_factor
        by what to multiply them: a number, or (height, width). Fractions of a pixel are cut off.
    mode
        "nearest" repeats pixels or leaves them out, "bilinear" goes along a line from each pixel
        to the next.
    align_corners
        Of "bilinear" alone: whether the centres of the corner pixels stay where they are, not the
        corners of the image.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind or dtype.
    ValueError
        If not one of size and scale_factor is given, or nothing would be left of the image.

    Source: as `torch.nn.functional.interpolate`; Odena, Dumoulin, Olah 2016, "Deconvolution and
    checkerboard artifacts", for why networks enlarge so.
    """
    axes = _resized_axes(input, size, scale_factor, mode, align_corners)
    output = input if axes else input.copy()
    for axis, parts in axes:
        taken = [_shared(output.take(part.places, axis), part, axis) for part in parts]
        output = taken[0]
        for other in taken[1:]:
            output += other
    return output


def interpolate_backward(
    grad_output: Array,
    input: Array,
    size: Size | None = None,
    scale_factor: float | tuple[float, float] | None = None,
    mode: Mode = "nearest",
    align_corners: bool | None = None,
) -> Array:
    """Return the gradient of `interpolate` with respect to its input."""
    axes = _resized_axes(input, size, scale_factor, mode, align_corners)
    made = list(input.shape)
    for axis, parts in axes:
        made[axis] = len(parts[0].places)
    checks.same_shape("grad_output", grad_output, tuple(made), input)
    grad = grad_output if axes else grad_output.copy()
    for axis, parts in reversed(axes):
        shape = list(grad.shape)
        shape[axis] = input.shape[axis]
        before = np.zeros(shape, grad.dtype)
        for part in parts:
            places, starts = np.unique(part.places, return_index=True)
            where: Any = (*[slice(None)] * axis, places)
            before[where] += np.add.reduceat(_shared(grad, part, axis), starts, axis)
        grad = before
    return grad


def _shared(values: Array, part: Taken, axis: int) -> Array:
    if part.shares is None:
        return values
    return values * np.expand_dims(part.shares, tuple(range(1, values.ndim - axis)))


def _resized_axes(
    input: Any, size: Any, scale_factor: Any, mode: Any, align_corners: Any
) -> list[tuple[int, list[Taken]]]:
    """Return, for width and height, if they change, what each pixel takes along that axis."""
    checks.images("input", input)
    scales, corners = checked_scales(size, scale_factor, mode, align_corners)
    if size is None:
        lengths = [int(n * scale) for n, scale in zip(input.shape[2:], scales, strict=True)]
        if min(lengths) < 1:
            raise ValueError(
                f"scale_factor (={scale_factor!r}) must leave a pixel of input, of shape "
                f"{input.shape}"
            )
    else:
        lengths = list(checks.pair("size", size))
        scales = [made / n for n, made in zip(input.shape[2:], lengths, strict=True)]
    checks.possible("size", tuple(lengths), (*input.shape[:2], *lengths))
    take = _nearest if mode == "nearest" else _linear
    return [
        (axis, take(length, made, scale, corners, input.dtype))
        for axis, length, made, scale in zip((2, 3), input.shape[2:], lengths, scales, strict=True)
        if made != length  # then nothing changes, whatever the scale says, as in PyTorch
    ][::-1]


def checked_scales(
    size: Any, scale_factor: Any, mode: Any, align_corners: Any
) -> tuple[list[float], bool]:
    """Check the arguments of `interpolate`; return the scales, or none, and `align_corners`."""
    checks.one_of("mode", mode, ("nearest", "bilinear"))
    if (size is None) == (scale_factor is None):
        both = "are both given" if size is not None else "are both None"
        raise ValueError(f"size and scale_factor {both}; give one of them")
    if mode == "nearest" and align_corners is not None:
        raise ValueError(f"align_corners (={align_corners!r}) must be None with mode 'nearest'")
    corners = checks.flag("align_corners", align_corners is not None and align_corners)
    if size is not None:
        checks.pair("size", size)
        return [], corners
    factors = scale_factor if isinstance(scale_factor, tuple | list) else (scale_factor,) * 2
    if len(factors) != 2:
        raise ValueError(f"scale_factor (={scale_factor!r}) must be a number or (height, width)")
    return [checks.positive("scale_factor", factor) for factor in factors], corners


def _nearest(length: int, made: int, scale: float, corners: bool, dtype: Any) -> list[Taken]:
    if made == length * 2:  # whatever the scale says, as in PyTorch
        return [Taken(np.arange(made) // 2, None)]
    step = np.float32(1 / scale)  # in which PyTorch computes it, whatever the dtype
    places = np.floor(np.arange(made, dtype=np.float32) * step).astype(np.intp)
    return [Taken(np.minimum(places, length - 1), None)]


def _linear(length: int, made: int, scale: float, corners: bool, dtype: Any) -> list[Taken]:
    at = np.arange(made, dtype=dtype)
    if corners:
        at *= dtype.type((length - 1) / (made - 1) if made > 1 else 0)
    else:
        at = np.maximum((at + 0.5) * dtype.type(1 / scale) - 0.5, 0)
    places = np.minimum(at.astype(np.intp), length - 1)
    share = at - places.astype(dtype)
    return [Taken(places, 1 - share), Taken(np.minimum(places + 1, length - 1), share)]
