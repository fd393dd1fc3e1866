"""What names in pasted code stand for, and what can be computed with it without running it."""

import ast
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cnnnotes.shapes.flow import Flow, Part, joined
from cnnnotes.shapes.functional import BATCH, SIZES, Refused
from cnnnotes.shapes.source import ReadError

Scope = dict[str, Any]
LARGEST = 10**9
LONGEST_LIST = 10_000
UNKNOWN = object()
TRAINING_ONLY = ("_initializer", "_regularizer", "_constraint")
TENSORS = ("randn", "rand", "zeros", "ones", "empty")
WRAPPERS = ("DataParallel", "DistributedDataParallel", "compile")
KERAS_JOINS = {"Add": "add", "Concatenate": "cat"}
BUILT_IN: tuple[str, ...] = (
    "range",
    "len",
    "zip",
    "enumerate",
    "reversed",
    "int",
    "float",
    "tuple",
    "list",
)
BUILT_IN += ("dict", "max", "min", "str", "round", "abs", "isinstance")  # the last is refused
ADDERS = ("add", "append", "extend", "insert", "add_module")
SAME = ("to", "cuda", "cpu", "eval", "train", "half", "float", "double", "requires_grad_")

# What a call ends in is a layer if its name says so.
LAYERLIKE = re.compile(
    r"(Lazy|Sync)?(Conv|DepthwiseConv|SeparableConv|Linear|Dense|MaxPool|AvgPool|AveragePool|"
    r"Adaptive|Global|BatchNorm|GroupNorm|LayerNorm|InstanceNorm|Sequential|ModuleList|Flatten|"
    r"Dropout|ReLU|LeakyReLU|Upsample|UpSampling|ZeroPad|OrderedDict)"
)


@dataclass(eq=False)
class Chain:
    """Parts by name, one after the other; or of a ``ModuleList``, if not ``runs``."""

    parts: list[tuple[str, Any]]
    runs: bool = True

    def append(self, part: Any, name: str = "") -> None:
        """Add a part, by default named by its number."""
        if not isinstance(part, Part | Chain | Instance):
            raise Refused(f"{str(part)[:60]!r} in a container, which is no layer,")
        if len(self.parts) >= LONGEST_LIST:
            raise Refused(f"a container of more than {LONGEST_LIST:,} layers")
        self.parts.append((name or str(len(self.parts)), part))


@dataclass(frozen=True, eq=False)
class Class:
    """A class of the paste."""

    definition: ast.ClassDef


@dataclass(frozen=True, eq=False)
class Function:
    """A function of the paste, and what was known where it stands."""

    definition: ast.FunctionDef
    scope: Scope
    nested: bool = False


@dataclass(eq=False)
class Instance:
    """What a class of the paste makes; ``base`` is what it gave to ``Sequential.__init__``."""

    definition: ast.ClassDef | None
    attributes: Scope = field(default_factory=dict)
    base: Chain | None = None

    def method(self, name: str) -> Function | None:
        """Return a method of its class."""
        for statement in self.definition.body if self.definition else ():
            if isinstance(statement, ast.FunctionDef) and statement.name == name:
                return Function(statement, {})
        return None

    @property
    def is_sequential(self) -> bool:
        """Whether its class derives from ``nn.Sequential``."""
        bases = self.definition.bases if self.definition else []
        return any(dotted(base).endswith("Sequential") for base in bases)


@dataclass(frozen=True, eq=False)
class Super:
    """``super()``, inside ``of``."""

    of: Any


@dataclass(frozen=True, eq=False)
class Tensor:
    """What ``torch.randn(1, 3, 32, 32)`` makes: a shape."""

    shape: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Unread:
    """A name whose value is not known, and why."""

    error: ReadError


# Arithmetic.

_OPERATIONS: dict[type, Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda one, many: one in many,
    ast.NotIn: lambda one, many: one not in many,
}


def operands(node: ast.AST) -> list[ast.expr]:
    """Return what an operation works on, or nothing if it is none."""
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.UnaryOp):
        return [node.operand]
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return [node.left, *node.comparators]
    return []


def computed(node: Any, values: list[Any]) -> Any:
    """Return the result of an operation; raise `Refused` if it is none for sizes and layers."""
    sign = type(node.ops[0] if isinstance(node, ast.Compare) else node.op)
    if any(isinstance(value, Flow) for value in values):
        return _of_flows(sign, values)
    if sign in (ast.Is, ast.IsNot, ast.Not, ast.Eq, ast.NotEq) and sign in _OPERATIONS:
        return _OPERATIONS[sign](*values)
    first, last = values[0], values[-1]
    if sign in (ast.In, ast.NotIn) and isinstance(last, list | tuple | dict | str):
        return _OPERATIONS[sign](first, last)
    if all(isinstance(value, int | float) for value in values) and sign in _OPERATIONS:
        if sign is ast.Pow and (abs(last) > 64 or abs(first) > LARGEST):
            raise Refused(f"{first} ** {last}, too large for a layer,")
        result = _OPERATIONS[sign](*values)
        if isinstance(result, complex):
            raise Refused("a root of a negative number")
        return result
    if sign is ast.Add and type(first) is type(last) and isinstance(first, list | tuple | str):
        return _short_enough(len(first) + len(last)) and first + last
    if sign is ast.Mult and isinstance(first, list | tuple) and type(last) is int:
        return _short_enough(len(first) * last) and first * last
    if sign is ast.Mult and isinstance(last, list | tuple) and type(first) is int:
        return _short_enough(len(last) * first) and last * first
    raise Refused("this arithmetic")


def _short_enough(length: int) -> bool:
    if length > LONGEST_LIST:
        raise Refused(f"a list of more than {LONGEST_LIST:,} parts")
    return True


def _of_flows(sign: type, values: list[Any]) -> Flow:
    flows = [value for value in values if isinstance(value, Flow)]
    if len(flows) == 2 and sign in (ast.Add, ast.Sub):
        return joined(flows, "add")
    numbers = all(isinstance(value, int | float | Flow) for value in values)
    if len(flows) == 1 and len(values) == 2 and numbers and sign in _OPERATIONS:
        return flows[0]  # x / 255
    raise Refused("this arithmetic with a layer's output")


# Parts of what is known.


def picked(owner: Any, place: Any) -> Any:
    """Return ``owner[place]``, or `UNKNOWN`."""
    if isinstance(owner, Chain):
        if isinstance(place, slice):
            return Chain([(str(n), part) for n, (_, part) in enumerate(owner.parts[place])])
        owner = dict(owner.parts) if isinstance(place, str) else [part for _, part in owner.parts]
    if owner is SIZES and place == 0:
        return BATCH
    if isinstance(owner, dict) and isinstance(place, str | int):
        return owner.get(place, UNKNOWN)
    if isinstance(owner, tuple | list) and (type(place) is int or isinstance(place, slice)):
        try:
            return owner[place]
        except (IndexError, TypeError, ValueError):
            return UNKNOWN
    return UNKNOWN


def attribute_of(owner: Any, name: str) -> Any:
    """Return an attribute of an instance that can be called, or `UNKNOWN`."""
    found = owner.attributes.get(name, UNKNOWN) if isinstance(owner, Instance) else UNKNOWN
    if isinstance(found, Unread):
        raise found.error
    return found


def method(owner: Any, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Return what a method of a list, a container or a module gives."""
    if isinstance(owner, Super):
        if (
            isinstance(owner.of, Instance)
            and owner.of.is_sequential
            and name == "__init__"
            and args
        ):
            owner.of.base = container("Sequential", args, kwargs)
        return None
    if isinstance(owner, Instance) and name in ("add_module", "register_module") and len(args) == 2:
        owner.attributes[str(args[0])] = args[1]
        return None
    if isinstance(owner, Chain) and name in ("add", "append", "add_module", "extend"):
        if name == "add_module" and len(args) == 2:
            owner.append(args[1], str(args[0]))
            return None
        if len(args) == 1 and name != "add_module":
            for part in args[0] if name == "extend" else args:
                owner.append(part)
            return None
    if isinstance(owner, list) and name in ("append", "extend") and len(args) == 1:
        added = args[0] if name == "extend" else args
        if isinstance(added, list | tuple) and _short_enough(len(owner) + len(added)):
            owner.extend(added)
            return None
    if isinstance(owner, dict) and name in ("items", "values", "keys") and not args:
        return list(getattr(owner, name)())
    if isinstance(owner, Flow) and name in ("squeeze", "unsqueeze", "permute", "transpose"):
        raise Refused(f"{name}() in forward")
    raise Refused(f"{name}()")


# Calls of what the paste does not define.


def made(name: str, args: list[Any], kwargs: dict[str, Any], place: str) -> Any:
    """Return what a class of a library, or a function of Python's own, makes."""
    if name in WRAPPERS and args:
        return args[0]
    if name in TENSORS:
        size = args[0] if len(args) == 1 and isinstance(args[0], tuple | list) else args
        size = size or kwargs.get("size", ())
        if size and all(type(number) is int and number > 0 for number in size):
            return Tensor(tuple(size))
        raise Refused(f"{name}() of an unknown size")
    if name in ("Sequential", "ModuleList", "ModuleDict"):
        return container(name, args, kwargs)
    if name in ("OrderedDict", "dict"):
        return _named_parts(args, kwargs)
    if name in BUILT_IN:
        return _built_in(name, args, kwargs)
    if name in ("Input", "InputLayer"):
        start = kwargs.get("shape", kwargs.get("input_shape", args[0] if args else None))
        return Flow((), start if isinstance(start, tuple) else None)
    if name == "Model" and (flow := kwargs.get("outputs", args[1] if len(args) > 1 else None)):
        return flow
    return Part(name, tuple(args), kwargs, place)


def _built_in(name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    for value in args:
        if isinstance(value, str) and name != "str":
            raise Refused(f"{name}() of a string")
    if name == "range":
        if not all(type(value) is int for value in args):
            raise Refused("range() of anything but whole numbers")
        return _short_enough(len(range(*args))) and range(*args)
    if name in ("len", "tuple", "list", "reversed", "enumerate", "zip"):
        args = [[part for _, part in a.parts] if isinstance(a, Chain) else a for a in args]
        if not all(isinstance(value, list | tuple | range | dict) for value in args):
            raise Refused(f"{name}() of this")
        functions: dict[str, Any] = {"len": len, "tuple": tuple, "list": list, "zip": zip}
        functions |= {"reversed": reversed, "enumerate": enumerate}
        found = functions[name](*args)
        return found if name in ("len", "tuple") else list(found)
    numbers = all(isinstance(value, int | float) for value in args)
    if name not in ("dict", "isinstance") and numbers and args and not kwargs:
        functions = {"int": int, "float": float, "max": max, "min": min, "round": round}
        return (functions | {"abs": abs, "str": str})[name](*args)
    raise Refused(f"{name}() of this")


def container(kind: str, args: list[Any], kwargs: dict[str, Any]) -> Chain:
    """Return what ``Sequential(...)`` and ``ModuleList([...])`` make."""
    if kind == "Sequential":
        args = args or [value for name, value in kwargs.items() if name in ("layers", "args")]
    chain = Chain([], kind == "Sequential")
    if len(args) == 1 and isinstance(args[0], dict):
        for name, part in args[0].items():
            chain.append(part, str(name))
        return chain
    if len(args) == 1 and isinstance(args[0], tuple | list):
        args = list(args[0])
    for part in args:
        chain.append(as_part(part))
    return chain


def as_part(value: Any) -> Any:
    """Return Keras' ``Input`` as the layer that it is in a list; others as they are."""
    bare = isinstance(value, Flow) and not value.steps
    return Part("Input", (), {"shape": value.start}) if bare else value


def _named_parts(args: list[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for given in args:
        pairs = given.items() if isinstance(given, dict) else given
        for pair in pairs if isinstance(given, dict | list | tuple) else [None]:
            if not (isinstance(pair, tuple | list) and len(pair) == 2):
                raise Refused("OrderedDict takes pairs: ('conv1', nn.Conv2d(...)); anything else")
            found[str(pair[0])] = pair[1]
    return found | kwargs


# Of the tree.


def dotted(node: ast.AST) -> str:
    """Return ``torch.nn.Conv2d`` for a name of names, or nothing."""
    words: list[str] = []
    while isinstance(node, ast.Attribute):
        words.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(words)]) if isinstance(node, ast.Name) else ""


def calls_super(node: ast.AST) -> bool:
    """Say whether this is ``super(...).something``."""
    inner = node.value if isinstance(node, ast.Attribute) else None
    return isinstance(inner, ast.Call) and dotted(inner.func) == "super"


def makes_layers(statement: ast.stmt, scope: Scope) -> bool:
    """Say whether a statement makes layers, so that not reading it matters."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Call):
            last = node.func.attr if isinstance(node.func, ast.Attribute) else dotted(node.func)
            if LAYERLIKE.match(last) or isinstance(scope.get(last), Class):
                return True
    return False


def changed_by(statement: ast.stmt) -> set[str]:
    """Return the names that a statement gives a value, or adds to."""
    found = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.Attribute) and node.attr in ADDERS:
            found.add(dotted(node.value))
    return found - {"", "self"}


def what_is(node: ast.AST) -> str:
    """Return what to call an expression that is not followed."""
    return {
        "Lambda": "a lambda",
        "DictComp": "a comprehension",
        "SetComp": "a comprehension",
        "Compare": "a comparison",
    }.get(type(node).__name__, "this expression")
