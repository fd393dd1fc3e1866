"""Instruments: what each layer of a network makes of images, and what a unit really sees."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import cache
from importlib import import_module
from math import floor
from typing import Any, NamedTuple

import numpy as np

from cnnnotes import checks
from cnnnotes.checks import Array
from cnnnotes.conv import conv2d
from cnnnotes.layers import MaxPool2d, Sequential
from cnnnotes.shapes.tracing import Row

# Luo et al. count a pixel if its gradient is more than 1 − 95.45 % of the centre's.
ERF_THRESHOLD = 0.0455


def feature_maps(model: Any, images: Array) -> dict[str, Array]:
    """Return the output of every layer for the same images, by the layer's number.

    Parameters
    ----------
    model
        Layers one after another; its mode (train or eval) is left as it is. Or a PyTorch module:
        it runs in eval mode, and its mode is put back.
    images
        (N, C, H, W).

    Returns
    -------
    {"0": output of the first layer, …} in order; of a module, by the names that `trace` gives.
    Raises `TypeError` if `model` is neither a `Sequential` nor a module.
    """
    if hasattr(model, "register_forward_hook"):
        # By name, so that experiments with our layers do not rest on the code for modules.
        maps: dict[str, Array] = import_module("cnnnotes.report.networks").maps(model, images)
        return maps
    if not isinstance(model, Sequential):
        raise TypeError(
            f"model (={type(model).__name__}) must be a Sequential, or a PyTorch module"
        )
    maps, output = {}, images
    for number, layer in model.children().items():
        output = layer.forward(output)
        maps[number] = output
    return maps


def effective_receptive_field(
    model: Any, images: Array, unit: tuple[int, int] | None = None, *, seed: int = 0
) -> Array:
    """Return how strongly each pixel acts on one unit of the model's last map: (H, W).

    The value of a pixel is the root mean square, over images and channels, of the gradient of the
    unit's channels in a random mix by that pixel. For an inner layer pass `model[:number]`.

    Parameters
    ----------
    model
        A network or layer of ours, or a PyTorch module. Ends in maps, (N, C', H', W').
    images
        (N, C, H, W).
    unit
        (row, column) of the unit; the middle one where None.
    seed
        Fixes the mix of channels, another one for each image.

    Raises
    ------
    ValueError
        If the model does not end in maps, or the unit lies outside them.

    Source: Luo, Li, Urtasun, Zemel 2016, "Understanding the effective receptive field in deep
    convolutional neural networks", section 3.
    """
    checks.floats("images", images, "N C H W")
    if hasattr(model, "register_forward_hook"):
        model = import_module("cnnnotes.report.networks").Differentiable(model)
    output = model.forward(images)
    if output.ndim != 4:
        raise ValueError(
            f"model must end in maps (N, C, H, W), not in shape {output.shape}; "
            "pass the layers before flattening, such as model[:4]"
        )
    row, column = unit or (output.shape[2] // 2, output.shape[3] // 2)
    if not (0 <= row < output.shape[2] and 0 <= column < output.shape[3]):
        raise ValueError(f"unit (={unit}) must lie inside {output.shape[2]} × {output.shape[3]}")
    signal = np.zeros_like(output)
    signal[:, :, row, column] = np.random.default_rng(seed).normal(size=output.shape[:2])
    gradient = model.backward(signal, needs_input_grad=True)
    assert gradient is not None
    strength: Array = np.sqrt(np.square(gradient).mean(axis=(0, 1)))
    return strength


def effective_size(field: Array) -> float:
    """Return the side in pixels of the square as large as the part of a field that matters.

    A pixel matters if its value is above 4.55 % of the largest, as in Luo et al. 2016, section 3.
    `field` is (H, W), from `effective_receptive_field`. Raises `ValueError` if it is zero
    throughout: then the unit sees nothing.
    """
    checks.floats("field", field, "H W")
    if not field.max() > 0:
        raise ValueError(
            "field must have a value above zero; the unit's gradient is zero throughout"
        )
    return float(np.sqrt((field > ERF_THRESHOLD * field.max()).sum()))


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
    rows, columns = _centred_grid(*filters.shape[1:])
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


def dead_filters(maps: Array) -> Array:
    """Return which filters never answer, (C,): their maps are zero on every image.

    `maps` is (N, C, H, W), after the ReLU. A filter may be blank on a few images and alive on
    others, so show many: see `blank_maps`. On the training images no gradient reaches a dead one.
    """
    dead: Array = np.all(blank_maps(maps), axis=0)
    return dead


def blank_maps(maps: Array) -> Array:
    """Return on which image which filter does not answer anywhere, (N, C).

    `maps` is (N, C, H, W), after the ReLU: what is not above zero is no answer.
    """
    checks.floats("maps", maps, "N C H W")
    checks.not_empty("maps", maps)
    blank: Array = maps.max(axis=(2, 3)) <= 0
    return blank


def duplicate_filters(maps: Array, above: float = 0.95) -> list[tuple[int, int]]:
    """Return pairs of filters whose maps are alike: correlated over all images and places.

    `maps` is (N, C, H, W); pairs are (lower, higher) number. Maps that are constant, dead ones
    among them, are like no other. Raises `ValueError` if `above` is not between 0 and 1.
    """
    checks.floats("maps", maps, "N C H W")
    if not 0 < above < 1:
        raise ValueError(f"above (={above}) must be a correlation between 0 and 1, such as 0.95")
    correlations = _correlations(maps, maps)
    pairs = np.argwhere(np.triu(correlations > above, k=1))
    return [(int(first), int(second)) for first, second in pairs]


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


@contextmanager
def ablated(layer: Any, number: int) -> Iterator[None]:
    """Silence one filter of a convolution inside the block: its weights and its bias are zero.

    After a ReLU its map is then blank. `layer` is a `Conv2d` of ours or of PyTorch. Raises
    `ValueError` if there is no such filter.
    """
    if not 0 <= number < layer.out_channels:
        raise ValueError(f"number (={number}) must be from 0 to {layer.out_channels - 1}")
    parameters = [layer.weight] if layer.bias is None else [layer.weight, layer.bias]
    kept = [deepcopy(parameter.data[number]) for parameter in parameters]
    for parameter in parameters:
        parameter.data[number] = 0
    try:
        yield
    finally:
        for parameter, values in zip(parameters, kept, strict=True):
            parameter.data[number] = values


def simple_readings(images: Array) -> Array:
    """Return what simple detectors make of images, (N, 144, H, W), all at least zero.

    Gabor functions in 8 orientations, 4 wavelengths (4 to 16 pixels) and 4 phases; spots of 4
    sizes, bright and dark; brightness and darkness in 4 sizes of window.

    `images` is (N, 1, H, W). They are what `readability` holds feature maps against.
    """
    checks.floats("images", images, "N C H W")
    if images.shape[1] != 1:
        raise ValueError(f"images (shape {images.shape}) must be grey, with one channel")
    rows, columns = _centred_grid(17, 17)
    filters = []
    for wavelength in (4, 6, 10, 16):
        bell = np.exp(-(rows**2 + columns**2) / (2 * (0.35 * wavelength) ** 2))
        wide = np.exp(-(rows**2 + columns**2) / (2 * (0.6 * wavelength) ** 2))
        for angle in np.pi * np.arange(8) / 8:
            phase = 2 * np.pi / wavelength * (np.cos(angle) * columns + np.sin(angle) * rows)
            even = bell * np.cos(phase)
            filters += [even - bell * even.sum() / bell.sum(), bell * np.sin(phase)]
        filters += [bell / bell.sum() - wide / wide.sum(), bell / bell.sum()]
    weight = np.stack(filters)[:, None].astype(images.dtype)
    answers = conv2d(images, weight, padding=8)
    return np.concatenate([np.maximum(answers, 0), np.maximum(-answers, 0)], axis=1)


def readability(maps: Array, readings: Array) -> Array:
    """Return how well one simple reading of the images predicts each map, (C,): r², best of all.

    1 means that the map shows just what that detector shows; 0, that none is like it. Constant
    maps, dead ones among them, give NaN: there is nothing to read.

    Parameters
    ----------
    maps
        (N, C, H, W).
    readings
        (N, R, H', W') of the same images, from `simple_readings`. If they are k times as large
        as the maps, they are max-pooled by k, as the maps were.
    """
    checks.floats("maps", maps, "N C H W")
    factor = readings.shape[2] // maps.shape[2]
    if factor > 1:
        readings = MaxPool2d(factor).forward(readings)
    if readings.shape[0] != maps.shape[0] or readings.shape[2:] != maps.shape[2:]:
        raise ValueError(
            f"readings (shape {readings.shape}) must be of the maps' images and places, "
            f"(N, R, H, W) as in {maps.shape}"
        )
    correlations = _correlations(maps, readings)
    best: Array = np.square(correlations).max(axis=1)
    best[maps.std(axis=(0, 2, 3)) == 0] = np.nan
    return best


class Patches(NamedTuple):
    """What drives each filter most: (C, count, …), strongest first.

    `pixels` are the patches (C, count, channels, h, w), NaN where a window reaches over the border;
    `answers` how strongly the filter answers; `images` which image each is from, and `units`
    (row, column) the unit of the map.
    """

    pixels: Array
    answers: Array
    images: Array
    units: Array


def top_patches(maps: Array, images: Array, row: Row, count: int = 4) -> Patches:
    """Cut out what drives each filter most, as large as one unit sees: its receptive field.

    Each image gives at most one patch to a filter, around its strongest unit.

    Parameters
    ----------
    maps
        (N, C, H', W'), from `feature_maps`; leave out filters that are not of interest.
    images
        (N, channels, H, W), what the maps were made from.
    row
        The layer's row of `cnnnotes.shapes.trace`.
    count
        How many for each filter; fewer if there are fewer images.

    Raises
    ------
    ValueError
        If images and maps are not of one number, or the row's receptive field is not known.

    Source: Zeiler & Fergus 2014, "Visualizing and understanding convolutional networks", figure 2.
    """
    checks.floats("maps", maps, "N C H W")
    checks.floats("images", images, "N C H W")
    if len(maps) != len(images):
        raise ValueError(f"maps (of {len(maps)} images) must be made from images ({len(images)})")
    if row.receptive_field is None or row.effective_stride is None:
        raise ValueError(f"row (={row.name!r}) must have a known receptive field; it has none")
    (height, width), strides, paddings = (
        value if isinstance(value, tuple) else (value, value)
        for value in (row.receptive_field, row.effective_stride, row.effective_padding)
    )
    flat = maps.reshape(*maps.shape[:2], -1)
    strongest = flat.max(axis=2)
    chosen = np.argsort(-strongest, axis=0, kind="stable")[:count].T
    filters = np.arange(maps.shape[1])[:, None]
    units = np.stack(np.unravel_index(flat.argmax(axis=2)[chosen, filters], maps.shape[2:]), axis=2)
    pixels = np.full((*chosen.shape, images.shape[1], height, width), np.nan, images.dtype)
    for place in np.ndindex(chosen.shape):
        top, left = (
            floor(unit * stride) - padding
            for unit, stride, padding in zip(units[place].tolist(), strides, paddings, strict=True)
        )
        first_row, first_column = max(top, 0), max(left, 0)
        seen = images[chosen[place], :, first_row : top + height, first_column : left + width]
        rows, columns = slice(first_row - top, None), slice(first_column - left, None)
        pixels[place][:, rows, columns][:, : seen.shape[1], : seen.shape[2]] = seen
    return Patches(pixels, strongest[chosen, filters], chosen, units)


def shift_sensitivity(model: Any, images: Array, pixels: int = 1) -> dict[str, float]:
    """Return how much each layer's output changes when the images move, by the layer's name.

    The change is the length of the difference over the length of the output, averaged over moves
    up, down, left and right; what moves in repeats the border. 0 is full invariance, and "input"
    is what the images themselves change by. Arguments are those of `feature_maps`.
    """
    checks.integer("pixels", pixels, 1)
    still = {"input": images, **feature_maps(model, images)}
    sides = (0, 0), (0, 0), (pixels, pixels), (pixels, pixels)
    height, width = images.shape[2:]
    padded = np.pad(images, sides, mode="edge")
    changes = dict.fromkeys(still, 0.0)
    for down, across in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        top, left = pixels - down * pixels, pixels - across * pixels
        moved = np.ascontiguousarray(padded[:, :, top : top + height, left : left + width])
        for name, output in {"input": moved, **feature_maps(model, moved)}.items():
            length = float(np.linalg.norm(still[name]))
            changes[name] += float(np.linalg.norm(output - still[name])) / (length or 1.0) / 4
    return changes


def __getattr__(name: str) -> Any:
    """Import the report on first use: it stands a floor above, and experiments do not need it."""
    if name in ("report", "compare"):
        return getattr(import_module("cnnnotes.report"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _correlations(first: Array, second: Array) -> Array:
    """Return the correlation of each channel of one with each of the other, 0 for constant ones."""
    units = []
    for maps in (first, second):
        flat = maps.transpose(1, 0, 2, 3).reshape(maps.shape[1], -1).astype(np.float64)
        flat -= flat.mean(axis=1, keepdims=True)
        length = np.linalg.norm(flat, axis=1, keepdims=True)
        units.append(np.divide(flat, length, out=np.zeros(flat.shape), where=length > 1e-12))
    correlations: Array = units[0] @ units[1].T
    return correlations


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


def _centred_grid(height: int, width: int) -> tuple[Array, Array]:
    rows, columns = np.mgrid[:height, :width].astype(np.float64)
    return rows - (height - 1) / 2, columns - (width - 1) / 2


def _centres(height: int, width: int) -> tuple[Array, Array]:
    places = np.linspace(-0.25, 0.25, 5)
    down, across = np.meshgrid(places * height, places * width, indexing="ij")
    return down.ravel(), across.ravel()


@cache
def _gabors(height: int, width: int) -> Array:
    """Return waves in two phases under a Gaussian: 12 angles, 9 frequencies, 4 × 2 widths."""
    rows, columns = _centred_grid(height, width)
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
    rows, columns = _centred_grid(height, width)
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
