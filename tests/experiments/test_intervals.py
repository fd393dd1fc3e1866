"""The decision rule keeps its promise: at most one false alarm in twenty."""

import numpy as np
import pytest

from cnnnotes.experiments.intervals import better, difference, effect, interval, same, worse

NULLS = {
    "normal": lambda rng, size: rng.normal(size=size),
    "laplace": lambda rng, size: rng.laplace(size=size),
    "uniform": lambda rng, size: rng.uniform(-1, 1, size=size),
    "two skewed arms": lambda rng, size: rng.exponential(size=size) - rng.exponential(size=size),
    "few distinct values": lambda rng, size: rng.integers(-3, 4, size=size) / 1000,
}
TRIALS = 1000


def share_decided(samples):
    """Return the share of columns whose interval lies above 0, and of those below."""
    _, low, high = interval(samples)
    return (low > 0).mean(), (high < 0).mean()


@pytest.mark.parametrize("seeds", [5, 10])
@pytest.mark.parametrize("null", NULLS)
def test_without_an_effect_at_most_one_in_twenty_is_decided(null, seeds):
    samples = NULLS[null](np.random.default_rng(1), (seeds, TRIALS))
    assert sum(share_decided(samples)) <= 0.05


@pytest.mark.parametrize(
    "seeds, effect_in_spreads, power", [(5, 1.5, 0.55), (5, 3.0, 0.95), (10, 1.5, 0.97)]
)
def test_the_stated_power_is_reached(seeds, effect_in_spreads, power):
    samples = np.random.default_rng(2).normal(effect_in_spreads, 1, size=(seeds, TRIALS))
    assert share_decided(samples)[0] >= power


def test_an_interval_covers_the_true_mean():
    samples = np.random.default_rng(3).normal(0.9, 0.01, size=(6, TRIALS))
    _, low, high = interval(samples)
    assert np.mean((low < 0.9) & (high > 0.9)) >= 0.95


def test_points_have_their_own_intervals():
    values = np.random.default_rng(4).normal(size=(5, 3))
    together = np.array(interval(values))
    apart = np.array([interval(values[:, point]) for point in range(3)]).T
    np.testing.assert_allclose(together, apart, rtol=1e-12)


def test_equal_values_have_an_interval_without_width():
    assert interval([0.5] * 5) == (0.5, 0.5, 0.5)
    _, low, high = interval([0.0, 0.0, 0.0, 0.0, 1.0])
    assert low < 0 and np.isfinite(high)


def test_the_interval_does_not_depend_on_scale_or_shift():
    values = np.random.default_rng(5).normal(size=6)
    mean, low, high = interval(values)
    np.testing.assert_allclose(
        interval(100 + 3 * values), (100 + 3 * mean, 100 + 3 * low, 100 + 3 * high), rtol=1e-9
    )


def test_a_single_seed_is_refused():
    with pytest.raises(ValueError, match=r"values \(shape \(1,\)\) must hold at least two seeds"):
        interval([0.9])


def test_differences_are_paired():
    first, second = np.array([0.9, 0.5, 0.7, 0.8, 0.6]), np.array([0.8, 0.4, 0.6, 0.7, 0.5])
    paired = difference(first, second)
    assert paired["mean"] == pytest.approx(0.1) and paired["low"] > 0.09
    assert paired["per_seed"] == pytest.approx([0.1] * 5)


def test_the_words():
    up, flat, down = (
        effect([2.0, 2.1, 2.2, 1.9, 2.0]),
        effect([0.0] * 5),
        effect([-2.0, -2.1, -2.2]),
    )
    assert better(up) and not worse(up) and not same(up, 1)
    assert not better(flat) and not worse(flat) and same(flat, 0.1)
    assert worse(down) and not better(down)
    assert same(up, 3) and not same(up, 2)
    assert same(down, 3) and not same(down, 2)
