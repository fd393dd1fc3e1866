"""Pasted Python → what goes through its network. The code is parsed, never run."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cnnnotes.shapes.flow import Flow, Part, Step, all_steps, has_weights
from cnnnotes.shapes.reader import Reader
from cnnnotes.shapes.source import ReadError, parsed
from cnnnotes.shapes.values import Chain, Class, Instance, Unread, as_part


@dataclass(frozen=True)
class Code:
    """A network as code tells it.

    Attributes
    ----------
    steps
        What happens to the input.
    input_shape
        As the paste writes it, or None.
    note
        What was mended.
    """

    steps: tuple[Step, ...]
    input_shape: tuple[int, ...] | None = None
    note: str = ""


def read_code(text: str) -> Code:
    """Return the network in Python source.

    Raises
    ------
    ReadError
        If the text is no Python, holds no network or several, or computes what would have to be
        run to be known.
    """
    try:
        source = parsed(text)
        if any(isinstance(s, ast.FunctionDef) and s.name == "forward" for s in source.tree.body):
            inside = ast.ClassDef("Net", [], [], source.tree.body, [], lineno=1, col_offset=0)
            source.tree.body = [inside]
        reader = Reader(source)
        reader.read()
        whole = _meant(reader)
        start = next(iter(reader.inputs), None)
        if isinstance(whole, Flow):
            return Code(whole.steps, whole.start or start, source.note)
        flow = reader.through(whole, [Flow()], {}, source.tree, "")
        if not isinstance(flow, Flow):
            raise ReadError("the network returns several things; give --torch module:callable")
        _check_all_used(whole, flow)
        return Code(flow.steps, start, source.note)
    except RecursionError:
        raise ReadError(
            "the code is nested too deeply to be read; paste the network alone"
        ) from None


def _meant(reader: Reader) -> Any:
    """Return the one network of the paste: a container, an instance, a layer or a flow."""
    for problem in reader.problems:
        raise problem
    named = dict(reader.scope)
    if isinstance(one := named.get("self"), Instance) and one.definition is None:
        named |= named.pop("self").attributes
    made = {
        name: value
        for name, value in named.items()
        if isinstance(value, Instance | Chain | list) and _holds_layers(value)
    }
    used = {id(part) for value in [*made.values(), *reader.pieces] for part in _inside(value)}
    flows = [value for value in named.values() if isinstance(value, Flow) and value.steps]
    made = {name: value for name, value in made.items() if id(value) not in used}
    networks = {name: value for name, value in made.items() if not isinstance(value, list)}
    networks = {n: v for n, v in networks.items() if getattr(v, "runs", True)} or networks
    names = list({id(value): name for name, value in (networks or made).items()}.values())
    if reader.pieces:
        pieces = [piece for piece in reader.pieces if id(piece) not in used]
        return pieces[0] if len(pieces) == 1 else _chain(pieces)
    if len(names) > 1:
        listed = ", ".join(names[:5])
        raise ReadError(
            f"the paste holds {len(names)} networks ({listed}); paste one, or add a line that "
            f"joins them: nn.Sequential({listed})"
        )
    if names:
        found = made[names[0]]
        if isinstance(found, Chain) and not found.runs:
            return Chain(found.parts)
        return _chain(found) if isinstance(found, list) else found
    if flows:
        return flows[-1]
    classes = [value for value in named.values() if isinstance(value, Class)]
    if classes:
        made_of = [c for c in classes if Instance(c.definition).method("forward")] or classes
        network = reader.instance(made_of[-1], [], {}, made_of[-1].definition)
        for problem in reader.problems:
            raise problem
        return network
    layers = {name: value for name, value in named.items() if isinstance(value, Part)}
    layers = {name: value for name, value in layers.items() if not value.kind.endswith("Loss")}
    if len(layers) == 1:
        return next(iter(layers.values()))
    if layers:
        listed = ", ".join(list(layers)[:5])
        raise ReadError(
            f"layers {listed} are made but not put in order; add nn.Sequential({listed}), "
            "or the forward method"
        )
    for value in named.values():
        if isinstance(value, Unread):
            raise value.error
    raise ReadError(
        "the code holds no network: nn.Sequential(...), a list of layers, "
        "a class with forward, or keras.Sequential([...])"
    )


def _chain(parts: list[Any]) -> Chain:
    return Chain([(str(number), as_part(part)) for number, part in enumerate(parts)])


def _holds_layers(value: Any) -> bool:
    if isinstance(value, Instance):
        return True
    parts = [part for _, part in value.parts] if isinstance(value, Chain) else value
    return bool(parts) and all(isinstance(as_part(part), Part | Chain | Instance) for part in parts)


def _inside(value: Any) -> Iterator[Any]:
    """Give all that a network is made of, each once."""
    waiting, seen = [value], set()
    while waiting:
        value = waiting.pop()
        if isinstance(value, Chain):
            parts = [part for _, part in value.parts]
        elif isinstance(value, Instance):
            parts = [*value.attributes.values(), value.base]
        elif isinstance(value, list | tuple):
            parts = list(value)
        else:
            continue
        for part in parts:
            if id(part) not in seen:
                seen.add(id(part))
                waiting.append(part)
                yield part


def _check_all_used(whole: Any, flow: Flow) -> None:
    """Raise if a layer with weights is made but not used: PyTorch would count it."""
    used = {id(step.part) for step in all_steps(flow.steps)}
    for part in _inside(whole):
        if isinstance(part, Part) and has_weights(part.kind) and id(part) not in used:
            raise ReadError(
                f"{part.place}this layer is made but forward does not use it; remove the line"
            )
