"""What a handful of seeds can tell: 95 % intervals, and the two words that rest on them.

Plain percentile intervals of five values are far too narrow: on simulated data without any effect
they exclude zero in 16 % of cases. The symmetric studentised bootstrap used here stays below 5 %
(Hall 1988, "On symmetric bootstrap confidence intervals", JRSS B 50); the tests hold it to that.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

RESAMPLES = 10_000
# Of five values many resamples are nearly equal, and their tiny spread would stretch the interval
# for nothing. At this share of the sample's own spread false alarms stay below 5 %: with five
# seeds 4.5 % at worst, and 58 % of effects of 1.5 standard deviations are found (0.1: 41 %).
LEAST_SPREAD = 0.4
Effect = dict[str, Any]  # mean, low, high, and the difference of each seed


def interval(values: npt.ArrayLike) -> tuple[Any, Any, Any]:
    """Return mean, low and high of a 95 % interval for the mean.

    Parameters
    ----------
    values
        Shape (seeds,), or (seeds, points) for one interval per point; at least two seeds.

    Returns
    -------
    Three floats, or three arrays of shape (points,). Equal values give an interval of width 0.
    """
    samples = np.asarray(values, dtype=np.float64)
    if samples.ndim not in (1, 2) or len(samples) < 2:
        raise ValueError(f"values (shape {samples.shape}) must hold at least two seeds")
    count = len(samples)
    alike = (samples == samples[0]).all(axis=0)  # then the mean is that value, to the last digit
    mean = np.where(alike, samples[0], samples.mean(axis=0))
    error = samples.std(axis=0, ddof=1) / np.sqrt(count)
    weights = _resamples(count)
    shifts = weights @ (samples - mean)
    squares = weights @ (samples - mean) ** 2
    spreads = np.sqrt(np.maximum(squares - shifts**2, 0) / (count - 1))
    spreads = np.maximum(spreads, LEAST_SPREAD * error)
    distances = np.divide(np.abs(shifts), spreads, where=spreads > 0, out=0 * shifts)
    reach = np.quantile(distances, 0.95, axis=0, method="higher") * error
    if samples.ndim == 1:
        return float(mean), float(mean - reach), float(mean + reach)
    return mean, mean - reach, mean + reach


@cache
def _resamples(count: int) -> npt.NDArray[np.float64]:
    """Return how much of each resample each seed makes up, (resamples, seeds)."""
    picks = np.random.default_rng(0).integers(count, size=(RESAMPLES, count))
    shares: npt.NDArray[np.float64] = (picks[:, :, None] == np.arange(count)).sum(axis=1) / count
    return shares


def difference(first: npt.ArrayLike, second: npt.ArrayLike) -> Effect:
    """Return the effect `first` − `second`, paired by seed: both (seeds,) in the same order."""
    per_seed = np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64)
    return effect(per_seed)


def effect(per_seed: npt.ArrayLike) -> Effect:
    """Return the effect that was seen once per seed, with its interval."""
    mean, low, high = interval(per_seed)
    return {"mean": mean, "low": low, "high": high, "per_seed": np.asarray(per_seed).tolist()}


def exact(value: float) -> Effect:
    """Return a number that was counted, not sampled, as an effect: its interval has no width."""
    return {"mean": value, "low": value, "high": value, "per_seed": [value]}


def better(effect: Mapping[str, Any]) -> bool:
    """Say whether the whole interval lies above 0."""
    return bool(effect["low"] > 0)


def worse(effect: Mapping[str, Any]) -> bool:
    """Say whether the whole interval lies below 0."""
    return bool(effect["high"] < 0)


def same(effect: Mapping[str, Any], margin: float) -> bool:
    """Say whether the whole interval lies inside ± `margin`."""
    return bool(-margin < effect["low"] and effect["high"] < margin)
