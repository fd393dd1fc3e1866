"""What a number of an experiment is: what it is called, in which unit, and within which bounds."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Metric:
    """A measured number, or curve or table of such numbers, as a reader is told it."""

    label: str
    unit: str = ""
    low: float = -math.inf
    high: float = math.inf
    whole: bool = False
    chosen: bool = False

    def fault(self, value: Any) -> str | None:
        """Return what is wrong with a measured value, if anything is."""
        for number in _numbers(value):
            if self.whole and not float(number).is_integer():
                return f"{number!r}, must be a whole number"
            if not self.low <= number <= self.high:
                return f"{number!r}, must be between {self.low:g} and {self.high:g}"
        return None

    def shown(self, value: float) -> str:
        """Return a value as it is printed: a share in per cent, a count in full."""
        if self.unit == "%":
            return f"{value:.1%}"
        if self.whole and float(value).is_integer():
            return f"{value:,.0f}"
        return f"{value:{',.0f' if abs(value) >= 1000 else '.3g'}}".replace("-", "−")

    def called(self, label: str) -> "Metric":
        """Return the same metric under another name."""
        return Metric(label, self.unit, self.low, self.high, self.whole, self.chosen)

    @property
    def heading(self) -> str:
        """Return the label for a column, with a unit that its numbers don't carry."""
        return f"{self.label} ({self.unit})" if self.unit not in ("", "%") else self.label


class Share(Metric):
    """From 0 to 1, told in per cent."""

    def __init__(self, label: str) -> None:
        super().__init__(label, "%", 0, 1)


class Count(Metric):
    """Counted: whole, exact, never below 0."""

    def __init__(self, label: str) -> None:
        super().__init__(label, low=0, whole=True)


class Choice(Metric):
    """A setting that each run chose for itself, from 0: without a mean, so all are listed."""

    def __init__(self, label: str) -> None:
        super().__init__(label, low=0, chosen=True)


class Measure(Metric):
    """Anything else; below 0 only if `low` says so."""

    def __init__(self, label: str, unit: str = "", low: float = 0, high: float = math.inf) -> None:
        super().__init__(label, unit, low, high)


_USUAL = {
    "test_accuracy": Share("held-out accuracy"),
    "train_accuracy": Share("training accuracy"),
    "learning_rate": Choice("learning rate"),
    "parameters": Count("parameters"),
    "macs": Count("multiply-accumulates"),
}


def usual(*names: str) -> dict[str, Metric]:
    """Return those that most experiments measure, by name."""
    return {name: _USUAL[name] for name in names}


def fault(metrics: Mapping[str, Metric], measured: Mapping[str, Any]) -> str | None:
    """Return which of the measured values is not what the experiment states, if any is not."""
    for name, value in measured.items():
        if name not in metrics:
            return f"metric {name} is not among the experiment's METRICS"
        if found := metrics[name].fault(value):
            return f"metric {name} has {found}"
    return None


def _numbers(value: Any) -> Iterator[Any]:
    if isinstance(value, Sequence | np.ndarray):
        for part in value:
            yield from _numbers(part)
    else:
        yield value
