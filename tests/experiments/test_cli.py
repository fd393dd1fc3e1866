"""``cnnnotes experiments`` as a reader types it."""

import subprocess
import sys

import pytest

from cnnnotes.cli import main
from cnnnotes.experiments import results, runner
from cnnnotes.experiments.experiment import every_name


def call(capfd, *arguments):
    with pytest.raises(SystemExit) as end:
        main(["experiments", *arguments])
    out, err = capfd.readouterr()
    return end.value.code, out, err


def test_list_names_every_experiment(capfd):
    code, out, _ = call(capfd, "list")
    assert code == 0 and all(name[:12] in out for name in every_name())


def test_help_is_that_of_the_experiments(capfd):
    code, out, _ = call(capfd, "--help")
    assert code == 0 and "cnnnotes experiments" in out and "check" in out


def test_a_missing_record_is_one_line(capfd, repository):
    code, _, err = call(capfd, "show", "permuted_pixels")
    assert code == 2 and err.count("\n") == 1 and "experiments run permuted_pixels" in err


def test_check_tells_what_is_wrong(capfd, monkeypatch):
    monkeypatch.setattr(runner, "check", lambda names: ["one", "two"])
    assert call(capfd, "check") == (1, "", "one\ntwo\n")
    monkeypatch.setattr(runner, "check", lambda names: [])
    assert call(capfd, "check")[0] == 0


def test_all_runs_only_what_is_stale(capfd, monkeypatch, repository):
    stale, run = every_name()[0], []
    monkeypatch.setattr(runner, "check", lambda names: ["stale"] if names == [stale] else [])

    def pretend(name, **options):
        run.append((name, options["jobs"]))
        return {"verdict": "supported", "seconds": 3.2}

    monkeypatch.setattr(runner, "run", pretend)
    code, out, _ = call(capfd, "run", "--all", "--jobs", "2")
    assert code == 0 and run == [(stale, 2)]
    assert f"{stale}: supported (3 s of one core)" in out
    assert out.count("nothing to do") == len(every_name()) - 1


@pytest.mark.parametrize("arguments", [("run",), ("run", "permuted_pixels", "--all")])
def test_run_wants_names_or_all(capfd, arguments):
    assert call(capfd, *arguments)[0] == 2


def test_joblib_and_rich_wait_until_they_are_needed():
    code = (
        "import sys, cnnnotes.experiments.cli\n"
        "print(*{'joblib', 'rich.progress', 'distributed', 'sklearn'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_what_is_recorded_here_is_whole():
    for name in results.names():
        record = results.load(name)
        assert record["verdict"] in results.VERDICTS
        assert len(record["seeds"]) not in (0, 2, 3, 4)  # one if nothing in it is random
