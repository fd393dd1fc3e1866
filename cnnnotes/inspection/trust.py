"""How far a map of where a network looks can be trusted: controls whose answer is known."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnnnotes import checks
from cnnnotes.checks import Array
from cnnnotes.layers import Layer
from cnnnotes.running import state_of

CUE_SIDE = 4
MARKS = 15


class Marked(NamedTuple):
    """Images in which we know where to look: the box (top, left, bottom, right) of each, (N, 4)."""

    images: Array
    labels: Array
    boxes: Array


def randomised(model: Any, seed: int = 0) -> Iterator[tuple[str, Any]]:
    """Yield copies of a network with ever more layers drawn anew, from the last to the first.

    Each comes with the name of the layer that was drawn last. Weights are drawn from a normal
    distribution with the mean and the deviation that they have in their layer: so what was learned
    is gone, and the scale is not. A map that hardly changes tells nothing of what was learned.

    `model` is a network of ours or a PyTorch module; it is left as it is.

    Source: Adebayo, Gilmer, Muelly, Goodfellow, Hardt, Kim 2018, "Sanity checks for saliency maps",
    section 3.
    """
    rng = np.random.default_rng(checks.integer("seed", seed, 0))
    state = state_of(model)
    layers: dict[str, list[str]] = {}
    for name in state:
        layers.setdefault(name.rpartition(".")[0], []).append(name)
    for layer in reversed(layers):
        for name in layers[layer]:
            values = state[name]
            if values.dtype.kind == "f":
                drawn = rng.normal(values.mean(), values.std(), values.shape)
                positive = values.size and values.min() >= 0
                state[name] = (np.abs(drawn) if positive else drawn).astype(values.dtype)
        yield layer, _with_state(model, state)


def planted_cue(images: Array, labels: Array, seed: int = 0) -> Marked:
    """Return images in which a mark of 4 × 4 pixels, in one of the corners, gives the class away.

    Each class has a mark of its own, and the labels are dealt out anew: so nothing but the mark
    tells the class, and a map of where a trained network looks must point to its box.

    Parameters
    ----------
    images
        (N, C, H, W), from 0 to 1; at least 8 pixels high and wide.
    labels
        (N,), from 0 to at most 14.
    """
    checks.floats("images", images, "N C H W")
    classes = checks.classes("labels", labels)
    height, width = images.shape[2:]
    if min(height, width) < 2 * CUE_SIDE:
        raise ValueError(
            f"images ({height} × {width}) must be at least {2 * CUE_SIDE} pixels high and wide"
        )
    if len(classes) != len(images):
        raise ValueError(f"labels (={len(classes)}) must be as many as images ({len(images)})")
    if classes.size and not 0 <= classes.max() < MARKS:
        raise ValueError(
            f"labels (={classes.max()}) must be at most {MARKS - 1}: there are {MARKS} marks"
        )
    rng = np.random.default_rng(checks.integer("seed", seed, 0))
    dealt = rng.permutation(classes)
    marked = images.copy()
    tops = rng.integers(0, 2, len(images)) * (height - CUE_SIDE)
    lefts = rng.integers(0, 2, len(images)) * (width - CUE_SIDE)
    for image, label, top, left in zip(marked, dealt, tops, lefts, strict=True):
        image[:, top : top + CUE_SIDE, left : left + CUE_SIDE] = _mark(int(label))
    boxes = np.stack([tops, lefts, tops + CUE_SIDE, lefts + CUE_SIDE], axis=1)
    return Marked(marked, dealt, boxes)


def placed_among_clutter(
    digits: Array, labels: Array, size: int = 40, clutter: int = 4, seed: int = 0
) -> Marked:
    """Return digits at random places among pieces of others, with the box of each.

    As `cnnnotes.data.load_placed`, but told where the digit is: its ink, not its whole square.

    Parameters
    ----------
    digits
        (N, 1, H, W), ink above 0.
    size, clutter
        Side of the canvas in pixels; how many pieces of 8 × 8 pixels lie about.
    """
    checks.floats("digits", digits, "N C H W")
    height, width = digits.shape[2:]
    if checks.integer("size", size, 1) < max(height, width):
        raise ValueError(f"size (={size}) must be at least that of a digit, {height} × {width}")
    checks.integer("clutter", clutter, 0)
    rng = np.random.default_rng(checks.integer("seed", seed, 0))
    canvases = np.zeros((len(digits), digits.shape[1], size, size), digits.dtype)
    boxes = np.zeros((len(digits), 4), np.int64)
    for number, (canvas, digit) in enumerate(zip(canvases, digits, strict=True)):
        for other in rng.integers(len(digits), size=clutter):
            row, column = rng.integers(4, np.array([height, width]) - 11)
            piece = digits[other, :, row : row + 8, column : column + 8]
            _lay(canvas, piece, *rng.integers(0, size - 7, size=2).tolist())
        top, left = rng.integers(0, np.array([size - height, size - width]) + 1).tolist()
        _lay(canvas, digit, top, left)
        rows, columns = (np.flatnonzero(digit.max(axis=(0, axis)) > 0) for axis in (2, 1))
        boxes[number] = top + rows[0], left + columns[0], top + rows[-1] + 1, left + columns[-1] + 1
    return Marked(canvases, labels, boxes)


def pointing_game(maps: Array, boxes: Array, tolerance: int = 0) -> NDArray[np.bool_]:
    """Return for which images a map's largest value lies in the image's box, (N,).

    `maps` are (N, H, W), of the size of the images: see `resized`. `tolerance` is how many pixels
    beside the box still count. A map that is the same everywhere points nowhere.

    Source: Zhang, Bargal, Lin, Brandt, Shen, Sclaroff 2018, "Top-down neural attention by
    excitation backprop", section 4.2, where the tolerance is 15 of about 500 pixels.
    """
    checks.floats("maps", maps, "N H W")
    edges = np.asarray(boxes)
    if edges.shape != (len(maps), 4):
        raise ValueError(f"boxes (shape {edges.shape}) must be one for each map, ({len(maps)}, 4)")
    flat = maps.reshape(len(maps), -1)
    rows, columns = np.unravel_index(flat.argmax(axis=1), maps.shape[1:])
    reach = checks.integer("tolerance", tolerance, 0)
    top, left, bottom, right = edges.T
    inside = (rows >= top - reach) & (rows < bottom + reach)
    inside &= (columns >= left - reach) & (columns < right + reach)
    return inside & (np.ptp(flat, axis=1) > 0)


def _mark(label: int) -> Array:
    """Return the mark of a class, (4, 4): eight pixels of ink; any two differ in eight."""
    places = np.arange(16)
    walsh = sum((places >> bit & 1) * ((label + 1) >> bit & 1) for bit in range(4))
    return (np.asarray(walsh) % 2).reshape(CUE_SIDE, CUE_SIDE).astype(np.float32)


def _lay(canvas: Array, piece: Array, top: int, left: int) -> None:
    window = canvas[:, top : top + piece.shape[1], left : left + piece.shape[2]]
    np.maximum(window, piece, out=window)


def _with_state(model: Any, state: dict[str, Array]) -> Any:
    drawn = deepcopy(model)
    if isinstance(model, Layer):
        drawn.load_state_dict(state)
        return drawn
    own = drawn.state_dict()
    drawn.load_state_dict({name: own[name].new_tensor(value) for name, value in state.items()})
    return drawn
