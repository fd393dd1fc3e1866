"""What filters tell of the classes: answers, detectors, and over how many they are spread."""

import numpy as np

from cnnnotes import checks
from cnnnotes.checks import Array


def class_responses(maps: Array, labels: Array) -> Array:
    """Return how strongly each filter answers each class, (C, classes): the mean over its maps.

    `maps` is (N, C, H, W) and `labels` (N,), whole numbers from 0; each class must occur.
    """
    checks.floats("maps", maps, "N C H W")
    answers = maps.mean(axis=(2, 3))
    responses: Array = np.stack([answers[labels == c].mean(axis=0) for c in _classes(maps, labels)])
    return responses.T


def class_separation(maps: Array, labels: Array) -> Array:
    """Return how well each filter alone tells each class from all others, (C, classes).

    An image's value is the filter's strongest answer anywhere on it. The number is the chance that
    an image of the class has a higher value than one of another class (the area under the ROC
    curve): 0.5 tells nothing, 1 is a detector of the class. Arguments as for `class_responses`.
    """
    checks.floats("maps", maps, "N C H W")
    strongest = maps.max(axis=(2, 3))
    order = np.sort(strongest, axis=0)
    ranks = np.empty(strongest.shape)  # from 1, equal values share the mean of theirs
    for number, values in enumerate(strongest.T):
        low, high = (np.searchsorted(order[:, number], values, side) for side in ("left", "right"))
        ranks[:, number] = (low + high + 1) / 2
    columns = []
    for label in _classes(maps, labels):
        members = labels == label
        count = int(members.sum())
        above = ranks[members].sum(axis=0) - count * (count + 1) / 2
        columns.append(above / (count * (len(labels) - count)))
    return np.stack(columns, axis=1)


def effective_number(amounts: Array) -> Array:
    """Return over how many entries amounts are spread, along the last axis: exp(entropy).

    Equal amounts in k entries give k. Amounts must not be negative; all zero gives 0.

    Source: Hill 1973, "Diversity and evenness: a unifying notation and its consequences".
    """
    amounts = np.asarray(amounts, dtype=np.float64)
    if (amounts < 0).any():
        raise ValueError(f"amounts (least: {amounts.min():g}) must not be negative; clip them at 0")
    total = amounts.sum(axis=-1, keepdims=True)
    shares = np.divide(amounts, total, out=np.zeros(amounts.shape), where=total > 0)
    logs = np.log(shares, out=np.zeros(shares.shape), where=shares > 0)
    number: Array = np.where(total[..., 0] > 0, np.exp(-(shares * logs).sum(axis=-1)), 0.0)
    return number


def _classes(maps: Array, labels: Array) -> range:
    if np.shape(labels) != (len(maps),):
        raise ValueError(
            f"labels (shape {np.shape(labels)}) must have one class an image, ({len(maps)},)"
        )
    classes = range(int(labels.max()) + 1)
    missing = sorted(set(classes) - set(labels.tolist()))
    if missing:
        raise ValueError(f"labels must have images of every class; there is none of {missing[0]}")
    return classes
