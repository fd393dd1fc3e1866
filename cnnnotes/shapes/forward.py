"""A ``forward`` method read as a path of layers, with the shortcuts that leave and rejoin it."""

import ast
from dataclasses import dataclass, replace
from typing import Any

from cnnnotes.shapes import descriptions as d
from cnnnotes.shapes.code import Chain, Instance, Part, ReadError, Source, _dotted
from cnnnotes.shapes.descriptions import Layer
from cnnnotes.shapes.stand_in import described


@dataclass(frozen=True, eq=False)
class Done:
    """A layer at its place in a path; each use is one of its own."""

    layer: Layer


@dataclass(frozen=True)
class Path:
    """What a tensor went through on its way from the input."""

    steps: tuple[Done, ...] = ()

    def then(self, *layers: Layer) -> "Path":
        """Return the path that goes on through ``layers``."""
        return Path(self.steps + tuple(Done(layer) for layer in layers))

    def layers(self) -> tuple[Layer, ...]:
        """Return the layers of the path, in order."""
        return tuple(step.layer for step in self.steps)


class Size:
    """A size of a tensor that is not known until it runs, such as ``x.size(0)``."""


BATCH = Size()  # the only one that a path leaves as it is


def torch_layers(source: Source, network: Any, prefix: str = "") -> tuple[Layer, ...]:
    """Return the layers of a network read from code in PyTorch's words."""
    return _Reader(source).run(network, prefix, Path()).layers()


class _Reader:
    """Follows calls of layers, and remembers which were used."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.used: set[int] = set()
        self.depth = 0

    def run(self, part: Any, name: str, path: Path) -> Path:
        """Return the path that goes on through one part, whatever it is."""
        if isinstance(part, Part):
            return path.then(self.layer(part, name))
        if isinstance(part, Chain):
            steps = list(path.steps)
            for own, inner in part.parts:
                full = f"{name}.{own}" if name else own
                if isinstance(inner, Part):
                    steps.append(Done(self.layer(inner, full)))
                else:
                    steps = list(self.run(inner, full, Path(tuple(steps))).steps)
            return Path(tuple(steps))
        self.depth += 1
        if self.depth > 20:
            raise ReadError("the network is nested too deeply to be read")
        made = _Forward(self, part, name).result(path)
        self.depth -= 1
        return made

    def layer(self, part: Part, name: str) -> Layer:
        try:
            layer = described(part.kind, part.args, part.kwargs)
        except (TypeError, ValueError) as error:
            raise self.source.fail(part.node, str(error)) from None
        if id(part) in self.used and _has_weights(layer):
            raise self.source.fail(
                part.node,
                f"{name or part.kind} is used twice and shares its weights, which a list of layers "
                "cannot say; give --torch module:callable",
            )
        self.used.add(id(part))
        return replace(layer, name=name)


def _has_weights(layer: Layer) -> bool:
    """Say whether a layer is of a kind that trains something, whatever comes in."""
    plain = isinstance(layer, d.Elementwise) and layer.kind != "prelu"
    return not plain and type(layer).parameters is not Layer.parameters


class _Forward:
    """Goes through the statements of one ``forward``."""

    def __init__(self, reader: _Reader, instance: Instance, name: str) -> None:
        self.reader, self.source = reader, reader.source
        self.instance, self.name = instance, name
        self.names: dict[str, Any] = {}

    def result(self, path: Path) -> Path:
        title = self.instance.definition.name
        for statement in self.instance.definition.body:
            if isinstance(statement, ast.FunctionDef) and statement.name == "forward":
                return self.method(statement, path)
        raise self.source.fail(
            self.instance.definition, f"{title} has no forward method, so its order is not known"
        )

    def method(self, function: ast.FunctionDef, path: Path) -> Path:
        arguments = [argument.arg for argument in function.args.args]
        needed = len(arguments) - len(function.args.defaults)
        if needed != 2:
            raise self.source.fail(
                function, "forward must take one input to be read; give --torch module:callable"
            )
        self.names[arguments[1]] = path
        for statement in function.body:
            if isinstance(statement, ast.Return):
                made = self.value(statement.value) if statement.value else None
                if not isinstance(made, Path):
                    raise self.unclear(statement, "what forward returns")
                self.each_once(made, statement)
                return made
            self.statement(statement)
        raise self.source.fail(function, "forward returns nothing")

    def each_once(self, path: Path, node: ast.AST) -> None:
        """A layer on two branches would be counted twice."""
        seen: set[int] = set()

        def visit(layers: tuple[Layer, ...]) -> None:
            for layer in layers:
                if isinstance(layer, d.Branches):
                    for branch in layer.paths:
                        visit(branch)
                elif id(layer) in seen:
                    raise self.unclear(node, "a tensor that several branches use")
                seen.add(id(layer))

        visit(path.layers())

    def statement(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
            if isinstance(target, ast.Tuple) and _dotted(statement.value).endswith(".shape"):
                for number, part in enumerate(target.elts):
                    self.names[_dotted(part)] = Size() if number else BATCH
                return
            name, value = _dotted(target), self.value(statement.value)
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            name, value = _dotted(statement.target), self.value(statement.value)
        elif isinstance(statement, ast.AugAssign):
            name = _dotted(statement.target)
            added = ast.BinOp(statement.target, statement.op, statement.value)
            value = self.value(ast.copy_location(added, statement))
        elif isinstance(statement, ast.Expr) and (
            isinstance(statement.value, ast.Constant)
            or (isinstance(statement.value, ast.Call) and _dotted(statement.value.func) == "print")
        ):
            return
        elif isinstance(statement, ast.Pass):
            return
        else:
            raise self.unclear(statement, "this statement")
        if not name or name.startswith("self."):
            raise self.unclear(statement, "this assignment")
        self.names[name] = value

    def unclear(self, node: ast.AST, what: str) -> ReadError:
        return self.source.not_run(node, f"forward's path through {what}", "write it as a chain")

    def value(self, node: ast.expr | None) -> Any:
        if isinstance(node, ast.Call):
            return self.call(node)
        if isinstance(node, ast.BinOp):
            return self.operation(node)
        name = _dotted(node) if node is not None else ""
        if name in self.names:
            return self.names[name]
        if isinstance(node, ast.Subscript) and _dotted(node.value).endswith(".shape"):
            return BATCH if isinstance(node.slice, ast.Constant) and node.slice.value == 0 else Size()
        if isinstance(node, ast.Tuple | ast.List):
            return [self.value(part) for part in node.elts]
        if node is None:
            return None
        return self.source.value(node, self.instance.scope)

    def operation(self, node: ast.BinOp) -> Any:
        left, right = (
            self.value(side) if self.holds_path(side) else self.constant(side)
            for side in (node.left, node.right)
        )
        if isinstance(left, Path) and isinstance(right, Path) and isinstance(node.op, ast.Add):
            return self.joined([left, right], "add", node)
        paths = [value for value in (left, right) if isinstance(value, Path)]
        scales = isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div)
        if len(paths) == 1 and scales and isinstance(left if paths[0] is right else right, int | float):
            return paths[0]
        if not paths:
            return Size()
        raise self.unclear(node, "this arithmetic")

    def holds_path(self, node: ast.expr) -> bool:
        return any(
            isinstance(inner, ast.Name) and inner.id in self.names for inner in ast.walk(node)
        )

    def constant(self, node: ast.expr) -> Any:
        return self.source.value(node, self.instance.scope)

    def joined(self, paths: list[Path], how: str, node: ast.AST) -> Path:
        shortest = min(len(path.steps) for path in paths)
        same = 0
        while same < shortest and len({id(path.steps[same]) for path in paths}) == 1:
            same += 1
        branches = tuple(tuple(step.layer for step in path.steps[same:]) for path in paths)
        name = f"{self.name}.{how}" if self.name else ""
        return Path(paths[0].steps[:same]).then(d.Branches(branches, how, name=name))

    def call(self, node: ast.Call) -> Any:
        name = _dotted(node.func)
        root = name.partition(".")[0]
        if isinstance(node.func, ast.Attribute) and (
            root in self.names or not name and self.holds_path(node.func.value)
        ):
            if name.endswith(".shape"):
                raise self.unclear(node, "this call")
            return self.tensor_method(node, node.func)
        if root == "self":
            method = self.own_method(name)
            if method is not None:
                return self.helper(method, node)
        if root == "self" or isinstance(node.func, ast.Subscript | ast.Call):
            part = self.source.value(node.func, self.instance.scope)
            if len(node.args) == 1 and isinstance(part, Part | Chain | Instance):
                path = self.value(node.args[0])
                if isinstance(path, Path) and not (isinstance(part, Chain) and not part.runs):
                    own = name.removeprefix("self.") or ""
                    if isinstance(node.func, ast.Subscript):
                        own = ast.unparse(node.func).removeprefix("self.").replace("[", ".")[:-1]
                    full = f"{self.name}.{own}" if self.name and own else own
                    return self.reader.run(part, full, path)
            raise self.unclear(node, "this call")
        return self.function(node, name)

    def own_method(self, name: str) -> ast.FunctionDef | None:
        for statement in self.instance.definition.body:
            if isinstance(statement, ast.FunctionDef) and name == f"self.{statement.name}":
                return statement
        return None

    def helper(self, method: ast.FunctionDef, node: ast.Call) -> Path:
        """``self.encode(x)``: another method of the same class, read likewise."""
        path = self.value(node.args[0]) if len(node.args) == 1 else None
        if not isinstance(path, Path) or method.name == "forward":
            raise self.unclear(node, "this call")
        return _Forward(self.reader, self.instance, self.name).method(method, path)

    def tensor_method(self, node: ast.Call, func: ast.Attribute) -> Any:
        path = self.value(func.value)
        if not isinstance(path, Path):
            raise self.unclear(node, "this call")
        if func.attr == "size":
            first = node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value == 0
            return BATCH if first else Size()
        if func.attr in ("contiguous", "clone", "to", "float", "double", "type"):
            return path
        return self.applied(node, func.attr, path, node.args)

    def function(self, node: ast.Call, name: str) -> Any:
        last = self.source.aliases.get(name, name).rpartition(".")[2]
        arguments = list(node.args)
        if last in ("cat", "concat", "concatenate"):
            paths = self.value(arguments[0]) if arguments else None
            axis = self.keyword(node, "dim", arguments[1] if len(arguments) > 1 else None)
            if isinstance(paths, list) and axis in (1, -3) and all(
                isinstance(path, Path) for path in paths
            ):
                return self.joined(paths, "cat", node)
            raise self.unclear(node, "this call")
        if last == "add" and len(arguments) == 2:
            paths = [self.value(argument) for argument in arguments]
            if all(isinstance(path, Path) for path in paths):
                return self.joined(paths, "add", node)
        given = arguments[:1] or [k.value for k in node.keywords if k.arg in ("input", "x")]
        path = self.value(given[0]) if given and self.holds_path(given[0]) else None
        if not isinstance(path, Path):
            raise self.unclear(node, f"{name or 'this call'}()")
        return self.applied(node, last, path, arguments[1:])

    def keyword(self, node: ast.Call, name: str, given: ast.expr | None) -> Any:
        for keyword in node.keywords:
            if keyword.arg == name:
                given = keyword.value
        return 0 if given is None else self.value(given)

    def applied(self, node: ast.Call, name: str, path: Path, args: list[ast.expr]) -> Path:
        """Return the path through one function of a tensor."""
        plain = name.strip("_").replace("_", "")
        if plain.removesuffix("2d") in d.ELEMENTWISE:
            kind = plain.removesuffix("2d")
            if kind == "prelu":
                raise self.unclear(node, "a trained slope")
            return path.then(d.Elementwise(kind=kind))
        values = [self.value(argument) for argument in args]
        named = {
            keyword.arg: self.value(keyword.value)
            for keyword in node.keywords
            if keyword.arg and keyword.arg not in ("input", "x", "training", "align_corners")
        }
        if name == "flatten":
            start = named.get("start_dim", values[0] if values else 0)
            if start != 1 or named.get("end_dim", values[1] if len(values) > 1 else -1) != -1:
                raise self.source.fail(
                    node, f"flatten starts at axis {start}, which is not the first after the batch; "
                    "torch.flatten(x, 1) keeps the batch"
                )
            return path.then(d.Flatten())
        if name in ("view", "reshape"):
            return self.reshaped(node, path, values)
        if name in ("mean", "amax"):
            axes = named.get("dim", values[0] if values else None)
            if sorted(axes if isinstance(axes, list | tuple) else ()) in ([2, 3], [-2, -1]):
                kind = "AdaptiveAvgPool2d" if name == "mean" else "AdaptiveMaxPool2d"
                pool = self.made(node, kind, [1], {})
                return path.then(*([pool] if named.get("keepdim") else [pool, d.Flatten()]))
        if name in _CLASSES and not (name.startswith("max_pool") and len(values) > 4):
            return path.then(self.made(node, _CLASSES[name], values, named))
        if name == "pad" and values and named.get("mode", "constant") == "constant":
            sides = values[0]
            if isinstance(sides, list | tuple) and len(sides) == 4:
                return path.then(self.made(node, "ZeroPad2d", [tuple(sides)], {}))
        raise self.unclear(node, f"{name}()")

    def made(self, node: ast.AST, kind: str, args: list[Any], kwargs: dict[str, Any]) -> Layer:
        tuples = [tuple(value) if isinstance(value, list) else value for value in args]
        try:
            return described(kind, tuple(tuples), kwargs)
        except (TypeError, ValueError) as error:
            raise self.source.fail(node, str(error)) from None

    def reshaped(self, node: ast.Call, path: Path, values: list[Any]) -> Path:
        if len(values) == 1 and isinstance(values[0], list | tuple):
            values = list(values[0])
        if len(values) == 2 and (values[0] is BATCH or values[0] == -1 or values[1] == -1):
            if values[0] is not BATCH and values[1] == -1 and type(values[0]) is not int:
                raise self.unclear(node, "this shape")
            return path.then(d.Flatten())
        if len(values) in (3, 4) and (values[0] is BATCH or values[0] == -1):
            rest = tuple(values[1:])
            if all(type(size) is int and size > 0 for size in rest):
                return path.then(self.made(node, "Unflatten", [1, rest], {}))
        raise self.unclear(node, "this shape")


_CLASSES = {
    f"{function}{axes}d": f"{kind}{axes}d"
    for axes in (1, 2, 3)
    for function, kind in (
        ("max_pool", "MaxPool"),
        ("avg_pool", "AvgPool"),
        ("adaptive_avg_pool", "AdaptiveAvgPool"),
        ("adaptive_max_pool", "AdaptiveMaxPool"),
    )
} | {"interpolate": "Upsample", "upsample": "Upsample"}
