"""What each layer of a network makes, costs and sees."""

import json
from dataclasses import dataclass, field, fields
from fractions import Fraction
from math import prod
from typing import Any

from cnnnotes.shapes.descriptions import Join, Shape
from cnnnotes.shapes.graph import Graph, Step, build, checked_shape
from cnnnotes.shapes.tables import count, markdown_table, plain_table
from cnnnotes.shapes.torch_modules import build_from_module, is_torch_module
from cnnnotes.shapes.windows import Field

BYTES = 4  # of a float32
LARGEST_READ = 4096
COLUMNS = (
    "name",
    "layer",
    "output",
    "parameters",
    "MACs",
    "activations",
    "bytes",
    "field",
    "stride",
    "padding",
    "centre",
)

PerAxis = Any  # one number, or (height, width) where they differ; None where not known


@dataclass(frozen=True)
class Row:
    """One layer of a `Trace`, for one input (no batch axis).

    Attributes
    ----------
    name, layer
        Its name and its text form.
    output_shape
        (channels, height, width), or (features,).
    parameters
        Trained numbers; 0 where they are used a second time. A module's are counted from itself.
    macs
        Multiply-accumulates of convolutions and linear layers, bias not counted; None for what is
        not modelled.
    activations
        Values written to new memory; 0 where a layer can work in place (ReLU, dropout, flatten,
        adding a shortcut).
    bytes
        Of the activations, in float32.
    receptive_field
        Pixels that the widest-seeing unit spans, the padding beyond the border included.
    effective_stride, effective_padding
        Pixels from one unit to the next, and from the first unit's first pixel to the border.
        None once the picture is flattened, as is ``centre``.
    centre
        The middle of what the first unit sees; pixel 0 is the first, so ``0.5`` lies between two.

    The last four are one number, or (height, width) where the axes differ, or None if not known.
    """

    name: str
    layer: str
    output_shape: Shape
    parameters: int
    macs: int | None
    activations: int
    bytes: int
    receptive_field: PerAxis
    effective_stride: PerAxis
    effective_padding: PerAxis
    centre: PerAxis

    def cells(self) -> tuple[str, ...]:
        """Return the row as the strings of a table."""
        counts = (self.parameters, self.macs, self.activations, self.bytes)
        places = (
            self.receptive_field,
            self.effective_stride,
            self.effective_padding,
            self.centre,
        )
        return (
            self.name,
            self.layer,
            " × ".join(map(str, self.output_shape)),
            *map(count, counts),
            *(_shown(place) for place in places),
        )


@dataclass(frozen=True)
class Trace:
    """What `trace` returns; printing it gives a table.

    Attributes
    ----------
    rows
        One `Row` a layer, the input first.
    unused
        Parameters of a module that no layer reads for this input.
    """

    rows: tuple[Row, ...]
    steps: tuple[Step, ...] = field(repr=False, compare=False)
    unused: int = 0

    @property
    def output_shape(self) -> Shape:
        """What comes out in the end."""
        return self.rows[-1].output_shape

    @property
    def parameters(self) -> int:
        """Trained numbers in all, also those that no layer reads."""
        return sum(row.parameters for row in self.rows) + self.unused

    @property
    def macs(self) -> int | None:
        """Multiply-accumulates in all, for one input; None if not known of every layer."""
        known = [row.macs for row in self.rows if row.macs is not None]
        return sum(known) if len(known) == len(self.rows) else None

    @property
    def least_macs(self) -> int:
        """Multiply-accumulates of those layers where they are known."""
        return sum(row.macs or 0 for row in self.rows)

    @property
    def activations(self) -> int:
        """Values held in all, for one input, that input included."""
        return sum(row.activations for row in self.rows)

    @property
    def bytes(self) -> int:
        """Bytes of all activations in float32."""
        return sum(row.bytes for row in self.rows)

    def __getitem__(self, name: str) -> Row:
        """Return the row with this name."""
        for row in self.rows:
            if row.name == name:
                return row
        names = ", ".join(row.name for row in self.rows)
        raise KeyError(f"no layer named {name!r}; there are {names}")

    def seen(self, name: str, unit: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
        """Return the input rows and columns that one unit of a layer reads, without padding.

        Exactly: the gaps of dilation, and what the border cuts off at any layer, are left out.
        """
        place = [row.name for row in self.rows].index(self[name].name)
        grid = self.steps[place].grid
        for position, size in zip(unit, grid, strict=True):
            if not 0 <= position < size:
                raise ValueError(f"unit (={unit}) must lie inside {' × '.join(map(str, grid))}")
        axes = [self._read(place, axis, unit[axis]) for axis in range(len(grid))]
        if not all(axes):  # it reads nothing but padding
            return ((),) * len(grid)
        return tuple(tuple(sorted(axis)) for axis in axes)

    def unread(self) -> tuple[tuple[int, ...], ...]:
        """Return the input rows and columns that nothing in the output depends on.

        Raises `ValueError` if a layer has more than 4,096 rows or columns.
        """
        grid = self.steps[0].grid
        if not grid:
            return (), ()
        read = [self._read(len(self.steps) - 1, axis) for axis in range(len(grid))]
        if not all(read):  # the output depends on nothing but padding
            read = [set() for _ in grid]
        return tuple(
            tuple(place for place in range(size) if place not in axis)
            for size, axis in zip(grid, read, strict=True)
        )

    def _read(self, place: int, axis: int, unit: int | None = None) -> set[int]:
        """Return the positions of the input that one unit of a step reads, or all its units."""
        if max(step.grid[axis] for step in self.steps[: place + 1]) > LARGEST_READ:
            raise ValueError(
                f"trace must have at most {LARGEST_READ} rows and columns in every layer: "
                "what is read is found one by one"
            )
        needed: list[set[int]] = [set() for _ in self.steps]
        units = range(self.steps[place].grid[axis]) if unit is None else (unit,)
        needed[place].update(units)
        for number in range(place, 0, -1):
            step = self.steps[number]
            if not needed[number]:
                continue
            for before in step.inputs:
                size = self.steps[before].grid[axis]
                if step.windows is None:
                    needed[before].update(range(size))
                    continue
                window = step.windows[axis]
                needed[before].update(*(window.reads(reader, size) for reader in needed[number]))
        return needed[0]

    def as_dict(self) -> dict[str, Any]:
        """Return rows and totals as plain dictionaries, ready for JSON."""
        names = [f.name for f in fields(Row)]
        return {
            "input_shape": list(self.rows[0].output_shape),
            "rows": [{name: _plain(getattr(row, name)) for name in names} for row in self.rows],
            "totals": {
                "parameters": self.parameters,
                "macs": self.macs,
                "least_macs": self.least_macs,
                "activations": self.activations,
                "bytes": self.bytes,
            },
        }

    def to_json(self) -> str:
        """Return `as_dict` as JSON."""
        return json.dumps(self.as_dict(), indent=2)

    def markdown(self) -> str:
        """Return the table in Markdown."""
        return markdown_table(COLUMNS, self.cells())

    def cells(self) -> list[tuple[str, ...]]:
        """Return all rows and the totals as strings."""
        totals = (
            *("total", "", "", count(self.parameters), count(self.macs, least=self.least_macs)),
            *(count(self.activations), count(self.bytes), "", "", "", ""),
        )
        unused = ("not read", "", "", count(self.unused), *[""] * 7)
        return [*(row.cells() for row in self.rows), *[unused] * bool(self.unused), totals]

    def __str__(self) -> str:
        """Return the table in plain text."""
        return plain_table(COLUMNS, self.cells())


def trace(network: Any, input_shape: Any = None) -> Trace:
    """Return what each layer of a network makes, costs and sees.

    Parameters
    ----------
    network
        A line of text (see `parse`), layer descriptions, an entry of the `catalogue`, our layers
        or `Sequential`, or a PyTorch module. A module runs once on PyTorch's meta device: no
        activations are allocated, nothing is computed, and its weights are left alone.
    input_shape
        (channels, height, width) of one input, or (features,). A fourth axis in front is taken
        for a batch and left out. An entry of the catalogue brings its own.

    Raises
    ------
    ShapeError
        If layers and input do not fit together; the message says where, why, and what would mend
        it.
    TextError
        If text is not understood.
    TypeError
        If a layer is of an unknown class.

    References
    ----------
    Araujo, Norris and Sim (2019), "Computing Receptive Fields of Convolutional Neural Networks",
    for receptive field, effective stride and effective padding.
    """
    if input_shape is None:
        input_shape = getattr(network, "input_shape", None)
        if input_shape is None:
            raise TypeError("input_shape is needed: (channels, height, width)")
    shape = checked_shape(input_shape, network)
    graph = build_from_module(network, shape) if is_torch_module(network) else build(network, shape)
    return trace_of(graph)


def trace_of(graph: Graph) -> Trace:
    """Return the trace of a network that stands as a graph already."""
    return Trace(_rows(graph), tuple(graph.steps), graph.unused)


def _rows(graph: Graph) -> tuple[Row, ...]:
    seen: list[tuple[Field | None, ...]] = []
    rows = []
    for step in graph.steps:
        seen.append(_fields(step, seen))
        activations = 0 if step.layer.in_place else prod(step.output_shape)
        rows.append(
            Row(
                step.name,
                "" if step.name == "input" and not step.inputs else str(step.layer),
                step.output_shape,
                step.parameters,
                step.macs,
                activations,
                activations * BYTES,
                *_places(seen[-1], flat=len(step.output_shape) == 1),
            )
        )
    return tuple(rows)


def _fields(step: Step, seen: list[tuple[Field | None, ...]]) -> tuple[Field | None, ...]:
    """Return, for each axis, what the units of a step see of the network's input."""
    if not step.inputs:
        return tuple(Field() for _ in step.grid)
    if step.windows is None:
        return (None,) * len(step.grid)
    first, *others = (seen[before] for before in step.inputs)
    if isinstance(step.layer, Join):
        for other in others:
            first = tuple(
                a.joined(b) if a and b else None for a, b in zip(first, other, strict=True)
            )
        return first
    return tuple(
        before.through(window) if before else None
        for before, window in zip(first, step.windows, strict=True)
    )


def _places(
    axes: tuple[Field | None, ...], *, flat: bool
) -> tuple[PerAxis, PerAxis, PerAxis, PerAxis]:
    if not axes or None in axes:
        return None, None, None, None
    known = [axis for axis in axes if axis is not None]
    sizes = _merged([axis.size for axis in known])
    if flat:
        return sizes, None, None, None
    return (
        sizes,
        _merged([_number(Fraction(axis.advance, len(axis.spans))) for axis in known]),
        _merged([-axis.spans[0][0] for axis in known]),
        _merged([_number(Fraction(sum(axis.spans[0]), 2)) for axis in known]),
    )


def _merged(values: list[Any]) -> PerAxis:
    return values[0] if len(set(values)) == 1 else tuple(values)


def _number(value: Fraction) -> int | Fraction | float:
    """Return a whole number as int, a half as float, and anything else as it is."""
    if value.denominator == 1:
        return int(value)
    return float(value) if value.denominator == 2 else value


def _shown(value: PerAxis) -> str:
    if value is None:
        return "–"
    return " × ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return str(value) if isinstance(value, Fraction) else value
