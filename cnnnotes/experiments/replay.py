"""Whether a record is current: whether running a part of it again gives its numbers.

Of each record the cheapest run is replayed; where the experiment's own module, or what it takes
from a toolkit beside, has changed, the cheapest of every arm. What came out is remembered in
``docs/results/replayed.json`` with a hash of the code: while that stays the same nothing has to be
replayed for a page to be built.
"""

import hashlib
import json
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cnnnotes.experiments import frozen, metrics, results
from cnnnotes.experiments.arithmetic import in_processes, versions
from cnnnotes.experiments.experiment import Experiment, Runs, every_name, find, keep_all
from cnnnotes.experiments.results import ResultsError, rounded, summarise, write_whole

ARITHMETIC = ("numpy", "blas", "vectors")
Run = dict[str, Any]


def replay(
    names: Sequence[str] = (),
    *,
    jobs: int = 1,
    every_arm: bool = False,
    finished: Callable[[str, int, int], object] = lambda name, done, total: None,
) -> list[str]:
    """Run a part of each record again, remember which came out, and tell which did not.

    Parameters
    ----------
    names
        Which records; all if none is named.
    jobs
        How many processes to use.
    every_arm
        Replay the cheapest run of every arm also where the experiment itself is unchanged.
    finished
        Called with each run as it ends, how many have, and how many there are.

    Returns
    -------
    One line for each record that is not what the present code gives.
    """
    problems: dict[str, str] = {}
    wanted: list[tuple[str, str, int]] = []
    for name in names or every_name():
        if fault := disagreement(name):
            problems[name] = fault
        else:
            wanted += [(name, *pair) for pair in _chosen(find(name), every_arm)]
    replayed: dict[str, list[Run]] = {}
    for done, (name, run) in enumerate(in_processes(_named_run, wanted, jobs), start=1):
        finished(f"{name}, {run['arm']}, seed {run['seed']}", done, len(wanted))
        replayed.setdefault(name, []).append(run)
    for name, runs in replayed.items():
        if fault := difference(find(name), runs):
            problems[name] = f"{name}: {fault}; run: cnnnotes experiments run {name}"
    stamp([name for name in replayed if name not in problems])
    return [problems[name] for name in names or every_name() if name in problems]


def disagreement(name: str) -> str | None:
    """Return how a record contradicts its experiment or its own raw numbers, if it does."""
    experiment = find(name)
    again = f"run: cnnnotes experiments run {name}"
    try:
        record = results.load(experiment.name)
    except ResultsError as error:
        return str(error)
    for run in record["runs"]:
        if found := metrics.fault(experiment.metrics, run["metrics"]):
            return f"{name}: arm {run['arm']}, seed {run['seed']}: {found}; {again}"
    heads = ("question", "claims", "dataset", "rule", "arms", "seeds")
    expected = rounded({head: getattr(experiment, head) for head in heads})
    if all(record[head] == value for head, value in expected.items()):
        decision = experiment.decide(Runs(record["runs"]))
        expected |= rounded({"effects": decision.effects, "verdict": decision.verdict})
        expected |= {"summary": summarise(record["runs"])}
    for field, value in expected.items():
        if where := _where(field, record[field], value, to_a_digit=True):
            return (
                f"{name}: field '{where}' of its record is not what "
                f"the experiment makes of the raw numbers; {again}"
            )
    return None


def difference(experiment: Experiment, replayed: Sequence[Run]) -> str | None:
    """Return in which number replayed runs differ from their record, if in any.

    Under the record's arithmetic every digit counts, of the metrics and the details that the record
    keeps. Elsewhere a number has to lie among the recorded seeds of its arm, or outside by at most
    twice as much as they lie apart: so what does not depend on the seed is still exact.
    """
    record = results.load(experiment.name)
    exact = all(replayed[0]["versions"].get(p) == record["versions"].get(p) for p in ARITHMETIC)
    for run in replayed:
        of_arm = [other["metrics"] for other in record["runs"] if other["arm"] == run["arm"]]
        recorded = of_arm[record["seeds"].index(run["seed"])]
        if not exact:
            stray = next(_strays(run["metrics"], of_arm, "metrics"), None)
        else:
            stray = _where("metrics", run["metrics"], recorded)
        if stray:
            return f"arm {run['arm']}, seed {run['seed']}, gives another number now: {stray}"
    details = {(run["arm"], run["seed"]): run["details"] for run in replayed}
    kept = record["details"]
    if experiment.details is keep_all:
        kept = keep_all({(a, s): kept.get(a, {}).get(str(s), {}) for a, s in details})
    found = rounded(experiment.details(details))
    if exact and (where := _where("details", found, kept)):
        return f"it gives other details now: {where}"
    return None


def stamp(names: Sequence[str]) -> None:
    """Remember that these records came out with the present code."""
    if not names:
        return
    stamps = _stamps()
    for experiment in map(find, names):
        stamps[experiment.name] = {"own": experiment.own_code(), "code": experiment.code()}
    lines = [f" {json.dumps(name)}: {json.dumps(stamps[name])}" for name in sorted(stamps)]
    write_whole(_file(), "{\n" + ",\n".join(lines) + "\n}\n")


def stamped(experiment: Experiment) -> bool:
    """Say whether the record of an experiment was seen to come out with the present code."""
    return bool(_stamps().get(experiment.name, {}).get("code") == experiment.code())


def not_replayed(names: Sequence[str]) -> list[str]:
    """Return the line that tells of records whose code has changed since they last came out."""
    if not names:
        return []
    which = names[0] if len(names) == 1 else f"{len(names)} records ({', '.join(names)})"
    command = " ".join(["cnnnotes experiments replay", *(names if len(names) == 1 else ())])
    rests = "it rests on" if len(names) == 1 else "they rest on"
    return [f"{which}: not replayed since code {rests} has changed; run: {command}"]


def problems_of(names: Sequence[str]) -> list[str]:
    """Return a line for each record that is edited, and one for all not known to come out."""
    faults = {name: frozen.fault(name) or disagreement(name) for name in names}
    waiting = [name for name in names if not faults[name] and not stamped(find(name))]
    return [*(fault for fault in faults.values() if fault), *not_replayed(waiting)]


def outdated() -> list[str]:
    """Return what `problems_of` says of the records here.

    Quick where nothing has changed since it was last asked: then only files are compared.
    """
    memory = results.folder().parents[1] / ".cache" / "experiments" / "current"
    seen = _digest()
    if memory.is_file() and memory.read_text() == seen:
        return []
    problems = problems_of(results.names())
    if not problems:
        memory.parent.mkdir(parents=True, exist_ok=True)
        write_whole(memory, seen)
    return problems


def run_one(
    name: str, arm: str, seed: int, report: Callable[[int, int], None] = lambda done, total: None
) -> Run:
    """Carry out one run in this process, on one thread, and return what a record keeps of it."""
    from threadpoolctl import threadpool_limits

    experiment = find(name)
    threadpool_limits(1)  # for good: the order of sums, so their last bit, depends on it
    start = time.process_time()
    outcome = experiment.run_arm(arm, seed, report)
    seconds = time.process_time() - start
    if found := metrics.fault(experiment.metrics, outcome.metrics):
        raise ResultsError(f"{name}: arm {arm}, seed {seed}: {found}")
    parts = {"metrics": outcome.metrics, "seconds": seconds, "details": outcome.details}
    whole: Run = rounded({"arm": arm, "seed": seed, **parts})
    return whole | {"versions": versions()}


def _named_run(name: str, arm: str, seed: int) -> tuple[str, Run]:
    return name, run_one(name, arm, seed)


def _chosen(experiment: Experiment, every_arm: bool) -> list[tuple[str, int]]:
    """Return which runs to replay: the quickest, of those with details if any has."""
    record = results.load(experiment.name)
    if experiment.details is not keep_all:  # it gathers what the first seed of each arm gave
        return [(arm, record["seeds"][0]) for arm in record["arms"]]
    runs = sorted(record["runs"], key=lambda run: run["seconds"])
    runs.sort(key=lambda run: str(run["seed"]) not in record["details"].get(run["arm"], {}))
    firsts = {run["arm"]: (run["arm"], run["seed"]) for run in reversed(runs)}
    unchanged = _stamps().get(experiment.name, {}).get("own") == experiment.own_code()
    quickest = runs[0]["arm"], runs[0]["seed"]
    return [quickest] if unchanged and not every_arm else list(firsts.values())


def _strays(found: Any, seeds: Sequence[Any], where: str) -> Iterator[str]:
    """Name the numbers outside the seeds' range by more than twice its width."""
    if isinstance(found, Mapping) and all(isinstance(of_seed, Mapping) for of_seed in seeds):
        for key in {key: None for each in (found, *seeds) for key in each}:
            of_seeds = [of_seed.get(key) for of_seed in seeds]
            yield from _strays(found.get(key), of_seeds, f"{where}.{key}")
    elif isinstance(found, list) and {len(of_seed) for of_seed in seeds} == {len(found)}:
        for index, entry in enumerate(found):
            yield from _strays(entry, [of_seed[index] for of_seed in seeds], f"{where}.{index}")
    elif isinstance(found, int | float) and None not in seeds:
        slack = 2 * (max(seeds) - min(seeds)) + 1e-6  # less than that is rounding
        if not min(seeds) - slack <= found <= max(seeds) + slack:
            yield where
    elif found not in seeds and not isinstance(found, list):  # of lists lengths may depend on luck
        yield where


def _where(field: str, found: Any, expected: Any, to_a_digit: bool = False) -> str | None:
    """Name the innermost entry in which two values differ, if in any.

    `to_a_digit` forgives one unit in the last digit that a record keeps: where what is cut off is
    near a half, kernels round it to either side.
    """
    if isinstance(found, Mapping) and isinstance(expected, Mapping):
        for key in [*expected, *found]:
            if where := _where(f"{field}.{key}", found.get(key), expected.get(key), to_a_digit):
                return where
        return None
    if isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        differ = (_where(field, *pair, to_a_digit) for pair in zip(found, expected, strict=True))
        return next(filter(None, differ), None)
    same = found == expected
    if to_a_digit and not same and isinstance(found, float) and isinstance(expected, float):
        leading = math.floor(math.log10(max(abs(found), abs(expected))))
        same = abs(found - expected) < 1.5 * 10.0 ** (leading + 1 - results.DIGITS)
    return None if same else field


def _file() -> Path:
    return results.folder() / f"{results.REPLAYED}.json"


def _stamps() -> dict[str, dict[str, str]]:
    try:
        found: dict[str, dict[str, str]] = json.loads(_file().read_bytes())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ResultsError(
            f"docs/results/{_file().name}: is not whole JSON ({error}); "
            "delete it and run: cnnnotes experiments replay"
        ) from None
    return found


def _digest() -> str:
    """Return a hash of all that `outdated` may depend on: the package's source, and the results."""
    files = [*Path(__file__).parents[1].rglob("*.py"), *results.folder().glob("*.json")]
    parts = (part for file in sorted(files) for part in (bytes(file), file.read_bytes()))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()
