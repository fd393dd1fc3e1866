"""C5: move a photograph, and see exactly where its feature map moves with it."""

from typing import Any

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.data import load_photos
from cnnnotes.experiments.experiment import Decision, Outcome, Report, Runs
from cnnnotes.experiments.intervals import effect
from cnnnotes.experiments.metrics import Count, Share
from cnnnotes.layers import Conv2d, Layer, LocallyConnected2d, MaxPool2d, ReLU, Sequential

QUESTION = "If a photograph moves, does its feature map move with it, and where does it not?"
CLAIMS = ("C5",)
DATASET = "photos"
ARMS = (
    "no_padding",
    "zeros",
    "reflect",
    "replicate",
    "circular",
    "circular_rolled",
    "two_layers",
    "stride",
    "max_pool",
    "not_shared",
)
NAMES = {
    "no_padding": "no padding",
    "zeros": "zeros",
    "reflect": "reflect",
    "replicate": "replicate",
    "circular": "circular",
    "circular_rolled": "circular, window rolled round",
    "two_layers": "two layers",
    "stride": "stride 2",
    "max_pool": "max pooling",
    "not_shared": "weights not shared",
}
METRICS = {
    "values_inside": Count("values whose window reaches no padding"),
    "wrong_inside": Count("of those, values that do not move along"),
    "values_at_border": Count("values at the border"),
    "wrong_at_border": Count("values at the border that do not move along"),
    "share_wrong_at_border": Share("share of the border that does not move along"),
    "odd_moves_that_fit": Count("odd moves under which the halved map moves along"),
    "wrong_elsewhere": Count("values unlike the map without stride"),
}
SEEDS = range(5)
RULE = """
Windows of photographs are moved by 0, 1 or 2 pixels down and across; the photograph goes on beyond
the window, so real content moves in. Filters are random integers, so that arithmetic is exact.
Shown exactly if all three hold for every move and seed. First, every value of the map moves with
the window: all without padding, and all whose windows reach no padding with zeros, reflect,
replicate and circular padding and through two layers; with circular padding all, border and all,
if the window is rolled round. Second, under stride 2 and through 2×2 max pooling the same holds for
moves by even numbers; for no other move is the map of the moved window the old one, moved by 0 or 1
in each direction; but it always is, exactly, the map without stride read at the places that the
move leads to. Third, a layer with weights of its own at every place fails at more than half of
them. Partly if the first holds, but not all. Refuted if the first fails.
"""
DECIDING = ("*_share_wrong_inside",)

WINDOW = 48
FILTERS = 4
MOVES = [(down, across) for down in range(3) for across in range(3) if down or across]
STEPS = [(down, across) for down in range(2) for across in range(2)]
PADDED = ("zeros", "reflect", "replicate", "circular", "two_layers")
HALVING = ("stride", "max_pool")


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Count where the map of the moved window is not the moved map."""
    image = photograph(seed)
    layer = network(arm, seed)
    rng = np.random.default_rng([seed, 5])
    corner = rng.integers(2, np.array(image.shape[2:]) - WINDOW - 2, endpoint=True)
    wrong_inside, wrong_at_border, wrong_elsewhere, moves_that_fit = [], [], [], 0
    for move in MOVES:
        before, after = (layer.forward(view) for view in views(image, corner, move, arm))
        if arm in HALVING:
            dense = network(arm, seed, step=1)
            full = [dense.forward(view) for view in views(image, corner, move, arm)]
            wrong_elsewhere.append(differs(full[0], after, move, step=2).ravel())
            if any(by % 2 for by in move):
                moves_that_fit += any(not differs(before, after, by).any() for by in STEPS)
                continue
        by = (move[0] // 2, move[1] // 2) if arm in HALVING else move
        wrong = (
            rolled(before, after, by) if arm == "circular_rolled" else differs(before, after, by)
        )
        inside = free_of_padding(wrong.shape[2:], arm)
        wrong_inside.append(wrong[..., inside].ravel())
        wrong_at_border.append(wrong[..., ~inside].ravel())
    inner, border = np.concatenate(wrong_inside), np.concatenate(wrong_at_border)
    metrics: dict[str, float] = {
        "values_inside": inner.size,
        "wrong_inside": int(inner.sum()),
        "values_at_border": border.size,
        "wrong_at_border": int(border.sum()),
    }
    if border.size:
        metrics["share_wrong_at_border"] = float(border.mean())
    if arm in HALVING:
        metrics["odd_moves_that_fit"] = moves_that_fit
        metrics["wrong_elsewhere"] = int(np.concatenate(wrong_elsewhere).sum())
    return Outcome(metrics)


def decide(runs: Runs) -> Decision:
    """Apply the rule."""

    def none(metric: str, *arms: str) -> bool:
        return not any(runs.of(arm, metric).any() for arm in arms)

    first = none("wrong_inside", "no_padding", "circular_rolled", *PADDED)
    second = all(
        none(metric, *HALVING)
        for metric in ("wrong_inside", "odd_moves_that_fit", "wrong_elsewhere")
    )
    alone = runs.of("not_shared", "wrong_inside") / runs.of("not_shared", "values_inside")
    others_hold = second and bool((alone > 0.5).all())
    effects = {
        f"{arm}_share_wrong_inside": effect(
            runs.of(arm, "wrong_inside") / runs.of(arm, "values_inside")
        )
        for arm in ARMS
    }
    verdict = "shown exactly" if others_hold else "partly"
    return Decision(effects, verdict if first else "refuted")


def photograph(seed: int) -> Array:
    """Return one of the photographs in whole numbers from 0 to 255, (1, 1, H, W) in float64."""
    photos = list(load_photos().values())
    return np.rint(255 * photos[seed % len(photos)].astype(np.float64))


def network(arm: str, seed: int, step: int = 2) -> Layer:
    """Return the layers of an arm; `step` is the stride of those that halve."""
    layers: dict[str, list[Layer]] = {
        "no_padding": [convolution()],
        "two_layers": [convolution(padding=1), ReLU(), convolution(FILTERS, padding=1)],
        "stride": [convolution(stride=step)],
        "max_pool": [convolution(), MaxPool2d(2, step)],
        "not_shared": [
            LocallyConnected2d(1, FILTERS, 3, (WINDOW, WINDOW), bias=False, dtype="float64")
        ],
    }
    mode = "circular" if arm == "circular_rolled" else arm
    model = Sequential(*(layers.get(arm) or [convolution(padding=1, padding_mode=mode)]))
    rng = np.random.default_rng([seed, 6])
    for parameter in model.parameters():
        parameter.data[...] = rng.integers(-3, 4, size=parameter.data.shape)
    return model


def convolution(in_channels: int = 1, **arguments: Any) -> Layer:
    """Return a 3×3 convolution in float64, without bias."""
    return Conv2d(in_channels, FILTERS, 3, bias=False, dtype="float64", **arguments)


def views(image: Array, corner: Array, move: tuple[int, int], arm: str) -> tuple[Array, Array]:
    """Return a window of the image, and the same with its content moved down and across."""
    row, column = corner
    window = image[..., row : row + WINDOW, column : column + WINDOW]
    if arm == "circular_rolled":
        return window, np.roll(window, move, axis=(2, 3))
    row, column = row - move[0], column - move[1]
    return window, image[..., row : row + WINDOW, column : column + WINDOW]


def differs(before: Array, after: Array, by: tuple[int, int], step: int = 1) -> Array:
    """Say where `after` is not `before` moved by so much, at the places that both can show.

    Value (i, j) of `after` is held against value (step · i − down, step · j − across) of `before`.
    """
    down, across = by
    top, left = -(-down // step), -(-across // step)
    expected = before[..., step * top - down :: step, step * left - across :: step]
    found = after[..., top:, left:]
    height, width = (min(sizes) for sizes in zip(expected.shape[2:], found.shape[2:], strict=True))
    wrong: Array = expected[..., :height, :width] != found[..., :height, :width]
    return wrong


def rolled(before: Array, after: Array, by: tuple[int, int]) -> Array:
    """Say where `after` is not `before` rolled round by so much."""
    wrong: Array = np.roll(before, by, axis=(2, 3)) != after
    return wrong


def free_of_padding(size: tuple[int, int], arm: str) -> Array:
    """Say which places of a comparison read no padding, before and after the move: (H, W)."""
    reach = {"two_layers": 2}.get(arm, int(arm in PADDED))
    inside = np.zeros(size, dtype=bool)
    inside[reach : size[0] - reach, reach : size[1] - reach] = True
    return inside
