"""Layers with windows that move over a sound, a picture or a volume: convolution and pooling."""

from dataclasses import dataclass
from math import prod
from typing import Any

from cnnnotes.shapes import diagnoses
from cnnnotes.shapes.diagnosis import ShapeError
from cnnnotes.shapes.layer import (
    PICTURE,
    Layer,
    Padding,
    PerAxis,
    Shape,
    by,
    check,
    expected_and_made,
    give_each_axis_its_own,
)
from cnnnotes.shapes.sizes import (
    conv_output_size,
    conv_transpose_output_size,
    kernel_span,
    pool_output_size,
    resolve_padding,
)
from cnnnotes.shapes.windows import AdaptiveWindow, SlidingWindow, TransposedWindow, Window


@dataclass(frozen=True)
class Windowed(Layer):
    """What convolution and pooling share: windows that move over one, two or three axes."""

    @property
    def axes(self) -> int:
        """How many axes of places it needs, as its kernel says."""
        return len(self.kernel_size)  # type: ignore[attr-defined]

    def output_shape(self, shape: Shape) -> Shape:
        """Return channels and places of the output; raise `ShapeError` if none is left."""
        channels = self.output_channels(shape)
        return (channels, *(self.output_size(size, axis) for axis, size in enumerate(shape[1:])))

    def output_channels(self, shape: Shape) -> int:
        """Return the channels that come out, having checked those that go in."""
        _need_places(self, shape)
        return shape[0]

    def output_size(self, size: int, axis: int) -> int:
        """Return the outputs along one axis."""
        raise NotImplementedError


@dataclass(frozen=True)
class Conv(Windowed):
    """Convolution, with the arguments of ``torch.nn.Conv2d``.

    Attributes
    ----------
    out_channels
        None for as many as come in.
    kernel_size, stride, dilation
        One number, or one for height and one for width. A kernel of one or three numbers makes
        it a layer for sounds, ``torch.nn.Conv1d``, or volumes, ``torch.nn.Conv3d``.
    padding
        Likewise, or ``((top, bottom), (left, right))``, ``"same"`` or ``"valid"``.
    groups
        None for one group a channel: a depthwise convolution.
    in_channels
        The channels it was made for; None takes what comes.
    connections
        How many pairs of input and output channels have a kernel; all, if None.
    positions_share
        False for a locally connected layer: every position has its own weights.
    padding_mode
        ``"zeros"``, ``"reflect"``, ``"replicate"`` or ``"circular"``.
    """

    out_channels: int | None
    kernel_size: PerAxis
    stride: PerAxis = 1
    padding: Padding = 0
    dilation: PerAxis = 1
    groups: int | None = 1
    bias: bool = True
    in_channels: int | None = None
    connections: int | None = None
    positions_share: bool = True
    padding_mode: str = "zeros"

    def __post_init__(self) -> None:
        check(out_channels=self.out_channels, in_channels=self.in_channels, groups=self.groups)
        give_each_axis_its_own(self)

    @property
    def kind(self) -> str:
        """What tables call it."""
        if not self.positions_share:
            return "local"
        if self._depthwise:
            return "depthwise" + _suffix(self)
        return "conv" + _suffix(self)

    @property
    def _depthwise(self) -> bool:
        return self.groups is None and self.out_channels is None and self.positions_share

    def output_channels(self, shape: Shape) -> int:
        """Return the channels that come out, having checked those that go in."""
        _need_places(self, shape, self.in_channels)
        channels = shape[0]
        if self.in_channels not in (None, channels):
            raise ShapeError(diagnoses.conv_channels(self.in_channels, shape))
        out, groups = self.out_channels or channels, self.groups or channels
        for argument, value in (("in_channels", channels), ("out_channels", out)):
            if value % groups:
                raise ShapeError(diagnoses.groups_divide(argument, value, groups))
        return out

    def output_size(self, size: int, axis: int) -> int:
        """Return the outputs along one axis."""
        kernel, stride, dilation = _axis(self, axis)
        if self.padding == "same" and stride != 1:
            raise ShapeError(diagnoses.same_with_stride(stride, kernel_span(kernel, dilation)))
        before, after = _sides(self.padding, axis, size, kernel, stride, dilation)
        if size + before + after < kernel_span(kernel, dilation):
            raise ShapeError(
                diagnoses.kernel_too_large(size, kernel, dilation, before, after, axis)
            )
        return conv_output_size(size, kernel, stride, (before, after), dilation)

    def parameters(self, shape: Shape) -> int:
        """Return weights and biases."""
        out, *positions = self.output_shape(shape)
        trained = self._pairs(shape) * prod(self.kernel_size) + self.bias * out
        return trained if self.positions_share else trained * prod(positions)

    def macs(self, shape: Shape) -> int:
        """Return the multiply-accumulates of all kernels at all positions."""
        positions = prod(self.output_shape(shape)[1:])
        return self._pairs(shape) * prod(self.kernel_size) * positions

    def _pairs(self, shape: Shape) -> int:
        if self.connections is not None:
            return self.connections
        return shape[0] * (self.out_channels or shape[0]) // (self.groups or shape[0])

    def windows(self, grid: Shape, shape: Shape) -> tuple[Window, ...]:
        """Return, for each axis of the picture, how outputs read inputs."""
        return _sliding(self, grid)

    def __str__(self) -> str:
        """Return the layer in the text form that `parse` reads."""
        words = [self.kind]
        if not self._depthwise:
            words.append(expected_and_made(self.in_channels, self.out_channels))
        elif self.in_channels is not None:
            words.append(f"{self.in_channels}->")
        words.append(by(self.kernel_size, always=True))
        words += _options(self)
        if not self._depthwise and self.groups != 1:
            words.append(f"groups {self.groups or 'all'}")
        if self.connections is not None:
            words.append(f"connections {self.connections}")
        return " ".join(words + ["nobias"] * (not self.bias))


@dataclass(frozen=True)
class ConvTranspose(Windowed):
    """Transposed convolution, with the arguments of ``torch.nn.ConvTranspose2d``."""

    out_channels: int
    kernel_size: PerAxis
    stride: PerAxis = 1
    padding: Padding = 0
    output_padding: PerAxis = 0
    groups: int = 1
    bias: bool = True
    dilation: PerAxis = 1
    in_channels: int | None = None

    @property
    def kind(self) -> str:
        """What tables call it."""
        return "convtranspose" + _suffix(self)

    def __post_init__(self) -> None:
        check(out_channels=self.out_channels, in_channels=self.in_channels, groups=self.groups)
        if self.padding == "same":
            raise ValueError("padding (='same') must be a number in a transposed convolution")
        give_each_axis_its_own(self)

    def output_channels(self, shape: Shape) -> int:
        """Return the channels that come out, having checked those that go in."""
        _need_places(self, shape, self.in_channels)
        if self.in_channels not in (None, shape[0]):
            raise ShapeError(diagnoses.conv_channels(self.in_channels, shape))
        for argument, value in (("in_channels", shape[0]), ("out_channels", self.out_channels)):
            if value % self.groups:
                raise ShapeError(diagnoses.groups_divide(argument, value, self.groups))
        return self.out_channels

    def output_size(self, size: int, axis: int) -> int:
        """Return the outputs along one axis."""
        kernel, stride, dilation = _axis(self, axis)
        output_padding = self.output_padding[axis]
        if output_padding >= max(stride, dilation):
            raise ShapeError(diagnoses.output_padding_too_large(output_padding, stride, dilation))
        before, after = self.padding[axis]
        full = (size - 1) * stride + kernel_span(kernel, dilation) + output_padding
        if full - before - after < 1:
            raise ShapeError(diagnoses.nothing_left(full, before, after))
        return conv_transpose_output_size(
            size, kernel, stride, (before, after), output_padding, dilation
        )

    def parameters(self, shape: Shape) -> int:
        """Return weights and biases."""
        weights = shape[0] * self.out_channels // self.groups * prod(self.kernel_size)
        return weights + self.bias * self.out_channels

    def macs(self, shape: Shape) -> int:
        """Return the multiply-accumulates of all kernels at all inputs."""
        return prod(shape) * self.out_channels // self.groups * prod(self.kernel_size)

    def windows(self, grid: Shape, shape: Shape) -> tuple[Window, ...]:
        """Return, for each axis of the picture, how outputs read inputs."""
        found: list[Window] = []
        for axis, size in enumerate(grid):
            kernel, stride, dilation = _axis(self, axis)
            before = self.padding[axis][0]
            outputs = self.output_size(size, axis)
            found.append(TransposedWindow(outputs, kernel, stride, before, dilation))
        return tuple(found)

    def __str__(self) -> str:
        """Return the layer in the text form that `parse` reads."""
        words = [self.kind, expected_and_made(self.in_channels, self.out_channels)]
        words += [by(self.kernel_size, always=True), *_options(self)]
        if any(self.output_padding):
            words.append(f"outpad {by(self.output_padding)}")
        if self.groups != 1:
            words.append(f"groups {self.groups}")
        return " ".join(words + ["nobias"] * (not self.bias))


@dataclass(frozen=True)
class Pool(Windowed):
    """Pooling, with the arguments of ``torch.nn.MaxPool2d``.

    Attributes
    ----------
    kind
        ``"maxpool"``, ``"avgpool"``, ``"lppool"`` or ``"blurpool"``.
    padding
        None for none; in blur pooling, for the reflected border that keeps the size at stride 1.
    """

    kernel_size: PerAxis
    stride: PerAxis = None
    padding: Padding = None
    dilation: PerAxis = 1
    ceil_mode: bool = False
    kind: str = "maxpool"

    def __post_init__(self) -> None:
        if self.stride is None:
            object.__setattr__(self, "stride", self.kernel_size)
        if self.padding is None:
            object.__setattr__(self, "padding", self._border() if self._blurs else 0)
        give_each_axis_its_own(self)

    @property
    def _blurs(self) -> bool:
        return self.kind == "blurpool"

    @property
    def padding_mode(self) -> str:
        """What lies in the padding."""
        return "reflect" if self._blurs else "zeros"

    def _border(self) -> Padding:
        kernel = self.kernel_size
        sizes = kernel if isinstance(kernel, tuple | list) else (kernel,) * PICTURE
        return tuple(((size - 1) // 2, size // 2) for size in sizes)

    def output_size(self, size: int, axis: int) -> int:
        """Return the outputs along one axis."""
        kernel, stride, dilation = _axis(self, axis)
        before, after = _sides(self.padding, axis, size, kernel, stride, dilation)
        if self._blurs:
            return conv_output_size(size, kernel, stride, (before, after), dilation)
        if max(before, after) > kernel // 2:
            raise ShapeError(diagnoses.pool_padding(max(before, after), kernel))
        try:
            return pool_output_size(size, kernel, stride, (before, after), dilation, self.ceil_mode)
        except ValueError:
            raise ShapeError(
                diagnoses.kernel_too_large(size, kernel, dilation, before, after, axis, pool=True)
            ) from None

    def macs(self, shape: Shape) -> int:
        """Return those of the blur, a fixed convolution; other pooling has none."""
        if not self._blurs:
            return 0
        return prod(self.output_shape(shape)) * prod(self.kernel_size)

    def windows(self, grid: Shape, shape: Shape) -> tuple[Window, ...]:
        """Return, for each axis of the picture, how outputs read inputs."""
        return _sliding(self, grid)

    def __str__(self) -> str:
        """Return the layer in the text form that `parse` reads."""
        words = [self.kind + _suffix(self), by(self.kernel_size), *_options(self)]
        return " ".join(words + ["ceil"] * self.ceil_mode)


@dataclass(frozen=True)
class AdaptivePool(Windowed):
    """Adaptive pooling to a given output; to 1×1 it is global pooling.

    Attributes
    ----------
    target
        Height and width that come out; None keeps that of the input.
    kind
        ``"adaptiveavg"`` or ``"adaptivemax"``.
    """

    target: PerAxis = 1
    kind: str = "adaptiveavg"

    def __post_init__(self) -> None:
        target = self.target if isinstance(self.target, tuple | list) else (self.target,) * PICTURE
        if not 1 <= len(target) <= 3:
            raise ValueError(f"target (={self.target!r}) must be one number or (height, width)")
        for size in target:
            check(target=size)
        object.__setattr__(self, "target", tuple(target))

    @property
    def axes(self) -> int:
        """How many axes of places it needs."""
        return len(self.target)

    def output_size(self, size: int, axis: int) -> int:
        """Return the outputs along one axis."""
        return self.target[axis] or size

    def windows(self, grid: Shape, shape: Shape) -> tuple[Window, ...]:
        """Return, for each axis of the picture, how outputs read inputs."""
        return tuple(
            AdaptiveWindow(self.output_size(size, axis), size) for axis, size in enumerate(grid)
        )

    def __str__(self) -> str:
        """Return the layer in the text form that `parse` reads."""
        if set(self.target) == {1}:
            return self.kind.replace("adaptive", "global") + _suffix(self)
        sizes = "x".join("all" if size is None else str(size) for size in self.target)
        return f"{self.kind}{_suffix(self)} {sizes}"


def _axis(layer: Any, axis: int) -> tuple[int, int, int]:
    return layer.kernel_size[axis], layer.stride[axis], layer.dilation[axis]


def _sides(
    padding: Padding, axis: int, size: int, kernel: int, stride: int, dilation: int
) -> tuple[int, int]:
    given = padding if padding == "same" else padding[axis]
    return resolve_padding(size, kernel, stride, given, dilation)


def _sliding(layer: Any, grid: Shape) -> tuple[Window, ...]:
    border = getattr(layer, "padding_mode", "zeros")
    windows: list[Window] = []
    for axis, size in enumerate(grid):
        kernel, stride, dilation = _axis(layer, axis)
        before, _ = _sides(layer.padding, axis, size, kernel, stride, dilation)
        outputs = layer.output_size(size, axis)
        windows.append(SlidingWindow(outputs, kernel, stride, before, dilation, border))
    return tuple(windows)


def _need_places(layer: Windowed, shape: Shape, channels: int | None = None) -> None:
    if len(shape) != layer.axes + 1:
        raise ShapeError(diagnoses.conv_rank(shape, channels, axes=layer.axes))


def _options(layer: Any) -> list[str]:
    words = []
    ones = (1,) * layer.axes
    if layer.stride != (layer.kernel_size if isinstance(layer, Pool) else ones):
        words.append(f"stride {by(layer.stride)}")
    if layer.padding == "same":
        words.append("pad same")
    elif isinstance(layer, Pool) and layer.kind == "blurpool" and layer.padding == layer._border():
        pass
    elif any(map(any, layer.padding)):
        sides = [str(b) if b == a else f"{b}+{a}" for b, a in layer.padding]
        words.append(f"pad {by(sides)}")
    if layer.dilation != ones:
        words.append(f"dilation {by(layer.dilation)}")
    return words


def _suffix(layer: Windowed) -> str:
    return "" if layer.axes == PICTURE else f"{layer.axes}d"
