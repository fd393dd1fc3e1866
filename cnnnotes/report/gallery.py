"""Where a network looks: all instruments on the same few images, each beside its control."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cnnnotes.checks import Array
from cnnnotes.inspection import (
    class_activation_map,
    class_curve,
    composition,
    grad_cam,
    input_times_gradient,
    maximise,
    occlusion,
    randomised,
    saliency,
    smooth_grad,
)
from cnnnotes.inspection.units import Composition
from cnnnotes.running import probabilities, run

CLASSES = 4  # that are drawn, each as an input that excites it
LARGE = 64  # pixels; of larger images fewer patches, steps and samples must do
SHIFTS = tuple((0, across) for across in range(-4, 5))
STEPS, FEW_STEPS = 48, 16
SAMPLES, FEW_SAMPLES = 16, 4


@dataclass(frozen=True)
class Look:
    """What one instrument says of the first images, and what it says when nothing was learned.

    `maps` and `anew` are (N, h, w); `alike` is their mean rank correlation, or None if a map is the
    same everywhere.
    """

    name: str
    tells: str
    maps: Array
    anew: Array
    alike: float | None


@dataclass(frozen=True)
class Gallery:
    """All that the page shows of where a network looks.

    Attributes
    ----------
    answers
        The class that the network answers for each image, (N,); all maps are of it.
    exciting
        An input for each of `classes` that excites it, (classes, C, H, W).
    curve
        The probability of each class while the first image moves, (shifts, classes).
    parts
        What each filter of the second convolution adds up, and that layer's name; None if there is
        none without groups.
    """

    answers: Array
    looks: tuple[Look, ...]
    classes: tuple[int, ...]
    exciting: Array
    curve: Array
    parts: tuple[str, Composition] | None


INSTRUMENTS: dict[str, tuple[Callable[[Any, Array, Array], Array], str]] = {
    "Occlusion": (
        lambda model, images, answers: occlusion(model, images, answers, *_patch(images)),
        "Covers a patch at a time: blue where the answer gets less likely. It tells what the "
        "answer can't do without; it can't tell what is there twice.",
    ),
    "Class activation map": (
        class_activation_map,
        "What each place of the last maps adds to the class: exact, because the network averages "
        "them. It can't be finer than those maps.",
    ),
    "Grad-CAM": (
        grad_cam,
        "Where the last maps speak for the class. It tells the region; what speaks against the "
        "class is left out.",
    ),
    "Saliency": (
        saliency,
        "How strongly the score changes with each pixel. It tells what the network is sensitive "
        "to; it can't tell what made the score large.",
    ),
    "SmoothGrad": (
        lambda model, images, answers: smooth_grad(
            model, images, answers, FEW_SAMPLES if _large(images) else SAMPLES
        ),
        "The same over noisy copies: calmer, and no more than sensitivity either.",
    ),
    "Input × gradient": (
        input_times_gradient,
        "What each pixel adds, to first order. On drawings it can't help looking like the drawing, "
        "because blank paper adds nothing: read the control before you trust it.",
    ),
}


def gallery(model: Any, images: Array) -> Gallery | None:
    """Look with every instrument; None if the network does not score classes."""
    with np.errstate(all="ignore"):  # a network that has diverged is a finding, not an error
        found = run(model, images)
    if found.outputs[-1].ndim != 2 or found.outputs[-1].shape[1] < 2:
        return None
    if not np.isfinite(found.outputs[-1]).all():
        return None
    answers = probabilities(model, images).argmax(axis=1)
    *_, (_, anew) = randomised(model)
    looks = []
    for name, (look, tells) in INSTRUMENTS.items():
        with suppress(ValueError):  # a class activation map is not for every network
            maps, control = (look(network, images, answers) for network in (model, anew))
            looks.append(Look(name, tells, maps, control, _alike(maps, control)))
    steps = FEW_STEPS if _large(images) else STEPS
    last = found.trace.rows[-1].name
    classes = tuple(dict.fromkeys(answers.tolist()))[:CLASSES]
    low, high = float(images.min()), float(images.max())
    exciting = [
        maximise(model, images.shape[1:], last, number, steps=steps, low=low, high=high)[0]
        for number in classes
        if high > low
    ]
    return Gallery(
        answers,
        tuple(looks),
        classes,
        np.stack(exciting) if exciting else np.zeros((0, *images.shape[1:]), np.float32),
        class_curve(model, images[0], SHIFTS, fill=low),
        _parts(model, images),
    )


def _parts(model: Any, images: Array) -> tuple[str, Composition] | None:
    weights = run(model, images[:1])
    rows = [
        row.name
        for row, weight in zip(weights.trace.rows, weights.weights, strict=True)
        if weight is not None
    ]
    with suppress(ValueError, IndexError):
        return rows[1], composition(model, rows[1], images)
    return None


def _large(images: Array) -> bool:
    return min(images.shape[2:]) > LARGE


def _patch(images: Array) -> tuple[int, int]:
    """Return side and step of a patch: a hundred and more on small images, some thirty on large."""
    side = max(2, min(images.shape[2:]) // (5 if _large(images) else 7))
    return side, side if _large(images) else max(1, side // 2)


def _alike(first: Array, second: Array) -> float | None:
    found = []
    for one, other in zip(
        first.reshape(len(first), -1), second.reshape(len(second), -1), strict=True
    ):
        ranks = _ranks(one), _ranks(other)
        if np.ptp(ranks[0]) > 0 and np.ptp(ranks[1]) > 0:
            found.append(float(np.corrcoef(*ranks)[0, 1]))
    return float(np.mean(found)) if found else None


def _ranks(values: Array) -> npt.NDArray[np.float64]:
    """Return the rank of each value, equal ones the mean of theirs."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    ranks = np.cumsum(count) - (count - 1) / 2
    return np.asarray(ranks[place], np.float64)
