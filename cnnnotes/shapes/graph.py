"""A network as steps that know which steps they read, whatever it was written in."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from cnnnotes.shapes import descriptions as d
from cnnnotes.shapes.classes import class_name, describe
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
    macs
        Multiply-accumulates; None if that cannot be known.
    windows
        How it reads them along each axis of the picture; None if that cannot be known.
    grid
        Height and width of its units, also after flattening; as many axes as the input has.
    """

    name: str
    layer: Layer
    inputs: tuple[int, ...]
    output_shape: Shape
    parameters: int
    macs: int | None
    windows: tuple[Window, ...] | None
    grid: Shape


class Graph:
    """Steps in the order they run, each checked as it is added.

    Attributes
    ----------
    unused
        Parameters that a module has and no step reads.
    """

    def __init__(self, input_shape: Shape) -> None:
        self.axes = len(input_shape) - 1
        self.unused = 0
        self.steps = [Step("input", Layer(), (), input_shape, 0, 0, (), input_shape[1:])]

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
        if len(output_shape) > 1 and max(output_shape) > LARGEST:
            raise ValueError(
                f"{name}: the output ({' × '.join(map(str, output_shape))}) must have at most "
                f"{LARGEST:,} on each axis; is a number mistyped?"
            )
        before = self.steps[inputs[0]]
        known = known and layer.axes in (None, self.axes) and bool(output_shape)
        windows = layer.windows(before.grid, before.output_shape) if known else None
        grid = output_shape[1:]
        if len(grid) != self.axes:
            flat = len(output_shape) == 1 and windows is not None
            grid = tuple(w.outputs for w in windows or ()) if flat else (1,) * self.axes
            windows = windows if flat else None
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
    if class_name(network) == "Residual":
        return [("", _residual(network))]
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
            found += [_within(str(number), name, layer) for name, layer in inner]
    return found


def _residual(layer: Any) -> d.Branches:
    """Return one of our residual layers as branches, its parts named as its attributes are."""
    paths = []
    for end in ("branch", "shortcut"):
        part = getattr(layer, end)
        inner = [] if part is None else named_layers(part)
        named = [_within(end, name, each) for name, each in inner]
        paths.append(tuple(replace(each, name=name) for name, each in named))
    return d.Branches(tuple(paths), name="add")


def _within(outer: str, name: str, layer: Layer) -> Named:
    """Return a layer and its name inside a part of that name."""
    if isinstance(layer, d.Branches):
        paths = tuple(
            tuple(replace(each, name=f"{outer}.{each.name}") for each in path)
            for path in layer.paths
        )
        name = f"{outer}.{layer.name or layer.join}"
        return name, replace(layer, paths=paths, name=name)
    return f"{outer}.{name}" if name else outer, layer


def checked_shape(input_shape: Any, network: Any = None) -> Shape:
    """Return the shape of one input, without its batch axis.

    Of four axes the first is taken for a batch, unless ``network`` has layers for volumes.
    """
    try:
        shape = tuple(input_shape)
    except TypeError:
        raise TypeError(
            f"input_shape (={input_shape!r}) must be (channels, height, width)"
        ) from None
    shape = tuple(checked_number("input_shape", number, 1) for number in shape)
    if not shape:
        raise ValueError("input_shape (=()) must be (channels, height, width)")
    if len(shape) == 4 and _for_volumes(network):
        return shape
    return shape[1:] if len(shape) in (4, 5) else shape


def _for_volumes(network: Any) -> bool:
    if hasattr(network, "named_modules"):
        return any(class_name(part).endswith("3d") for part in network.modules())
    if network is None:
        return False
    return any(layer.axes == 3 for _, layer in named_layers(network))
