"""What a filter looks for: edges, blobs, levels, and which orientation."""

from functools import cache
from typing import NamedTuple

import numpy as np

from cnnnotes import checks
from cnnnotes.checks import Array


class Fit(NamedTuple):
    """The best model of each filter: which share of its variance it explains, and the model."""

    score: Array
    model: Array


def gabor_fit(filters: Array) -> Fit:
    """Fit each filter with a Gabor function: a wave under a Gaussian, an edge or bar of any angle.

    A grid of angles, wavelengths, widths and centres is searched; for each, the strength and the
    phase of the wave are fitted exactly. The mean of filter and model is taken off, so a score of 1
    is a perfect edge detector on whatever level, and 0 is no better than a constant.

    Parameters
    ----------
    filters
        (N, H, W), at least 3×3; for a layer of one input channel, `weight.data[:, 0]`.

    Returns
    -------
    score (N,), from 0 to 1, and model (N, H, W). A constant filter scores 0.

    Source: Jones & Palmer 1987, "An evaluation of the two-dimensional Gabor filter model of simple
    receptive fields in cat striate cortex", equation 1.
    """
    return _best_fit(_checked_filters(filters), _gabors(*filters.shape[1:]))


def blob_fit(filters: Array) -> Fit:
    """Fit each filter with a round blob: two Gaussians about one centre, each of any sign.

    That covers bright and dark spots, and a centre with a ring of the other sign. Arguments and
    scores are those of `gabor_fit`.
    """
    return _best_fit(_checked_filters(filters), _blobs(*filters.shape[1:]))


def orientation_tuning(filters: Array, orientations: int = 24) -> Array:
    """Return how strongly each filter answers gratings of every orientation, (N, orientations).

    The answer is the amplitude over all phases, at the spatial frequency that drives the filter
    best. The orientation is that of the waves' direction, from 0 (across) towards 180°.
    Raises `ValueError` if a filter is zero throughout.
    """
    _checked_filters(filters)
    empty = np.flatnonzero(~filters.any(axis=(1, 2)))
    if len(empty):
        raise ValueError(f"filters[{empty[0]}] must not be zero throughout; leave it out")
    rows, columns = centred_grid(*filters.shape[1:])
    angles = np.pi * np.arange(orientations) / orientations
    frequencies = np.linspace(0.05, 0.5, 10)
    along = np.cos(angles)[:, None, None] * columns + np.sin(angles)[:, None, None] * rows
    gratings = np.exp(2j * np.pi * frequencies[:, None, None, None] * along)
    amplitudes = np.abs(np.einsum("nhw,fahw->nfa", filters, gratings))
    best = amplitudes.max(axis=2).argmax(axis=1)
    tuning: Array = amplitudes[np.arange(len(filters)), best]
    return tuning


def orientation_selectivity(filters: Array) -> Array:
    """Return how much each filter prefers one orientation, (N,): 0 not at all, 1 no other.

    It is one minus the circular variance of `orientation_tuning`.

    Source: Ringach, Shapley, Hawken 2002, "Orientation selectivity in macaque V1: diversity and
    laminar dependence", page 5640.
    """
    tuning = orientation_tuning(filters)
    angles = np.pi * np.arange(tuning.shape[1]) / tuning.shape[1]
    selectivity: Array = np.abs(tuning @ np.exp(2j * angles)) / tuning.sum(axis=1)
    return selectivity


def filter_kinds(filters: Array) -> list[str]:
    """Name what each filter looks for: "edge", "blob", "level" or "other".

    A level filter weighs all its pixels alike: its mean holds more than half of its squared
    weights. An edge is explained by a Gabor function to at least half, better than by a blob, and
    has an orientation selectivity of at least 0.25; a plain gradient has about 1/3. A blob is
    explained by round Gaussians to at least half. Of white noise of 7×7 none of this holds.
    """
    edge, blob = gabor_fit(filters).score, blob_fit(filters).score
    energy = np.square(filters).mean(axis=(1, 2))
    kinds = np.select(
        [
            np.square(filters.mean(axis=(1, 2))) > energy / 2,
            (edge >= 0.5) & (edge > blob) & (orientation_selectivity(filters) >= 0.25),
            blob >= 0.5,
        ],
        ["level", "edge", "blob"],
        "other",
    )
    return [str(kind) for kind in kinds]


def _checked_filters(filters: Array) -> Array:
    checks.floats("filters", filters, "N H W")
    if min(filters.shape[1:]) < 3:
        raise ValueError(
            f"filters (shape {filters.shape}) must be at least 3×3; on less, anything fits"
        )
    if not np.isfinite(filters).all():
        raise ValueError("filters must be finite; did the training diverge?")
    return filters


def _best_fit(filters: Array, pairs: Array) -> Fit:
    """Fit with the best of many pairs of patterns, (pairs, 2, H·W), each pair orthonormal."""
    flat = filters.reshape(len(filters), -1).astype(np.float64)
    scores, models = np.zeros(len(flat)), np.zeros(flat.shape)
    for number, varying in enumerate(flat - flat.mean(axis=1, keepdims=True)):
        variance = np.square(varying).sum()
        if variance > 1e-20:
            strengths = pairs @ varying
            best = np.square(strengths).sum(axis=1).argmax()
            models[number] = strengths[best] @ pairs[best]
            scores[number] = np.square(models[number]).sum() / variance
    return Fit(scores, models.reshape(filters.shape))


def centred_grid(height: int, width: int) -> tuple[Array, Array]:
    """Return the row and the column of each pixel, (height, width) both, from the middle."""
    rows, columns = np.mgrid[:height, :width].astype(np.float64)
    return rows - (height - 1) / 2, columns - (width - 1) / 2


def _centres(height: int, width: int) -> tuple[Array, Array]:
    places = np.linspace(-0.25, 0.25, 5)
    down, across = np.meshgrid(places * height, places * width, indexing="ij")
    return down.ravel(), across.ravel()


@cache
def _gabors(height: int, width: int) -> Array:
    """Return waves in two phases under a Gaussian: 12 angles, 9 frequencies, 4 × 2 widths."""
    rows, columns = centred_grid(height, width)
    size = min(height, width)
    frequencies = np.geomspace(0.5 / size, 0.45, 9)
    grid = np.meshgrid(
        np.pi * np.arange(12) / 12,
        frequencies,
        np.geomspace(0.13, 0.6, 4) * size,
        np.array([1.0, 2.0]),
        np.arange(25),
        indexing="ij",
    )
    angle, frequency, across, longer, centre = (axis.ravel()[:, None, None] for axis in grid)
    down, over = (places[centre] for places in _centres(height, width))
    x, y = columns - over, rows - down
    with_wave = np.cos(angle) * x + np.sin(angle) * y
    along_crest = -np.sin(angle) * x + np.cos(angle) * y
    envelope = np.exp(-((with_wave / across) ** 2 + (along_crest / (across * longer)) ** 2) / 2)
    phase = 2 * np.pi * frequency * with_wave
    return _orthonormal(envelope * np.cos(phase), envelope * np.sin(phase))


@cache
def _blobs(height: int, width: int) -> Array:
    """Return pairs of round Gaussians, one twice as wide as the other."""
    rows, columns = centred_grid(height, width)
    widths = np.geomspace(0.08, 0.5, 8) * min(height, width)
    width_of, centre = (axis.ravel() for axis in np.meshgrid(widths, np.arange(25)))
    down, over = (places[centre][:, None, None] for places in _centres(height, width))
    distance = (rows - down) ** 2 + (columns - over) ** 2
    narrow = width_of[:, None, None]
    return _orthonormal(
        np.exp(-distance / (2 * narrow**2)), np.exp(-distance / (2 * (2 * narrow) ** 2))
    )


def _orthonormal(first: Array, second: Array) -> Array:
    """Return pairs of patterns without mean, orthogonal and of length one: (pairs, 2, H·W)."""
    pairs = np.stack([first, second], axis=1).reshape(len(first), 2, -1)
    pairs -= pairs.mean(axis=2, keepdims=True)
    pairs[:, 0] /= np.maximum(np.linalg.norm(pairs[:, 0], axis=1, keepdims=True), 1e-12)
    overlap = (pairs[:, 0] * pairs[:, 1]).sum(axis=1, keepdims=True)
    pairs[:, 1] -= overlap * pairs[:, 0]
    length = np.linalg.norm(pairs[:, 1], axis=1, keepdims=True)
    pairs[:, 1] *= (length > 1e-6) / np.maximum(length, 1e-12)
    return pairs
