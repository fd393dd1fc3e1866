"""Recorded results: the only door between what was measured and what a page says.

A record is one JSON file in ``docs/results``. It is written whole or not at all, and read only
if it is whole: an edit by hand, a missing field or a cut-off file is an error that names the field.
"""

import copy
import difflib
import hashlib
import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from cnnnotes.experiments.intervals import interval

SCHEMA = 2
DIGITS = 6  # what is kept of a number that is not whole
VERDICTS = ("supported", "partly", "refuted", "not supported", "shown exactly")
FIELDS: dict[str, type] = {
    "schema": int,
    "name": str,
    "question": str,
    "claims": list,
    "dataset": str,
    "rule": str,
    "arms": list,
    "seeds": list,
    "verdict": str,
    "effects": dict,
    "summary": dict,
    "runs": list,
    "details": dict,
    "versions": dict,
    "seconds": float,
    "checksums": dict,
}
RUN_FIELDS: dict[str, type] = {"arm": str, "seed": int, "metrics": dict, "seconds": float}
BENCHMARK = "bench"  # lies beside the records, but is of this machine, and decides nothing
FROZEN = "frozen"  # lies there too: the rules, as they were before the runs
REPLAYED = "replayed"  # lies there too: with which code each record was last seen to come out

Record = dict[str, Any]
_readers: list[set[str]] = []


class ResultsError(ValueError):
    """A results file is missing, damaged or edited; the message names the file and the field."""


class UnknownNumber(LookupError):
    """No recorded value has this name; the message gives the nearest that exists."""


def folder() -> Path:
    """Return ``docs/results`` of the repository around the current directory."""
    here = Path.cwd()
    for parent in (here, *here.parents, *Path(__file__).parents):
        if (parent / "docs" / "results").is_dir():
            return parent / "docs" / "results"
    raise ResultsError(f"no folder docs/results in {here} or above it; run inside the repository")


def names() -> list[str]:
    """Return the names of all records, sorted."""
    return sorted({file.stem for file in folder().glob("*.json")} - {BENCHMARK, FROZEN, REPLAYED})


def path(name: str) -> Path:
    """Return the file of the record `name`, whether or not it exists."""
    return folder() / f"{name}.json"


def load(name: str) -> Record:
    """Return the record `name`, a copy that is yours to change.

    Raises
    ------
    ResultsError
        If the file is missing or cut off, breaks the schema, or was changed since it was saved.
    """
    return copy.deepcopy(_load(name))


def benchmark() -> Record:
    """Return what the benchmark measured last, on its author's machine."""
    for seen in _readers:
        seen.add(BENCHMARK)
    try:
        found: Record = json.loads(path(BENCHMARK).read_bytes())
    except (OSError, ValueError) as error:
        raise ResultsError(
            f"{_short(path(BENCHMARK))}: {error}; run: python -m cnnnotes.bench --record"
        ) from None
    return found


def lookup(dotted: str) -> Any:
    """Return one recorded value, such as ``"minimal_pipeline.summary.cnn.test_accuracy.mean"``.

    Steps into a list are written as numbers: ``"permuted_pixels.seeds.0"``.

    Raises
    ------
    UnknownNumber
        If nothing has that name.
    ResultsError
        As `load` does.
    """
    name, *steps = dotted.split(".")
    if name not in names():
        raise _unknown(dotted, "", name, names())
    value: Any = _load(name)
    passed = name
    for step in steps:
        if isinstance(value, Mapping):
            known = {str(key): entry for key, entry in value.items()}
        elif isinstance(value, list):
            known = {str(index): entry for index, entry in enumerate(value)}
        else:
            raise UnknownNumber(f"{dotted}: {passed} is the value {value!r} and has no parts")
        if step not in known:
            raise _unknown(dotted, passed, step, list(known))
        value, passed = known[step], f"{passed}.{step}"
    return copy.deepcopy(value)


@contextmanager
def reading() -> Iterator[set[str]]:
    """Collect the names of all records that are read inside the ``with`` block."""
    seen: set[str] = set()
    _readers.append(seen)
    try:
        yield seen
    finally:
        _readers[:] = [other for other in _readers if other is not seen]


def save(record: Mapping[str, Any]) -> Path:
    """Write a record to its file, whole or not at all, and return the file.

    Numbers that are not whole are rounded to six digits, and each field gets a checksum.
    Raises `ResultsError` if a field is missing, of the wrong type or not finite.
    """
    file = path(record["name"])
    full: Record = {"schema": SCHEMA, **record}
    whole = rounded({field: full[field] for field in FIELDS if field in full})
    whole["checksums"] = _checksums(whole)
    _check(whole, file)
    write_whole(file, _pretty(whole) + "\n")
    return file


def write_whole(file: Path, text: str) -> None:
    """Write beside, then rename: whoever reads finds the old file or the new, never half of one."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(file)


def rounded(value: Any) -> Any:
    """Return nested mappings, sequences and arrays as plain JSON; whole numbers, or six digits."""
    if isinstance(value, Mapping):
        return {str(key): rounded(entry) for key, entry in value.items()}
    if isinstance(value, np.ndarray):
        return rounded(value.tolist())
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence | range):
        return [rounded(entry) for entry in value]
    if isinstance(value, np.generic):
        value = value.item()
    if not isinstance(value, float) or value.is_integer():  # a count stays exact, however large
        return value
    return float(f"{value:.{DIGITS}g}")


def summarise(runs: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return {arm: {metric: {mean, low, high}}} for metrics that are a number in every seed.

    A list metric is summarised point by point where the lists are of one length; tables are not.
    """
    by_arm: dict[str, dict[str, list[Any]]] = {}
    for run in runs:
        for metric, value in run["metrics"].items():
            by_arm.setdefault(run["arm"], {}).setdefault(metric, []).append(value)
    summary: dict[str, dict[str, Any]] = {}
    for arm, metrics in by_arm.items():
        summary[arm] = {}
        for metric, values in metrics.items():
            lengths = {len(value) if isinstance(value, list) else None for value in values}
            if len(values) < 2 or len(lengths) > 1 or lengths == {0} or np.ndim(values) > 2:
                continue
            mean, low, high = interval(values)
            summary[arm][metric] = rounded({"mean": mean, "low": low, "high": high})
    return summary


def _load(name: str) -> Record:
    for seen in _readers:
        seen.add(name)
    file = path(name)
    if not file.is_file():
        raise ResultsError(f"{_short(file)}: no such record; run: cnnnotes experiments run {name}")
    stat = file.stat()
    return _read(file, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=128)
def _read(file: Path, _changed: int, _size: int) -> Record:
    try:
        record = json.loads(file.read_bytes())
    except ValueError as error:
        raise _broken(file, f"is not whole JSON ({error})") from None
    _check(record, file)
    return record


def _check(record: Any, file: Path) -> None:
    _check_types(record, FIELDS, file, "")
    if record["schema"] != SCHEMA:
        raise _broken(file, f"field 'schema' (={record['schema']}) must be {SCHEMA}")
    if record["name"] != file.stem:
        raise _broken(file, f"field 'name' (={record['name']!r}) must be {file.stem!r}")
    if record["verdict"] not in VERDICTS:
        raise _broken(file, f"field 'verdict' (={record['verdict']!r}) must be one of {VERDICTS}")
    for index, run in enumerate(record["runs"]):
        _check_types(run, RUN_FIELDS, file, f"runs[{index}].")
    _check_finite(record, file, "")
    expected = [(arm, seed) for arm in record["arms"] for seed in record["seeds"]]
    found = [(run["arm"], run["seed"]) for run in record["runs"]]
    if found != expected:
        raise _broken(file, "field 'runs' must hold each arm with each seed once, in their order")
    _check_checksums(record, file)


def _check_types(part: Any, fields: Mapping[str, type], file: Path, where: str) -> None:
    if not isinstance(part, dict):
        raise _broken(file, f"field '{where.rstrip('.') or 'record'}' must be an object")
    for field, kind in fields.items():
        if field not in part:
            raise _broken(file, f"field '{where}{field}' is missing")
        accepted = (int, float) if kind is float else kind
        if not isinstance(part[field], accepted) or isinstance(part[field], bool):
            raise _broken(
                file, f"field '{where}{field}' (={part[field]!r:.40}) must be a {kind.__name__}"
            )
    for field in part:
        if field not in fields:
            raise _broken(file, f"field '{where}{field}' is not part of schema {SCHEMA}")


def _check_finite(value: Any, file: Path, where: str) -> None:
    if isinstance(value, dict):
        for key, entry in value.items():
            _check_finite(entry, file, f"{where}.{key}".lstrip("."))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            _check_finite(entry, file, f"{where}[{index}]")
    elif isinstance(value, float) and not math.isfinite(value):
        raise _broken(file, f"field '{where}' (={value}) must be a finite number")


def _check_checksums(record: Record, file: Path) -> None:
    stated, actual = record["checksums"], _checksums(record)
    for field in [*actual, *stated]:
        if actual.get(field) != stated.get(field):
            raise _broken(file, f"field '{field}' was changed after the record was saved")


def _checksums(record: Record) -> dict[str, str]:
    return {
        field: hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:8]
        for field, value in record.items()
        if field != "checksums"
    }


def _pretty(value: Any, indent: str = "") -> str:
    """Return JSON with a line for each entry, but plain lists and short objects on one line."""
    inner = indent + " "
    if isinstance(value, dict) and len(line := json.dumps(value, ensure_ascii=False)) <= 80:
        return line
    if isinstance(value, dict) and value:
        lines = [f"{json.dumps(key)}: {_pretty(entry, inner)}" for key, entry in value.items()]
        return "{\n" + ",\n".join(inner + line for line in lines) + "\n" + indent + "}"
    if isinstance(value, list) and any(isinstance(entry, list | dict) for entry in value):
        return "[\n" + ",\n".join(inner + _pretty(e, inner) for e in value) + "\n" + indent + "]"
    return json.dumps(value, ensure_ascii=False)


def _broken(file: Path, fault: str) -> ResultsError:
    return ResultsError(
        f"{_short(file)}: {fault}; to renew it: cnnnotes experiments run {file.stem}"
    )


def _short(file: Path) -> str:
    return "/".join(file.parts[-3:])


def _unknown(dotted: str, passed: str, step: str, known: list[str]) -> UnknownNumber:
    near = difflib.get_close_matches(step, known, n=1, cutoff=0)
    fix = f"; the nearest is {f'{passed}.{near[0]}'.lstrip('.')!r}" if near else ""
    return UnknownNumber(f"no recorded value is called {dotted!r}{fix}")
