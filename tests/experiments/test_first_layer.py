"""C15: the rule can fall either way, and its noise is as smooth as the filters are."""

import numpy as np
import pytest

from cnnnotes.experiments import first_layer
from cnnnotes.experiments.experiment import Runs

PLANTED = {"gabor": (0.2, 0.7, 0.5), "selectivity": (0.2, 0.35, 0.25), "edges": (0, 0.7, 0.3)}


def runs(**changes):
    rng = np.random.default_rng(0)
    found = []
    for arm in first_layer.ARMS:
        for _ in first_layer.SEEDS:
            metrics = {}
            for measure, planted in (PLANTED | changes).items():
                for when, value in zip(("before", "after", "noise"), planted, strict=True):
                    metrics[f"{measure}_{when}"] = value + 0.005 * rng.normal()
            found.append({"arm": arm, "metrics": metrics})
    return Runs(found)


@pytest.mark.parametrize(
    "changes, verdict",
    [
        ({}, "supported"),
        ({"edges": (0, 0.4, 0.3)}, "partly"),
        ({"selectivity": (0.3, 0.3, 0.3)}, "partly"),
        ({"gabor": (0.2, 0.7, 0.7)}, "not supported"),
        ({"gabor": (0.2, 0.1, 0.05)}, "refuted"),
    ],
)
def test_rule(changes, verdict):
    assert first_layer.decide(runs(**changes)).verdict == verdict


def test_noise_has_the_spectrum_of_the_filters():
    rng = np.random.default_rng(0)
    filters = np.cumsum(rng.normal(size=(50, 7, 7)), axis=2)
    noise = first_layer.as_smooth(filters, 4000, rng)
    ours, theirs = (np.square(np.abs(np.fft.fft2(each))).mean(axis=0) for each in (filters, noise))
    np.testing.assert_allclose(theirs / 49, ours, rtol=0.2)


def test_a_faint_start_changes_nothing_but_the_strength_of_the_first_layer():
    usual, faint = (first_layer.network("digits", 0, strength) for strength in (1, 0.1))
    np.testing.assert_allclose(faint[0].weight.data, usual[0].weight.data / 10, rtol=1e-6)
    np.testing.assert_array_equal(faint[3].weight.data, usual[3].weight.data)
