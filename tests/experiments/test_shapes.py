"""The rule on shapes gives the verdict that its words say, and its counting is right."""

import pytest

from cnnnotes.experiments import shapes
from cnnnotes.experiments.experiment import Runs
from cnnnotes.experiments.shapes import Setting


def runs(mismatches=0, dilation=50, rounding=10, others_in_use=0):
    def metrics(**surprising):
        counts = {"stride": 90, "padding": 80, "dilation": 0, "rounding": 0} | surprising
        numbers = {f"{name}_surprises": count for name, count in counts.items()}
        return numbers | {f"{name}_set": 100 for name in counts} | {"mismatches": mismatches}

    return Runs(
        [
            {"arm": "conv", "metrics": metrics(dilation=dilation)},
            {"arm": "pool", "metrics": metrics(dilation=dilation, rounding=rounding)},
            {"arm": "in_use", "metrics": metrics(dilation=others_in_use)},
        ]
    )


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (runs(), "shown exactly"),
        (runs(dilation=79), "shown exactly"),
        (runs(dilation=80), "partly"),
        (runs(dilation=85), "partly"),
        (runs(rounding=85), "partly"),
        (runs(others_in_use=18), "shown exactly"),
        (runs(others_in_use=20), "partly"),
        (runs(dilation=95, others_in_use=20), "not supported"),
        (runs(mismatches=1), "refuted"),
    ],
)
def test_rule(found, verdict):
    assert shapes.decide(found).verdict == verdict


@pytest.mark.parametrize(
    ("setting", "windows"),
    [
        (Setting("conv", 10, 3, 2, 0), 4),
        (Setting("conv", 224, 7, 2, 3), 112),
        (Setting("conv", 9, 3, 1, 0, 4), 1),
        (Setting("conv", 8, 3, 1, 0, 4), 0),
        (Setting("pool", 10, 3, 2, 0, 1, True), 5),
        (Setting("pool", 11, 3, 2, 0, 1, True), 5),
        (Setting("pool", 3, 2, 3, 1, 1, True), 2),
        (Setting("pool", 2, 2, 3, 1, 1, True), 1),
        (Setting("pool", 1, 4, 2, 0, 1, True), 0),
    ],
)
def test_windows_are_counted(setting, windows):
    assert shapes.counted(setting) == windows == (setting.output_size() or 0)


def test_an_overlooked_argument_is_a_surprise_if_it_changes_the_size():
    halves, hidden = Setting("conv", 28, 3, 2, 1), Setting("conv", 28, 4, 2, 1, 1)
    found = shapes.surprises([halves, hidden, Setting("conv", 2, 3, 1, 1)])
    assert found["stride_set"] == found["stride_surprises"] == 2
    assert found["padding_set"] == found["padding_surprises"] == 3
    assert found["dilation_set"] == found["dilation_surprises"] == 0
    assert shapes.surprises([Setting("conv", 10, 3, 3, 1)])["padding_surprises"] == 1
    assert shapes.surprises([Setting("conv", 11, 3, 4, 1)])["padding_surprises"] == 0


def test_networks_in_use_are_read_from_the_catalogue():
    settings = shapes.used_settings()
    assert Setting("conv", 224, 7, 2, 3) in settings
    assert Setting("pool", 28, 2, 2, 0) in settings
    assert {setting.dilation for setting in settings} == {1}
