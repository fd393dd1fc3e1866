"""Runs are not lost, not repeated, and do not depend on how many work at them."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from fnmatch import fnmatchcase

import pytest

from cnnnotes.experiments import arithmetic, replay, results, runner
from cnnnotes.experiments.closure import code_hash
from cnnnotes.experiments.experiment import find
from cnnnotes.experiments.metrics import Count, Measure, Share


def numbers(record):
    """Return all that does not depend on the clock."""
    runs = [{**run, "seconds": 0} for run in record["runs"]]
    return [runs, record["summary"], record["effects"], record["verdict"], record["details"]]


def test_a_record_holds_all_that_was_asked(coin):
    told = []
    record = runner.run(coin.name, finished=lambda run, done, total: told.append((done, total)))
    assert [(run["arm"], run["seed"]) for run in record["runs"]] == [
        (arm, seed) for arm in ("heads", "tails") for seed in range(5)
    ]
    assert record["verdict"] == "supported"
    # Records keep six digits of each total, and the totals' digits differ between processors.
    assert record["effects"]["gain"]["mean"] == pytest.approx(1, abs=1e-4)
    assert set(record["versions"]) >= {"python", "numpy", "blas", "vectors"}
    assert len(record["details"]["tails"]["4"]["corner"]) == 2
    assert told == [(n, 10) for n in range(1, 11)]
    assert runner.check([coin.name]) == []


def test_what_is_recorded_is_not_run_again(coin):
    first = runner.run(coin.name)
    for file in coin.kept():
        file.unlink()
    again = runner.run(coin.name)
    assert first == again and len(coin.ran()) == 10
    runner.run(coin.name, fresh=True)
    assert len(coin.ran()) == 20


def test_finished_runs_survive_without_a_record(coin):
    first = runner.run(coin.name)
    results.path("coin").unlink()
    coin.kept()[0].unlink()
    coin.kept()[1].write_text("{half")
    assert numbers(runner.run(coin.name)) == numbers(first) and len(coin.ran()) == 12


def test_one_process_or_two_give_the_same_numbers(coin):
    alone = runner.run(coin.name, jobs=1)
    together = runner.run(coin.name, jobs=2, fresh=True)
    assert len(coin.ran()) == 20 and numbers(alone) == numbers(together)


def test_a_run_uses_one_thread_however_many_there_are(coin):
    from threadpoolctl import threadpool_info, threadpool_limits

    with threadpool_limits(2):
        replay.run_one(coin.name, "heads", 0)
        blas = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    assert {pool["num_threads"] for pool in blas} == {1}


def test_runs_made_with_different_versions_are_no_record(coin):
    runner.run(coin.name)
    other = json.loads(coin.kept()[0].read_text())
    other["versions"]["blas"] = "openblas Nehalem"
    coin.kept()[0].write_text(json.dumps(other))
    results.path("coin").unlink()
    with pytest.raises(results.ResultsError, match=r"different versions: .*Nehalem.*--fresh"):
        runner.run(coin.name)


def test_killed_midway_it_goes_on_where_it_stopped(coin):
    process = coin.start("run", coin.name, "--jobs", "2", sleep="0.3")
    deadline = time.monotonic() + 60
    while len(coin.kept()) < 3 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    kept = coin.kept()
    assert 3 <= len(kept) < 10 and not results.path("coin").exists()
    assert all(json.loads(file.read_text())["metrics"] for file in kept)
    before = len(coin.ran())
    resumed = runner.run(coin.name)
    assert len(coin.ran()) - before == 10 - len(kept)
    assert numbers(resumed) == numbers(runner.run(coin.name, fresh=True))


CLUSTER = """
import os, signal, threading, time
from distributed import LocalCluster
from cnnnotes.experiments import runner

if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        first = cluster.workers[0].pid
        os.environ["COIN_SLEEP"] = "0"
        killed = []
        def kill_one(run, done, total):
            if not killed:
                killed.append(first)
                os.kill(first, signal.SIGKILL)
        record = runner.run("planted.coin", dask=cluster.scheduler_address, finished=kill_one)
        assert killed
        print(record["verdict"], len(record["runs"]))
"""


def on_a_cluster(coin, settings):
    (coin.folder / "cluster.py").write_text(CLUSTER)
    path = {"PYTHONPATH": os.pathsep.join(sys.path), "COIN_SLEEP": "0.3"}
    return subprocess.run(
        [sys.executable, "cluster.py"],
        env={**os.environ, **path, **settings},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_dask_cluster_gives_the_same_numbers_though_a_worker_dies(coin):
    here = runner.run(coin.name)
    results.path("coin").unlink()
    for file in coin.kept():
        file.unlink()
    done = on_a_cluster(coin, arithmetic.settings())
    assert done.stdout.split() == ["supported", "10"], done.stderr
    assert numbers(results.load("coin")) == numbers(here)


def test_workers_that_would_compute_other_digits_are_refused(coin):
    wrong = dict.fromkeys(arithmetic.settings(), "2")
    done = on_a_cluster(coin, wrong | {"OPENBLAS_CORETYPE": "Nehalem"})
    assert done.returncode == 1 and not results.path("coin").exists()
    said = done.stderr.splitlines()[-1]
    assert "would compute other digits; start it as: env " in said and " dask worker tcp://" in said
    for name, value in arithmetic.settings().items():
        assert f"{name}={shlex.quote(value)}" in said or name.endswith("NUM_THREADS")  # Dask's own


def test_without_distributed_it_says_what_to_install(coin, monkeypatch):
    monkeypatch.setattr(runner, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r'pip install "cnnnotes\[cluster\]"'):
        runner.run(coin.name, dask="tcp://127.0.0.1:1")


def test_other_code_makes_nothing_stale(coin):
    runner.run(coin.name)
    coin.edit("tools.py", "def unrelated():\n    return 1", "def unrelated():\n    return 22")
    coin.edit("tools.py", "Say how much.", "Say how much luck.")
    assert runner.check([coin.name]) == []


def test_code_that_the_numbers_rest_on_makes_them_stale(coin):
    runner.run(coin.name)
    coin.edit("tools.py", "1.0 if", "0.0 if")
    assert runner.check([coin.name]) == [
        "planted.coin: not replayed since code it rests on has changed; "
        "run: cnnnotes experiments replay planted.coin"
    ]
    assert runner.run(coin.name)["verdict"] == "not supported"  # an effect of zero, planted
    assert len(coin.ran()) == 20 and runner.check([coin.name]) == []


def test_a_change_of_rule_or_words_is_decided_without_running(coin):
    runner.run(coin.name)
    coin.edit("coin.py", "above tails.", "well above tails.")
    coin.edit("coin.py", '"supported" if better(gain)', '"supported" if gain["low"] > 2')
    (problem,) = runner.check([coin.name])
    assert problem.split("'")[1] == "rule"
    assert runner.run(coin.name)["verdict"] == "not supported"
    assert len(coin.ran()) == 10 and runner.check([coin.name]) == []


def test_more_seeds_run_only_what_is_missing(coin):
    runner.run(coin.name)
    coin.edit("coin.py", "range(5)", "range(6)")
    assert "'seeds'" in runner.check([coin.name])[0]
    assert len(runner.run(coin.name)["runs"]) == 12 and len(coin.ran()) == 12


def forge(record, change):
    """Save an edited record with checksums that fit, as a careful forger would."""
    change(record)
    record.pop("checksums")
    results.save(record)


@pytest.mark.parametrize(
    "change, field",
    [
        (lambda r: r["summary"]["heads"]["total"].update(mean=9.0), "summary.heads.total.mean"),
        (lambda r: r["effects"]["gain"].update(low=0.5), "effects.gain.low"),
        (lambda r: r.update(verdict="refuted"), "verdict"),
        (lambda r: r["runs"][0]["metrics"].update(total=99.0), "effects.gain.mean"),
    ],
)
def test_check_recomputes_what_follows_from_the_raw_numbers(coin, change, field):
    runner.run(coin.name)
    forge(results.load("coin"), change)
    assert f"field '{field}'" in runner.check([coin.name])[0]


def test_check_names_a_damaged_file(coin):
    runner.run(coin.name)
    file = results.path("coin")
    file.write_text(file.read_text()[:-100])
    assert runner.check([coin.name])[0].startswith("docs/results/coin.json: is not whole JSON")


def test_drift_tells_flips_and_moves(coin):
    old = runner.run(coin.name)
    coin.edit("tools.py", "1.0 if", "0.0 if")
    new = runner.run(coin.name)
    assert runner.drift(old, old) == []
    verdict, effect = runner.drift(old, new)
    assert verdict == "coin: the verdict was supported, now not supported"
    assert effect.startswith("coin: effect gain was in ") and effect.endswith(", now 0")


def test_the_command_line_runs_checks_and_shows(coin):
    def call(*arguments):
        process = coin.start(*arguments)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    code, out, err = call("run", coin.name, "--jobs", "1")
    assert code == 0 and out.startswith("planted.coin: supported")
    assert "[10/10] tails, seed 4" in err
    assert call("check", coin.name)[0] == 0
    code, out, _ = call("show", "coin")
    assert code == 0 and "Is the coin fair?" in out and "supported" in out
    coin.edit("tools.py", "1.0 if", "0.0 if")
    code, out, err = call("check", coin.name)
    assert code == 1 and "not replayed" in err
    code, out, err = call("run", coin.name, "--jobs", "1", "--fresh")
    assert code == 1 and "the verdict was supported, now not supported" in err
    code, out, err = call("run", "no_such")
    assert code == 2 and err.startswith("name (='no_such') must be one of") and "Trace" not in err
    assert call("run")[0] == 2


def test_every_experiment_states_its_head_and_the_ledger_knows_it():
    from cnnnotes.experiments.experiment import every_name, find
    from cnnnotes.experiments.ledger import LEDGER, claims_by_experiment, faults

    assert "minimal_pipeline" in every_name()
    for name in every_name():
        experiment = find(name)
        assert experiment.question.endswith("?")
        assert set(experiment.names) in (set(), set(experiment.arms))
        assert len(experiment.seeds) not in (0, 2, 3, 4)  # one if nothing in it is random
        assert any(f"{word} if" in experiment.rule for word in ("upported", "Shown exactly"))
        assert experiment.code() == code_hash(f"cnnnotes.experiments.{name}.run_arm") or hasattr(
            sys.modules[experiment.module], "details"
        )
    assert len(LEDGER) == 30 and len({claim.id for claim in LEDGER}) == 30
    assert all(claim.experiment in every_name() for claim in LEDGER)
    assert faults(claims_by_experiment()) == []


def test_a_reader_is_told_names_not_codes():
    from cnnnotes.experiments.experiment import every_name

    called = find("data_efficiency").called
    assert called("mlp_wide") == "MLP, ten times larger"
    assert called("cnn_over_mlp_wide_at_500") == "CNN over MLP, ten times larger at 500"
    assert called("something_else") == "something else"
    for experiment in map(find, every_name()):
        assert set(experiment.names) == set(experiment.arms), "each arm has a name"
        assert len(set(experiment.names.values())) == len(experiment.arms), "and no two the same"
        assert len({metric.label for metric in experiment.metrics.values()}) == len(
            experiment.metrics
        )


def test_a_claim_that_is_none_or_tested_twice_is_told():
    from cnnnotes.experiments.ledger import faults

    assert faults({"minimal_pipeline": ["C12", "C99"], "weather": ["C1"]}) == [
        "minimal_pipeline: tests C99, which is no claim of the ledger",
        "weather: tests C1, as permuted_pixels does",
    ]


def test_a_number_outside_its_range_is_refused_before_it_is_kept(coin):
    coin.edit("coin.py", "low=-1e9, high=1e9", "low=-1e9, high=-1e8")
    with pytest.raises(results.ResultsError, match=r"seed 0: metric total has .* -1e\+08"):
        runner.run(coin.name)
    coin.edit("coin.py", '"total": Measure', '"sum": Measure')
    with pytest.raises(results.ResultsError, match="metric total is not among"):
        runner.run(coin.name)
    assert not coin.kept() and not results.path("coin").exists()


def test_a_record_outside_the_range_that_its_experiment_states_is_told(coin):
    runner.run(coin.name)
    assert replay.disagreement(coin.name) is None
    coin.edit("coin.py", "low=-1e9, high=1e9", "low=-1e9, high=-1e8")
    assert "coin: arm heads, seed 0: metric total has " in replay.disagreement(coin.name)


@pytest.mark.parametrize("value, told", [(0.5, "0.5"), ([1, [2, 2.5]], "2.5"), (-1, "-1")])
def test_a_count_is_whole_and_not_negative(value, told):
    assert told in Count("images").fault(value)
    assert Count("images").fault([0, [3, 4.0]]) is None


def test_a_metric_is_told_in_its_unit():
    assert Share("accuracy").shown(0.1234) == "12.3%"
    assert Count("weights").shown(1_554_432) == "1,554,432"
    assert Measure("change", low=-1).shown(-0.0123456) == "−0.0123"
    assert Measure("distance", "pixels").heading == "distance (pixels)"
    assert "must be between 0 and 1" in Share("accuracy").fault(1.14)
    assert "nan" in Share("accuracy").fault(float("nan"))


def test_each_experiment_says_which_effects_decide():
    from cnnnotes.experiments.experiment import every_name

    for experiment in map(find, every_name()):
        effects = list(results.load(experiment.name)["effects"])
        assert any(map(experiment.decides, effects)), experiment.name
        for pattern in experiment.deciding:
            assert any(fnmatchcase(effect, pattern) for effect in effects), (
                experiment.name,
                pattern,
            )
