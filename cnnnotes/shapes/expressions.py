"""Expressions of pasted code: what they stand for, as far as their syntax alone tells."""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from cnnnotes.shapes import values as v
from cnnnotes.shapes.flow import Flow, Part
from cnnnotes.shapes.functional import FUNCTIONS, SIZES, Refused, applied
from cnnnotes.shapes.source import ReadError, Source
from cnnnotes.shapes.values import Chain, Class, Function, Instance, Scope, Super, Tensor, Unread

MOST_STEPS = 300_000  # expressions looked at; a paste of 10,000 layers takes half of it
DEEPEST_CALLS = 30
NOTHING = object()  # what a statement returns that is no return


@dataclass
class Expressions:
    """Follows expressions; `Reader` adds the statements around them.

    Attributes
    ----------
    scope
        What the paste's names stand for, once `read` is done.
    pieces
        Layers that stand in the paste without a name.
    problems
        Why statements that make layers could not be followed.
    inputs
        Shapes that the paste tells of its input, batch axis and all.
    """

    source: Source
    scope: Scope = field(default_factory=lambda: {"__name__": "__main__"})
    pieces: list[Any] = field(default_factory=list)
    problems: list[ReadError] = field(default_factory=list)
    inputs: list[tuple[int, ...]] = field(default_factory=list)
    aliases: dict[str, str] = field(default_factory=dict)
    prefix: str = ""
    steps: int = 0
    depth: int = 0

    def run(self, body: list[ast.stmt], scope: Scope, *, forgiving: bool = False) -> Any:
        """Follow statements."""
        raise NotImplementedError

    def assign(self, target: ast.expr, value: Any, scope: Scope) -> None:
        """Give a value to a name, several, or an attribute."""
        raise NotImplementedError

    def _truth(self, node: ast.expr, scope: Scope) -> bool:
        value = self.value(node, scope)
        if isinstance(value, Flow | Tensor):
            raise self.source.not_run(node, "a condition on a tensor", "keep the branch that holds")
        return bool(value)

    def _items(self, node: ast.expr, scope: Scope) -> list[Any]:
        value = self.value(node, scope)
        if isinstance(value, Chain):
            return [part for _, part in value.parts]
        if isinstance(value, dict | tuple | list | range):
            return list(value)
        raise self.source.not_run(node, "a loop over this", "write its layers out")

    # Expressions.

    def value(self, node: ast.AST, scope: Scope) -> Any:
        """Return what an expression stands for, as far as syntax alone can tell."""
        found = self._found(node, scope)
        self._count(node, 1 + len(found) // 8 if isinstance(found, list | tuple) else 1)
        return found

    def _count(self, node: ast.AST, steps: int = 1) -> None:
        self.steps += steps
        if self.steps > MOST_STEPS:
            raise self.source.fail(node, "the code goes on for too long; paste the network alone")

    def _found(self, node: ast.AST, scope: Scope) -> Any:
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float | str | None):
            return self._sized(node, node.value)
        if isinstance(node, ast.Name):
            return self._named(node, node.id, scope)
        if isinstance(node, ast.Attribute):
            return self._attribute(node, scope)
        if isinstance(node, ast.Call):
            return self._call(node, scope)
        if isinstance(node, ast.Tuple | ast.List):
            values = list(self._sequence(node.elts, scope))
            return tuple(values) if isinstance(node, ast.Tuple) else values
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            found: dict[Any, Any] = {}
            for key, one in pairs:
                if key is None:
                    raise self.source.not_run(node, "unpacking this")
                name = self.value(key, scope)
                if not isinstance(name, str | int):
                    raise self.source.fail(node, "a name must be a string")
                found[name] = self.value(one, scope)
            return found
        if isinstance(node, ast.IfExp):
            return self.value(node.body if self._truth(node.test, scope) else node.orelse, scope)
        if isinstance(node, ast.BoolOp):
            for part in node.values:
                value = self.value(part, scope)
                if self._truth(part, scope) is isinstance(node.op, ast.Or):
                    break
            return value
        if isinstance(node, ast.ListComp | ast.GeneratorExp):
            return list(self._comprehended(node, node.generators, dict(scope)))
        if isinstance(node, ast.JoinedStr):
            return self._formatted(node, scope)
        if isinstance(node, ast.Subscript):
            found_at = v.picked(self.value(node.value, scope), self._index(node.slice, scope))
            if found_at is not v.UNKNOWN:
                return found_at
        operands = v.operands(node)
        if operands:
            return self._arithmetic(node, [self.value(operand, scope) for operand in operands])
        raise self.source.not_run(node, v.what_is(node))

    def _index(self, node: ast.AST, scope: Scope) -> Any:
        if isinstance(node, ast.Slice):
            ends = (node.lower, node.upper, node.step)
            return slice(*(end and self.value(end, scope) for end in ends))
        return self.value(node, scope)

    def _named(self, node: ast.AST, name: str, scope: Scope) -> Any:
        place = scope if name in scope else self.scope
        if name not in place:
            raise self.source.fail(node, f"{name} is not given in the paste; write its value out")
        if isinstance(place[name], Unread):
            raise place[name].error
        return place[name]

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Any:
        root = v.dotted(node).partition(".")[0]
        if root and root not in scope and root not in self.scope:
            if root == "math" and node.attr in ("pi", "e"):
                return 3.0
            return self._named(node, v.dotted(node), scope)
        owner = self.value(node.value, scope)
        if isinstance(owner, Instance):
            found = owner.attributes.get(node.attr, v.UNKNOWN)
            if isinstance(found, Unread):
                raise found.error
            if found is not v.UNKNOWN:
                return found
        if isinstance(owner, Part) and node.attr in owner.kwargs:
            return owner.kwargs[node.attr]
        if isinstance(owner, Flow) and node.attr == "shape":
            return SIZES
        raise self.source.fail(
            node, f"{ast.unparse(node)[:60]} is not given in the paste; write its value out"
        )

    def _sequence(self, parts: list[ast.expr], scope: Scope) -> Iterator[Any]:
        for part in parts:
            if isinstance(part, ast.Starred):
                yield from self._items(part.value, scope)
            else:
                yield self.value(part, scope)

    def _comprehended(
        self, node: Any, generators: list[ast.comprehension], scope: Scope
    ) -> Iterator[Any]:
        if not generators:
            yield self.value(node.elt, scope)
            return
        first, *others = generators
        for item in self._items(first.iter, scope):
            self.assign(first.target, item, scope)
            if all(self._truth(test, scope) for test in first.ifs):
                yield from self._comprehended(node, others, scope)

    def _formatted(self, node: ast.JoinedStr, scope: Scope) -> str:
        words = []
        for part in node.values:
            inner = part.value if isinstance(part, ast.FormattedValue) else part
            value = self.value(inner, scope)
            if not isinstance(value, str | int):
                raise self.source.not_run(node, "this f-string")
            words.append(str(value))
        return "".join(words)[:200]

    def _arithmetic(self, node: ast.AST, operands: list[Any]) -> Any:
        try:
            return self._sized(node, v.computed(node, operands))
        except (Refused, ArithmeticError, TypeError, ValueError) as error:
            if isinstance(error, ReadError):
                raise
            raise self.source.not_run(node, str(error) or "this arithmetic") from None

    def _sized(self, node: ast.AST, value: Any) -> Any:
        if isinstance(value, int | float) and not abs(value) <= v.LARGEST:
            raise self.source.fail(node, "a number is too large for a layer")
        return value

    # Calls.

    def _call(self, node: ast.Call, scope: Scope) -> Any:
        full = v.dotted(node.func)
        root, last = full.partition(".")[0], full.rpartition(".")[2]
        if root == "super" or (full == "" and v.calls_super(node.func)):
            if isinstance(node.func, ast.Name):
                return Super(scope.get("self"))
            return self._method(Super(scope.get("self")), node.func.attr, node, scope)  # type: ignore[attr-defined]
        known = root in scope or root in self.scope
        if isinstance(node.func, ast.Attribute) and (known or not full):
            owner = self.value(node.func.value, scope)
            attribute = v.attribute_of(owner, node.func.attr)
            if attribute is v.UNKNOWN:
                return self._method(owner, node.func.attr, node, scope)
            return self._apply(attribute, node, scope, node.func.attr)
        if known or not full:
            return self._apply(self.value(node.func, scope), node, scope, "")
        return self._library(self.aliases.get(full, full).rpartition(".")[2] or last, node, scope)

    def arguments(self, node: ast.Call, scope: Scope) -> tuple[list[Any], dict[str, Any]]:
        """Return what a call gives, without what matters in training alone."""
        kwargs: dict[str, Any] = {}
        for keyword in node.keywords:
            name = keyword.arg
            if name is None:
                inner = self.value(keyword.value, scope)
                if not isinstance(inner, dict):
                    raise self.source.not_run(node, "unpacking this")
                kwargs |= inner
            elif name in ("device", "dtype", "training") or name.endswith(v.TRAINING_ONLY):
                continue
            elif name == "activation" and (word := v.dotted(keyword.value)) and word not in scope:
                kwargs[name] = word.rpartition(".")[2]
            else:
                kwargs[name] = self.value(keyword.value, scope)
        return list(self._sequence(node.args, scope)), kwargs

    def _library(self, name: str, node: ast.Call, scope: Scope) -> Any:
        """Return what a function or class that the paste does not define gives."""
        known = name in (*v.BUILT_IN, *v.TENSORS, *v.WRAPPERS) or name in FUNCTIONS
        if not known and not name[:1].isupper():
            raise self.source.not_run(node, f"{v.dotted(node.func)}()")
        args, kwargs = self.arguments(node, scope)
        if name in FUNCTIONS:
            return self._function(name, args, kwargs, node)
        try:
            made = v.made(name, args, kwargs, self._place(node))
        except (Refused, ArithmeticError, TypeError, ValueError) as error:
            raise self.source.fail(node, str(error)) from None
        return made

    def _function(self, name: str, args: list[Any], kwargs: dict[str, Any], node: ast.AST) -> Any:
        try:
            return applied(name, args, kwargs, self._place(node))
        except Refused as error:
            raise self.source.not_run(node, str(error), "write a plain chain") from None

    def _place(self, node: ast.AST) -> str:
        return str(self.source.fail(node, ""))

    def _method(self, owner: Any, name: str, node: ast.Call, scope: Scope) -> Any:
        if isinstance(owner, Instance) and (function := owner.method(name)):
            args, kwargs = self.arguments(node, scope)
            return self._called(function, [owner, *args], kwargs, node)
        if name in v.SAME and isinstance(owner, Flow | Part | Chain | Instance | Tensor):
            return owner  # x.to(device): the device need not be known
        args, kwargs = self.arguments(node, scope)
        if isinstance(owner, Flow) and name in FUNCTIONS:
            return self._function(name, [owner, *args], kwargs, node)
        try:
            return v.method(owner, name, args, kwargs)
        except Refused as error:
            raise self.source.not_run(node, str(error)) from None

    def _apply(self, what: Any, node: ast.Call, scope: Scope, name: str) -> Any:
        """Return what a call of something made in the paste gives."""
        args, kwargs = self.arguments(node, scope)
        if isinstance(what, Class):
            return self.instance(what, args, kwargs, node)
        if isinstance(what, Function):
            return self._called(what, args, kwargs, node)
        if isinstance(what, str) and what.lower() in FUNCTIONS:
            return self._function(what.lower(), args, kwargs, node)
        if len(args) == 1 and isinstance(args[0], Tensor):
            self.inputs.append(args[0].shape)
            return None
        callable_here = isinstance(what, Instance) or (
            len(args) == 1 and isinstance(what, Part | Chain)
        )
        if not callable_here:
            raise self.source.not_run(node, f"calling {name or 'this'}")
        return self.through(what, args, kwargs, node, name)

    def through(
        self, what: Any, args: list[Any], kwargs: dict[str, Any], node: ast.AST, name: str
    ) -> Any:
        """Return what comes out of a layer, a container or a class of the paste."""
        self._count(node)
        if isinstance(what, Part):
            flow = args[0]
            if what.kind in v.KERAS_JOINS:
                return self._function(v.KERAS_JOINS[what.kind], [flow, 1], {}, node)
            if not isinstance(flow, Flow):
                raise self.source.not_run(node, f"{what.kind} of no layer's output")
            return flow.then(what, self.prefix + name if name else "")
        if isinstance(what, Chain):
            if not what.runs:
                raise self.source.not_run(node, "calling a ModuleList", "say what runs when")
            for inner, part in what.parts:
                whole = f"{name}.{inner}" if name else inner
                args = [self.through(part, args, {}, node, whole)]
            return args[0]
        if forward := what.method("forward") or what.method("call"):
            outside = self.prefix
            self.prefix += f"{name}." if name else ""
            try:
                return self._called(forward, [what, *args], kwargs, node)
            finally:
                self.prefix = outside
        if what.base is not None:
            return self.through(what.base, args, kwargs, node, name)
        raise self.source.not_run(node, "a class without forward", "paste its forward too")

    def instance(
        self, made: Class, args: list[Any], kwargs: dict[str, Any], node: ast.AST
    ) -> Instance:
        """Return what a class of the paste makes with these arguments."""
        thing = Instance(made.definition)
        if init := thing.method("__init__"):
            self._called(init, [thing, *args], kwargs, node, forgiving=True)
        elif args and thing.is_sequential:
            thing.base = v.container("Sequential", args, kwargs)
        return thing

    def _called(
        self,
        function: Function,
        args: list[Any],
        kwargs: dict[str, Any],
        node: ast.AST,
        *,
        forgiving: bool = False,
    ) -> Any:
        scope = self._bound(function, args, kwargs, node)
        with self._inside(node):
            returned = self.run(function.definition.body, scope, forgiving=forgiving)
        return None if returned is NOTHING else returned

    @contextmanager
    def _inside(self, node: ast.AST) -> Iterator[None]:
        if self.depth >= DEEPEST_CALLS:
            raise self.source.fail(node, "calls go too deep")
        self.depth += 1
        try:
            yield
        finally:
            self.depth -= 1

    def _bound(
        self, function: Function, args: list[Any], kwargs: dict[str, Any], node: ast.AST
    ) -> Scope:
        """Return the names that a call gives to a function."""
        definition, taken = function.definition, function.definition.args
        names = [argument.arg for argument in [*taken.posonlyargs, *taken.args]]
        given: Scope = dict(zip(names, args, strict=False)) | kwargs
        if taken.vararg:
            given[taken.vararg.arg] = tuple(args[len(names) :])
        elif len(args) > len(names):
            raise self.source.fail(node, f"{definition.name} takes {len(names)} arguments")
        if taken.kwarg:
            given[taken.kwarg.arg] = {}
        defaults = dict(zip(reversed(names), reversed(taken.defaults), strict=False))
        keyword_only = zip(taken.kwonlyargs, taken.kw_defaults, strict=True)
        defaults |= {argument.arg: value for argument, value in keyword_only if value is not None}
        for name in [*names, *(argument.arg for argument in taken.kwonlyargs)]:
            if name in given:
                continue
            if name not in defaults:
                raise self.source.fail(
                    node,
                    f"{definition.name} needs {name}; add a line that calls it with {name}=...",
                )
            try:
                given[name] = self.value(defaults[name], function.scope)
            except ReadError as error:
                given[name] = Unread(error)
        return dict(function.scope) | given if function.nested else given
