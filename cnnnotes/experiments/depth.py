"""C9: one wide layer against several small ones, of equal cost and equal receptive field."""

from collections.abc import Callable
from contextlib import suppress

from cnnnotes.checks import Array
from cnnnotes.data import load_placed
from cnnnotes.experiments.experiment import Decision, Outcome, Report, Runs
from cnnnotes.experiments.fair import LEARNING_RATES, check_matched, parameters, train, tune
from cnnnotes.experiments.intervals import better, worse
from cnnnotes.experiments.metrics import Count, usual
from cnnnotes.layers import (
    AdaptiveMaxPool2d,
    Conv2d,
    Flatten,
    Layer,
    Linear,
    ReLU,
    Sequential,
)
from cnnnotes.shapes import trace
from cnnnotes.training import evaluate

QUESTION = "Do several small layers do more than one wide layer that costs and sees the same?"
CLAIMS = ("C9",)
DATASET = "placed"
ARMS = ("wide", "deep", "deep_linear")
NAMES = {
    "deep": "three 3×3, ReLU between",
    "deep_linear": "three 3×3, nothing between",
    "wide": "one 7×7",
}
METRICS = usual("test_accuracy", "train_accuracy", "learning_rate", "parameters", "macs") | {
    "receptive_field": Count("receptive field, in pixels"),
}
SEEDS = range(5)
RULE = """
Networks for digits at random places differ in one block only: one 7×7 convolution, or three 3×3
convolutions with ReLU between them, or the same three without. Receptive fields are equal,
parameters and multiply-accumulates within 5 %. The metric is held-out accuracy. Supported if the
three layers with ReLU are above the wide layer, and above the three without ReLU, each with its
whole 95 % interval. A run that diverges is repeated with the next smaller learning rate. Partly if
they are above the wide layer only: then it is not what lies between the layers that helps. Refuted
if they are below the wide layer. Otherwise not supported.
"""
DECIDING = ("deep_over_*",)

CHANNELS, WIDTH = 8, 12
CANVAS = 32
TRAINING_IMAGES = 2000
EPOCHS = 5


def block(arm: str) -> list[Layer]:
    """Return the part in which the networks differ."""
    if arm == "wide":
        return [Conv2d(CHANNELS, CHANNELS, 7, padding=3, init="he")]
    layers: list[Layer] = [
        Conv2d(CHANNELS, WIDTH, 3, padding=1, init="he"),
        Conv2d(WIDTH, WIDTH, 3, padding=1, init="he"),
        Conv2d(WIDTH, CHANNELS, 3, padding=1, init="he"),
    ]
    if arm == "deep_linear":
        return layers
    return [layers[0], ReLU(), layers[1], ReLU(), layers[2]]


def network(arm: str, seed: int) -> Sequential:
    """Return a network for 32×32 images: a common first layer, the block, a common end."""
    return Sequential(
        Conv2d(1, CHANNELS, 3, stride=2, padding=1, init="he"),
        ReLU(),
        *block(arm),
        ReLU(),
        AdaptiveMaxPool2d(4),
        Flatten(),
        Linear(16 * CHANNELS, 10),
        seed=seed,
    )


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Train one network on digits at random places."""
    check_matched({name: network(name, seed) for name in ARMS})
    placed = load_placed(seed, CANVAS)
    images, labels = placed.train_images[:TRAINING_IMAGES], placed.train_labels[:TRAINING_IMAGES]

    def build(seed: int) -> Sequential:
        return network(arm, seed)

    tuned = tune(build, images, labels, epochs=EPOCHS, seed=seed)
    model, rate = trained(build, images, labels, tuned.learning_rate, seed, report)
    return Outcome(
        {
            "test_accuracy": evaluate(model, placed.test_images, placed.test_labels).accuracy,
            "train_accuracy": evaluate(model, images, labels).accuracy,
            "learning_rate": rate,
            "parameters": parameters(model),
            "macs": trace(model, images.shape[1:]).macs,
            "receptive_field": trace(network(arm, seed)[:-3], images.shape[1:])
            .rows[-1]
            .receptive_field,
        }
    )


def trained(
    build: Callable[[int], Sequential],
    images: Array,
    labels: Array,
    tuned: float,
    seed: int,
    report: Report,
) -> tuple[Sequential, float]:
    """Train with the tuned rate, or the largest one below it that does not diverge."""
    for rate in sorted((rate for rate in LEARNING_RATES if rate <= tuned), reverse=True):
        model = build(seed)
        with suppress(FloatingPointError):
            train(
                model,
                images,
                labels,
                epochs=EPOCHS,
                learning_rate=rate,
                seed=seed,
                report=report,
            )
            return model, rate
    raise FloatingPointError(f"training diverged with every learning rate up to {tuned}")


def decide(runs: Runs) -> Decision:
    """Apply the rule."""
    over_wide = runs.difference("deep", "wide", "test_accuracy")
    over_linear = runs.difference("deep", "deep_linear", "test_accuracy")
    if better(over_wide):
        verdict = "supported" if better(over_linear) else "partly"
    else:
        verdict = "refuted" if worse(over_wide) else "not supported"
    effects = {
        "deep_over_wide": over_wide,
        "deep_over_deep_linear": over_linear,
        "deep_linear_over_wide": runs.difference("deep_linear", "wide", "test_accuracy"),
    }
    return Decision(effects, verdict)
