"""What a unit is made of and what excites it, and what the answer does while an image moves."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from cnnnotes import checks
from cnnnotes.checks import Array
from cnnnotes.inspection.fields import Patches, top_patches
from cnnnotes.running import gradients, probabilities, run, state_of

_LENGTH = 1e-8


def maximise(
    model: Any,
    shape: tuple[int, int, int],
    layer: str,
    unit: int,
    *,
    steps: int = 128,
    step_size: float = 0.2,
    jitter: int = 1,
    blur: float = 0.02,
    low: float = 0.0,
    high: float = 1.0,
    seed: int = 0,
) -> Array:
    """Return an image that excites a unit, (1, C, H, W), found by climbing its gradient.

    It starts as noise about the middle of `low` and `high`. Each step moves the image by up to
    `jitter` pixels, at random and round its edges, climbs, moves it back, mixes it with its blurred
    self, and keeps it between `low` and `high`. Of a map the unit is the one in the middle.

    It shows something that excites the unit, not the only thing, and nothing that must occur in
    images: look at `top_patches` beside it.

    Parameters
    ----------
    shape
        (C, H, W) of the image.
    layer
        A name of the trace; the last for a class.
    unit
        Which map, or which entry, of what the layer gives.
    step_size
        How far the first step goes, as a part of the range, in root mean square over the pixels;
        the others ever less far.
    blur
        How much of the blurred image is mixed in at each step, 0 to 1.

    Raises `ValueError` if there is no such layer or unit, or a number is out of its range.

    Source: Erhan, Bengio, Courville, Vincent 2009, "Visualizing higher-layer features of a deep
    network"; jitter and blur: Olah, Mordvintsev, Schubert 2017, "Feature visualization".
    """
    checks.integer("unit", unit, 0)
    checks.integer("jitter", jitter, 0)
    climb = checks.positive("step_size", step_size) * (high - low)
    mixed = checks.probability("blur", blur)
    if not low < high:
        raise ValueError(f"low (={low}) must be below high (={high})")
    rng = np.random.default_rng(checks.integer("seed", seed, 0))
    sides = checks.lengths("shape", shape)
    image = (low + high) / 2 + 0.1 * (high - low) * rng.normal(size=(1, *sides))

    for step in range(checks.integer("steps", steps, 1)):
        by = rng.integers(-jitter, jitter + 1, size=2)
        moved = np.roll(image, by, axis=(2, 3)).astype(np.float32)
        gradient = gradients(model, moved, _at(unit), of=layer)
        gradient /= np.sqrt(np.square(gradient).mean()) + _LENGTH
        image = np.roll(moved + climb * (1 - step / steps) * gradient, -by, axis=(2, 3))
        image = np.clip((1 - mixed) * image + mixed * _blurred(image), low, high)
    return image.astype(np.float32)


class Composition(NamedTuple):
    """What each filter of a layer adds up, of what the layer before gives.

    `weights` are the filters themselves (C, C', kh, kw); `sums` the sum of each window's weights
    (C, C'), with its sign. Where images were given, `shares` says what each of the maps before
    contributes where the filter is most excited (C, C'), a mean over `patches`: what excites each
    filter, and `before`, what excites each map before.
    """

    weights: Array
    sums: Array
    shares: Array | None = None
    patches: Patches | None = None
    before: Patches | None = None


def composition(model: Any, layer: str, images: Array | None = None, count: int = 4) -> Composition:
    """Return which filters of the layer before each filter of a convolution adds up, with signs.

    Parameters
    ----------
    layer
        The name of a convolution without groups, in a network of ours or a PyTorch module.
    images
        (N, C, H, W), to find what excites each filter most. None: weights only.
    count
        Over how many images, the most exciting of each filter, shares are averaged.

    Raises `ValueError` if there is no such layer, or it is no such convolution.

    Source: Olah, Cammarata, Schubert, Goh, Petrov, Carter 2020, "Zoom in", section 2.
    """
    state = state_of(model)
    name = f"{layer}.weight"
    if name not in state or state[name].ndim != 4:
        known = [key.removesuffix(".weight") for key, value in state.items() if value.ndim == 4]
        raise ValueError(f"layer (={layer!r}) must be a convolution: {', '.join(known)}")
    weights = state[name]
    sums = weights.sum(axis=(2, 3))
    if images is None:
        return Composition(weights, sums)
    found = run(model, images)
    rows = found.trace.rows
    number = next(number for number, row in enumerate(rows) if row.name == layer)
    (source,) = found.inputs[number]
    maps, answers = found.outputs[source], found.outputs[number]
    if maps.shape[1] != weights.shape[1]:
        raise ValueError(f"layer (={layer!r}) must have no groups: its filters see some maps only")
    patches = top_patches(answers, images, rows[number], count)
    shares = np.zeros(sums.shape)
    for unit, of_unit in enumerate(patches.images):
        for chosen, place in zip(of_unit, patches.units[unit], strict=True):
            one = images[chosen : chosen + 1]
            weight = gradients(model, one, _at(unit, *place), at=rows[source].name, of=layer)
            shares[unit] += (weight[0] * maps[chosen]).sum(axis=(1, 2))
    return Composition(
        weights,
        sums,
        shares / patches.images.shape[1],
        patches,
        top_patches(maps, images, rows[source], count),
    )


def class_curve(
    model: Any, image: Array, shifts: Sequence[tuple[int, int]], fill: float = 0.0
) -> Array:
    """Return the probability of each class while an image moves, (shifts, classes).

    Parameters
    ----------
    image
        (C, H, W), or (1, C, H, W).
    shifts
        How far the image moves, (down, right) in pixels, for each row of the result. What leaves
        is lost, and `fill` comes in.

    Raises `ValueError` if a shift is no pair of whole numbers.

    Source: Azulay, Weiss 2019, "Why do deep convolutional networks generalize so poorly to small
    image transformations?", figure 1.
    """
    single = image[None] if np.ndim(image) == 3 else image
    checks.floats("image", single, "N C H W")
    if len(single) != 1:
        raise ValueError(f"image (shape {single.shape}) must be one image")
    moves = np.asarray(shifts)
    if moves.ndim != 2 or moves.shape[1:] != (2,) or moves.dtype.kind not in "iu":
        raise ValueError("shifts must be pairs (down, right) of whole numbers, such as (0, 1)")
    height, width = single.shape[2:]
    moved = np.full((len(moves), *single.shape[1:]), checks.number("fill", fill), single.dtype)
    for canvas, (down, right) in zip(moved, moves.tolist(), strict=True):
        rows, columns = max(0, height - abs(down)), max(0, width - abs(right))
        to = canvas[:, max(0, down) :, max(0, right) :][:, :rows, :columns]
        to[...] = single[0, :, max(0, -down) :, max(0, -right) :][:, :rows, :columns]
    return probabilities(model, moved)


def _at(unit: int, *place: int) -> Callable[[Array], Array]:
    """Return a signal that is 1 at one place of one unit, and 0 elsewhere; the middle if none."""

    def signal(output: Array) -> Array:
        if unit >= output.shape[1]:
            raise ValueError(f"unit (={unit}) must be from 0 to {output.shape[1] - 1}")
        one = np.zeros_like(output)
        one[(0, unit, *(place or (side // 2 for side in output.shape[2:])))] = 1
        return one

    return signal


def _blurred(image: Array) -> Array:
    """Return the image blurred by 1-2-1 in both directions, its edges repeated."""
    for axis in (2, 3):
        sides = [(0, 0)] * 4
        sides[axis] = (1, 1)
        wide = np.pad(image, sides, mode="edge")
        length = image.shape[axis]
        parts = [wide.take(range(start, start + length), axis) for start in range(3)]
        image = (parts[0] + 2 * parts[1] + parts[2]) / 4
    return image
