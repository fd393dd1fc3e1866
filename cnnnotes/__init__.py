"""Convolution and pooling in NumPy, with PyTorch's names and semantics.

All public names stand in `__init__.pyi`, for type checkers and editors as for Python. They are
imported on first use, so that `cnnnotes.shapes` runs where there is no NumPy.
"""

import ast
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

__version__ = version("cnnnotes")

_HOMES = {
    alias.name: statement.module or ""
    for statement in ast.parse(Path(__file__).with_suffix(".pyi").read_text()).body
    if isinstance(statement, ast.ImportFrom)
    for alias in statement.names
}

__all__ = ["__version__", *sorted(name for name, home in _HOMES.items() if home != __name__)]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if _HOMES[name] == __name__:
        return import_module(f"{__name__}.{name}")
    globals()[name] = getattr(import_module(_HOMES[name]), name)
    return globals()[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
