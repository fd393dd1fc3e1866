"""What each layer makes of images: its maps, the dead and the duplicate, the effect of moves."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import numpy as np

from cnnnotes import checks
from cnnnotes.checks import Array
from cnnnotes.layers import Sequential
from cnnnotes.running import run
from cnnnotes.shapes.torch_modules import is_torch_module


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
    if is_torch_module(model):
        return run(model, images).maps()
    if not isinstance(model, Sequential):
        raise TypeError(
            f"model (={type(model).__name__}) must be a Sequential, or a PyTorch module"
        )
    maps: dict[str, Array] = {}
    output = images
    for number, layer in model.children().items():
        output = layer.forward(output)
        maps[number] = output
    return maps


def shift_sensitivity(model: Any, images: Array, pixels: int = 1) -> dict[str, float]:
    """Return how much each layer's output changes when the images move, by the layer's name.

    The change is the length of the difference over the length of the output, averaged over moves
    up, down, left and right; what moves in repeats the border. 0 is full invariance, and "input"
    is what the images themselves change by. Arguments are those of `feature_maps`.
    """
    return changes_when_moved(lambda shown: feature_maps(model, shown), images, pixels)


def changes_when_moved(
    maps_of: Callable[[Array], dict[str, Array]], images: Array, pixels: int = 1
) -> dict[str, float]:
    """Do `shift_sensitivity` for any function that makes maps of images, by name."""
    checks.integer("pixels", pixels, 1)
    still = {"input": images, **maps_of(images)}
    sides = (0, 0), (0, 0), (pixels, pixels), (pixels, pixels)
    height, width = images.shape[2:]
    padded = np.pad(images, sides, mode="edge")
    changes = dict.fromkeys(still, 0.0)
    for down, across in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        top, left = pixels - down * pixels, pixels - across * pixels
        moved = np.ascontiguousarray(padded[:, :, top : top + height, left : left + width])
        for name, output in {"input": moved, **maps_of(moved)}.items():
            length = float(np.linalg.norm(still[name]))
            changes[name] += float(np.linalg.norm(output - still[name])) / (length or 1.0) / 4
    return changes


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
    pairs = np.argwhere(np.triu(correlations(maps, maps) > above, k=1))
    return [(int(first), int(second)) for first, second in pairs]


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


def correlations(first: Array, second: Array) -> Array:
    """Return the correlation of each channel of one with each of the other, (C, C').

    Both are maps of the same images and places, (N, C, H, W) and (N, C', H, W). A constant channel
    correlates with none: 0.
    """
    units = []
    for maps in (first, second):
        flat = maps.transpose(1, 0, 2, 3).reshape(maps.shape[1], -1).astype(np.float64)
        flat -= flat.mean(axis=1, keepdims=True)
        length = np.linalg.norm(flat, axis=1, keepdims=True)
        units.append(np.divide(flat, length, out=np.zeros(flat.shape), where=length > 1e-12))
    correlations: Array = units[0] @ units[1].T
    return correlations
