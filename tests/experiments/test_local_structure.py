"""Local structure is measured as the rule says, and judged by its words."""

import numpy as np
import pytest

from cnnnotes.experiments import local_structure as module
from cnnnotes.experiments.experiment import Runs


@pytest.mark.parametrize(
    "correlations, shares, verdict",
    [
        ((0.9, 0.8), (0.2, 0.3), "supported"),
        ((0.9, 0.8), (0.2, 0.5), "partly"),
        ((0.9, 0.0), (0.2, 0.3), "not supported"),
        ((-0.9, -0.8), (0.2, 0.3), "refuted"),
    ],
)
def test_rule(correlations, shares, verdict):
    rng = np.random.default_rng(0)
    runs = []
    for arm in module.ARMS:
        dataset, _, change = arm.partition("_")
        place = ("photos", "digits").index(dataset)
        true = change == "true"
        for _ in module.SEEDS:
            metrics = {
                "neighbour_correlation": correlations[place] * true,
                "unexplained": shares[place] if true else 0.5,
            }
            noisy = {name: value + 0.002 * rng.normal() for name, value in metrics.items()}
            runs.append({"arm": arm, "metrics": noisy})
    assert module.decide(Runs(runs)).verdict == verdict


def test_correlation_of_stripes():
    stripes = np.tile([1.0, 1.0, 0.0, 0.0], (2, 8, 2))
    assert module.correlation(stripes, 0) == pytest.approx(1)
    assert module.correlation(stripes, 4) == pytest.approx(1)
    down_only = np.tile([[1.0], [0.0]], (1, 4, 8))
    assert module.correlation(down_only, 1) == pytest.approx(0, abs=1e-12)


def test_a_pattern_that_returns_leaves_nothing_unexplained():
    rng = np.random.default_rng(0)
    tiled = np.tile(rng.random((8, 8)), (3, 3))
    assert module.unexplained(tiled, rng) == pytest.approx(0, abs=1e-12)
    assert module.unexplained(rng.random((24, 24)), rng) > 0.2


def test_patches_that_overlap_are_no_neighbours():
    found = module.patches(np.random.default_rng(0).random((12, 12)))
    apart = module.distances(found, np.array([0]))[0].reshape(8, 8)
    assert np.isinf(apart[:5, :5]).all() and np.isfinite(apart).sum() == 64 - 25
    assert apart[5, 0] == pytest.approx(((found[0, 0] - found[5, 0]) ** 2).sum())


def test_random_phases_keep_the_spectrum():
    rng = np.random.default_rng(0)
    images = rng.random((2, 9, 8))
    changed = module.random_phases(images, rng)
    assert abs(np.fft.fft2(changed)) == pytest.approx(abs(np.fft.fft2(images)))
    assert not np.allclose(changed, images)


def test_one_order_for_all_images():
    images = np.stack([np.arange(12.0).reshape(3, 4)] * 2)
    changed = module.permuted(images, np.random.default_rng(0))
    assert np.array_equal(changed[0], changed[1]) and not np.array_equal(changed, images)
    assert np.array_equal(np.sort(changed, axis=None), np.sort(images, axis=None))
