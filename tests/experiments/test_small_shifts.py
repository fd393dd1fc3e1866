"""Shifts move what they should, and the rule gives the verdict that its words say."""

import numpy as np
import pytest

from cnnnotes.experiments import small_shifts as module
from cnnnotes.experiments.experiment import Runs


@pytest.mark.parametrize(
    "losses, verdict",
    [
        ({"cnn_stride": 0.2, "cnn_pool": 0.15, "cnn_global": 0.1}, "supported"),
        ({"cnn_stride": 0.3, "cnn_pool": 0.15, "cnn_global": 0.1}, "partly"),
        ({"cnn_stride": 0.4, "cnn_pool": 0.15, "cnn_global": 0.1}, "not supported"),
        ({"cnn_stride": 0.4, "cnn_pool": 0.4, "cnn_global": 0.4}, "refuted"),
        ({}, "not supported"),
    ],
)
def test_rule(losses, verdict):
    runs = [
        {"arm": arm, "metrics": {"loss_at_2": losses.get(arm, 0.3) + 0.002 * seed}}
        for arm in module.ARMS
        for seed in module.SEEDS
    ]
    assert module.decide(Runs(runs)).verdict == verdict


def test_moved_images():
    image = np.arange(1.0, 10).reshape(1, 1, 3, 3)
    assert module.moved(image, 2, 0)[0, 0].tolist() == [[0, 0, 0], [0, 0, 0], [1, 2, 3]]
    assert module.moved(image, 0, -1)[0, 0].tolist() == [[2, 3, 0], [5, 6, 0], [8, 9, 0]]
    assert np.array_equal(module.moved(image, 0, 0), image)
    assert module.four_ways(2) == [(-2, 0), (0, -2), (0, 2), (2, 0)]
    assert module.four_ways(0) == [(0, 0)]


def test_random_moves_keep_the_ink_and_reach_four_pixels():
    image = np.zeros((300, 1, 11, 11))
    image[:, :, 5, 5] = 1
    moved = module.moved_at_random(image, np.random.default_rng(0))
    places = np.argwhere(moved[:, 0])[:, 1:] - 5
    assert len(places) == 300 and places.min() == -4 and places.max() == 4
    assert len(np.unique(places, axis=0)) > 60
