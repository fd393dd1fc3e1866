"""A change makes stale what reaches it, and nothing else."""

import itertools

import pytest

from cnnnotes.experiments.closure import closure, code_hash

SOURCES = {
    "__init__.py": '"""A package."""\nfrom .pool import max_pool as pool_by_max\n',
    "__init__.pyi": "from house import pool as pool\nfrom house.pool import avg_pool as avg_pool\n",
    "pool.py": '''
"""Pooling."""
import numpy as np

SIZE = 2

def max_pool(x, size=SIZE):
    """Take the largest."""
    return np.max(x) + _helper(x)  # the largest

def _helper(x):
    return x

def avg_pool(x):
    return x
''',
    "layers.py": """
from . import pool
from .pool import avg_pool as average

class Layer:
    def forward(self, x):
        return x

class MaxPool(Layer):
    def forward(self, x):
        return pool.max_pool(x)

class AvgPool(Layer):
    def forward(self, x):
        return average(x)
""",
    "lazy.py": """
def late(x):
    from house import layers as rooms
    return rooms.MaxPool().forward(x)

def through_the_door(x):
    import house
    return house.pool_by_max(x)

def on_first_use(x):
    import house
    return house.avg_pool(x)

def room_on_first_use(x):
    import house
    return house.pool.avg_pool(x)

def full_path(x):
    import house.pool
    return house.pool.avg_pool(x)

def made_at_run_time(x):
    from house import pool
    return pool.conjured(x)

def any_of_them(name):
    from house import pool
    return getattr(pool, name)
""",
    "register.py": """
TABLE = {}

def entry():
    return TABLE

def other():
    return 1

TABLE["max"] = other

if True:
    import house.pool as swimming
    LIMIT = swimming.SIZE
""",
    "circle.py": "from house.circle import lost\n\ndef use():\n    return lost\n",
}
numbers = itertools.count()


@pytest.fixture
def house(tmp_path, monkeypatch):
    """Write the package `house`, and return a function that edits one of its files."""
    monkeypatch.syspath_prepend(tmp_path)
    folder = tmp_path / "house"
    folder.mkdir()
    for name, text in SOURCES.items():
        (folder / name).write_text(text)

    def edit(name, old, new):
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new) + "\n" * next(numbers))

    return edit


def test_it_follows_names_modules_and_classes(house):
    assert closure("house.layers.MaxPool") == [
        "house.layers.Layer",
        "house.layers.MaxPool",
        "house.pool.SIZE",
        "house.pool._helper",
        "house.pool.max_pool",
    ]
    assert closure("house.layers.AvgPool") == [
        "house.layers.AvgPool",
        "house.layers.Layer",
        "house.pool.avg_pool",
    ]


def test_it_follows_imports_inside_functions_and_reexports(house):
    assert closure("house.lazy.late") == [
        *closure("house.layers.MaxPool")[:2],
        "house.lazy.late",
        "house.pool.SIZE",
        "house.pool._helper",
        "house.pool.max_pool",
    ]
    assert "house.pool.max_pool" in closure("house.lazy.through_the_door")
    assert closure("house.lazy.full_path") == ["house.lazy.full_path", "house.pool.avg_pool"]


@pytest.mark.parametrize("name", ["on_first_use", "room_on_first_use"])
def test_it_follows_names_that_come_on_first_use(house, name):
    assert closure(f"house.lazy.{name}") == [f"house.lazy.{name}", "house.pool.avg_pool"]


def test_a_module_used_as_a_value_counts_whole(house):
    assert {"house.pool.avg_pool", "house.pool.max_pool"} <= set(closure("house.lazy.any_of_them"))


def test_a_module_counts_whole_where_what_it_gives_is_made_at_run_time(house):
    everything = {"house.pool.avg_pool", "house.pool.max_pool"}
    assert everything <= set(closure("house.lazy.made_at_run_time"))


def test_a_whole_module_is_all_its_definitions(house):
    assert {"house.lazy.late", "house.lazy.full_path"} <= set(closure("house.lazy"))


def test_statements_that_define_nothing_count_when_their_module_is_reached(house):
    assert closure("house.register.entry") == [
        "house.pool.SIZE",
        "house.register.*",
        "house.register.TABLE",
        "house.register.entry",
        "house.register.other",
    ]


@pytest.mark.parametrize(
    "name, old, new",
    [
        ("pool.py", "# the largest", "# the biggest"),
        ("pool.py", '"""Take the largest."""', '"""Take\n    the biggest."""'),
        ("pool.py", '"""Pooling."""', ""),
        ("pool.py", "np.max(x) + _helper(x)", "( np.max( x )\n + _helper(x) )"),
        ("pool.py", "def avg_pool(x):\n    return x", "def avg_pool(x):\n    return 2 * x"),
        ("layers.py", "average(x)", "-average(x)"),
        ("register.py", "return 1", "return 2"),
    ],
)
def test_what_it_does_not_rest_on_leaves_the_hash_alone(house, name, old, new):
    before = code_hash("house.layers.MaxPool")
    house(name, old, new)
    assert code_hash("house.layers.MaxPool") == before


@pytest.mark.parametrize(
    "name, old, new",
    [
        ("pool.py", "SIZE = 2", "SIZE = 3"),
        ("pool.py", "np.max(x)", "np.min(x)"),
        ("pool.py", "def _helper(x):\n    return x", "def _helper(x):\n    return -x"),
        (
            "layers.py",
            "class Layer:\n    def forward(self, x):\n        return x",
            "class Layer: ...",
        ),
        ("layers.py", "pool.max_pool(x)", "pool.max_pool(x, 3)"),
        ("layers.py", "pool.max_pool(x)", "pool.avg_pool(x)"),
    ],
)
def test_what_it_rests_on_changes_the_hash(house, name, old, new):
    before = code_hash("house.layers.MaxPool")
    house(name, old, new)
    assert code_hash("house.layers.MaxPool") != before


def test_two_targets_hash_together(house):
    both = code_hash("house.layers.MaxPool", "house.layers.AvgPool")
    assert both == code_hash("house.layers.AvgPool", "house.layers.MaxPool")
    house("layers.py", "average(x)", "-average(x)")
    assert both != code_hash("house.layers.MaxPool", "house.layers.AvgPool")


def test_outside_code_is_not_followed(house):
    assert not [name for name in closure("house.pool") if name.startswith("numpy")]


def test_other_packages_reach_this_one(tmp_path, monkeypatch):
    (tmp_path / "yard").mkdir()
    (tmp_path / "yard" / "shed.py").write_text(
        "from cnnnotes.data import load_digits\n\ndef use():\n    return load_digits()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert "cnnnotes.data._read_digits" in closure("yard.shed.use")
    assert "cnnnotes.data.load_digits" in closure("yard.shed")


def test_an_import_circle_ends(house):
    assert closure("house.circle.use") == ["house.circle.use"]


@pytest.mark.parametrize("target", ["", "house.nothing", "no_such_package.x", "house.pool.x.y"])
def test_an_unknown_target_is_named(house, target):
    with pytest.raises(ValueError, match=rf"target \(='{target}'\) must be a module"):
        code_hash(target)


def test_star_imports_are_refused(house):
    house("lazy.py", "def late", "from house.pool import *\n\ndef late")
    with pytest.raises(ValueError, match=r"house.lazy imports \* from house.pool"):
        code_hash("house.lazy.late")


def test_pooling_is_behind_just_the_experiments_that_pool():
    def pools(name):
        reached = closure(f"cnnnotes.experiments.{name}.run_arm")
        return any(place.startswith("cnnnotes.pool.") for place in reached)

    assert pools("pool_or_stride") and pools("learning_or_noise") and pools("minimal_pipeline")
    assert not pools("permuted_pixels") and not pools("data_efficiency")
