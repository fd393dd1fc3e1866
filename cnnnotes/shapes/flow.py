"""What goes through a network, as pasted code tells it: parts one after the other, and joins."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cnnnotes.shapes import descriptions as d
from cnnnotes.shapes.diagnosis import ShapeError
from cnnnotes.shapes.source import ReadError
from cnnnotes.shapes.torch_calls import described

LONGEST = 10_000


@dataclass(frozen=True, eq=False)
class Part:
    """The call that makes a layer, as it stands in the paste; ``place`` says where."""

    kind: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    place: str = ""


@dataclass(frozen=True, eq=False)
class Step:
    """A part at work: the same part may work twice."""

    part: "Part | Join"
    name: str = ""


@dataclass(frozen=True, eq=False)
class Join:
    """Paths that start at the same place and meet: ``"add"`` or ``"cat"``."""

    paths: tuple[tuple[Step, ...], ...]
    kind: str


@dataclass(frozen=True, eq=False)
class Flow:
    """What has come through ``steps``; ``start`` is the input's shape, if the paste gives it."""

    steps: tuple[Step, ...] = ()
    start: tuple[int, ...] | None = None

    def then(self, part: "Part | Join", name: str = "") -> "Flow":
        """Return what comes out of one more part."""
        if len(self.steps) >= LONGEST:
            raise ReadError(f"the network has more than {LONGEST:,} layers")
        return Flow((*self.steps, Step(part, name)), self.start)


def joined(flows: Sequence[Flow], kind: str) -> Flow:
    """Return what comes of flows that meet; what they share is done once."""
    shared = 0
    for together in zip(*(flow.steps for flow in flows), strict=False):
        if any(step is not together[0] for step in together):
            break
        shared += 1
    paths = tuple(flow.steps[shared:] for flow in flows)
    start = next((flow.start for flow in flows if flow.start), None)
    return Flow(flows[0].steps[:shared], start).then(Join(paths, kind))


Make = Callable[[Part, d.Shape | None], Sequence[d.Layer]]


def torch_layers(part: Part, shape: d.Shape | None = None) -> Sequence[d.Layer]:
    """Return the description of one call of ``torch.nn``."""
    try:
        return (described(part.kind, part.args, part.kwargs),)
    except (TypeError, ValueError) as error:
        raise ReadError(f"{part.place}{error}") from None


def build(
    steps: Sequence[Step], make: Make = torch_layers, shape: d.Shape | None = None
) -> tuple[d.Layer, ...]:
    """Return descriptions of all steps.

    Parameters
    ----------
    make
        From a part, and the shape that goes into it, to its layers.
    shape
        What goes in, if ``make`` needs it.

    Raises
    ------
    ReadError
        If a part is not known, or works twice with the same weights.
    """
    _check_once(steps)
    return _built(steps, make, shape)[0]


def _built(
    steps: Sequence[Step], make: Make, shape: d.Shape | None
) -> tuple[tuple[d.Layer, ...], d.Shape | None]:
    layers: list[d.Layer] = []
    for step in steps:
        if isinstance(step.part, Join):
            found = [_built(path, make, shape) for path in step.part.paths]
            made: Sequence[d.Layer] = [d.Branches(tuple(path for path, _ in found), step.part.kind)]
            ends = [end for _, end in found]
            if shape is not None and None not in ends:
                try:
                    shape = d.Join(step.part.kind).joined_shape([e for e in ends if e is not None])
                except ShapeError:
                    return (*layers, *made), None  # the trace will say why
            layers += made
            continue
        made = make(step.part, shape)
        if step.name and not step.name.replace(".", "").isdecimal():
            made = [replace(layer, name=step.name) for layer in made]
        layers += made
        try:
            for layer in made:
                shape = shape and layer.output_shape(shape)
        except ShapeError:
            return tuple(layers), None
    return tuple(layers), shape


def _check_once(steps: Sequence[Step]) -> None:
    """Raise if weights are shared: they would be counted twice."""
    seen: dict[int, str] = {}
    for step in all_steps(steps):
        if isinstance(step.part, Join) or not has_weights(step.part.kind):
            continue
        if id(step.part) in seen:
            raise ReadError(
                f"{step.part.place}{step.name or step.part.kind} works twice with the same "
                "weights, or before paths that meet twice; give --torch module:callable"
            )
        seen[id(step.part)] = step.name


def has_weights(kind: str) -> bool:
    """Say whether a class has weights, or may have."""
    return bool(re.search("Conv|Linear|Dense|Norm|PReLU|Bilinear|RNN|LSTM|GRU|Attention", kind))


def all_steps(steps: Sequence[Step]) -> Iterator[Step]:
    """Give all steps, those of paths too."""
    waiting, given = list(steps), 0
    while waiting:
        step, given = waiting.pop(), given + 1
        if given > 2 * LONGEST:
            raise ReadError("the network's paths meet too often")
        yield step
        if isinstance(step.part, Join):
            for path in step.part.paths:
                waiting += path
