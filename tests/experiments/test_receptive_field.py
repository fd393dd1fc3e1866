"""C8 and C9: the rules can fail, and the perturbed support is the one known beforehand."""

import numpy as np
import pytest

from cnnnotes.experiments import depth, receptive_field
from cnnnotes.experiments.experiment import Runs
from cnnnotes.experiments.fair import check_matched
from cnnnotes.layers import Conv2d, MaxPool2d, Sequential
from cnnnotes.shapes import trace


def fields(mismatches=0, untrained=(5, 9, 13, 19, 25), trained=(5, 8, 12), accuracy=0.9):
    sizes = dict(zip((2, 4, 8), trained, strict=True))
    runs = []
    for seed in receptive_field.SEEDS:
        noise = 0.01 * seed
        runs.append({"arm": "perturbed", "metrics": {"mismatches": mismatches}})
        sizes_by_depth = [size + noise * place for place, size in enumerate(untrained)]
        metrics = {"effective_size": sizes_by_depth, "exponent": 0.5 + noise}
        runs.append({"arm": "untrained", "metrics": metrics})
        for layers, size in sizes.items():
            metrics = {
                "effective_size_after": size + noise * layers,
                "share_before": 0.9,
                "share_after": 0.8 + noise,
                "test_accuracy": accuracy,
            }
            runs.append({"arm": f"trained_{layers}", "metrics": metrics})
    return Runs(runs)


@pytest.mark.parametrize(
    "changed, verdict",
    [
        ({}, "supported"),
        ({"trained": (5, 8, 6)}, "partly"),
        ({"accuracy": 0.1}, "partly"),
        ({"untrained": (5, 9, 13, 12, 25)}, "not supported"),
        ({"mismatches": 1}, "refuted"),
    ],
)
def test_receptive_field(changed, verdict):
    assert receptive_field.decide(fields(**changed)).verdict == verdict


def test_support_of_a_pooled_unit():
    model = Sequential(Conv2d(1, 2, 3, dtype="float64"), MaxPool2d(2), seed=0)
    seen = receptive_field.support(model, np.ones((1, 1, 8, 8)), (1, 2))
    assert set(np.nonzero(seen)[0]) == {2, 3, 4, 5} and set(np.nonzero(seen)[1]) == {4, 5, 6, 7}
    assert seen.sum() == 16


def test_random_networks_differ_and_keep_a_map():
    rng = np.random.default_rng(0)
    models = [receptive_field.random_network(rng) for _ in range(20)]
    assert len({repr(model) for model in models}) > 15
    assert all(model.forward(np.ones((1, 1, 24, 24))).ndim == 4 for model in models)


@pytest.mark.parametrize(
    "gains, verdict",
    [
        ({"deep": 0.05, "deep_linear": 0.0}, "supported"),
        ({"deep": 0.05, "deep_linear": 0.05}, "partly"),
        ({"deep": -0.05, "deep_linear": 0.0}, "refuted"),
        ({"deep": 0.0, "deep_linear": 0.0}, "not supported"),
    ],
)
def test_depth(gains, verdict):
    rng = np.random.default_rng(0)
    runs = [
        {"arm": arm, "metrics": {"test_accuracy": 0.8 + gains.get(arm, 0) + 0.002 * rng.normal()}}
        for arm in depth.ARMS
        for _ in depth.SEEDS
    ]
    assert depth.decide(Runs(runs)).verdict == verdict


def test_the_blocks_cost_and_see_the_same():
    networks = {arm: depth.network(arm, 0) for arm in depth.ARMS}
    check_matched(networks)
    seen = {trace(model[:-3], (1, 32, 32)).rows[-1].receptive_field for model in networks.values()}
    assert seen == {15}
