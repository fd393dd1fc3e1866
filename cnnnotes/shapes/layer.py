"""What all descriptions of layers share, and how their numbers are read and written.

Shapes leave the batch axis out: (channels, height, width), or (features,) once flattened. Sounds
have one axis of places, (channels, length), and volumes three, (channels, depth, height, width).
"""

from dataclasses import dataclass, field
from typing import Any

from cnnnotes.shapes.sizes import checked_number, resolve_padding
from cnnnotes.shapes.windows import SlidingWindow, Window

Shape = tuple[int, ...]
PerAxis = Any  # one number, or one an axis such as (height, width); kept as the latter
Padding = Any  # also ((top, bottom), (left, right)), "same" or "valid"

PICTURE = 2  # axes of a picture, where one number does not say how many there are


@dataclass(frozen=True, kw_only=True)
class Layer:
    """What all descriptions share; by itself, a layer that changes nothing.

    Attributes
    ----------
    name
        Shown in tables; by default the kind of layer and a number.
    """

    name: str = field(default="", compare=False)

    @property
    def kind(self) -> str:
        """What tables call it, and the first word of its text form."""
        return "identity"

    @property
    def axes(self) -> int | None:
        """How many axes of places it needs: 1 sound, 2 pictures, 3 volumes; None for any."""
        return None

    @property
    def in_place(self) -> bool:
        """Whether it can write its output over its input, and so needs no memory."""
        return False

    def output_shape(self, shape: Shape) -> Shape:
        """Return what comes out for an input of ``shape``; raise `ShapeError` if it cannot."""
        return shape

    def parameters(self, shape: Shape) -> int:
        """Return how many numbers are trained, for an input of ``shape``."""
        return 0

    def macs(self, shape: Shape) -> int | None:
        """Return the multiply-accumulates for one input of ``shape``; None if not known.

        Those of convolutions and linear layers count, bias not; pooling, norms and functions of
        single values have none.
        """
        return 0

    def windows(self, grid: Shape, shape: Shape) -> tuple[Window, ...] | None:
        """Return, for each axis of places, how outputs read inputs; None if not known.

        ``grid`` is that of the input's units, which they keep when ``shape`` is flat.
        """
        return tuple(SlidingWindow(size) for size in grid)

    def __str__(self) -> str:
        """Return the layer in the text form that `parse` reads."""
        return self.kind


def check(**numbers: int | None) -> None:
    """Raise an error that names the first number that is not positive; None passes."""
    for name, value in numbers.items():
        if value is not None:
            checked_number(name, value, 1)


def give_each_axis_its_own(layer: Any) -> None:
    """Write every argument once an axis, so that layers written differently compare equal."""
    axes = PICTURE
    for name in ("kernel_size", "stride", "dilation", "output_padding"):
        if hasattr(layer, name):
            value = getattr(layer, name)
            if name == "kernel_size" and isinstance(value, tuple | list) and 1 <= len(value) <= 3:
                axes = len(value)
            least = 0 if name == "output_padding" else 1
            object.__setattr__(layer, name, _each(name, value, axes, least))
    object.__setattr__(layer, "padding", _padding(layer.padding, axes))


def _each(name: str, value: PerAxis, axes: int, least: int) -> tuple[int, ...]:
    numbers = tuple(value) if isinstance(value, tuple | list) else (value,) * axes
    if len(numbers) != axes:
        raise ValueError(f"{name} (={value!r}) must be one number or {_AXES[axes]}")
    return tuple(checked_number(name, number, least) for number in numbers)


def _padding(padding: Padding, axes: int) -> Padding:
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise ValueError(f"padding (={padding!r}) must be numbers, 'same' or 'valid'")
        return ((0, 0),) * axes if padding == "valid" else padding
    sides = tuple(padding) if isinstance(padding, tuple | list) else (padding,) * axes
    if len(sides) != axes:
        pairs = {1: "((before, after),)", 2: "((top, bottom), (left, right))"}
        raise ValueError(
            f"padding (={padding!r}) must be one number, {_AXES[axes]} or "
            f"{pairs.get(axes, 'a pair for each of the three')}"
        )
    return tuple(resolve_padding(1, 1, 1, side, 1) for side in sides)


_AXES = {1: "(length,)", 2: "(height, width)", 3: "(depth, height, width)"}


def expected_and_made(expected: int | None, made: int | None) -> str:
    """Return ``8``, or ``3->8`` where a layer was made for 3."""
    shown = "all" if made is None else str(made)
    return shown if expected is None else f"{expected}->{shown}"


def by(numbers: Any, *, always: bool = False) -> str:
    """Return ``3x5``, or ``3`` where all axes have the same."""
    if len(set(numbers)) == 1 and not always:
        return str(numbers[0])
    return "x".join(map(str, numbers))
