"""P1: which one-pixel moves a pooling window forgives, counted; and what is left, measured."""

from collections.abc import Iterable
from fractions import Fraction
from itertools import permutations, product
from math import factorial
from typing import Any

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.data import load_digits, load_textures
from cnnnotes.experiments.experiment import Decision, Outcome, Report, Runs
from cnnnotes.experiments.intervals import Effect, better, effect, worse
from cnnnotes.experiments.metrics import Count, Measure, Share
from cnnnotes.experiments.toolkit import distance, edge_bank
from cnnnotes.layers import Conv2d, MaxPool2d, ReLU, Sequential
from cnnnotes.pool import avg_pool2d
from cnnnotes.pool_variants import blur_pool2d, lp_pool2d

QUESTION = "What does pooling forgive when the image moves, and what does it keep?"
CLAIMS = ("P1",)
DATASET = "digits, textures"
ARMS = ("orders", "digits", "textures")
NAMES = {"orders": "orders of pixels", "digits": "digits", "textures": "textures"}
POOLINGS = {
    "max": "max pooling",
    "average": "average pooling",
    "lp": "Lp pooling",
    "blur": "blur pooling",
    "stride": "one value kept",
}
METRICS = {
    "wrong": Count("orders that contradict the formula"),
    "straight": Share("maxima that stay under a straight move"),
    "diagonal": Share("maxima that stay under a diagonal move"),
    "all_eight": Share("maxima that stay under all eight moves"),
    "row_of_two": Share("orders that keep all maxima of a row"),
    **{
        f"{kind}_change": Measure(f"change under {told}, as a part of that to another image")
        for kind, told in POOLINGS.items()
    },
    **{
        f"{kind}_accuracy": Share(f"class told by the nearest neighbour, {POOLINGS[kind]}")
        for kind in ("max", "average", "stride")
    },
    **{
        f"{kind}_change_at_1": Measure(f"change under {POOLINGS[kind]}, moved by a pixel")
        for kind in ("max", "average")
    },
    **{
        f"{kind}_accuracy_in_place": Share(f"class told in place, {POOLINGS[kind]}")
        for kind in ("max", "average")
    },
    "answers_kept": Share("maxima that stay, all places"),
}
SEEDS = range(8)
RULE = """
Three parts. Counted: among distinct pixels in any order, a k×k maximum stays after a one-pixel move
if and only if the largest pixel that the window reads before or after lies in what it reads both
times: (k − 1) of (k + 1) straight moves, (k − 1)² of 2k² − (k − 1)² diagonal ones; and 2×2 windows
in a row keep all their maxima under a straight move for exactly as many orders as alternate. This
is checked for windows of 2 to 5, with every place of the largest pixel, and with all orders where
there are up to 5,040. Where is dropped: on maps of eight fixed edge detectors, the change under a
straight move of one pixel, over the distance of two images, falls from no pooling to windows of 2,
of 4 and of 8, for max and for average pooling, on digits and on textures, each time with the whole
95 % interval. What is kept: for both kinds, both sets, and windows of 2 and 4, the nearest
neighbour among 1,000 other images tells the class of an image in its own place at most 1.5
percentage points worse than without pooling, with the whole interval. Supported if all three hold.
Partly if the first two do. Refuted if the counting fails, or if for both kinds on both sets the
change rises from no pooling to windows of 8. Otherwise not supported. Lp pooling, blur pooling,
keeping one value of each window, whole maps and moved images in the search decide nothing.
"""
DECIDING = ("*",)

SIDES = (2, 3, 4, 5)
WINDOWS = (1, 2, 4, 8)
KINDS = ("max", "average", "lp", "blur", "stride")
SEARCHED = ("max", "average", "stride")
FARTHEST = 2
MARGIN = 0.015
CONTENDERS, TESTED = 1000, 300
DETECTORS = 8
KERNEL = 5
STRAIGHT = ((0, 1), (1, 0), (1, 2), (2, 1))  # places in the 3×3 maxima around a window
DIAGONAL = ((0, 0), (0, 2), (2, 0), (2, 2))


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Count orders of pixels, or move images and look at what each pooling makes of them."""
    if arm == "orders":
        return Outcome(counted(np.random.default_rng(seed)))
    split = load_digits(seed) if arm == "digits" else load_textures(seed)
    known, asked = split.train_images[:CONTENDERS], split.test_images[:TESTED]
    known_labels, labels = split.train_labels[:CONTENDERS], split.test_labels[:TESTED]
    if arm == "digits":  # so that nothing moves out of sight; textures are cut smaller instead
        known, asked = (np.pad(part, ((0, 0), (0, 0), (6, 6), (6, 6))) for part in (known, asked))
    index = edges(view(known, 0, 0))
    moved = [[edges(view(asked, *by)) for by in ways(far)] for far in range(FARTHEST + 1)]

    def tell(kind: str, window: int) -> tuple[list[float], list[float]]:
        views = [[pooled(maps, kind, window) for maps in at_distance] for at_distance in moved]
        changes = [mean(relative_change(maps, views[0][0]) for maps in far) for far in views]
        if kind not in SEARCHED:
            return changes, []
        candidates = pooled(index, kind, window)
        found = [[known_labels[nearest(candidates, maps)] for maps in far] for far in views]
        return changes, [mean(float(np.mean(n == labels)) for n in far) for far in found]

    metrics: dict[str, Any] = {}
    unpooled = tell("max", 1)
    for done, kind in enumerate(KINDS):
        report(done, len(KINDS))
        told = [tell(kind, window) for window in windows(kind, index.shape[2])[1:]]
        changes, accuracies = zip(unpooled, *told, strict=True)
        metrics[f"{kind}_change"] = changes
        if kind in SEARCHED:
            metrics[f"{kind}_accuracy"] = accuracies
    for kind in ("max", "average"):
        metrics[f"{kind}_change_at_1"] = [row[1] for row in metrics[f"{kind}_change"]]
        metrics[f"{kind}_accuracy_in_place"] = [row[0] for row in metrics[f"{kind}_accuracy"]]
    metrics["answers_kept"] = [
        mean(
            answers_kept(*(pooled(maps, "max", window) for maps in (moved[0][0], after)))
            for after in moved[1]
        )
        for window in WINDOWS
    ]
    return Outcome(metrics)


def decide(runs: Runs) -> Decision:
    """Apply the rule."""
    effects: dict[str, Effect] = {}
    steps, wholes, kept = [], [], []
    for name, kind in product(("digits", "textures"), ("max", "average")):
        change = runs.of(name, f"{kind}_change_at_1")
        accuracy = runs.of(name, f"{kind}_accuracy_in_place")
        for at in range(1, len(WINDOWS)):
            key = f"{name}_{kind}_fall_to_{WINDOWS[at]}"
            effects[key] = effect(change[:, at - 1] - change[:, at])
            steps.append(effects[key])
        effects[f"{name}_{kind}_fall_in_all"] = effect(change[:, 0] - change[:, len(WINDOWS) - 1])
        wholes.append(effects[f"{name}_{kind}_fall_in_all"])
        for at in (1, 2):
            key = f"{name}_{kind}_accuracy_gain_of_{WINDOWS[at]}"
            effects[key] = effect(accuracy[:, at] - accuracy[:, 0])
            kept.append(effects[key]["low"] > -MARGIN)
    exact = not runs.of("orders", "wrong").any()
    if not exact or all(map(worse, wholes)):
        verdict = "refuted"
    elif all(map(better, steps)):
        verdict = "supported" if all(kept) else "partly"
    else:
        verdict = "not supported"
    return Decision(effects, verdict)


def straight_share(side: int) -> Fraction:
    """Return the share of orders of distinct pixels for which a maximum survives a straight move.

    Before and after, the window reads side · (side + 1) pixels. Any may be the largest, and the
    maximum stays if it is one of the side · (side − 1) that are read both times.
    """
    return Fraction(side - 1, side + 1)


def diagonal_share(side: int) -> Fraction:
    """Return the same for a move by one pixel down or up and one across."""
    common = (side - 1) ** 2
    return Fraction(common, 2 * side**2 - common)


def share_of_all_eight(side: int) -> Fraction:
    """Return the share of orders for which one maximum survives each of the eight moves."""
    return Fraction(max(side - 2, 0) ** 2, (side + 2) ** 2)


def row_share(windows: int) -> Fraction:
    """Return the share of orders for which a row of 2×2 windows keeps all maxima, moved along it.

    Of the columns' maxima every second must be larger than both its neighbours, so the
    2 · windows + 1 of them alternate: a tangent number of orders, out of all. Windows of other rows
    share no pixel with these, so the shares of several rows multiply.

    Source: André 1879; the triangle by which they are counted is Seidel's, 1877.
    """
    row = [1]
    for _ in range(2 * windows + 1):
        sums = [0]
        for number in reversed(row):
            sums.append(sums[-1] + number)
        row = sums
    return Fraction(row[-1], factorial(2 * windows + 1))


def counted(rng: np.random.Generator) -> dict[str, Any]:
    """Count what stays, and how often that is not what the shares above say."""
    wrong = 0
    straight, diagonal, all_eight = [], [], []
    for side in SIDES:
        places = list(product(range(side + 2), repeat=2))
        shares = np.stack([stays_with_largest_at(place, side, rng) for place in places])
        stays = shares == 1
        by_way = {}
        for way in (*STRAIGHT, *DIAGONAL):
            before, after = (covers(places, corner, side) for corner in ((1, 1), way))
            wrong += int((shares[:, *way] != (before & after))[before | after].sum())
            by_way[way] = stays[:, *way][before | after].mean()
        straight.append(mean(by_way[way] for way in STRAIGHT))
        diagonal.append(mean(by_way[way] for way in DIAGONAL))
        all_eight.append(float(stays.all(axis=(1, 2)).mean()))
        expected = straight_share(side), diagonal_share(side), share_of_all_eight(side)
        found = straight[-1], diagonal[-1], all_eight[-1]
        wrong += sum(abs(found[i] - share) > 1e-12 for i, share in enumerate(expected))
    orders = of_all_orders(), of_all_orders_diagonal(), *(row_of_orders(n) for n in (1, 2, 3))
    shares_of_orders = straight_share(2), diagonal_share(2), *(row_share(n) for n in (1, 2, 3))
    wrong += sum(found != share for found, share in zip(orders, shares_of_orders, strict=True))
    return {
        "wrong": wrong,
        "straight": straight,
        "diagonal": diagonal,
        "all_eight": all_eight,
        "row_of_two": [float(row_share(n)) for n in range(1, 15)],
    }


def stays_with_largest_at(place: tuple[int, ...], side: int, rng: np.random.Generator) -> Array:
    """Return how often each of nine windows has the middle one's maximum, (3, 3), in 20 orders.

    `place` is that of the largest pixel; the order of the others is drawn. If neither window reads
    it, the others decide; such cases are not used.
    """
    images = rng.permuted(np.tile(np.arange((side + 2) ** 2), (20, 1)), axis=1).astype(np.float64)
    images = images.reshape(20, 1, side + 2, side + 2)
    images[:, 0, place[0], place[1]] = (side + 2) ** 2
    maxima = MaxPool2d(side, 1).forward(images)[:, 0]
    shares: Array = (maxima == maxima[:, 1:2, 1:2]).mean(axis=0)
    return shares


def covers(places: list[tuple[int, ...]], corner: tuple[int, int], side: int) -> Array:
    """Say which places a window with this corner reads."""
    offsets = np.array(places) - corner
    covered: Array = np.all((offsets >= 0) & (offsets < side), axis=1)
    return covered


def of_all_orders() -> Fraction:
    """Return for how many of all 720 orders of six pixels a 2×2 maximum survives a move."""
    orders = np.array(list(permutations(range(6))), dtype=np.float64).reshape(-1, 1, 2, 3)
    maxima = MaxPool2d(2, 1).forward(orders)[:, 0, 0]
    return Fraction(int((maxima[:, 0] == maxima[:, 1]).sum()), len(orders))


def of_all_orders_diagonal() -> Fraction:
    """Return the same for a diagonal move: all 5,040 orders of the seven pixels read."""
    orders = np.array(list(permutations(range(7))), dtype=np.float64)
    images = np.zeros((len(orders), 1, 3, 3))
    read = covers(list(np.ndindex(3, 3)), (0, 0), 2) | covers(list(np.ndindex(3, 3)), (1, 1), 2)
    images.reshape(len(orders), 9)[:, read] = orders
    maxima = MaxPool2d(2, 1).forward(images)[:, 0]
    return Fraction(int((maxima[:, 0, 0] == maxima[:, 1, 1]).sum()), len(orders))


def row_of_orders(windows: int) -> Fraction:
    """Return for how many orders of 2 · windows + 1 pixels a row of windows keeps all maxima."""
    length = 2 * windows + 1
    orders = np.array(list(permutations(range(length))), dtype=np.float64)
    rows = orders.reshape(-1, 1, 1, length)
    before, after = (
        MaxPool2d((1, 2)).forward(rows[..., start : start + 2 * windows]) for start in (1, 0)
    )
    return Fraction(int((before == after).all(axis=(1, 2, 3)).sum()), len(orders))


def windows(kind: str, size: int) -> tuple[int, ...]:
    """Return the windows that are tried; for max and average also the whole map."""
    return (*WINDOWS, size) if kind in ("max", "average") else WINDOWS


def pooled(maps: Array, kind: str, window: int) -> Array:
    """Sum up windows that do not overlap, or keep the first value of each ("stride")."""
    if window == 1 or kind == "stride":
        return maps[:, :, ::window, ::window]
    if kind == "max":
        return MaxPool2d(window).forward(maps)
    if kind == "average":
        return avg_pool2d(maps, window)
    if kind == "lp":
        return lp_pool2d(maps, 2, window)
    return blur_pool2d(maps, 2 * window - 1, window)


def relative_change(maps: Array, still: Array) -> float:
    """Return how far maps went from where they were, in distances of two images."""
    return distance(maps, still) / distance(still, np.roll(still, 1, axis=0))


def answers_kept(before: Array, after: Array) -> float:
    """Return how many values stay exactly, of those that are not zero both times."""
    return float((before == after)[(before > 0) | (after > 0)].mean())


def edges(images: Array) -> Array:
    """Return what eight fixed detectors of edges find: (N, 1, H, W) → (N, 8, H − 4, W − 4)."""
    layer = Conv2d(1, DETECTORS, KERNEL, bias=False)
    layer.weight.data[:] = edge_bank()[:DETECTORS]
    return Sequential(layer, ReLU()).forward(images)


def view(images: Array, down: int, across: int) -> Array:
    """Cut out the middle, or what lies beside it by so many pixels."""
    height, width = images.shape[2:]
    rows = slice(FARTHEST + down, height - FARTHEST + down)
    return np.ascontiguousarray(images[:, :, rows, FARTHEST + across : width - FARTHEST + across])


def ways(far: int) -> list[tuple[int, int]]:
    """Return the straight moves that are tried, down and across."""
    return sorted({(far, 0), (0, far)})


def nearest(known: Array, asked: Array) -> Array:
    """Return for each of the asked which of the known is nearest, in the Euclidean distance."""
    rows, others = known.reshape(len(known), -1), asked.reshape(len(asked), -1)
    lengths = np.square(rows).sum(axis=1)
    found: Array = (lengths - 2 * others @ rows.T).argmin(axis=1)
    return found


def mean(values: Iterable[float]) -> float:
    """Return the mean of some numbers."""
    return float(np.mean(list(values)))
