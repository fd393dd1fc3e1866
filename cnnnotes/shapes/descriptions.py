"""Layers described without weights: what shape they make, and what they cost.

Shapes leave the batch axis out: (channels, height, width), or (features,) once flattened.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

from cnnnotes.shapes import diagnoses
from cnnnotes.shapes.diagnosis import ShapeError
from cnnnotes.shapes.sizes import (
    checked_number,
    conv_output_size,
    conv_transpose_output_size,
    kernel_span,
    pool_output_size,
    resolve_padding,
)
from cnnnotes.shapes.windows import AdaptiveWindow, SlidingWindow, TransposedWindow, Window

Shape = tuple[int, ...]
Pair = tuple[int, int]
PerAxis = Any  # one number, or (height, width); kept as (height, width)
Padding = Any  # also ((top, bottom), (left, right)), "same" or "valid"


ELEMENTWISE = (
    "relu",
    "relu6",
    "leakyrelu",
    "prelu",
    "elu",
    "selu",
    "celu",
    "gelu",
    "silu",
    "mish",
    "sigmoid",
    "logsigmoid",
    "tanh",
    "softplus",
    "hardswish",
    "hardsigmoid",
    "hardtanh",
    "dropout",
    "softmax",
    "logsoftmax",
)


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
    def in_place(self) -> bool:
        """Whether it can write its output over its input, and so needs no memory."""
        return False

    def output_shape(self, shape: Shape) -> Shape:
        """Return what comes out for an input of ``shape``; raise `ShapeError` if it cannot."""
        return shape

    def parameters(self, shape: Shape) -> int:
        """Return how many numbers are trained, for an input of ``shape``."""
        return 0

    def macs(self, shape: Shape) -> int:
        """Return the multiply-accumulates for one input of ``shape``, bias not counted."""
        return 0

    def windows(self, grid: Shape) -> tuple[Window, ...]:
        """Return, for each axis of the picture, how outputs read inputs."""
        return tuple(SlidingWindow(size) for size in grid)

    def __str__(self) -> str:
        """Return the layer in the text form that `parse` reads."""
        return self.kind


@dataclass(frozen=True)
class Elementwise(Layer):
    """Anything that treats each value alone and can work in place, such as ReLU or dropout."""

    kind: str = "relu"
    in_place = True


@dataclass(frozen=True)
class Other(Layer):
    """A function that is not known: its output's shape is seen, what it reads is not."""

    kind: str = "other"


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Batch normalisation, or any trained scale and shift per channel.

    Attributes
    ----------
    num_features
        The channels it was made for; None takes what comes.
    affine
        Whether scale and shift are trained.
    """

    num_features: int | None = None
    affine: bool = True
    kind = "batchnorm"

    def output_shape(self, shape: Shape) -> Shape:
        """Return ``shape``, having checked its channels."""
        if self.num_features is not None and shape[0] != self.num_features:
            raise ShapeError(diagnoses.batchnorm_features(self.num_features, shape[0]))
        return shape

    def parameters(self, shape: Shape) -> int:
        """Return two numbers a channel, or none."""
        return 2 * shape[0] if self.affine else 0

    def __str__(self) -> str:
        """Return the layer in the text form that `parse` reads."""
        expected = [] if self.num_features is None else [str(self.num_features)]
        return " ".join([self.kind, *expected, *([] if self.affine else ["plain"])])


@dataclass(frozen=True)
class Flatten(Layer):
    """(channels, height, width) → (channels · height · width,)."""

    kind = "flatten"
    in_place = True

    def output_shape(self, shape: Shape) -> Shape:
        """Return the product of all axes."""
        return (prod(shape),)


@dataclass(frozen=True)
class Linear(Layer):
    """A fully connected layer.

    Attributes
    ----------
    out_features
        How many outputs.
    in_features
        The inputs it was made for; None takes what comes, if that is flat.
    trained
        False for weights that are fixed by hand, as the output of LeNet-5.
    """

    out_features: int
    bias: bool = True
    in_features: int | None = None
    trained: bool = True
    kind = "linear"

    def __post_init__(self) -> None:
        _check(out_features=self.out_features, in_features=self.in_features)

    def output_shape(self, shape: Shape) -> Shape:
        """Return ``shape`` with ``out_features`` for its last axis."""
        if self.in_features is None and len(shape) > 1:
            raise ShapeError(diagnoses.flatten_missing(shape, self.in_features))
        if self.in_features is not None and shape[-1] != self.in_features:
            if prod(shape) == self.in_features:
                raise ShapeError(diagnoses.flatten_missing(shape, self.in_features))
            raise ShapeError(diagnoses.linear_features(self.in_features, shape))
        return (*shape[:-1], self.out_features)

    def parameters(self, shape: Shape) -> int:
        """Return weights and biases."""
        return self.trained * (shape[-1] + self.bias) * self.out_features

    def macs(self, shape: Shape) -> int:
        """Return one multiply-accumulate for each weight (and row, if the input is not flat)."""
        return prod(shape) * self.out_features

    def windows(self, grid: Shape) -> tuple[Window, ...]:
        """Every output reads everything."""
        return tuple(AdaptiveWindow(1, size) for size in grid)

    def __str__(self) -> str:
        """Return the layer in the text form that `parse` reads."""
        words = [self.kind, _count(self.in_features, self.out_features)]
        return " ".join(words + ["nobias"] * (not self.bias) + ["fixed"] * (not self.trained))


@dataclass(frozen=True)
class Windowed(Layer):
    """What convolution and pooling share: windows that move over rows and columns."""

    def output_shape(self, shape: Shape) -> Shape:
        """Return (channels, height, width) of the output; raise `ShapeError` if none is left."""
        channels = self.output_channels(shape)
        return (channels, *(self.output_size(size, axis) for axis, size in enumerate(shape[1:])))

    def output_channels(self, shape: Shape) -> int:
        """Return the channels that come out, having checked those that go in."""
        _need_picture(self.kind, shape)
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
        One number, or one for height and one for width.
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

    def __post_init__(self) -> None:
        _check(out_channels=self.out_channels, in_channels=self.in_channels, groups=self.groups)
        _make_pairs(self)

    @property
    def kind(self) -> str:
        """What tables call it."""
        if not self.positions_share:
            return "local"
        return "depthwise" if self.groups is None and self.out_channels is None else "conv"

    def output_channels(self, shape: Shape) -> int:
        """Return the channels that come out, having checked those that go in."""
        _need_picture("conv", shape, self.in_channels)
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

    def windows(self, grid: Shape) -> tuple[Window, ...]:
        """Return, for each axis of the picture, how outputs read inputs."""
        return _sliding(self, grid)

    def __str__(self) -> str:
        """Return the layer in the text form that `parse` reads."""
        words = [self.kind]
        if self.kind != "depthwise":
            words.append(_count(self.in_channels, self.out_channels))
        elif self.in_channels is not None:
            words.append(f"{self.in_channels}->")
        words.append(_by(self.kernel_size, always=True))
        words += _options(self)
        if self.kind != "depthwise" and self.groups != 1:
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
    kind = "convtranspose"

    def __post_init__(self) -> None:
        _check(out_channels=self.out_channels, in_channels=self.in_channels, groups=self.groups)
        if self.padding == "same":
            raise ValueError("padding (='same') must be a number in a transposed convolution")
        _make_pairs(self)

    def output_channels(self, shape: Shape) -> int:
        """Return the channels that come out, having checked those that go in."""
        _need_picture(self.kind, shape, self.in_channels)
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

    def windows(self, grid: Shape) -> tuple[Window, ...]:
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
        words = [self.kind, _count(self.in_channels, self.out_channels)]
        words += [_by(self.kernel_size, always=True), *_options(self)]
        if self.output_padding != (0, 0):
            words.append(f"outpad {_by(self.output_padding)}")
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
    """

    kernel_size: PerAxis
    stride: PerAxis = None
    padding: Padding = 0
    dilation: PerAxis = 1
    ceil_mode: bool = False
    kind: str = "maxpool"

    def __post_init__(self) -> None:
        if self.stride is None:
            object.__setattr__(self, "stride", self.kernel_size)
        _make_pairs(self)

    def output_size(self, size: int, axis: int) -> int:
        """Return the outputs along one axis."""
        kernel, stride, dilation = _axis(self, axis)
        before, after = _sides(self.padding, axis, size, kernel, stride, dilation)
        if self.kind == "blurpool":
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
        if self.kind != "blurpool":
            return 0
        return prod(self.output_shape(shape)) * prod(self.kernel_size)

    def windows(self, grid: Shape) -> tuple[Window, ...]:
        """Return, for each axis of the picture, how outputs read inputs."""
        return _sliding(self, grid)

    def __str__(self) -> str:
        """Return the layer in the text form that `parse` reads."""
        words = [self.kind, _by(self.kernel_size), *_options(self)]
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
        target = self.target if isinstance(self.target, tuple | list) else (self.target,) * 2
        _check(target=target[0])
        _check(target=target[1])
        object.__setattr__(self, "target", tuple(target))

    def output_size(self, size: int, axis: int) -> int:
        """Return the outputs along one axis."""
        return self.target[axis] or size

    def windows(self, grid: Shape) -> tuple[Window, ...]:
        """Return, for each axis of the picture, how outputs read inputs."""
        return tuple(
            AdaptiveWindow(self.output_size(size, axis), size) for axis, size in enumerate(grid)
        )

    def __str__(self) -> str:
        """Return the layer in the text form that `parse` reads."""
        if self.target == (1, 1):
            return self.kind.replace("adaptive", "global")
        sizes = "x".join("all" if size is None else str(size) for size in self.target)
        return f"{self.kind} {sizes}"


@dataclass(frozen=True)
class Join(Layer):
    """Where branches meet: ``"add"`` or ``"cat"`` (of channels)."""

    kind: str = "add"

    @property
    def in_place(self) -> bool:
        """A sum can be written into one of its terms."""
        return self.kind == "add"

    def joined_shape(self, shapes: Sequence[Shape]) -> Shape:
        """Return what comes out of branches that end in ``shapes``."""
        if self.kind == "cat":
            if len({shape[1:] for shape in shapes}) > 1 or len({len(s) for s in shapes}) > 1:
                raise ShapeError(diagnoses.branches_differ("cat", shapes))
            return (sum(shape[0] for shape in shapes), *shapes[0][1:])
        if len(set(shapes)) > 1:
            raise ShapeError(diagnoses.branches_differ("add", shapes))
        return shapes[0]


@dataclass(frozen=True)
class Branches(Layer):
    """Paths that start at the same place and are joined; an empty path is a shortcut.

    Attributes
    ----------
    paths
        Each a sequence of layers. A residual block is ``Branches((body, ()))``.
    join
        ``"add"`` or ``"cat"``.
    """

    paths: tuple[tuple[Layer, ...], ...]
    join: str = "add"

    def __post_init__(self) -> None:
        if self.join not in ("add", "cat"):
            raise ValueError(f"join (={self.join!r}) must be 'add' or 'cat'")
        object.__setattr__(self, "paths", tuple(tuple(path) for path in self.paths))

    @property
    def kind(self) -> str:
        """What tables call it."""
        return self.join

    def __str__(self) -> str:
        """Return the layer in the text form that `parse` reads."""
        return f"{self.join}({' ; '.join(to_text(path) for path in self.paths)})"


def to_text(layers: Sequence[Layer]) -> str:
    """Return layers in the text form that `parse` reads."""
    return " | ".join(str(layer) for layer in layers)


# Small helpers.


def _check(**numbers: int | None) -> None:
    for name, value in numbers.items():
        if value is not None:
            checked_number(name, value, 1)


def _make_pairs(layer: Any) -> None:
    """Give every axis its own number, so that layers written differently compare equal."""
    for name in ("kernel_size", "stride", "dilation", "output_padding"):
        if hasattr(layer, name):
            value = getattr(layer, name)
            pair = tuple(value) if isinstance(value, tuple | list) else (value, value)
            if len(pair) != 2:
                raise ValueError(f"{name} (={value!r}) must be one number or (height, width)")
            least = 0 if name == "output_padding" else 1
            pair = tuple(checked_number(name, number, least) for number in pair)
            object.__setattr__(layer, name, pair)
    object.__setattr__(layer, "padding", _padding_pairs(layer.padding))


def _padding_pairs(padding: Padding) -> Padding:
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise ValueError(f"padding (={padding!r}) must be numbers, 'same' or 'valid'")
        return ((0, 0), (0, 0)) if padding == "valid" else padding
    axes = tuple(padding) if isinstance(padding, tuple | list) else (padding, padding)
    if len(axes) != 2:
        raise ValueError(
            f"padding (={padding!r}) must be one number, (height, width) or "
            "((top, bottom), (left, right))"
        )
    vertical, horizontal = (resolve_padding(1, 1, 1, axis, 1) for axis in axes)
    return vertical, horizontal


def _axis(layer: Any, axis: int) -> tuple[int, int, int]:
    return layer.kernel_size[axis], layer.stride[axis], layer.dilation[axis]


def _sides(
    padding: Padding, axis: int, size: int, kernel: int, stride: int, dilation: int
) -> tuple[int, int]:
    given = padding if padding == "same" else padding[axis]
    return resolve_padding(size, kernel, stride, given, dilation)


def _sliding(layer: Any, grid: Shape) -> tuple[Window, ...]:
    windows: list[Window] = []
    for axis, size in enumerate(grid):
        kernel, stride, dilation = _axis(layer, axis)
        before, _ = _sides(layer.padding, axis, size, kernel, stride, dilation)
        outputs = layer.output_size(size, axis)
        windows.append(SlidingWindow(outputs, kernel, stride, before, dilation))
    return tuple(windows)


def _need_picture(kind: str, shape: Shape, channels: int | None = None) -> None:
    if len(shape) != 3:
        raise ShapeError(diagnoses.conv_rank(shape, channels))


def _count(expected: int | None, made: int | None) -> str:
    shown = "all" if made is None else str(made)
    return shown if expected is None else f"{expected}->{shown}"


def _by(pair: Any, *, always: bool = False) -> str:
    height, width = pair
    return f"{height}x{width}" if always or height != width else str(height)


def _options(layer: Any) -> list[str]:
    words = []
    if layer.stride != (layer.kernel_size if isinstance(layer, Pool) else (1, 1)):
        words.append(f"stride {_by(layer.stride)}")
    if layer.padding == "same":
        words.append("pad same")
    elif layer.padding != ((0, 0), (0, 0)):
        sides = [str(b) if b == a else f"{b}+{a}" for b, a in layer.padding]
        words.append(f"pad {_by(sides)}")
    if layer.dilation != (1, 1):
        words.append(f"dilation {_by(layer.dilation)}")
    return words
