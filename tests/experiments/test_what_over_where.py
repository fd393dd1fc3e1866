"""The exact counts hold, moves do what they should, and both rules give what their words say."""

from fractions import Fraction

import numpy as np
import pytest

from cnnnotes.experiments import pooling_helps, shifts_forgiven
from cnnnotes.experiments.experiment import Runs
from cnnnotes.experiments.fair import check_matched, costs
from cnnnotes.pool import avg_pool2d, max_pool2d

FALLING = (0.5, 0.4, 0.3, 0.2, 0.0)
LEVEL = (0.9, 0.9, 0.9, 0.9, 0.4)


def luck(module):
    values = 0.002 * np.random.default_rng(0).normal(size=len(module.SEEDS))
    return values - values.mean()


@pytest.mark.parametrize(
    "change, accuracy, wrong, verdict",
    [
        (FALLING, LEVEL, 0, "supported"),
        (FALLING, (0.9, 0.88, 0.9, 0.9, 0.4), 0, "partly"),
        (FALLING, (0.9, 0.895, 0.92, 0.5, 0.4), 0, "supported"),
        ((0.5, 0.5, 0.3, 0.2, 0), LEVEL, 0, "not supported"),
        ((0.5, 0.5, 0.5, 0.6, 0), LEVEL, 0, "refuted"),
        (FALLING, LEVEL, 1, "refuted"),
    ],
)
def test_shifts_forgiven(change, accuracy, wrong, verdict):
    module = shifts_forgiven
    runs = [{"arm": "orders", "metrics": {"wrong": wrong}} for _ in module.SEEDS]
    for name in ("digits", "textures"):
        for of_seed in luck(module):
            metrics = {}
            for kind in ("max", "average"):
                scale = 1 + 10 * of_seed
                metrics[f"{kind}_change_at_1"] = np.array(change) * scale
                metrics[f"{kind}_accuracy_in_place"] = np.array(accuracy) * scale
            runs.append({"arm": name, "metrics": metrics})
    assert module.decide(Runs(runs)).verdict == verdict


def test_the_shares_are_what_all_orders_give():
    module = shifts_forgiven
    assert module.of_all_orders() == Fraction(1, 3) == module.straight_share(2)
    assert module.of_all_orders_diagonal() == Fraction(1, 7) == module.diagonal_share(2)
    for windows, share in [(1, Fraction(1, 3)), (2, Fraction(2, 15)), (3, Fraction(17, 315))]:
        assert module.row_of_orders(windows) == share == module.row_share(windows)
    counted = module.counted(np.random.default_rng(0))
    assert counted["wrong"] == 0
    assert counted["straight"] == pytest.approx([(k - 1) / (k + 1) for k in module.SIDES])
    assert counted["all_eight"] == pytest.approx([0, 1 / 25, 4 / 36, 9 / 49])


@pytest.mark.parametrize("name", ["straight_share", "diagonal_share", "share_of_all_eight"])
def test_a_wrong_share_is_counted(name, monkeypatch):
    monkeypatch.setattr(shifts_forgiven, name, lambda side: Fraction(1, 2) + side)
    assert shifts_forgiven.counted(np.random.default_rng(0))["wrong"] >= len(shifts_forgiven.SIDES)


def test_the_shares_hold_for_drawn_pixels_and_rows_of_windows_multiply():
    module = shifts_forgiven
    images = np.random.default_rng(0).random((40_000, 1, 4, 5))
    before, after = (max_pool2d(images[..., start : start + 4], 2) for start in (1, 0))
    share = np.mean((before == after).all(axis=(1, 2, 3)))
    assert share == pytest.approx(float(module.row_share(2) ** 2), abs=0.002)
    maxima = max_pool2d(np.random.default_rng(1).random((40_000, 1, 5, 5)), 3, 1)[:, 0]
    stays = maxima == maxima[:, 1:2, 1:2]
    assert stays[:, 0, 1].mean() == pytest.approx(float(module.straight_share(3)), abs=0.01)
    assert stays[:, 2, 0].mean() == pytest.approx(float(module.diagonal_share(3)), abs=0.01)
    assert stays.all(axis=(1, 2)).mean() == pytest.approx(0.04, abs=0.005)


def test_each_kind_sums_up_its_windows():
    module = shifts_forgiven
    maps = np.random.default_rng(0).random((2, 3, 24, 24), np.float32)
    for kind in module.KINDS:
        assert module.pooled(maps, kind, 1) is maps or np.array_equal(
            module.pooled(maps, kind, 1), maps
        )
        assert module.pooled(maps, kind, 4).shape == (2, 3, 6, 6)
    average, largest, lp = (module.pooled(maps, kind, 2) for kind in ("average", "max", "lp"))
    assert np.array_equal(average, avg_pool2d(maps, 2))
    assert (average < lp).all() and (lp < 2 * largest).all()
    assert np.array_equal(module.pooled(maps, "stride", 8), maps[:, :, ::8, ::8])


def test_changes_and_answers_that_stay():
    module = shifts_forgiven
    still = np.array([[[[0.0, 3]]], [[[4, 0]]]])  # 5 apart
    assert module.relative_change(still, still) == 0
    assert module.relative_change(still + np.array([0, 1]), still) == pytest.approx(0.2)
    before, after = np.array([0.0, 0, 2, 3]), np.array([0.0, 1, 2, 4])
    assert module.answers_kept(before, after) == pytest.approx(1 / 3)


def test_views_show_the_content_moved_and_the_nearest_is_found():
    module = shifts_forgiven
    images = np.arange(200.0).reshape(2, 1, 10, 10)
    still, moved = module.view(images, 0, 0), module.view(images, 1, 2)
    assert still.shape == (2, 1, 6, 6)
    assert np.array_equal(moved[..., :-1, :-2], still[..., 1:, 2:])
    assert module.ways(0) == [(0, 0)] and module.ways(2) == [(0, 2), (2, 0)]
    known = np.array([[0.0, 0], [5, 5], [9, 0]])
    assert module.nearest(known, np.array([[6.0, 6], [8, 1]])).tolist() == [1, 2]


GOOD = {"max": 0.6, "stride": 0.5, "flat": 0.4, "average": 0.6}


@pytest.mark.parametrize(
    "moved, in_place, ratio, verdict",
    [
        (GOOD, 0.95, 4, "supported"),
        (GOOD | {"flat": 0.6}, 0.95, 4, "partly"),
        (GOOD | {"flat": 0.7}, 0.95, 4, "not supported"),
        (GOOD | {"flat": 0.7, "stride": 0.7}, 0.95, 4, "refuted"),
        (GOOD, None, 4, "partly"),
        (GOOD, 0.95, 3, "refuted"),
        (GOOD | {"flat": 0.6, "stride": 0.6}, 0.95, 4, "not supported"),
    ],
)
def test_pooling_helps(moved, in_place, ratio, verdict):
    module = pooling_helps
    runs = []
    for arm in module.ARMS:
        for of_seed in luck(module):
            at = moved[arm] + of_seed
            still = at + 0.3 if in_place is None else in_place
            cost = ratio if arm == "flat" else 1
            metrics = {"accuracy_moved": at, "accuracy_in_place": still, "loss": still - at}
            metrics |= {"macs_second": cost, "outputs_second": cost}
            runs.append({"arm": arm, "metrics": metrics})
    assert module.decide(Runs(runs)).verdict == verdict


def test_networks_are_matched_and_end_in_as_many_numbers():
    module = pooling_helps
    check_matched({arm: module.network(arm, 0) for arm in module.ARMS})
    tables = {arm: costs(module.network(arm, 0), (1, 28, 28)) for arm in module.ARMS}
    assert {table[-2]["output_shape"][0] for table in tables.values()} == {784}
    assert [row["macs"] for row in tables["max"]] == [row["macs"] for row in tables["average"]]


def test_each_image_moves_by_itself_and_keeps_its_ink():
    image = np.zeros((300, 1, 9, 9))
    image[:, :, 4, 4] = 1
    moved = pooling_helps.moved_each(image, 3, np.random.default_rng(0))
    places = np.argwhere(moved[:, 0])[:, 1:] - 4
    assert len(places) == 300 and places.min() == -3 and places.max() == 3
    assert len(np.unique(places, axis=0)) == 49
    assert np.array_equal(pooling_helps.moved_each(image, 0, np.random.default_rng(0)), image)
