"""Every run the same: what a test draws at random, it draws from a seed."""

import random
import sys
import sysconfig
from functools import wraps
from pathlib import Path
from tempfile import gettempdir

import numpy as np
import pytest
from hypothesis.internal.conjecture import providers
from numpy.random import bit_generator

from cnnnotes import layers
from cnnnotes.layers.base import Weighted

# The seed that torch itself starts a process with.
TORCH_SEED = 67280421310721
LIBRARIES = "<frozen", *map(sysconfig.get_path, ("stdlib", "purelib", "platlib"))

unseeded = []
draw_weights = Weighted.reset_parameters
draw_noise = layers.Dropout.reset_parameters
system_bits = bit_generator.randbits


def weights_from_a_seed(layer, seed=None):
    """Leave weights without a seed undefined, until a network around them draws or loads them."""
    unseeded[:] = [earlier for earlier in unseeded if earlier is not layer]
    if seed is not None:
        return draw_weights(layer, seed)
    unseeded.append(layer)
    for parameter in layer.parameters():
        parameter.data[...] = np.nan


def noise_from_a_seed(dropout, seed=None):
    """Leave a dropout without a seed no generator: its first draw raises."""
    if seed is not None:
        return draw_noise(dropout, seed)
    dropout.rng = None


def draw_for_libraries(draw):
    """Return a function of `random` that raises where a test or the package calls it.

    Libraries may: they number what they make by it, some when they are first imported.
    """

    @wraps(draw)
    def guarded(*args, **kwargs):
        if sys._getframe(1).f_code.co_filename.startswith(LIBRARIES):
            return draw(*args, **kwargs)
        raise AssertionError("drawn from `random`: make a generator, random.Random(seed)")

    return guarded


def bits_from_the_system(bits):
    """Raise where NumPy would seed a generator itself, but not of a copy, which gets its own state.

    Nor for a library that is being imported.
    """
    if any("importlib" in name or name.endswith("_pickle.py") for name in callers()):
        return system_bits(bits)
    raise AssertionError("a random generator was made without a seed")


def callers():
    frame = sys._getframe(2)
    while frame:
        yield frame.f_code.co_filename
        frame = frame.f_back


# For good, not in a fixture: test modules make layers when they are imported, too.
Weighted.reset_parameters = weights_from_a_seed
layers.Dropout.reset_parameters = noise_from_a_seed
bit_generator.randbits = bits_from_the_system
for name in set(random.__all__) - {"getstate"}:
    if isinstance(getattr(getattr(random, name), "__self__", None), random.Random):
        setattr(random, name, draw_for_libraries(getattr(random, name)))
# Hypothesis draws numbers that stand in our modules, too: of those that happen to be imported.
providers._get_local_constants = lambda: providers._local_constants


@pytest.fixture(autouse=True)
def nothing_by_chance():
    """Fail a test that makes a layer without a seed, or draws from a generator that all share.

    PyTorch's, from which all its modules draw, starts anew before every test.
    """
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(TORCH_SEED)
    before = shared_generator()
    yield
    assert shared_generator() == before, "drawn from `np.random`: make a generator"
    undefined = [layer for layer in unseeded if has_undefined_weights(layer)]
    unseeded.clear()
    assert not undefined, f"layers made without a seed: {undefined}"


def shared_generator():
    return repr(np.random.get_state())  # noqa: NPY002


def has_undefined_weights(layer):
    return any(np.isnan(parameter.data).any() for parameter in layer.parameters())


@pytest.fixture(autouse=True)
def one_torchrun_at_a_time(request):
    """Run torchrun alone: it looks for a free port before it takes it."""
    if "beyond_one_machine" not in request.node.nodeid:
        yield
        return
    fcntl = pytest.importorskip("fcntl")
    with open(Path(gettempdir()) / "cnnnotes-torchrun.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
