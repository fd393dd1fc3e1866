"""`cnnnotes.shapes` stands alone, and the package's names come on first use."""

import inspect
import subprocess
import sys

import pytest

import cnnnotes as cn


def run(code):
    subprocess.run([sys.executable, "-c", code], check=True)


def test_shapes_run_without_numpy():
    run(
        "import sys; sys.modules['numpy'] = None\n"
        "from cnnnotes.shapes import catalogue, trace\n"
        "assert trace(catalogue()['vgg16']).parameters == 138_357_544\n"
        "assert 'torch' not in sys.modules\n"
        "import cnnnotes\n"
        "try: cnnnotes.conv2d\n"
        "except ImportError: pass\n"
        "else: raise SystemExit('NumPy was not blocked')"
    )


def test_rooms_and_names_come_on_first_use():
    run(
        "import sys, cnnnotes as cn; assert 'numpy' not in sys.modules\n"
        "assert cn.layers.Conv2d and cn.shapes.trace and cn.optim.SGD and cn.conv2d\n"
    )
    run("from cnnnotes import *; assert max_pool2d and relu_backward and __version__")


@pytest.mark.parametrize("name", sorted(set(cn.__all__) - {"__version__"}))
def test_each_name_stands_in_its_room(name):
    assert name in dir(cn)
    assert inspect.getmodule(getattr(cn, name)).__name__ == cn._HOMES[name]


def test_a_name_that_does_not_exist():
    with pytest.raises(AttributeError, match="has no attribute 'conv4d'"):
        cn.conv4d  # noqa: B018
