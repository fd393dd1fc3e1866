"""Networks in Python source: read from the syntax tree, never run.

Understood are calls of layers, ``Sequential`` in all its forms, names given earlier in the paste,
plain arithmetic, and classes whose ``forward`` is straight. All else is one clear error.
"""

import ast
import re
import textwrap
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

LARGEST = 10**9
LONGEST_LIST = 10_000
DEEPEST = 100  # brackets, or classes that make classes

# What a call ends in is a layer if its name says so.
LAYERLIKE = re.compile(
    r"(Lazy)?(Conv|DepthwiseConv|SeparableConv|Linear|Dense|MaxPool|AvgPool|AveragePool|Adaptive|"
    r"Global|BatchNorm|GroupNorm|LayerNorm|InstanceNorm|Sequential|ModuleList|Flatten|Dropout|"
    r"ReLU|LeakyReLU|Upsample|UpSampling|ZeroPad|OrderedDict)"
)


class ReadError(ValueError):
    """A pasted network that cannot be read; the message is one line and names the place."""


@dataclass(frozen=True, eq=False)
class Part:
    """The call of a layer, as it stands in the code."""

    kind: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    node: ast.AST


@dataclass(frozen=True, eq=False)
class Chain:
    """Parts (or chains) by name, one after the other; or of a ``ModuleList``, if not ``runs``."""

    parts: tuple[tuple[str, Any], ...]
    runs: bool = True

    def and_then(self, name: str, part: Any) -> "Chain":
        """Return the chain with one more part, by default named by its number."""
        return Chain((*self.parts, (name or str(len(self.parts)), part)), self.runs)


@dataclass(frozen=True, eq=False)
class Instance:
    """What a class of the paste makes: its attributes, as ``__init__`` leaves them."""

    definition: ast.ClassDef
    scope: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Unread:
    """A name whose value is not known, and why."""

    error: ReadError


@dataclass
class Found:
    """What a paste holds, before it is decided what of it is meant."""

    named: dict[str, Any] = field(default_factory=dict)
    pieces: Chain = field(default_factory=lambda: Chain(()))
    problems: list[ReadError] = field(default_factory=list)
    inputs: list[tuple[int, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_code(text: str) -> tuple["Source", Any]:
    """Return the source and the network in it: a `Chain`, an `Instance` or a `Part`.

    Raises
    ------
    ReadError
        If the text is no Python, holds no network or several, or computes what would have to be
        run to be known.
    """
    source = Source(text)
    try:
        return source, source.network()
    except RecursionError:
        raise ReadError("the code is nested too deeply to be read; paste the network alone") from None


class Source:
    """Python text: its tree, and what its statements say."""

    def __init__(self, text: str) -> None:
        self.found = Found()
        self.text, self.tree = self._parsed(text)
        self.lines = self.text.splitlines()
        self.aliases: dict[str, str] = {}
        self.classes: dict[str, ast.ClassDef] = {}
        self.depth = 0

    # From text to a tree.

    def _parsed(self, text: str) -> tuple[str, ast.Module]:
        text = textwrap.dedent(without_prompts(text)).strip("\n")
        depth, surplus, missing = _brackets(text)
        if depth > DEEPEST:
            raise ReadError(f"brackets are nested {depth} deep; at most {DEEPEST} are read")
        tries = [text, f"[\n{text}\n]", "\n".join(line.strip() for line in text.splitlines())]
        if missing:
            tries += [text + "\n" + missing, f"[\n{text}\n{missing}]"]
        if surplus:
            tries += [_without_surplus(text), f"[\n{_without_surplus(text)}\n]"]
        first: SyntaxError | None = None
        for number, attempt in enumerate(tries):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    tree = ast.parse(attempt)
            except SyntaxError as error:
                first = first or error
                continue
            except (ValueError, RecursionError, MemoryError):
                raise ReadError("the code is no Python that can be read; paste the network alone") from None
            if number >= 3:
                closed = f"{len(missing)} closing" if missing else "an opening"
                self.found.notes.append(
                    f"the paste is a piece: {closed} bracket{'s' * (len(missing) > 1)} missing"
                )
            return attempt, tree
        assert first is not None
        line = (text.splitlines() or [""])[min((first.lineno or 1), len(text.splitlines())) - 1]
        raise ReadError(f"line {first.lineno or 1} ({_short(line)}) is no Python: {first.msg}")

    def fail(self, node: ast.AST, why: str) -> "ReadError":
        """Return an error that names the line of ``node``."""
        number = getattr(node, "lineno", 1)
        line = self.lines[number - 1] if number <= len(self.lines) else ""
        return ReadError(f"line {number} ({_short(line)}): {why}")

    def not_run(self, node: ast.AST, what: str, way: str = "write its value out") -> "ReadError":
        """Return the error for code that would have to be run."""
        return self.fail(
            node,
            f"{what} is not followed, since pasted code is never run; {way}, "
            "or give --torch module:callable",
        )

    # What is meant.

    def network(self) -> Any:
        """Return the one network of the paste."""
        body = self.tree.body
        if any(isinstance(s, ast.FunctionDef) and s.name == "forward" for s in body):
            body = [ast.ClassDef("the class", [], [], body, [], lineno=1, col_offset=0)]
        scope: dict[str, Any] = {}
        self.run(body, scope, self.found)
        for problem in self.found.problems:
            raise problem
        made = {
            name: value
            for name, value in scope.items()
            if isinstance(value, Instance) or (isinstance(value, Chain) and value.parts)
        }
        used = {id(part) for value in made.values() for part in _inside(value)}
        made = {name: value for name, value in made.items() if id(value) not in used}
        whole = {id(v): n for n, v in made.items() if not isinstance(v, Chain) or v.runs} or {
            id(v): n for n, v in made.items()
        }
        if self.found.pieces.parts:
            return self.found.pieces if len(self.found.pieces.parts) > 1 else self.found.pieces.parts[0][1]
        if len(whole) > 1:
            names = list(whole.values())
            raise ReadError(
                f"the paste holds {len(names)} networks ({', '.join(names[:5])}); paste one, or "
                f"add a line that joins them: nn.Sequential({', '.join(names[:5])})"
            )
        if whole:
            return made[next(iter(whole.values()))]
        if self.classes:
            return self._of_class()
        layers = {
            name: value
            for name, value in scope.items()
            if isinstance(value, Part) and not value.kind.endswith("Loss")
        }
        if len(layers) == 1:
            return next(iter(layers.values()))
        if layers:
            raise ReadError(
                f"layers {', '.join(list(layers)[:5])} are made but not put in order; add "
                f"nn.Sequential({', '.join(list(layers)[:5])}), or the forward method"
            )
        for value in scope.values():
            if isinstance(value, Unread):
                raise value.error
        raise ReadError(
            "the code holds no network: nn.Sequential(...), a list of layers, "
            "a class with forward, or keras.Sequential([...])"
        )

    def _of_class(self) -> Instance:
        made = [
            definition
            for definition in self.classes.values()
            if any(isinstance(s, ast.FunctionDef) and s.name == "forward" for s in definition.body)
        ]
        definition = (made or list(self.classes.values()))[-1]
        return self.instance(definition, (), {}, definition)

    # Statements.

    def run(self, body: list[ast.stmt], scope: dict[str, Any], found: Found) -> None:
        """Note what each statement gives a name to; what cannot be read is noted as such."""
        for statement in body:
            try:
                self._statement(statement, scope, found)
            except ReadError as error:
                for name in _assigned(statement):
                    scope[name] = Unread(error)
                if _makes_layers(statement, self.classes):
                    found.problems.append(error)

    def _statement(self, statement: ast.stmt, scope: dict[str, Any], found: Found) -> None:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            for alias in statement.names:
                self.aliases[alias.asname or alias.name] = alias.name
        elif isinstance(statement, ast.ClassDef):
            self.classes[statement.name] = statement
        elif isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            value = self.value(statement.value, scope)
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for target in targets:
                self._assign(target, value, scope)
        elif isinstance(statement, ast.AugAssign):
            name = _dotted(statement.target)
            sum_of = ast.BinOp(statement.target, statement.op, statement.value)
            scope[name] = self.value(ast.copy_location(sum_of, statement), scope)
        elif isinstance(statement, ast.Expr):
            self._expression(statement.value, scope, found)
        elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            raise self.not_run(statement, "a function", "paste what it returns")
        elif isinstance(statement, ast.For | ast.While | ast.AsyncFor):
            raise self.not_run(statement, "a loop", "write its layers out")
        elif isinstance(statement, ast.If | ast.Match):
            raise self.not_run(statement, "a condition", "keep the branch that holds")
        elif not isinstance(statement, ast.Pass):
            raise self.not_run(statement, f"a {type(statement).__name__.lower()} statement")

    def _assign(self, target: ast.expr, value: Any, scope: dict[str, Any]) -> None:
        if isinstance(target, ast.Tuple | ast.List):
            if not isinstance(value, tuple | list) or len(value) != len(target.elts):
                raise self.not_run(target, "this assignment")
            for part, one in zip(target.elts, value, strict=True):
                self._assign(part, one, scope)
        elif not (name := _dotted(target)):
            raise self.not_run(target, "an assignment to a part")
        else:
            scope[name] = value

    def _expression(self, node: ast.expr, scope: dict[str, Any], found: Found) -> None:
        if isinstance(node, ast.Constant):  # a docstring
            return
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner, method = _dotted(node.func.value), node.func.attr
            if owner in scope and method in _ADDERS:
                scope[owner] = self._added(scope[owner], method, node, scope)
                return
            if owner == "self" and method == "add_module":
                name, part = self._arguments(node, scope)[0]
                scope[f"self.{name}"] = part
                return
            if owner in scope and method in ("build", "summary", "forward", "predict"):
                self._note_shapes(node, scope, found)
                return
        if isinstance(node, ast.Call) and _dotted(node.func) in scope:  # a trial: model(x)
            for argument in node.args:
                self.value(argument, scope)
            return
        if isinstance(node, ast.Call) and _last(node.func) in ("summary", "print"):
            self._note_shapes(node, scope, found)
            return
        value = self.value(node, scope)
        for name, part in _chain_of(value).parts if isinstance(value, tuple | list) else [("", value)]:
            if isinstance(part, Part | Chain | Instance):
                found.pieces = found.pieces.and_then("" if name.isdecimal() else name, part)

    def _added(self, owner: Any, method: str, node: ast.Call, scope: dict[str, Any]) -> Any:
        args, _ = self._arguments(node, scope)
        if method == "add_module":
            added = [(str(args[0]), args[1])] if len(args) == 2 else []
        elif method == "extend":
            added = [("", part) for part in (args[0] if args else ())]
        elif method == "insert":
            raise self.not_run(node, "insert", "write the layers in their order")
        else:
            added = [("", part) for part in args]
        if isinstance(owner, Unread):
            raise owner.error
        if not isinstance(owner, Chain | list | tuple):
            raise self.not_run(node, f"{method}()")
        if not isinstance(owner, Chain):
            return [*owner, *(part for _, part in added)]
        for name, part in added:
            owner = owner.and_then(name, part)
        return owner

    def _note_shapes(self, node: ast.Call, scope: dict[str, Any], found: Found) -> None:
        """``summary(model, (1, 28, 28))`` and ``model.build((None, 28, 28, 1))`` tell the input."""
        for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
            try:
                value = self.value(argument, scope)
            except ReadError:
                continue
            if isinstance(value, tuple) and len(value) > 1:
                numbers = value[1:] if value[0] is None else value
                if all(type(number) is int and number > 0 for number in numbers):
                    found.inputs.append(numbers)

    # Values.

    def value(self, node: ast.AST, scope: dict[str, Any]) -> Any:
        """Return what an expression stands for, as far as syntax alone can tell."""
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float | str | None):
            return self._checked(node, node.value)
        if isinstance(node, ast.Name | ast.Attribute) and (name := _dotted(node)):
            return self._named(node, name, scope)
        if isinstance(node, ast.UnaryOp) and type(node.op) in _UNARY:
            number = self.value(node.operand, scope)
            if isinstance(number, int | float):
                return _UNARY[type(node.op)](number)
        if isinstance(node, ast.BinOp):
            return self._arithmetic(node, scope)
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            return self._sequence(node, node.elts, scope)
        if isinstance(node, ast.Dict):
            return self._dict(node, scope)
        if isinstance(node, ast.Subscript):
            owner, place = self.value(node.value, scope), self.value(node.slice, scope)
            owner = [part for _, part in owner.parts] if isinstance(owner, Chain) else owner
            if isinstance(owner, tuple | list) and type(place) is int and abs(place) < len(owner):
                return owner[place]
            if isinstance(owner, dict) and isinstance(place, str | int) and place in owner:
                return owner[place]
        if isinstance(node, ast.Call):
            return self._call(node, scope)
        raise self.not_run(node, _EXPRESSIONS.get(type(node), "this expression"))

    def _named(self, node: ast.AST, name: str, scope: dict[str, Any]) -> Any:
        if name in scope:
            value = scope[name]
            if isinstance(value, Unread):
                raise value.error
            return value
        last = name.rpartition(".")[2]
        if LAYERLIKE.match(last):
            raise self.fail(node, f"{name} is a class; a layer is made by calling it: {name}(...)")
        owner = name.rpartition(".")[0]
        if isinstance(scope.get(owner), Unread):
            raise scope[owner].error
        raise self.fail(node, f"{name} is not given in the paste; write its value out")

    def _sequence(self, node: ast.AST, parts: list[ast.expr], scope: dict[str, Any]) -> Any:
        found: list[Any] = []
        for part in parts:
            if isinstance(part, ast.Starred):
                inner = self.value(part.value, scope)
                inner = [one for _, one in inner.parts] if isinstance(inner, Chain) else inner
                if not isinstance(inner, tuple | list):
                    raise self.not_run(part, "unpacking this")
                found += inner
            else:
                found.append(self.value(part, scope))
            if len(found) > LONGEST_LIST:
                raise self.fail(node, f"a list has more than {LONGEST_LIST:,} parts")
        return tuple(found) if isinstance(node, ast.Tuple) else found

    def _dict(self, node: ast.Dict, scope: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                inner = self.value(value, scope)
                if not isinstance(inner, dict):
                    raise self.not_run(node, "unpacking this")
                found |= inner
                continue
            name = self.value(key, scope)
            if not isinstance(name, str | int):
                raise self.fail(node, "a name must be a string")
            found[str(name)] = self.value(value, scope)
        return found

    def _arithmetic(self, node: ast.BinOp, scope: dict[str, Any]) -> Any:
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        numbers = all(isinstance(value, int | float) for value in (left, right))
        if numbers and type(node.op) in _BINARY:
            if isinstance(node.op, ast.Pow) and (abs(right) > 64 or abs(left) > LARGEST):
                raise self.fail(node, f"{left} ** {right} is too large for a layer")
            try:
                return self._checked(node, _BINARY[type(node.op)](left, right))
            except ArithmeticError as error:
                raise self.fail(node, str(error)) from None
        lists = isinstance(left, tuple | list), isinstance(right, tuple | list)
        if isinstance(node.op, ast.Add) and all(lists) and type(left) is type(right):
            joined = left + right
        elif isinstance(node.op, ast.Mult) and any(lists) and int in (type(left), type(right)):
            many, times = (left, right) if lists[0] else (right, left)
            if len(many) * times > LONGEST_LIST:
                raise self.fail(node, f"a list has more than {LONGEST_LIST:,} parts")
            joined = many * times
        else:
            raise self.not_run(node, "this arithmetic")
        if len(joined) > LONGEST_LIST:
            raise self.fail(node, f"a list has more than {LONGEST_LIST:,} parts")
        return joined

    def _checked(self, node: ast.AST, value: Any) -> Any:
        if isinstance(value, complex):
            raise self.fail(node, f"{value} is no size")
        if isinstance(value, int | float) and not abs(value) <= LARGEST:
            raise self.fail(node, "a number is too large for a layer")
        return value

    # Calls.

    def _call(self, node: ast.Call, scope: dict[str, Any]) -> Any:
        full = _dotted(node.func)
        kind = self.aliases.get(full, full).rpartition(".")[2]
        if isinstance(node.func, ast.Attribute) and node.func.attr in _UNCHANGED:
            value = self.value(node.func.value, scope)
            if isinstance(value, Part | Chain | Instance | Tensor):
                return value
        if not full:
            raise self.not_run(node, "this call")
        if full in scope:
            raise self.not_run(node, f"calling {full}", "paste the network's layers")
        if kind == "super":
            raise self.not_run(node, "super()")
        if full in self.classes:
            return self.instance(self.classes[full], *self._arguments(node, scope), node)
        if kind in _TENSORS:
            args, kwargs = self._arguments(node, scope)
            size = args[0] if len(args) == 1 and isinstance(args[0], tuple | list) else args
            size = size or kwargs.get("size", ())
            if all(type(number) is int and number > 0 for number in size) and size:
                if self.depth == 0:
                    self.found.inputs.append(tuple(size))
                return Tensor(tuple(size))
        if kind in _WRAPPERS and node.args:
            return self.value(node.args[0], scope)
        if not (kind[:1].isupper() or kind in ("int", "float", "tuple", "list", "dict")):
            raise self.not_run(node, f"{full}()")
        args, kwargs = self._arguments(node, scope)
        if kind in ("int", "float") and len(args) == 1 and isinstance(args[0], int | float):
            return int(args[0]) if kind == "int" else float(args[0])
        if kind in ("tuple", "list") and len(args) == 1 and isinstance(args[0], tuple | list):
            return tuple(args[0]) if kind == "tuple" else list(args[0])
        if kind in ("OrderedDict", "dict"):
            return self._named_parts(node, args, kwargs)
        if kind in ("Sequential", "ModuleList", "ModuleDict"):
            return self._container(node, kind, args, kwargs)
        return Part(kind, tuple(args), kwargs, node)

    def _arguments(
        self, node: ast.Call, scope: dict[str, Any]
    ) -> tuple[list[Any], dict[str, Any]]:
        args = self._sequence(ast.List(), node.args, scope)
        kwargs: dict[str, Any] = {}
        for keyword in node.keywords:
            name = keyword.arg
            if name is None:
                inner = self.value(keyword.value, scope)
                if not isinstance(inner, dict):
                    raise self.not_run(node, "unpacking this")
                kwargs |= inner
            elif name in ("device", "dtype") or name.endswith(_TRAINING_ONLY):
                continue
            elif name == "activation" and (word := _dotted(keyword.value)) and word not in scope:
                kwargs[name] = word.rpartition(".")[2]
            else:
                kwargs[name] = self.value(keyword.value, scope)
        return args, kwargs

    def _named_parts(self, node: ast.AST, args: list[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for given in args:
            if isinstance(given, dict):
                found |= given
            elif isinstance(given, tuple | list):
                for pair in given:
                    if not (isinstance(pair, tuple | list) and len(pair) == 2):
                        raise self.fail(node, "OrderedDict takes pairs: ('conv1', nn.Conv2d(...))")
                    found[str(pair[0])] = pair[1]
            else:
                raise self.fail(node, "OrderedDict takes pairs: ('conv1', nn.Conv2d(...))")
        return found | kwargs

    def _container(self, node: ast.AST, kind: str, args: list[Any], kwargs: dict[str, Any]) -> Chain:
        if kind == "Sequential":
            args = args or [value for name, value in kwargs.items() if name in ("layers", "args")]
        if len(args) == 1 and isinstance(args[0], dict):
            parts = tuple(args[0].items())
        else:
            if len(args) == 1 and isinstance(args[0], tuple | list):
                args = list(args[0])
            parts = tuple((str(number), part) for number, part in enumerate(args))
        for _, part in parts:
            if not isinstance(part, Part | Chain | Instance):
                raise self.fail(node, f"{kind} holds {_short(repr(part))}, which is no layer")
        return Chain(parts, kind == "Sequential")

    def instance(
        self, definition: ast.ClassDef, args: Any, kwargs: dict[str, Any], node: ast.AST
    ) -> Instance:
        """Return what a class of the paste makes with these arguments."""
        if self.depth > DEEPEST // 5:
            raise self.fail(node, f"class {definition.name} makes itself")
        scope: dict[str, Any] = {}
        for statement in definition.body:
            if isinstance(statement, ast.FunctionDef) and statement.name == "__init__":
                scope |= self._bound(definition, statement, args, kwargs, node)
                self.depth += 1
                found = Found()
                try:
                    self.run(statement.body, scope, found)
                finally:
                    self.depth -= 1
                for problem in found.problems:
                    raise problem
        return Instance(definition, scope)

    def _bound(
        self,
        definition: ast.ClassDef,
        function: ast.FunctionDef,
        args: Any,
        kwargs: dict[str, Any],
        node: ast.AST,
    ) -> dict[str, Any]:
        names = [argument.arg for argument in function.args.args][1:]
        defaults = function.args.defaults
        given = dict(zip(names, args, strict=False)) | kwargs
        for name, default in zip(names[len(names) - len(defaults) :], defaults, strict=True):
            if name not in given:
                given[name] = self._maybe(default)
        for argument, value in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True):
            if argument.arg not in given and value is not None:
                given[argument.arg] = self._maybe(value)
        for name in names:
            if name not in given:
                raise self.fail(
                    node, f"{definition.name} needs {name}; add a line {definition.name}({name}=...)"
                )
        return given

    def _maybe(self, node: ast.expr) -> Any:
        try:
            return self.value(node, {})
        except ReadError as error:
            return Unread(error)


@dataclass(frozen=True)
class Tensor:
    """What ``torch.randn(1, 3, 32, 32)`` makes: a shape."""

    shape: tuple[int, ...]


_ADDERS = ("add", "append", "extend", "insert", "add_module")
_UNCHANGED = ("to", "cuda", "cpu", "eval", "train", "half", "float", "double", "requires_grad_")
_WRAPPERS = ("DataParallel", "DistributedDataParallel", "compile")
_TENSORS = ("randn", "rand", "zeros", "ones", "empty")
_TRAINING_ONLY = ("_initializer", "_regularizer", "_constraint")
_UNARY: dict[type, Callable[[Any], Any]] = {ast.USub: lambda a: -a, ast.UAdd: lambda a: a}
_BINARY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.FloorDiv: lambda a, b: a // b,
    ast.Mod: lambda a, b: a % b,
    ast.Pow: lambda a, b: a**b,
}
_EXPRESSIONS = {
    ast.Lambda: "a lambda",
    ast.IfExp: "a condition",
    ast.ListComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.SetComp: "a comprehension",
    ast.Compare: "a comparison",
    ast.JoinedStr: "an f-string",
}


def without_prompts(text: str) -> str:
    """Return code without ``>>>``, ``In [1]:`` and Markdown fences, its output left out."""
    lines = text.expandtabs().splitlines()
    prompt = re.compile(r"\s*(>>>|\.\.\.:?|In \[\d+\]:) ?")
    if any(re.match(r"\s*(>>>|In \[\d+\]:)", line) for line in lines):
        kept, inside = [], False
        for line in lines:
            match = prompt.match(line)
            # IPython's lines may go on without a prompt, after which output has its own mark.
            inside = bool(match) or (inside and line.startswith(" "))
            if inside:
                kept.append(line[match.end() :] if match else line)
        lines = kept
    return "\n".join(line for line in lines if not line.lstrip().startswith("```"))


def _brackets(text: str) -> tuple[int, int, str]:
    """Return the deepest nesting, how many close too much, and what is needed to close the rest."""
    open_now: list[str] = []
    deepest = surplus = 0
    for mark in _marks(text):
        if mark.group() in "([{":
            open_now.append(mark.group())
            deepest = max(deepest, len(open_now))
        elif open_now:
            open_now.pop()
        else:
            surplus += 1
    return deepest, surplus, "".join(")]}"["([{".index(mark)] for mark in reversed(open_now))


def _without_surplus(text: str) -> str:
    depth, cut = 0, []
    for mark in _marks(text):
        depth += 1 if mark.group() in "([{" else -1
        if depth < 0:
            depth = 0
            cut.append(mark.start())
    return "".join(letter for place, letter in enumerate(text) if place not in set(cut[:100]))


def _marks(text: str) -> Iterator[re.Match[str]]:
    """Give the brackets that stand outside strings and comments."""
    for match in re.finditer(
        r"'''.*?'''|\"\"\".*?\"\"\"|'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|#[^\n]*|[\[\](){}]",
        text,
        re.DOTALL,
    ):
        if match.group() in "()[]{}":
            yield match


def _dotted(node: ast.AST) -> str:
    """Return ``torch.nn.Conv2d`` for a name of names, or nothing."""
    words: list[str] = []
    while isinstance(node, ast.Attribute):
        words.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(words)]) if isinstance(node, ast.Name) else ""


def _last(node: ast.AST) -> str:
    return _dotted(node).rpartition(".")[2]


def _makes_layers(statement: ast.stmt, classes: dict[str, ast.ClassDef]) -> bool:
    """Say whether a statement is about layers, so that not reading it matters."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Call):
            last = node.func.attr if isinstance(node.func, ast.Attribute) else _last(node.func)
            if LAYERLIKE.match(last) or last in classes or last in ("add", "add_module"):
                return True
    return False


def _assigned(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        return {statement.name}
    return {
        _dotted(node)
        for node in ast.walk(statement)
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store)
    } - {""}


def _chain_of(values: Any) -> Chain:
    return Chain(tuple((str(number), value) for number, value in enumerate(values)))


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, Chain):
        for _, part in value.parts:
            yield part
            yield from _inside(part)
    elif isinstance(value, Instance):
        for part in value.scope.values():
            yield part
            yield from _inside(part)


def _short(line: str) -> str:
    line = " ".join(line.split())
    return repr(line if len(line) <= 60 else line[:57] + "…")
