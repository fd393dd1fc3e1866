"""Layers described without weights: what shape they make, and what they cost.

`cnnnotes.shapes.layer` says what all share; `cnnnotes.shapes.windowed` has convolution and pooling,
`cnnnotes.shapes.resizing` what gives pictures more or fewer pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from cnnnotes.shapes import diagnoses
from cnnnotes.shapes.diagnosis import ShapeError
from cnnnotes.shapes.layer import Layer, Padding, PerAxis, Shape, check, expected_and_made
from cnnnotes.shapes.resizing import Pad, PixelShuffle, PixelUnshuffle, Upsample
from cnnnotes.shapes.windowed import AdaptivePool, Conv, ConvTranspose, Pool, Windowed
from cnnnotes.shapes.windows import AdaptiveWindow, SlidingWindow, WholeWindow, Window

__all__ = [
    "ELEMENTWISE",
    "AdaptivePool",
    "BatchNorm",
    "Branches",
    "Conv",
    "ConvTranspose",
    "Elementwise",
    "Flatten",
    "Join",
    "Layer",
    "Linear",
    "Norm",
    "Other",
    "Pad",
    "Padding",
    "PerAxis",
    "PixelShuffle",
    "PixelUnshuffle",
    "Pool",
    "Shape",
    "Softmax",
    "Upsample",
    "Windowed",
    "to_text",
]

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
    "alphadropout",
    "featurealphadropout",
    "hardshrink",
    "rrelu",
    "softshrink",
    "softsign",
    "tanhshrink",
    "threshold",
)


@dataclass(frozen=True)
class Elementwise(Layer):
    """Anything that treats each value alone and can work in place, such as ReLU or dropout.

    Attributes
    ----------
    num_parameters
        Trained slopes, as those of PReLU; None for one in PReLU and none in others.
    """

    kind: str = "relu"
    num_parameters: int | None = None
    in_place = True

    def parameters(self, shape: Shape) -> int:
        """Return the trained slopes."""
        return (self.kind == "prelu") * 1 if self.num_parameters is None else self.num_parameters


@dataclass(frozen=True)
class Softmax(Layer):
    """A softmax over an axis of places, which reads all of it, or over channels, place by place.

    Attributes
    ----------
    dim
        The axis, counted from 0 for channels, or from -1 for the last.
    """

    dim: int
    kind: str = "softmax"

    def windows(self, grid: Shape, shape: Shape) -> tuple[Window, ...]:
        """Return, for each axis of places, how outputs read inputs."""
        flat, dim = len(shape) == 1, self.dim % len(shape)
        return _whole(grid, [flat or axis + 1 == dim for axis in range(len(grid))])


@dataclass(frozen=True)
class Other(Layer):
    """What is not modelled: the shape of its output is seen, what it reads and costs is not.

    Attributes
    ----------
    free
        Whether it is known to multiply nothing, as a reshape.
    pointwise
        Whether each place is known to read its own place alone.
    """

    kind: str = "other"
    free: bool = False
    pointwise: bool = False

    def macs(self, shape: Shape) -> int | None:
        """Return 0 if it multiplies nothing; else that is not known."""
        return 0 if self.free else None

    def windows(self, grid: Shape, shape: Shape) -> tuple[Window, ...] | None:
        """Return its own place for each, or None."""
        return super().windows(grid, shape) if self.pointwise else None


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Batch normalisation, or any trained scale and shift per channel.

    Attributes
    ----------
    num_features
        The channels it was made for; None takes what comes.
    affine
        Whether scale and shift are trained.
    track_running_stats
        False if it measures each input anew, so that every output depends on all of it.
    """

    num_features: int | None = None
    affine: bool = True
    track_running_stats: bool = True
    kind = "batchnorm"

    def output_shape(self, shape: Shape) -> Shape:
        """Return ``shape``, having checked its channels."""
        if self.num_features is not None and shape[0] != self.num_features:
            raise ShapeError(diagnoses.batchnorm_features(self.num_features, shape[0]))
        return shape

    def parameters(self, shape: Shape) -> int:
        """Return two numbers a channel, or none."""
        return 2 * shape[0] if self.affine else 0

    def windows(self, grid: Shape, shape: Shape) -> tuple[Window, ...]:
        """Return, for each axis of places, how outputs read inputs."""
        return _whole(grid, [not self.track_running_stats] * len(grid))

    def __str__(self) -> str:
        """Return the layer in the text form that `parse` reads."""
        expected = [] if self.num_features is None else [str(self.num_features)]
        return " ".join([self.kind, *expected, *([] if self.affine else ["plain"])])


@dataclass(frozen=True)
class Norm(Layer):
    """A norm that measures each input anew: group, layer and instance norm.

    Attributes
    ----------
    trained
        How many numbers are trained; None for two a channel.
    measured
        Over how many of the last axes it measures; None for all places.
    num_groups, num_channels
        Of a group norm: its groups, and the channels it was made for; None takes what comes.
    """

    kind: str = "groupnorm"
    trained: int | None = 0
    measured: int | None = None
    num_groups: int | None = None
    num_channels: int | None = None

    def __post_init__(self) -> None:
        check(num_groups=self.num_groups, num_channels=self.num_channels)

    def output_shape(self, shape: Shape) -> Shape:
        """Return ``shape``, having checked its channels."""
        if self.num_channels is not None and shape[0] != self.num_channels:
            raise ShapeError(diagnoses.batchnorm_features(self.num_channels, shape[0]))
        if self.num_groups is not None and shape[0] % self.num_groups:
            raise ShapeError(diagnoses.groups_divide("num_channels", shape[0], self.num_groups))
        return shape

    def parameters(self, shape: Shape) -> int:
        """Return how many numbers are trained."""
        return 2 * shape[0] if self.trained is None else self.trained

    def windows(self, grid: Shape, shape: Shape) -> tuple[Window, ...]:
        """Return, for each axis of places, how outputs read inputs."""
        last = len(grid) if self.measured is None else self.measured
        if len(shape) == 1 and last:  # its one axis stands for all places
            last = len(grid)
        return _whole(grid, [axis >= len(grid) - last for axis in range(len(grid))])

    def __str__(self) -> str:
        """Return the layer in the text form that `parse` reads."""
        words = [self.kind] if self.num_groups is None else [self.kind, str(self.num_groups)]
        return " ".join(words + ["plain"] * (self.num_groups is not None and self.trained == 0))


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
        check(out_features=self.out_features, in_features=self.in_features)

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

    def windows(self, grid: Shape, shape: Shape) -> tuple[Window, ...]:
        """Every output reads everything; of a picture, its own row."""
        if len(shape) == 1 or not grid:
            return tuple(AdaptiveWindow(1, size) for size in grid)
        rows = [SlidingWindow(size) for size in grid[:-1]]
        return (*rows, WholeWindow(self.out_features, grid[-1]))

    def __str__(self) -> str:
        """Return the layer in the text form that `parse` reads."""
        words = [self.kind, expected_and_made(self.in_features, self.out_features)]
        return " ".join(words + ["nobias"] * (not self.bias) + ["fixed"] * (not self.trained))


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


def _whole(grid: Shape, whole: Sequence[bool]) -> tuple[Window, ...]:
    return tuple(
        WholeWindow(size, size) if all_of_it else SlidingWindow(size)
        for size, all_of_it in zip(grid, whole, strict=True)
    )
