"""P3 and P14: their rules, the centre of mass, the marks, and networks that differ in one thing."""

import numpy as np
import pytest

from cnnnotes.experiments import pooling_early, position_lost
from cnnnotes.experiments.experiment import Runs
from cnnnotes.experiments.fair import check_matched
from cnnnotes.losses import mse_loss, mse_loss_backward


def planted(module, metric, values):
    """Return runs in which each arm's metric is as given, with the same luck of each seed."""
    luck = 0.002 * np.random.default_rng(0).normal(size=len(module.SEEDS))
    return Runs(
        [
            {"arm": arm, "metrics": {metric: values[arm] + of_seed}}
            for arm in module.ARMS
            for of_seed in luck
        ]
    )


FAR = dict.fromkeys(position_lost.ARMS, 1.0)


@pytest.mark.parametrize(
    "changes, verdict",
    [
        ({"max_4": 2, "global": 5}, "supported"),
        ({"max_4": 2}, "partly"),
        ({"global": 5}, "partly"),
        ({"max_4": 0.5, "dilated": 0.2}, "partly"),
        ({"max_4": 0.5}, "refuted"),
        ({}, "not supported"),
    ],
)
def test_position_lost(changes, verdict):
    runs = planted(position_lost, "distance", FAR | changes)
    assert position_lost.decide(runs).verdict == verdict


READ = dict.fromkeys(pooling_early.ARMS, 0.98)


@pytest.mark.parametrize(
    "changes, verdict",
    [
        ({"small_early": 0.6}, "supported"),
        ({"small_early": 0.6, "large_early": 1}, "supported"),
        ({"small_early": 0.6, "large_early": 0.9}, "partly"),
        ({"small_early": 0.6, "small_late": 0.8}, "not supported"),
        ({}, "not supported"),
        ({"small_early": 1}, "refuted"),
    ],
)
def test_pooling_early(changes, verdict):
    runs = planted(pooling_early, "test_accuracy", READ | changes)
    assert pooling_early.decide(runs).verdict == verdict


def test_the_gradient_of_the_centre_of_mass():
    rng = np.random.default_rng(0)
    layer = position_lost.CentreOfMass()
    heat, target = rng.normal(size=(2, 1, 3, 5)), rng.normal(size=(2, 2))
    gradient = layer.backward(mse_loss_backward(1.0, layer.forward(heat), target)[0])
    for place in np.ndindex(heat.shape):
        step = np.zeros_like(heat)
        step[place] = 1e-6
        ends = (mse_loss(layer.forward(heat + sign * step), target) for sign in (1, -1))
        assert gradient[place] == pytest.approx(np.subtract(*ends) / 2e-6, abs=1e-8)


@pytest.mark.parametrize("side", [2, 32])
def test_one_hot_place_is_told_at_its_middle(side):
    heat = np.full((1, 1, side, side), -50.0)
    heat[0, 0, 0, -1] = 50
    told = position_lost.to_pixels(position_lost.CentreOfMass().forward(heat))
    width = position_lost.SIDE / side
    assert np.allclose(told, [[(width - 1) / 2, 31 - (width - 1) / 2]])
    assert np.allclose(position_lost.from_pixels(told), 2 * (told + 0.5) / 32 - 1)


def test_the_global_mean_cannot_know_the_place():
    image = np.zeros((1, 1, 32, 32), np.float32)
    image[..., 8:14, 8:12] = 1
    moved = np.roll(image, (20, 20), axis=(2, 3))  # over the border
    known = {
        arm: np.abs(position_lost.network(arm, 0)(image) - position_lost.network(arm, 0)(moved))
        for arm in ("global", "none")
    }
    assert known["global"].max() < 1e-6 < 1e-3 < known["none"].max()


def test_arms_have_the_same_weights_and_halve_as_they_say():
    check_matched({arm: position_lost.network(arm, 0) for arm in position_lost.ARMS}, 0.01)
    image = np.zeros((1, 1, 32, 32), np.float32)
    for kind in ("max", "stride"):
        for halvings in range(1, position_lost.STAGES + 1):
            maps = position_lost.network(f"{kind}_{halvings}", 0)[:-2].forward(image)
            assert maps.shape == (1, 1, 32 >> halvings, 32 >> halvings)
    images = np.zeros((1, 1, pooling_early.SIDE, pooling_early.SIDE), np.float32)
    for order in pooling_early.ORDERS:
        assert pooling_early.network(order, 0)[:-3].forward(images).shape == (1, 8, 5, 5)


@pytest.mark.parametrize("scale", [1, 4])
def test_every_image_of_marks_holds_its_own_kind(scale, monkeypatch):
    monkeypatch.setattr(pooling_early, "NOISE", 0)
    images, kinds = pooling_early.drawn(np.random.default_rng(0), 40, scale)
    templates = np.kron(pooling_early.MARKS, np.ones((1, scale, scale)))
    windows = np.lib.stride_tricks.sliding_window_view(images[:, 0], templates.shape[1:], (1, 2))
    found = (windows[:, :, :, None] == templates).all(axis=(-1, -2)).any(axis=(1, 2))
    assert found[np.arange(len(kinds)), kinds].all()
    assert set(kinds) == {0, 1, 2, 3}
    if scale > 1:
        assert found.sum() == len(kinds)
