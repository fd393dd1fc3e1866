"""Charts show the interval from end to end, the mean, and every seed."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from cnnnotes.figures import charts

INTERVAL = {"mean": 0.5, "low": 0.25, "high": 0.875}


@pytest.fixture
def axes():
    return Figure().subplots()


def test_a_row_shows_seeds_interval_and_mean(axes):
    charts.dots(axes, 2, [0.4, 0.6], "black", INTERVAL)
    seeds, bar, mean = (line.get_xydata().tolist() for line in axes.lines)
    assert seeds == [[0.4, 2], [0.6, 2]]
    assert bar == [[0.25, 2], [0.875, 2]]
    assert mean == [[0.5, 2]]


def test_a_single_arm_has_no_interval_that_could_reach_past_what_is_possible(axes):
    charts.dots(axes, 2, [0.25, 0.75], "black")
    seeds, mean = (line.get_xydata().tolist() for line in axes.lines)
    assert seeds == [[0.25, 2], [0.75, 2]] and mean == [[0.5, 2]]


def test_a_band_reaches_from_low_to_high(axes):
    curve = {"mean": [1, 2], "low": [0, 1.5], "high": [3, 4]}
    charts.band(axes, [10, 20], curve, "black", "cnn")
    assert axes.lines[0].get_xydata().tolist() == [[10, 1], [20, 2]]
    corners = {tuple(corner) for corner in axes.collections[0].get_paths()[0].vertices.tolist()}
    assert corners == {(10, 0), (20, 1.5), (10, 3), (20, 4)}


def test_shares_are_written_in_per_cent_and_differences_in_points(axes):
    charts.percent(axes.xaxis)
    charts.points(axes.yaxis)
    assert axes.xaxis.get_major_formatter()(0.25) == "25%"
    written = [axes.yaxis.get_major_formatter()(share) for share in (-0.25, 0.025, 0.0)]
    assert written == ["−25", "+2.5", "+0"]


def test_names_stand_at_their_rows_the_first_on_top(axes):
    charts.name_rows(axes, ["a", "b"])
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b"]
    assert axes.get_yticks().tolist() == [0, 1] and axes.yaxis_inverted()


def test_runs_are_those_of_the_arm():
    runs = [{"arm": arm, "metrics": {"m": n}} for n, arm in enumerate("abab")]
    assert np.array_equal(charts.runs_of({"runs": runs}, "b", "m"), [1, 3])


def test_a_mosaic_keeps_each_image_whole():
    board = charts.mosaic(np.arange(12).reshape(3, 2, 2), columns=2)
    assert board.shape == (5, 5)
    assert np.array_equal(board[3:, :2], [[8, 9], [10, 11]]) and np.isnan(board[2]).all()
