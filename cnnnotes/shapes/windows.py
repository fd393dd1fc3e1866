"""How outputs read inputs along one axis, and what that adds up to over many layers."""

from collections.abc import Callable
from dataclasses import dataclass
from math import gcd, lcm
from typing import Protocol

MOST_PHASES = 4096


class Window(Protocol):
    """Which inputs an output reads. Every ``period`` outputs, the pattern moves by ``advance``."""

    @property
    def outputs(self) -> int:
        """How many there are."""

    @property
    def period(self) -> int:
        """After so many outputs the pattern repeats."""

    @property
    def advance(self) -> int:
        """So many inputs later it repeats."""

    def bounds(self, unit: int) -> tuple[int, int]:
        """Return the first and last input that output ``unit`` reads, padding included."""

    def reads(self, unit: int, size: int) -> list[int] | range:
        """Return every one of ``size`` inputs that output ``unit`` reads."""


@dataclass(frozen=True)
class SlidingWindow:
    """Convolution and pooling."""

    outputs: int
    kernel_size: int = 1
    stride: int = 1
    before: int = 0
    dilation: int = 1
    border: str = "zeros"
    period = 1

    @property
    def advance(self) -> int:
        """One output further is ``stride`` inputs further."""
        return self.stride

    def bounds(self, unit: int) -> tuple[int, int]:
        """Return the first and last input that output ``unit`` reads, padding included."""
        first = unit * self.stride - self.before
        return first, first + self.dilation * (self.kernel_size - 1)

    def reads(self, unit: int, size: int) -> list[int] | range:
        """Return every one of ``size`` inputs that output ``unit`` reads, also by way of a border.

        Padding with zeros reads nothing; ``"reflect"``, ``"replicate"`` and ``"circular"`` do.
        """
        first, last = self.bounds(unit)
        if self.border != "zeros":
            beyond = _BORDERS[self.border]
            return sorted({beyond(i, size) for i in range(first, last + 1, self.dilation)})
        if first < 0:
            first %= self.dilation
        return range(first, min(last + 1, size), self.dilation)


_BORDERS: dict[str, Callable[[int, int], int]] = {
    "reflect": lambda i, size: size - 1 - abs(size - 1 - abs(i)),
    "replicate": lambda i, size: min(max(i, 0), size - 1),
    "circular": lambda i, size: i % size,
}


@dataclass(frozen=True)
class TransposedWindow:
    """Transposed convolution: ``stride`` outputs further is one input further."""

    outputs: int
    kernel_size: int
    stride: int
    before: int
    dilation: int
    advance = 1

    @property
    def period(self) -> int:
        """After ``stride`` outputs the pattern repeats, one input further."""
        return self.stride

    def bounds(self, unit: int) -> tuple[int, int]:
        """Return the first and last input that output ``unit`` reads, padding included."""
        place = unit + self.before
        first = -((self.dilation * (self.kernel_size - 1) - place) // self.stride)
        return first, place // self.stride

    def reads(self, unit: int, size: int) -> list[int]:
        """Return every one of ``size`` inputs that output ``unit`` reads."""
        first, last = self.bounds(unit)
        place = unit + self.before
        inside = range(max(first, 0), min(last + 1, size))
        return [i for i in inside if (place - i * self.stride) % self.dilation == 0]


@dataclass(frozen=True)
class AdaptiveWindow:
    """Adaptive pooling: ``outputs`` windows that share out ``inputs``; with 1 output, all."""

    outputs: int
    inputs: int

    @property
    def period(self) -> int:
        """The pattern of windows repeats when both counts have a common divisor."""
        return self.outputs // gcd(self.outputs, self.inputs)

    @property
    def advance(self) -> int:
        """So many inputs later it repeats."""
        return self.inputs // gcd(self.outputs, self.inputs)

    def bounds(self, unit: int) -> tuple[int, int]:
        """Return the first and last input that output ``unit`` reads."""
        return (
            unit * self.inputs // self.outputs,
            -(-(unit + 1) * self.inputs // self.outputs) - 1,
        )

    def reads(self, unit: int, size: int) -> range:
        """Return every one of ``size`` inputs that output ``unit`` reads."""
        first, last = self.bounds(unit)
        return range(first, last + 1)


@dataclass(frozen=True)
class WholeWindow:
    """A norm over places, a softmax along an axis: each of ``outputs`` reads all ``inputs``."""

    outputs: int
    inputs: int
    period = 1
    advance = 0

    def bounds(self, unit: int) -> tuple[int, int]:
        """Return the first and last input: the same for every ``unit``."""
        return 0, self.inputs - 1

    def reads(self, unit: int, size: int) -> range:
        """Return all of ``size`` inputs."""
        return range(size)


@dataclass(frozen=True)
class ResizedWindow:
    """Upsampling by a whole ``factor``, linearly: two inputs, or the one it falls upon.

    Output ``unit`` stands at ``(2 * unit + 1 - factor) / (2 * factor)`` inputs.
    """

    outputs: int
    factor: int
    advance = 1

    @property
    def period(self) -> int:
        """After ``factor`` outputs the pattern repeats, one input further."""
        return self.factor

    def bounds(self, unit: int) -> tuple[int, int]:
        """Return the first and last input that output ``unit`` reads, the border ignored."""
        place = 2 * unit + 1 - self.factor
        return place // (2 * self.factor), -(-place // (2 * self.factor))

    def reads(self, unit: int, size: int) -> list[int]:
        """Return every one of ``size`` inputs that output ``unit`` reads."""
        return sorted({min(max(place, 0), size - 1) for place in self.bounds(unit)})


@dataclass(frozen=True)
class Field:
    """Which pixels of the network's input the units of one layer see, along one axis.

    Unit ``phase + q * len(spans)`` sees pixels ``spans[phase][0] + q * advance`` to
    ``spans[phase][1] + q * advance``, as if the picture had no border. Without transposed
    convolution or adaptive pooling there is one phase, and ``advance`` is the effective stride.

    References
    ----------
    Araujo, Norris and Sim (2019), "Computing Receptive Fields of Convolutional Neural Networks",
    equations 3 to 8.
    """

    spans: tuple[tuple[int, int], ...] = ((0, 0),)
    advance: int = 1

    def of(self, unit: int) -> tuple[int, int]:
        """Return the first and last pixel that ``unit`` sees."""
        cycle, phase = divmod(unit, len(self.spans))
        first, last = self.spans[phase]
        return first + cycle * self.advance, last + cycle * self.advance

    @property
    def size(self) -> int:
        """The receptive field: the widest span of any unit."""
        return max(last - first + 1 for first, last in self.spans)

    def through(self, window: Window) -> "Field | None":
        """Return the field of units that read this one's through ``window``."""
        cycles = len(self.spans) // gcd(window.advance, len(self.spans))
        phases = window.period * cycles
        if phases > MOST_PHASES:
            return None
        spans = []
        for unit in range(phases):
            first, last = window.bounds(unit)
            spans.append((self.of(first)[0], self.of(last)[1]))
        return Field(tuple(spans), self.advance * window.advance * cycles // len(self.spans))

    def joined(self, other: "Field") -> "Field | None":
        """Return the field of units that see both: the widest path counts."""
        phases = lcm(len(self.spans), len(other.spans))
        advance = self.advance * phases // len(self.spans)
        if phases > MOST_PHASES or advance != other.advance * phases // len(other.spans):
            return None
        spans = []
        for unit in range(phases):
            (first, last), (other_first, other_last) = self.of(unit), other.of(unit)
            spans.append((min(first, other_first), max(last, other_last)))
        return Field(tuple(spans), advance)
