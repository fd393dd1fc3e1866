"""What every experiment is made of: a head that states it, and two functions that carry it out.

An experiment is a module that reads from top to bottom like a page::

    QUESTION = "Does it matter where a pixel stands?"
    CLAIMS = ("C1",)
    DATASET = "digits"
    ARMS = ("cnn", "mlp")
    NAMES = {"cnn": "CNN", "mlp": "MLP"}  # what a reader calls each, in the order of the figures
    METRICS = {"test_accuracy": Share("held-out accuracy")}  # with unit and range
    SEEDS = range(5)
    RULE = "Supported if …"  # written before the first run
    DECIDING = ("cnn_over_*",)  # which effects the rule reads; the others are reported beside it

    def run_arm(arm, seed, report): ...  # returns an Outcome
    def decide(runs): ...  # the rule as code, returns a Decision

A module may also define ``details(by_run)``, to gather what figures need from the runs' details;
without it they are recorded as {arm: {seed: details}}.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from cnnnotes.experiments.closure import code_hash
from cnnnotes.experiments.intervals import Effect, difference
from cnnnotes.experiments.ledger import claims_by_experiment
from cnnnotes.experiments.metrics import Metric

Report = Callable[[int, int], None]  # told (epochs done, epochs in all) now and then
Details = dict[tuple[str, int], dict[str, Any]]


@dataclass(frozen=True)
class Outcome:
    """What one arm gives with one seed: numbers to compare, and details for figures."""

    metrics: Mapping[str, Any]
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """What the rule makes of all runs: effects with their intervals, and a verdict."""

    effects: Mapping[str, Effect]
    verdict: str


@dataclass(frozen=True)
class Runs:
    """The raw numbers of all arms and seeds, as a rule reads them."""

    runs: Sequence[Mapping[str, Any]]

    def of(self, arm: str, metric: str) -> npt.NDArray[np.float64]:
        """Return a metric of an arm, one value a seed, (seeds,) or (seeds, points)."""
        values = [run["metrics"][metric] for run in self.runs if run["arm"] == arm]
        if not values:
            raise ValueError(f"arm (={arm!r}) must be one of the arms that were run")
        return np.array(values, dtype=np.float64)

    def difference(self, first: str, second: str, metric: str) -> Effect:
        """Return the effect `first` − `second` in a metric, paired by seed."""
        return difference(self.of(first, metric), self.of(second, metric))


def keep_all(by_run: Details) -> dict[str, Any]:
    """Return the runs' details as {arm: {seed: details}}, leaving out those without any."""
    kept: dict[str, Any] = {}
    for (arm, seed), details in by_run.items():
        if details:
            kept.setdefault(arm, {})[str(seed)] = details
    return kept


@dataclass(frozen=True)
class Experiment:
    """An experiment's head and functions, read from its module by `find`."""

    name: str
    module: str
    question: str
    claims: tuple[str, ...]
    dataset: str
    arms: tuple[str, ...]
    names: Mapping[str, str]
    metrics: Mapping[str, Metric]
    seeds: tuple[int, ...]
    rule: str
    deciding: tuple[str, ...]
    run_arm: Callable[[str, int, Report], Outcome]
    decide: Callable[[Runs], Decision]
    details: Callable[[Details], dict[str, Any]]

    def decides(self, effect: str) -> bool:
        """Say whether the rule reads an effect."""
        return any(fnmatchcase(effect, pattern) for pattern in self.deciding)

    def called(self, code: str) -> str:
        """Return what a reader calls an arm, or an effect such as ``"cnn_over_mlp_at_500"``."""

        def named(part: str) -> str:
            arms = [arm for arm in self.names if f"{part}_".startswith(f"{arm}_")]
            arm = max(arms, key=len, default="")
            return self.names.get(arm, "") + part.removeprefix(arm).replace("_", " ")

        return " over ".join(map(named, code.split("_over_")))

    def code(self) -> str:
        """Return the hash of all code that the raw numbers rest on.

        Wording and decision rule are not in it: they are held against the record without training.
        """
        return code_hash(*self._targets())

    def own_code(self) -> str:
        """Return the hash of that part of the code which is in its own module or a toolkit beside.

        Such code may be one arm's alone; what lies below has tests of its own.
        """
        return code_hash(*self._targets(), within=f"{self.module.rpartition('.')[0]}.")

    def _targets(self) -> list[str]:
        own = [self.run_arm] if self.details is keep_all else [self.run_arm, self.details]
        return [f"{self.module}.{function.__name__}" for function in own]


def find(name: str) -> Experiment:
    """Return the experiment `name`, a module of `cnnnotes.experiments` or a dotted name.

    Raises `ValueError` if there is none, or if its head lacks something.
    """
    module_name = name if "." in name else f"cnnnotes.experiments.{name}"
    if "." not in name and name not in every_name():
        raise ValueError(f"name (={name!r}) must be one of {', '.join(every_name())}")
    module = import_module(module_name)
    return Experiment(
        name=module_name.rpartition(".")[2],
        module=module_name,
        question=_stated(module, "QUESTION"),
        claims=tuple(_stated(module, "CLAIMS")),
        dataset=_stated(module, "DATASET"),
        arms=tuple(_stated(module, "ARMS")),
        names=_stated(module, "NAMES"),
        metrics=_stated(module, "METRICS"),
        seeds=tuple(_stated(module, "SEEDS")),
        rule=" ".join(_stated(module, "RULE").split()),
        deciding=tuple(_stated(module, "DECIDING")),
        run_arm=_stated(module, "run_arm"),
        decide=_stated(module, "decide"),
        details=getattr(module, "details", keep_all),
    )


def every_name() -> list[str]:
    """Return the names of all experiments: the modules here that ask a question."""
    return list(claims_by_experiment())


def _stated(module: ModuleType, name: str) -> Any:
    if not hasattr(module, name):
        raise ValueError(f"the experiment {module.__name__} must state {name}")
    return getattr(module, name)
