"""Statements of pasted code: followed on their syntax tree, never run.

Followed are calls of layers, containers, plain arithmetic, names given in the paste, loops over
what is known, and the paste's own functions and classes. All else is one clear error.
"""

import ast
from typing import Any

from cnnnotes.shapes import values as v
from cnnnotes.shapes.expressions import NOTHING, Expressions
from cnnnotes.shapes.flow import Part
from cnnnotes.shapes.source import ReadError
from cnnnotes.shapes.values import Chain, Class, Function, Instance, Scope, Tensor, Unread


class Reader(Expressions):
    """Follows a paste."""

    def read(self) -> None:
        """Follow all statements."""
        self.run(self.source.tree.body, self.scope, forgiving=True)

    def run(self, body: list[ast.stmt], scope: Scope, *, forgiving: bool = False) -> Any:
        """Follow statements; return what they return, or a mark that they do not.

        Forgiving, it notes names whose value is not known, and goes on: code around a network
        need not be understood.
        """
        for statement in body:
            self._count(statement)
            try:
                returned = self._statement(statement, scope, forgiving)
            except ReadError as error:
                if not forgiving:
                    raise
                for name in v.changed_by(statement):
                    scope[name] = Unread(error)
                if v.makes_layers(statement, scope):
                    self.problems.append(error)
                continue
            if returned is not NOTHING:
                return returned
        return NOTHING

    def _statement(self, node: ast.stmt, scope: Scope, forgiving: bool) -> Any:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                self.aliases[alias.asname or alias.name] = alias.name
        elif isinstance(node, ast.ClassDef):
            scope[node.name] = Class(node)
        elif isinstance(node, ast.FunctionDef):
            scope[node.name] = Function(node, scope, scope is not self.scope)
        elif isinstance(node, ast.Return):
            return None if node.value is None else self.value(node.value, scope)
        elif isinstance(node, ast.Assign):
            value = self.value(node.value, scope)
            for target in node.targets:
                self.assign(target, value, scope)
        elif isinstance(node, ast.AnnAssign):
            if node.value is not None:
                self.assign(node.target, self.value(node.value, scope), scope)
        elif isinstance(node, ast.AugAssign):
            sum_of = ast.copy_location(ast.BinOp(node.target, node.op, node.value), node)
            self.assign(node.target, self.value(sum_of, scope), scope)
        elif isinstance(node, ast.For):
            for item in self._items(node.iter, scope):
                self.assign(node.target, item, scope)
                returned = self.run(node.body, scope)
                if returned is not NOTHING:
                    return returned
        elif isinstance(node, ast.If):
            branch = node.body if self._truth(node.test, scope) else node.orelse
            return self.run(branch, scope, forgiving=forgiving)
        elif isinstance(node, ast.With):
            return self.run(node.body, scope, forgiving=forgiving)
        elif isinstance(node, ast.Expr):
            self._expression(node.value, scope)
        elif not isinstance(node, ast.Pass | ast.Assert):
            what = type(node).__name__.lower()
            raise self.source.not_run(node, f"a {what} statement", "write the layers out")
        return NOTHING

    def assign(self, target: ast.expr, value: Any, scope: Scope) -> None:
        """Give a value to a name, several, or an attribute."""
        if isinstance(target, ast.Tuple | ast.List):
            if not isinstance(value, tuple | list) or len(value) != len(target.elts):
                raise self.source.not_run(target, "this assignment")
            for part, one in zip(target.elts, value, strict=True):
                self.assign(part, one, scope)
        elif isinstance(target, ast.Name):
            scope[target.id] = value
        elif isinstance(target, ast.Attribute):
            if v.dotted(target.value) == "self":
                scope.setdefault("self", Instance(None))
            owner = self.value(target.value, scope)
            if not isinstance(owner, Instance):
                raise self.source.not_run(target, "an assignment to a part")
            owner.attributes[target.attr] = value
        else:
            raise self.source.not_run(target, "an assignment to a part")

    def _expression(self, node: ast.expr, scope: Scope) -> None:
        if isinstance(node, ast.Constant):  # a docstring
            return
        if isinstance(node, ast.Call):
            words = v.dotted(node.func).rsplit(".", 1)
            if words[-1] in ("summary", "print", "build"):
                self._note_shapes(node, scope)
                return
            if len(words) == 2 and words[0] not in scope and words[1] == "add":
                scope[words[0]] = Chain([])  # model.add(...), its first line left out
        value = self.value(node, scope)
        if self.depth == 0:
            parts = map(v.as_part, value) if isinstance(value, tuple | list) else [value]
            self.pieces += [part for part in parts if isinstance(part, Part | Chain | Instance)]

    def _note_shapes(self, node: ast.Call, scope: Scope) -> None:
        """``summary(model, (1, 28, 28))`` and ``model.build((None, 28, 28, 1))`` tell the input."""
        for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
            try:
                value = self.value(argument, scope)
            except ReadError:
                continue
            numbers = value.shape if isinstance(value, Tensor) else value
            if isinstance(numbers, tuple) and len(numbers) > 1:
                numbers = numbers[1:] if numbers[0] is None else numbers
                if all(type(number) is int and number > 0 for number in numbers):
                    self.inputs.append(numbers)
