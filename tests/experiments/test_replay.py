"""A record is current if running a part of it again gives its numbers."""

import json
import math

import pytest

from cnnnotes.experiments import arithmetic, replay, results, runner
from cnnnotes.experiments.experiment import every_name, find

TWO_LINES = "gives another number now: metrics.total"


@pytest.fixture
def recorded(coin):
    runner.run(coin.name)
    return coin


def elsewhere(name, change):
    """Return a replayed run of the first arm and seed, as another kernel might give it."""
    run = dict(results.load(name)["runs"][0], details={})
    run["versions"] = {"blas": "openblas Other"}
    change(run["metrics"])
    return run


def test_every_record_here_came_out_with_this_code():
    assert replay.outdated() == []


def test_all_records_were_made_with_one_arithmetic():
    made = {
        tuple(results.load(name)["versions"][part] for part in replay.ARITHMETIC)
        for name in every_name()
    }
    assert {(blas, vectors) for _, blas, vectors in made} == {
        (f"openblas {arithmetic.KERNEL}", arithmetic.WIDEST)
    }


def test_processes_are_held_to_it_where_the_processor_can():
    (found,) = arithmetic.in_processes(arithmetic.versions, [()], 1)
    if "OPENBLAS_CORETYPE" not in arithmetic.settings():
        pytest.skip("a processor of another kind keeps its own arithmetic")
    assert found["vectors"] == arithmetic.WIDEST
    assert found["blas"] == f"openblas {arithmetic.KERNEL}"


def test_a_record_that_comes_out_is_stamped_and_costs_nothing_more(recorded):
    recorded.edit("tools.py", "1.0 if", "0.5 + 0.5 if")
    assert runner.check([recorded.name]) == replay.not_replayed([recorded.name])
    assert replay.replay([recorded.name]) == []
    assert runner.check([recorded.name]) == []
    before = len(recorded.ran())
    assert replay.replay([recorded.name]) == []
    assert len(recorded.ran()) == before + 1


def test_a_reworded_error_or_docstring_stops_nothing(recorded):
    recorded.edit("tools.py", '"""Say how much."""', '"""Say it."""')
    recorded.edit("tools.py", "    return 1.0", "    assert arm\n    return 1.0")
    assert replay.replay([recorded.name]) == []
    recorded.edit("tools.py", "assert arm", 'if not arm:\n        raise ValueError("no arm")')
    assert replay.replay([recorded.name]) == []
    recorded.edit("tools.py", "no arm", "an arm is missing")
    assert runner.check([recorded.name]) == []


def test_a_change_that_moves_a_number_is_told_in_one_line(recorded):
    recorded.edit("tools.py", "1.0 if", "2.0 if")
    recorded.edit("tools.py", "else 0.0", "else 3.0")
    (problem,) = replay.replay([recorded.name])
    assert TWO_LINES in problem and problem.endswith(f"experiments run {recorded.name}")
    assert runner.check([recorded.name]) == replay.not_replayed([recorded.name])


@pytest.mark.parametrize(
    "file, old, new",
    [
        ("coin.py", "total + luck(arm)", "total + 1.0 * luck(arm)"),
        ("tools.py", "1.0 if", "0.5 + 0.5 if"),
    ],
)
def test_where_it_or_its_toolkit_changed_every_arm_is_replayed(recorded, file, old, new):
    recorded.edit(file, old, new)
    before = len(recorded.ran())
    assert replay.replay([recorded.name]) == []
    assert len(recorded.ran()) == before + 2
    assert replay.replay([recorded.name]) == []
    assert len(recorded.ran()) == before + 3


def test_details_count_too(recorded):
    recorded.edit("coin.py", "table[:2, :2]", "table[:2, 1:3]")
    (problem,) = replay.replay([recorded.name])
    assert "gives other details now: details.heads." in problem or "details.tails." in problem


def test_elsewhere_a_number_may_lie_among_those_of_the_seeds(recorded):
    experiment = find(recorded.name)
    totals = [run["metrics"]["total"] for run in results.load("coin")["runs"][:5]]
    width = max(totals) - min(totals)

    def moved_to(total):
        return replay.difference(
            experiment, [elsewhere("coin", lambda metrics: metrics.update(total=total))]
        )

    assert moved_to(max(totals) + 1.9 * width) is None
    assert TWO_LINES in moved_to(max(totals) + 2.1 * width)
    assert TWO_LINES in moved_to(min(totals) - 2.1 * width)


@pytest.mark.parametrize("units, told", [(0, False), (1, False), (2, True)])
def test_a_mean_may_differ_in_its_last_digit_as_kernels_round_it(
    recorded, monkeypatch, units, told
):
    def other_kernel(runs):
        summary = results.summarise(runs)
        mean = summary["heads"]["total"]["mean"]
        digit = 10 ** (math.floor(math.log10(abs(mean))) - 5)
        summary["heads"]["total"]["mean"] = results.rounded(mean + units * digit)
        return summary

    monkeypatch.setattr(replay, "summarise", other_kernel)
    problem = replay.disagreement(recorded.name)
    assert ("summary.heads.total.mean" in problem) if told else problem is None


def test_elsewhere_metrics_must_still_be_the_same_ones(recorded):
    experiment = find(recorded.name)
    run = elsewhere("coin", lambda metrics: metrics.pop("row"))
    assert "metrics.row" in replay.difference(experiment, [run])


def test_many_records_that_wait_for_a_replay_are_told_in_one_line(monkeypatch):
    monkeypatch.setattr(replay, "stamped", lambda experiment: experiment.name == "levels")
    (line,) = replay.problems_of(["depth", "levels", "shapes"])
    assert line == (
        "2 records (depth, shapes): not replayed since code they rest on has changed; "
        "run: cnnnotes experiments replay"
    )


def test_stamps_that_are_cut_off_say_what_to_do(recorded):
    (results.folder() / "replayed.json").write_text("{half")
    with pytest.raises(results.ResultsError, match="delete it and run: cnnnotes experiments repl"):
        runner.check([recorded.name])


def test_outdated_asks_only_once(recorded, monkeypatch):
    monkeypatch.setattr(results, "names", lambda: [recorded.name])
    assert replay.outdated() == []
    monkeypatch.setattr(replay, "disagreement", lambda name: pytest.fail("asked again"))
    assert replay.outdated() == []
    stamps = json.loads((results.folder() / "replayed.json").read_text())
    assert set(stamps) == {"coin"}
