"""The guard against chance, `conftest.py`, is tried on tests that leave something to it."""

from pathlib import Path

import pytest

pytest_plugins = "pytester"
GUARD = (Path(__file__).parent / "conftest.py").read_text("utf-8")
START = """
import random
import statistics
from importlib import reload
import numpy as np
from cnnnotes.layers import Conv2d, Dropout, Linear, Sequential

def test_it():
    """


@pytest.mark.parametrize(
    "by_chance, words",
    [
        ("Conv2d(1, 2, 3)", "layers made without a seed: *Conv2d(1, 2, 3)"),
        ("Sequential(Linear(2, 2), Linear(2, 3))", "layers made without a seed: *Linear(2, 2)"),
        ("Dropout()(np.ones((2, 3)))", "rng (=None) must be a NumPy generator or a seed"),
        ("np.random.default_rng()", "a random generator was made without a seed"),
        ("Linear(2, 2, seed=np.random.default_rng())", "a random generator was made without"),
        ("np.random.normal()", "drawn from `np.random`"),
        ("random.random()", "drawn from `random`"),
        ("random.seed(1)", "drawn from `random`"),
        ("from random import choice; choice([1, 2])", "drawn from `random`"),
        ("statistics.quantiles([random.gauss(), 1])", "drawn from `random`"),
    ],
)
def test_what_is_left_to_chance_fails(pytester, by_chance, words):
    run = tried(pytester, by_chance)
    assert run.ret == pytest.ExitCode.TESTS_FAILED
    run.stdout.fnmatch_lines([f"*{words.replace('[', '[[]')}*"])


@pytest.mark.parametrize(
    "seeded",
    [
        "Conv2d(1, 2, 3, seed=0)",
        'Sequential(Linear(2, 2), Dropout(), Linear(2, 3), seed=0)(np.ones((1, 2), "f"))',
        "Linear(2, 2).load_state_dict(Linear(2, 2, seed=0).state_dict())",
        "layer = Linear(1, 1, seed=0); layer.weight.data[...] = np.nan",
        "np.random.default_rng(0).normal(); random.Random(0).random()",
        "import rich.style; reload(rich.style)",
    ],
)
def test_what_has_a_seed_passes(pytester, seeded):
    assert tried(pytester, seeded).ret == pytest.ExitCode.OK


def tried(pytester, statement):
    pytester.makeconftest(GUARD)
    pytester.makepyfile(START + statement)
    return pytester.runpytest_subprocess("-p", "no:randomly")


def test_cases_are_the_same_whatever_else_is_imported(pytester, monkeypatch):
    drawn = """
from hypothesis import given, settings, strategies as st
{other}
cases = []

@settings(derandomize=True, database=None)
@given(st.integers(), st.floats())
def draw(whole, real):
    cases.append((whole, real))

def test_it():
    draw()
    print("drawn:", hash(repr(cases)))
"""
    pytester.makepyfile(other=f"NUMBERS = {list(range(1_000, 2_000, 7))}")
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    drawings = set()
    for other in ("", "import other"):
        pytester.makeconftest(GUARD)
        pytester.makepyfile(drawn.format(other=other))
        run = pytester.runpytest_subprocess("-p", "no:randomly", "-s")
        assert run.ret == pytest.ExitCode.OK
        drawings.update(line for line in run.outlines if "drawn:" in line)
    assert len(drawings) == 1
