"""A network as steps that know which steps they read, whatever it was written in."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from cnnnotes.shapes import descriptions as d
from cnnnotes.shapes.descriptions import Layer, Shape
from cnnnotes.shapes.diagnosis import ShapeError
from cnnnotes.shapes.sizes import checked_number
from cnnnotes.shapes.text import parse
from cnnnotes.shapes.windows import Window

LARGEST = 10**9

Named = tuple[str, Layer]


@dataclass(frozen=True)
class Step:
    """One layer at its place.

    Attributes
    ----------
    inputs
        The steps it reads, by number; step 0 is the network's input.
    windows
        How it reads them along each axis of the picture; None if that cannot be known.
    grid
        Height and width of its units, also after flattening.
    """

    name: str
    layer: Layer
    inputs: tuple[int, ...]
    output_shape: Shape
    parameters: int
    macs: int
    windows: tuple[Window, ...] | None
    grid: Shape


class Graph:
    """Steps in the order they run, each checked as it is added."""

    def __init__(self, input_shape: Shape) -> None:
        self.steps = [Step("input", Layer(), (), input_shape, 0, 0, (), _grid(input_shape))]

    def shape(self, step: int) -> Shape:
        """Return the output shape of a step."""
        return self.steps[step].output_shape

    def check(self, name: str, layer: Layer, inputs: tuple[int, ...]) -> Shape:
        """Return the shape that ``layer`` makes; raise a `ShapeError` that names it."""
        shapes = [self.shape(step) for step in inputs]
        try:
            if isinstance(layer, d.Join):
                return layer.joined_shape(shapes)
            return layer.output_shape(shapes[0])
        except ShapeError as error:
            diagnosis = error.diagnosis.at(name)
            before = self.steps[inputs[0]]
            if diagnosis.problem == "linear features" and isinstance(before.layer, d.Flatten):
                product = " × ".join(map(str, self.shape(before.inputs[0])))
                arithmetic = f"{product} = {before.output_shape[0]} ≠ {layer.in_features}"  # type: ignore[attr-defined]
                diagnosis = replace(diagnosis, arithmetic=arithmetic)
            raise ShapeError(diagnosis) from None

    def add(
        self,
        name: str,
        layer: Layer,
        inputs: tuple[int, ...],
        output_shape: Shape | None = None,
        *,
        parameters: int | None = None,
        known: bool = True,
    ) -> int:
        """Add a layer that reads ``inputs``, and return its number.

        Give ``output_shape`` or ``parameters`` where the running module knows better, and
        ``known=False`` for a layer whose way of reading is not known.
        """
        if output_shape is None:
            output_shape = self.check(name, layer, inputs)
        if len(output_shape) == 3 and max(output_shape) > LARGEST:
            raise ValueError(
                f"{name}: the output ({' × '.join(map(str, output_shape))}) must have at most "
                f"{LARGEST:,} on each axis; is a number mistyped?"
            )
        before = self.steps[inputs[0]]
        windows = layer.windows(before.grid) if known else None
        grid = _grid(output_shape)
        if not grid:
            grid = tuple(window.outputs for window in windows or ()) or (1,) * len(before.grid)
        if parameters is None:
            parameters = layer.parameters(before.output_shape)
        macs = layer.macs(before.output_shape)
        self.steps.append(Step(name, layer, inputs, output_shape, parameters, macs, windows, grid))
        return len(self.steps) - 1


def build(network: Any, input_shape: Shape) -> Graph:
    """Return the graph of a network that is not a PyTorch module."""
    graph = Graph(input_shape)
    numbers: Counter[str] = Counter()

    def chain(layers: Iterable[Named], at: int) -> int:
        for name, layer in layers:
            if isinstance(layer, d.Branches):
                ends = tuple(chain([("", part) for part in path], at) for path in layer.paths)
                at = place(layer.name, d.Join(kind=layer.join), ends)
            else:
                at = place(name or layer.name, layer, (at,))
        return at

    def place(name: str, layer: Layer, inputs: tuple[int, ...]) -> int:
        if not name:
            word = str(layer).split()[0]
            numbers[word] += 1
            name = f"{word}{numbers[word]}"
        return graph.add(name, layer, inputs)

    chain(named_layers(network), 0)
    return graph


def named_layers(network: Any) -> list[Named]:
    """Return a network's layers as descriptions, in order, with the names they bring."""
    if isinstance(network, str):
        network = parse(network)
    if isinstance(network, Layer):
        return [(network.name, network)]
    if hasattr(network, "layers") and hasattr(network, "input_shape"):
        network = network.layers
    try:
        parts = list(network)
    except TypeError:
        return [("", describe(network))]
    found = []
    for number, part in enumerate(parts):
        if isinstance(part, Layer):
            found.append((part.name, part))
        elif isinstance(part, str):
            raise TypeError(f"network[{number}] (={part!r}) must be a layer; give text as one str")
        else:
            inner = named_layers(part)
            names = [f"{number}.{name}" if name else str(number) for name, _ in inner]
            found += zip(names, (layer for _, layer in inner), strict=True)
    return found


def describe(layer: Any) -> Layer:
    """Return the description of one layer object, by its class name and attributes.

    Our layers and PyTorch's have the same names, so that both are understood.

    Raises
    ------
    TypeError
        If its class is not known.
    """
    kind = type(layer).__name__
    function = kind.lower().removesuffix("1d").removesuffix("2d")
    if function in d.ELEMENTWISE:
        return d.Elementwise(kind=function)
    if kind not in _READERS:
        raise TypeError(
            f"network holds a {kind}, which is not a layer that can be traced; "
            f"known are {', '.join(_READERS)} and {', '.join(d.ELEMENTWISE)}"
        )
    return _READERS[kind](layer)


def _conv(layer: Any) -> Layer:
    return d.Conv(
        layer.out_channels,
        layer.kernel_size,
        layer.stride,
        layer.padding,
        layer.dilation,
        layer.groups,
        bias=_has_bias(layer),
        in_channels=layer.in_channels,
    )


def _local(layer: Any) -> Layer:
    return d.Conv(
        layer.out_channels,
        layer.kernel_size,
        layer.stride,
        layer.padding,
        bias=_has_bias(layer),
        in_channels=layer.in_channels,
        positions_share=False,
    )


def _conv_transpose(layer: Any) -> Layer:
    return d.ConvTranspose(
        layer.out_channels,
        layer.kernel_size,
        layer.stride,
        layer.padding,
        layer.output_padding,
        layer.groups,
        _has_bias(layer),
        layer.dilation,
        layer.in_channels,
    )


def _pool(kind: str) -> Callable[[Any], Layer]:
    def read(layer: Any) -> Layer:
        return d.Pool(
            layer.kernel_size,
            layer.stride,
            getattr(layer, "padding", 0),
            getattr(layer, "dilation", 1),
            bool(getattr(layer, "ceil_mode", False)),
            kind,
        )

    return read


def _blur_pool(layer: Any) -> Layer:
    kernel = layer.kernel_size
    height, width = kernel if isinstance(kernel, tuple | list) else (kernel, kernel)
    border = tuple(((size - 1) // 2, size // 2) for size in (height, width))
    return d.Pool(kernel, layer.stride, border, kind="blurpool")


_READERS: dict[str, Callable[[Any], Layer]] = {
    "Conv2d": _conv,
    "LocallyConnected2d": _local,
    "ConvTranspose2d": _conv_transpose,
    "MaxPool2d": _pool("maxpool"),
    "AvgPool2d": _pool("avgpool"),
    "LPPool2d": _pool("lppool"),
    "BlurPool2d": _blur_pool,
    "AdaptiveAvgPool2d": lambda layer: d.AdaptivePool(layer.output_size),
    "AdaptiveMaxPool2d": lambda layer: d.AdaptivePool(layer.output_size, "adaptivemax"),
    "Linear": lambda layer: d.Linear(
        layer.out_features, _has_bias(layer), in_features=layer.in_features
    ),
    "BatchNorm1d": lambda layer: d.BatchNorm(layer.num_features, layer.affine),
    "BatchNorm2d": lambda layer: d.BatchNorm(layer.num_features, layer.affine),
    "Flatten": lambda layer: d.Flatten(),
    "Identity": lambda layer: Layer(),
}


def _has_bias(layer: Any) -> bool:
    return layer.bias is not None and layer.bias is not False


def checked_shape(input_shape: Any) -> Shape:
    """Return the shape of one input, its batch axis left out if there are four axes."""
    try:
        shape = tuple(input_shape)
    except TypeError:
        raise TypeError(
            f"input_shape (={input_shape!r}) must be (channels, height, width)"
        ) from None
    shape = tuple(checked_number("input_shape", number, 1) for number in shape)
    if not shape:
        raise ValueError("input_shape (=()) must be (channels, height, width)")
    return shape[1:] if len(shape) == 4 else shape


def _grid(shape: Shape) -> Shape:
    return shape[1:] if len(shape) == 3 else ()
