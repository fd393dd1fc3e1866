"""Thousands of hostile calls: each works, or ends in one error that names an argument."""

import re
import warnings
from inspect import signature
from itertools import product

import numpy as np
import pytest
from operations import calls

from cnnnotes import dropout_backward, dropout_mask
from cnnnotes.layers import Parameter

F32 = np.float32


class Hidden:
    """Something that refuses to be anything, with an escape sequence for a name."""

    def __repr__(self):
        """Clear the terminal, if it is shown raw."""
        return "\x1b[2J\nHidden"


VALUES = [
    None, True, False, 0, 1, 2, 3, -1, 7, 10**9, 10**18, 10**30, 10**400, 10**5000, -(10**40),
    0.5, 2.0, -0.0, float("nan"), float("inf"), -float("inf"), 1e308, 1e-320, 1j, F32(0.5),
    np.int64(2), np.uint8(1), np.bool_(True), "", "2", "same", "valid", "no\x1b[2J", b"1",
    (), [], (1,), (1, 1), [2, 2], (0, 1), (1, 2, 3), (1.0, 1.0), (None, None), ("1", "1"),
    ((1, 1), (0, 1)), ((1,), 2), ((1, 1), (10**18, 1)), (10**18, 1), {}, {1: 2}, {1, 2}, [[1.0]],
    [[1.0], [1.0, 2.0]], [None], object(), Hidden(), int, len, range(2), ..., slice(1),
    np.random.default_rng(0), Parameter(np.zeros(2)),
]  # fmt: skip


def arrays():
    """Return arrays of which hardly one fits."""
    shapes = [(), (0,), (1,), (2,), (2, 3), (0, 3), (2, 2, 6), (64, 28, 28), (28, 28, 3)]
    shapes += [(2, 6, 7, 2), (2, 2, 6, 7), (0, 2, 6, 7), (2, 0, 6, 7), (2, 2, 0, 7), (1,) * 7]
    found = [np.zeros(s, d) for s, d in product(shapes, (F32, np.float64, np.int64, bool))]
    image = np.ones((2, 2, 6, 7))
    other = [np.float16, np.longdouble, complex, object, "U1", "M8[s]", ">f8", np.uint64]
    found += [image.astype(dtype) for dtype in other]
    found += [np.ma.masked_array(image, image > 0), np.ones((2, 3)).view(np.matrix)]
    return [*found, np.array([10**18, 1]), np.array([-1, 0]), np.zeros((2, 3), "f8,i4")]


def try_it(call, given, names):
    """Make a call; return whether it worked. Its error must be clean, and name an argument."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "overflow encountered", RuntimeWarning)  # 2 * 1e308
        try:
            call(**given)
        except (TypeError, ValueError) as error:
            message = str(error)
            assert re.search(rf"\b({'|'.join(names)})\b", message), message
            assert all(line.isprintable() for line in message.split("\n")), repr(message)
            assert len(message) < 1200
            return False
    return True


def spoiled(given, rng, pairs):
    """Go through all calls with one argument spoiled, and through some with two."""
    hostile = [*VALUES, *arrays()]
    for name, value in product(given, hostile):
        yield given | {name: value}
    for _ in range(pairs if len(given) > 1 else 0):
        names = rng.choice(list(given), 2, replace=False)
        yield given | {str(name): hostile[rng.integers(len(hostile))] for name in names}


def valid_calls():
    """Return every operation and gradient by name, with all of its arguments."""
    found = {}
    for name, (operation, backward, inputs, others) in calls().items():
        output = np.asarray(operation(*inputs, **others))
        for kind, call, given in (
            (name, operation, inputs),
            (f"{name}_backward", backward, [output, *inputs]),
        ):
            bound = signature(call).bind(*given, **others)
            bound.apply_defaults()
            found[kind] = call, dict(bound.arguments)
    mask = dropout_mask((2, 3), 0.5, 0)
    given = {"grad_output": np.ones_like(mask), "mask": mask}
    return found | {"dropout_backward": (dropout_backward, given)}


@pytest.mark.parametrize("name", valid_calls())
def test_operations(name):
    call, given = valid_calls()[name]
    names = {*given, *(["in_features"] if name.startswith("linear") else [])}  # weight's last axis
    assert try_it(call, given, names)
    rng = np.random.default_rng(0)
    worked = [try_it(call, spoilt, names) for spoilt in spoiled(given, rng, pairs=60)]
    assert len(worked) > 100 and not all(worked)
