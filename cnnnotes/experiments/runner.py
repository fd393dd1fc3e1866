"""Run arms and seeds side by side, lose nothing when interrupted, record, and check."""

import json
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cnnnotes.experiments import results
from cnnnotes.experiments.arithmetic import in_processes, lacking_settings
from cnnnotes.experiments.experiment import Experiment, Runs, every_name, find
from cnnnotes.experiments.ledger import claims_by_experiment, faults
from cnnnotes.experiments.replay import problems_of, run_one, stamp, stamped
from cnnnotes.experiments.results import Record, ResultsError, rounded, summarise, write_whole

Run = dict[str, Any]


def run(
    name: str,
    *,
    jobs: int = 1,
    dask: str | None = None,
    fresh: bool = False,
    finished: Callable[[Run, int, int], object] = lambda run, done, total: None,
) -> Record:
    """Run what is missing of an experiment, save its record, and return it.

    Finished runs are kept in ``.cache/experiments/<name>/<code>/``, one file each, and are not
    done again while the code they rest on stays the same. Where all of the record's raw numbers
    are still those of the present code, it is only decided anew.

    Parameters
    ----------
    name
        The experiment, as `find` takes it.
    jobs
        How many processes to use. The numbers do not depend on it.
    dask
        The address of a Dask scheduler, such as ``"tcp://10.0.0.1:8786"``, to use its workers.
    fresh
        Forget finished runs and the record first.
    finished
        Called with each run as it ends, how many have, and how many there are.
    """
    experiment = find(name)
    folder = cache_folder(experiment)
    wanted = [(arm, seed) for arm in experiment.arms for seed in experiment.seeds]
    if fresh:
        for file in folder.glob("*.json"):
            file.unlink()
    elif old := _comes_out(experiment):
        return _record(experiment, old["runs"], old["details"], old["versions"])
    folder.mkdir(parents=True, exist_ok=True)
    for left_behind in folder.glob("*.progress"):
        left_behind.unlink()
    kept = {pair: _kept_run(folder, *pair) for pair in wanted}
    missing = [pair for pair, run in kept.items() if run is None]
    done = len(wanted) - len(missing)
    for new in _carry_out(name, missing, folder, jobs, dask):
        kept[new["arm"], new["seed"]] = new
        write_whole(folder / f"{new['arm']}-{new['seed']}.json", json.dumps(new))
        done += 1
        finished(new, done, len(wanted))
    complete = [run for run in kept.values() if run is not None]
    versions = {json.dumps(run.pop("versions")): None for run in complete}
    if len(versions) > 1:
        raise ResultsError(
            f"the runs of {name} were made with different versions: {' and '.join(versions)}; "
            f"run: cnnnotes experiments run {name} --fresh"
        )
    details = experiment.details({(r["arm"], r["seed"]): r.pop("details") for r in complete})
    return _record(experiment, complete, rounded(details), json.loads(next(iter(versions))))


def cache_folder(experiment: Experiment) -> Path:
    """Return where finished runs of this code are kept, and the progress of those under way."""
    cache = results.folder().parents[1] / ".cache" / "experiments"
    return cache / experiment.name / experiment.code()


def under_way(experiment: Experiment) -> dict[str, tuple[int, int]]:
    """Return (epochs done, epochs in all) of each run that a process here is busy with."""
    found = {}
    for file in sorted(cache_folder(experiment).glob("*.progress")):
        try:
            done, total = file.read_text().split()
        except FileNotFoundError:  # it ended just now
            continue
        arm, _, seed = file.stem.rpartition("-")
        found[f"{arm}, seed {seed}"] = int(done), int(total)
    return found


def check(names: Sequence[str] = ()) -> list[str]:
    """Return what is wrong with the records and the ledger, one line each; empty if nothing is."""
    problems = problems_of(names or every_name())
    if not names:
        known = set(every_name())
        problems += [f"{name}: has a record but no experiment" for name in _strays(known)]
        problems += faults(claims_by_experiment())
    return problems


def drift(old: Record, new: Record) -> list[str]:
    """Return how a new record contradicts an old one: a verdict that flips, an effect that moves.

    An effect has moved if its new mean is outside the old interval.
    """
    changes = []
    if old["verdict"] != new["verdict"]:
        changes.append(f"{new['name']}: the verdict was {old['verdict']}, now {new['verdict']}")
    for name, before in old["effects"].items():
        now = new["effects"].get(name)
        if now and not before["low"] <= now["mean"] <= before["high"]:
            changes.append(
                f"{new['name']}: effect {name} was in {before['low']:g} … {before['high']:g}, "
                f"now {now['mean']:g}"
            )
    return changes


def _carry_out(
    name: str, pairs: Sequence[tuple[str, int]], folder: Path, jobs: int, dask: str | None
) -> Iterator[Run]:
    if not pairs:
        return
    if dask:
        if find_spec("distributed") is None:
            raise ImportError(
                "a Dask cluster needs the package distributed, which is not installed; "
                'run: pip install "cnnnotes[cluster]"'
            )
        from distributed import Client
        from distributed import as_completed as as_computed

        with Client(dask) as client:
            for worker, lacking in client.run(lacking_settings).items():
                if lacking:
                    raise ResultsError(
                        f"the worker {worker} would compute other digits; "
                        f"start it as: env {lacking} dask worker {dask}"
                    )
            futures = [client.submit(run_one, name, *pair, pure=False) for pair in pairs]
            for _, whole in as_computed(futures, with_results=True):
                yield whole
        return
    yield from in_processes(_run_here, [(name, *pair, folder) for pair in pairs], jobs)


def _run_here(name: str, arm: str, seed: int, folder: Path) -> Run:
    progress = folder / f"{arm}-{seed}.progress"

    def report(done: int, total: int) -> None:
        write_whole(progress, f"{done} {total}")

    report(0, 1)
    whole = run_one(name, arm, seed, report)
    progress.unlink(missing_ok=True)
    return whole


def _kept_run(folder: Path, arm: str, seed: int) -> Run | None:
    file = folder / f"{arm}-{seed}.json"
    try:
        run: Run = json.loads(file.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError:  # not ours to mend: a cache may be thrown away
        return None
    return run if (run.get("arm"), run.get("seed")) == (arm, seed) and "versions" in run else None


def _record(
    experiment: Experiment,
    runs: list[Run],
    details: dict[str, Any],
    versions: dict[str, str],
) -> Record:
    decision = experiment.decide(Runs(runs))
    results.save(
        {
            "name": experiment.name,
            "question": experiment.question,
            "claims": experiment.claims,
            "dataset": experiment.dataset,
            "rule": experiment.rule,
            "arms": experiment.arms,
            "seeds": experiment.seeds,
            "verdict": decision.verdict,
            "effects": decision.effects,
            "summary": summarise(runs),
            "runs": runs,
            "details": details,
            "versions": versions,
            "seconds": sum(run["seconds"] for run in runs),
        }
    )
    stamp([experiment.module])
    return results.load(experiment.name)


def _comes_out(experiment: Experiment) -> Record | None:
    """Return the record if its raw numbers, and all that are wanted, are those of this code."""
    try:
        old = results.load(experiment.name)
    except ResultsError:
        return None
    wanted = list(experiment.arms), list(experiment.seeds)
    return old if stamped(experiment) and (old["arms"], old["seeds"]) == wanted else None


def _strays(known: set[str]) -> list[str]:
    return [name for name in results.names() if name not in known]
