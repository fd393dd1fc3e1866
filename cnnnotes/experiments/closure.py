"""Which definitions a piece of code rests on, and one hash of them all.

The unit is the top-level definition: a function, a class, an assigned name. A definition reaches
those whose names it uses, through imports and re-exports, inside its own package and `cnnnotes`.
So a changed comment, docstring or unrelated function changes no hash, and a changed
`max_pool2d` changes the hash of just what reaches it. Nor does a reworded error.

Where the text leaves a doubt, more is counted rather than less: a module used as a value counts
whole, and a local variable that shadows a definition counts as using it. Names that stand only in
strings (`getattr(module, "name")` aside, which uses the module as a value) are not followed.
"""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

HOME = __name__.partition(".")[0]
DEFINES_A_SCOPE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Place(NamedTuple):
    """A definition in a module; without a name, the module as a whole."""

    module: str
    name: str = ""


class _Module(NamedTuple):
    definitions: dict[str, list[ast.stmt]]
    imports: dict[str, Place]
    loose: list[ast.stmt]  # statements that run on import and define no name


def code_hash(*targets: str, within: str = "") -> str:
    """Return 16 hexadecimal digits that change when the code behind `targets` changes.

    Parameters
    ----------
    targets
        Dotted names of modules or of top-level definitions, such as
        ``"cnnnotes.experiments.permuted_pixels.run_arm"``.
    within
        Count only definitions of this module.

    Raises
    ------
    ValueError
        If a target is neither a module nor a top-level definition of one.
    """
    reached = {name: text for target in targets for name, text in _reach(target).items()}
    counted = sorted(entry for entry in reached.items() if entry[0].startswith(within))
    return hashlib.sha256(repr(counted).encode()).hexdigest()[:16]


def closure(target: str) -> list[str]:
    """Return the dotted names of all definitions that `target` rests on, sorted.

    ``"package.module.*"`` stands for a module's statements that are no definitions.
    Raises `ValueError` as `code_hash` does.
    """
    return sorted(_reach(target))


def _reach(target: str) -> dict[str, str]:
    sources = _Sources(target)
    start = sources.place(target)
    if start is None:
        raise ValueError(
            f"target (={target!r}) must be a module or a top-level definition of one; "
            "no such source was found"
        )
    texts: dict[str, str] = {}
    waiting, seen = [start], set()
    while waiting:
        place = waiting.pop()
        module = sources.module(place.module)
        if module is None or place in seen:
            continue
        seen.add(place)
        if not place.name:
            waiting += [Place(place.module, name) for name in ["*", *module.definitions]]
            continue
        parent = place.module.rpartition(".")[0]
        waiting += [Place(place.module, "*"), Place(parent, "*")]  # what importing it runs
        statements = module.loose if place.name == "*" else module.definitions[place.name]
        if statements:
            texts[".".join(place)] = repr([_plain(statement) for statement in statements])
        for statement in statements:
            waiting += sources.uses(statement, place.module)
    return texts


class _Sources:
    """The modules whose definitions are followed: the target's own package and `cnnnotes`."""

    def __init__(self, target: str) -> None:
        self.packages = {target.partition(".")[0], HOME} - {""}
        # Each file is looked for once per hash, not once per name in it.
        self.file = cache(self._file)
        self.module = cache(self._module)

    def _module(self, name: str) -> _Module | None:
        file = self.file(name)
        if file is None:
            return None
        stat = file.stat()
        return _read(name, file, stat.st_mtime_ns, stat.st_size)

    def _file(self, module_name: str) -> Path | None:
        package, *rest = module_name.split(".")
        spec = find_spec(package) if package in self.packages else None
        if spec is None or not spec.submodule_search_locations:
            return None
        base = Path(next(iter(spec.submodule_search_locations))).joinpath(*rest)
        files = (base / "__init__.py", base.with_name(base.name + ".py"))
        return next((file for file in files if file.is_file()), None)

    def place(self, dotted: str) -> Place | None:
        """Find what a dotted name stands for: a module, or a definition in one."""
        if self.file(dotted):
            return Place(dotted)
        parent, _, name = dotted.rpartition(".")
        return self.follow(Place(parent, name)) if parent else None

    def follow(self, place: Place) -> Place | None:
        """Go from a name in a module to where it is defined, through any number of re-exports."""
        passed = set()
        while place.name and place not in passed:
            passed.add(place)
            module = self.module(place.module)
            if module is None or place.name in module.definitions:
                return place if module else None
            if place.name in module.imports:
                place = module.imports[place.name]
            else:
                place = Place(f"{place.module}.{place.name}")
        return place if not place.name and self.file(place.module) else None

    def uses(self, statement: ast.stmt, module_name: str) -> Iterator[Place]:
        """Yield every place whose name the statement uses."""
        imported_inside = _imports(ast.walk(statement), module_name, self.file(module_name))
        inner_parts = set()
        for node in ast.walk(statement):  # a chain a.b.c comes before its inner parts a.b and a
            if not isinstance(node, ast.Name | ast.Attribute) or node in inner_parts:
                continue
            attributes: list[str] = []
            inner: ast.expr = node
            while isinstance(inner, ast.Attribute):
                attributes.insert(0, inner.attr)
                inner = inner.value
                inner_parts.add(inner)
            if isinstance(inner, ast.Name):
                first = imported_inside.get(inner.id, Place(module_name, inner.id))
                place = self.chain(first, attributes)
                if place:
                    yield place

    def chain(self, first: Place, attributes: list[str]) -> Place | None:
        """Follow `a.b.c` for as long as it leads from module to module."""
        place = self.follow(first)
        for attribute in attributes:
            if place is None or place.name:
                break
            # What a module makes at run time is found nowhere, so the module counts whole.
            further = self.follow(Place(place.module, attribute))
            if further is None:
                break
            place = further
        return place


@lru_cache(maxsize=512)
def _read(module_name: str, file: Path, _changed: int, _size: int) -> _Module:
    tree = _without_docstrings(ast.parse(file.read_bytes(), str(file)))
    module = _Module({}, {}, [])
    for statement in tree.body:
        names = _defined_names(statement)
        for name in names:
            module.definitions.setdefault(name, []).append(statement)
        if not isinstance(statement, DEFINES_A_SCOPE):
            module.imports.update(_imports(ast.walk(statement), module_name, file))
        if not names and not isinstance(statement, ast.Import | ast.ImportFrom):
            module.loose.append(statement)
    return module


def _defined_names(statement: ast.stmt) -> list[str]:
    if isinstance(statement, DEFINES_A_SCOPE):
        return [statement.name]
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign | ast.AugAssign):
        targets = [statement.target]
    else:
        return []
    parts = [node for target in targets for node in ast.walk(target)]
    if any(isinstance(node, ast.Attribute | ast.Subscript) for node in parts):
        return []  # it changes something that exists
    return [node.id for node in parts if isinstance(node, ast.Name)]


def _imports(nodes: Iterable[ast.AST], module_name: str, file: Path | None) -> dict[str, Place]:
    """Return what each name bound by an import among `nodes` stands for."""
    bound = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                module = alias.name if alias.asname else alias.name.partition(".")[0]
                bound[alias.asname or module] = Place(module)
        elif isinstance(node, ast.ImportFrom):
            source = node.module or ""
            if node.level:
                inside_package = file is not None and file.name == "__init__.py"
                parts = module_name.split(".")
                kept = parts[: len(parts) - node.level + inside_package]
                source = ".".join([*kept, source] if source else kept)
            for alias in node.names:
                if alias.name == "*":
                    raise ValueError(f"{module_name} imports * from {source}; name what it uses")
                bound[alias.asname or alias.name] = Place(source, alias.name)
    return bound


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, *DEFINES_A_SCOPE)) and ast.get_docstring(node):
            del node.body[0]
    return tree


def _plain(node: Any) -> Any:
    """Return a syntax tree as nested tuples that are alike in every version of Python."""
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        return "Raise", ast.unparse(node.exc.func)
    if isinstance(node, ast.AST):
        fields = [(name, _plain(value)) for name, value in ast.iter_fields(node)]
        filled = [(name, value) for name, value in fields if value not in (None, [])]
        return type(node).__name__, filled
    if isinstance(node, list):
        return [_plain(item) for item in node]
    return node
