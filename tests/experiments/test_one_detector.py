"""What counts as a moved map, and the rule that judges it."""

import numpy as np
import pytest

from cnnnotes.experiments import one_detector as module
from cnnnotes.experiments.experiment import Runs

GOOD = {"values_inside": 100, "wrong_inside": 0, "odd_moves_that_fit": 0, "wrong_elsewhere": 0}


@pytest.mark.parametrize(
    "arm, fault, verdict",
    [
        ("no_padding", {}, "shown exactly"),
        ("no_padding", {"wrong_inside": 1}, "refuted"),
        ("reflect", {"wrong_inside": 1}, "refuted"),
        ("circular_rolled", {"wrong_inside": 1}, "refuted"),
        ("stride", {"wrong_inside": 1}, "partly"),
        ("max_pool", {"odd_moves_that_fit": 1}, "partly"),
        ("stride", {"wrong_elsewhere": 1}, "partly"),
        ("not_shared", {"wrong_inside": 40}, "partly"),
    ],
)
def test_rule(arm, fault, verdict):
    runs = []
    for each in module.ARMS:
        for seed in module.SEEDS:
            metrics = GOOD | ({"wrong_inside": 99} if each == "not_shared" else {})
            if each == arm and seed == module.SEEDS[-1]:
                metrics |= fault
            runs.append({"arm": each, "metrics": metrics})
    assert module.decide(Runs(runs)).verdict == verdict


def test_moved_maps_are_told_from_others():
    before = np.arange(30.0).reshape(1, 1, 5, 6)
    after = np.full((1, 1, 5, 6), -1.0)
    after[..., 1:, 2:] = before[..., :-1, :-2]
    assert module.differs(before, after, (1, 2)).shape == (1, 1, 4, 4)
    assert not module.differs(before, after, (1, 2)).any()
    assert module.differs(before, after, (2, 1)).all()
    after[0, 0, 3, 3] += 1
    assert module.differs(before, after, (1, 2)).sum() == 1


@pytest.mark.parametrize("move", [1, 2, 3])
def test_a_stride_reads_the_moved_places(move):
    long = np.arange(20.0).reshape(1, 1, 1, 20)
    before, after = long[..., 4:14], long[..., 4 - move : 14 - move][..., ::2]
    assert not module.differs(before, after, (0, move), step=2).any()
    assert module.differs(before, after, (0, move + 1), step=2).all()


def test_views_show_the_content_moved():
    image = np.arange(3600.0).reshape(1, 1, 60, 60)
    for arm in ("zeros", "circular_rolled"):
        before, after = module.views(image, np.array([3, 4]), (1, 2), arm)
        assert before.shape == after.shape == (1, 1, module.WINDOW, module.WINDOW)
        assert np.array_equal(before[..., :-1, :-2], after[..., 1:, 2:])


def test_places_that_padding_reaches():
    assert module.free_of_padding((5, 6), "no_padding").all()
    assert module.free_of_padding((5, 6), "zeros").sum() == 3 * 4
    assert module.free_of_padding((5, 6), "two_layers").sum() == 1 * 2
