"""P14: two poolings at the beginning or at the end, for a signal that is small or large."""

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.data import Split
from cnnnotes.experiments.experiment import Decision, Outcome, Report, Runs
from cnnnotes.experiments.fair import LEARNING_RATES, check_matched, cut, parameters, train
from cnnnotes.experiments.intervals import better, worse
from cnnnotes.experiments.metrics import usual
from cnnnotes.layers import (
    AdaptiveMaxPool2d,
    Conv2d,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
)
from cnnnotes.shapes import trace
from cnnnotes.training import evaluate

QUESTION = "Does it matter whether two poolings come early or late?"
CLAIMS = ("P14",)
DATASET = "marks, drawn here"
ORDERS = {"before": "PPCCCC", "early": "CPPCCC", "spread": "CPCPCC", "late": "CCCCPP"}
SIZES = {"small": 1, "large": 4}
ARMS = tuple(f"{size}_{order}" for size in SIZES for order in ORDERS)
NAMES = {
    f"{size}_{order}": f"{size} marks, {told}"
    for size in SIZES
    for order, told in {
        "before": "both poolings first",
        "early": "both after the first convolution",
        "spread": "one after each of the first two",
        "late": "both last",
    }.items()
}
METRICS = usual("test_accuracy", "train_accuracy", "parameters", "macs", "learning_rate")
SEEDS = range(10, 15)
RULE = """
An image holds one mark of three pixels in a row: level, upright, or in one of two slants. Which, is
the class; where, is chance. Dots and pairs of dots lie around it. In the control the same marks
are drawn four times as large, and nothing lies around them. A network has four convolutions and
two 2×2 max poolings; the arms differ only in where the poolings stand, so weights are equal in
number and multiply-accumulates are not. The metric is held-out accuracy. Supported if both hold: on
small marks, both poolings straight after the first convolution lose accuracy against both after the
last, with the whole 95 % interval, and the latter reads at least 90 % on average; on large marks
the same early poolings are within 2 percentage points of the late ones, or above (lower end of the
interval). Partly if only the first holds. Refuted if on small marks early poolings gain. Otherwise
not supported. Poolings before the first convolution, and one after each of the first two, decide
nothing.
"""
DECIDING = ("small_late_over_early", "large_late_over_early")

SIDE = 20
CHANNELS = 8
EPOCHS = 8
TRAINED = 1600
TESTED = 500
CLUTTER = 3
NOISE = 0.1
MARGIN = 0.02
READS = 0.9
MARKS = np.array(
    [
        [[0, 0, 0], [1, 1, 1], [0, 0, 0]],
        [[0, 1, 0], [0, 1, 0], [0, 1, 0]],
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        [[0, 0, 1], [0, 1, 0], [1, 0, 0]],
    ]
)


def load_marks(seed: int, size: str) -> Split:
    """Return images (N, 1, 20, 20) of one mark each, and which of the four it is.

    Training and test images come from different random streams.
    """
    parts: list[Array] = []
    for stream, count in enumerate((TRAINED, TESTED)):
        parts += drawn(np.random.default_rng([seed, 8, stream]), count, SIZES[size])
    return Split(*parts)


def drawn(rng: np.random.Generator, count: int, scale: int) -> tuple[Array, Array]:
    """Draw so many images with marks of 3 · `scale` pixels, and clutter if the scale is 1."""
    kinds = rng.integers(len(MARKS), size=count)
    images = np.zeros((count, SIDE, SIDE))
    for image, kind in zip(images, kinds, strict=True):
        for _ in range(CLUTTER if scale == 1 else 0):
            dots = rng.choice(9, size=rng.integers(1, 3), replace=False)
            lay(image, np.isin(np.arange(9), dots).reshape(3, 3), rng)
        lay(image, np.kron(MARKS[kind], np.ones((scale, scale))), rng)
    images += rng.normal(0, NOISE, size=images.shape)
    return images[:, None].astype(np.float32), kinds


def lay(image: Array, piece: Array, rng: np.random.Generator) -> None:
    """Put a piece at a place by chance; what was there before is gone."""
    row, column = rng.integers(SIDE - len(piece) + 1, size=2)
    image[row : row + len(piece), column : column + len(piece)] = piece


def network(order: str, seed: int) -> Sequential:
    """Return four convolutions (C) and two poolings (P) in an order, and a maximum of each map."""
    layers: list[Layer] = []
    channels = 1
    for step in ORDERS[order]:
        if step == "P":
            layers.append(MaxPool2d(2))
        else:
            layers += [Conv2d(channels, CHANNELS, 3, padding=1, init="he"), ReLU()]
            channels = CHANNELS
    return Sequential(
        *layers, AdaptiveMaxPool2d(1), Flatten(), Linear(CHANNELS, len(MARKS)), seed=seed
    )


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Train with the poolings in one order, on marks of one size.

    At a high rate some networks die, late in training too. So the network that does best on
    validation images is itself the one that is measured, and not trained anew.
    """
    size, _, order = arm.partition("_")
    check_matched({name: network(name, seed) for name in ORDERS}, within=0)
    marks = load_marks(seed, size)

    training, validation = cut(marks.train_labels, seed)
    tried: dict[float, tuple[float, Sequential]] = {}
    for number, rate in enumerate(LEARNING_RATES):
        model = network(order, seed)
        train(
            model,
            marks.train_images[training],
            marks.train_labels[training],
            epochs=EPOCHS,
            learning_rate=rate,
            seed=seed,
        )
        held_out = marks.train_images[validation], marks.train_labels[validation]
        tried[rate] = evaluate(model, *held_out).accuracy, model
        report(number + 1, len(LEARNING_RATES))
    best = max(tried, key=lambda rate: (tried[rate][0], -rate))
    model = tried[best][1]
    metrics = {
        "test_accuracy": evaluate(model, marks.test_images, marks.test_labels).accuracy,
        "train_accuracy": evaluate(model, marks.train_images, marks.train_labels).accuracy,
        "parameters": parameters(model),
        "macs": trace(model, marks.test_images.shape[1:]).macs,
        "learning_rate": best,
    }
    return Outcome(
        metrics, {"validation_accuracies": {f"{rate:g}": found[0] for rate, found in tried.items()}}
    )


def decide(runs: Runs) -> Decision:
    """Apply the rule."""
    effects = {
        f"{size}_late_over_{order}": runs.difference(
            f"{size}_late", f"{size}_{order}", "test_accuracy"
        )
        for size in SIZES
        for order in ORDERS
        if order != "late"
    }
    reads = runs.of("small_late", "test_accuracy").mean() >= READS
    loses = better(effects["small_late_over_early"]) and reads
    keeps = effects["large_late_over_early"]["high"] < MARGIN
    if worse(effects["small_late_over_early"]):
        verdict = "refuted"
    elif loses:
        verdict = "supported" if keeps else "partly"
    else:
        verdict = "not supported"
    return Decision(effects, verdict)
