"""No circle of imports, in rooms or in files, and none hidden in a string from import-linter."""

import ast
import sys
from graphlib import TopologicalSorter
from itertools import groupby
from pathlib import Path

import grimp
import numpy as np
import pytest

import cnnnotes
from cnnnotes import conv2d, conv2d_backward
from cnnnotes.layers import Conv2d

HOME = Path(cnnnotes.__file__).parent
BY_STRING = {"import_module", "__import__", "resolve_name", "runpy"}
ALLOWED = {  # what is named by whoever writes a page, a command or a network, always of one room
    "__init__.py": "the package's names, on first use: shapes needs no NumPy",
    "cli.py": "a module of the reader's own, from --torch",
    "experiments/experiment.py": "an experiment by its name",
    "figures/draw.py": "a figure by its name",
    "site/markdown.py": "a table by its name",
}


@pytest.fixture(scope="module")
def files():
    graph = grimp.build_graph("cnnnotes", cache_dir=None)
    return {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}


def room(module):
    return ".".join(module.split(".")[:2])


def test_no_circle_of_files(files):
    assert list(TopologicalSorter(files).static_order())  # raises CycleError, which names it


def test_no_circle_of_rooms(files):
    rooms = {}
    for name, imported in files.items():
        rooms.setdefault(room(name), set()).update(set(map(room, imported)) - {room(name)})
    assert "cnnnotes.inspection" in rooms["cnnnotes.report"]
    assert "cnnnotes.running" in rooms["cnnnotes.inspection"]
    assert list(TopologicalSorter(rooms).static_order())


def back_doors(source, own):
    """Yield what loads a module of ours by a string, or by a module's `__getattr__`.

    `own` is the room the source stands in; a string may lead nowhere but into it.
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            name = node.id if isinstance(node, ast.Name) else node.attr
            if name in BY_STRING:
                yield name
        elif isinstance(node, ast.alias) and node.name in BY_STRING:
            yield node.name
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "sys.modules":
            yield from {ast.unparse(node)} - {"sys.modules['torch']"}
        elif node in tree.body and getattr(node, "name", "") == "__getattr__":
            yield "def __getattr__"
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in BY_STRING:
            place = ast.unparse(node.args[0]).lstrip("f").strip("'\"")
            if place.startswith("cnnnotes") and not place.startswith(f"{own}."):
                yield f"{own} reaches {place}"


@pytest.mark.parametrize(
    "source, found",
    [
        ("import_module('cnnnotes.report')", ["import_module", "own reaches cnnnotes.report"]),
        ("importlib.import_module(f'cnnnotes.{x}')", ["import_module", "own reaches cnnnotes.{x}"]),
        ("from importlib import import_module as load", ["import_module"]),
        ("__import__(name)", ["__import__"]),
        ("sys.modules['cnnnotes.report']", ["sys.modules['cnnnotes.report']"]),
        ("def __getattr__(name): pass", ["def __getattr__"]),
        ("torch = sys.modules['torch']\nfind_spec('torch')\nfrom cnnnotes import conv", []),
    ],
)
def test_a_back_door_is_seen(source, found):
    assert list(back_doors(source, "own")) == found


def test_no_back_doors():
    found = {}
    for path in sorted(HOME.rglob("*.py")):
        name = path.relative_to(HOME).as_posix()
        own = "cnnnotes" if name == "__init__.py" else f"cnnnotes.{name.partition('/')[0]}"
        doors = list(back_doors(path.read_text(), own))
        found |= {name: doors} if doors else {}
    assert {name: doors for name, doors in found.items() if name not in ALLOWED} == {}
    assert not [door for doors in found.values() for door in doors if "reaches" in door]


def rooms_entered(call):
    """Return our modules in the order in which other modules call them, each stay once."""
    entered = []

    def notice(frame, event, _):
        room = frame.f_globals.get("__name__", "")
        caller = frame.f_back and frame.f_back.f_globals.get("__name__", "")
        if event == "call" and room.startswith("cnnnotes") and caller != room:
            entered.append(room.removeprefix("cnnnotes."))

    sys.setprofile(notice)
    try:
        call()
    finally:
        sys.setprofile(None)
    return [room for room, _ in groupby(entered)]


def test_an_input_goes_through_each_room_once():
    image, weight = np.ones((2, 3, 8, 8)), np.ones((4, 3, 3, 3))
    way = ["conv", "checks", "shapes.sizes", "conv_blocks"]
    assert rooms_entered(lambda: conv2d(image, weight, padding=1)) == way
    layer = Conv2d(3, 4, 3, padding=1, dtype="float64", seed=0)
    assert rooms_entered(lambda: layer.forward(image)) == [
        "layers.convolution",
        "layers.base",
        *way,
    ]


def test_a_gradient_is_checked_once_the_output_is_known():
    image, weight, grad = np.ones((2, 3, 8, 8)), np.ones((4, 3, 3, 3)), np.ones((2, 4, 8, 8))
    way = ["conv", "checks", "shapes.sizes", "checks", "conv_blocks"]
    assert rooms_entered(lambda: conv2d_backward(grad, image, weight, padding=1)) == way
