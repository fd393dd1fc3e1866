"""P4: five ways to halve a feature map, and the control that tells a stride from one more layer."""

from collections.abc import Callable

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.data import load_textures
from cnnnotes.experiments.experiment import Decision, Outcome, Report, Runs
from cnnnotes.experiments.fair import costs, parameters, train, tune
from cnnnotes.experiments.intervals import better, worse
from cnnnotes.experiments.metrics import Share, usual
from cnnnotes.experiments.toolkit import HALVING_NAMES, one_pixel_moves, roll
from cnnnotes.experiments.toolkit import halved as network
from cnnnotes.layers import (
    Layer,
)
from cnnnotes.training import evaluate, predict

QUESTION = "Pool or stride: what does each cost, and what does it give?"
CLAIMS = ("P4",)
DATASET = "textures"
ARMS = ("max_extra", "stride_extra", "max", "average", "blur", "stride")
NAMES = HALVING_NAMES
METRICS = usual("test_accuracy", "train_accuracy", "parameters", "macs", "learning_rate") | {
    "consistency_circular": Share("answers kept when the image is rolled by a pixel"),
    "consistency_zero_filled": Share("answers kept when the image moves by a pixel"),
}
SEEDS = range(6)
RULE = """
The metric is held-out accuracy. Supported if both hold: putting a stride into the convolution
instead of max pooling after it, which saves multiply-accumulates at equal parameters, loses
accuracy (whole 95 % interval); and a strided layer in place of the pooling, which costs parameters
and multiply-accumulates, keeps within 1.5 percentage points of max pooling or above it (lower end
of the interval). Partly if only the first holds. Refuted if the plain stride gains. Otherwise not
supported. The control max_extra has the strided layer's weights but pools.
"""
DECIDING = ("stride_over_max", "stride_extra_over_max")

EPOCHS = 8
MARGIN = 0.015


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Train with one way to halve; measure accuracy, cost, and answers under small shifts."""
    textures = load_textures(seed)

    def build(seed: int) -> Layer:
        return network(arm, seed)

    tuned = tune(build, textures.train_images, textures.train_labels, epochs=EPOCHS, seed=seed)
    model = network(arm, seed)
    table = costs(model, textures.test_images.shape[1:])
    train(
        model,
        textures.train_images,
        textures.train_labels,
        epochs=EPOCHS,
        learning_rate=tuned.learning_rate,
        seed=seed,
        report=report,
    )
    metrics = {
        "test_accuracy": evaluate(model, textures.test_images, textures.test_labels).accuracy,
        "train_accuracy": evaluate(model, textures.train_images, textures.train_labels).accuracy,
        "consistency_circular": consistency(model, textures.test_images, roll),
        "consistency_zero_filled": consistency(model, textures.test_images, shift),
        "parameters": parameters(model),
        "macs": sum(row["macs"] for row in table),
        "learning_rate": tuned.learning_rate,
    }
    details = {"validation_accuracies": tuned.accuracies}
    return Outcome(metrics, details | ({"layers": table} if seed == SEEDS[0] else {}))


def decide(runs: Runs) -> Decision:
    """Apply the rule."""
    effects = {
        "stride_over_max": runs.difference("stride", "max", "test_accuracy"),
        "stride_extra_over_max": runs.difference("stride_extra", "max", "test_accuracy"),
        "stride_extra_over_max_extra": runs.difference(
            "stride_extra", "max_extra", "test_accuracy"
        ),
        "average_over_max": runs.difference("average", "max", "test_accuracy"),
        "blur_over_max": runs.difference("blur", "max", "test_accuracy"),
        "blur_over_max_in_consistency": runs.difference("blur", "max", "consistency_circular"),
        "max_over_stride_in_consistency": runs.difference("max", "stride", "consistency_circular"),
    }
    swap_costs = worse(effects["stride_over_max"])
    layer_keeps_up = effects["stride_extra_over_max"]["low"] > -MARGIN
    if better(effects["stride_over_max"]):
        verdict = "refuted"
    elif swap_costs:
        verdict = "supported" if layer_keeps_up else "partly"
    else:
        verdict = "not supported"
    return Decision(effects, verdict)


def consistency(model: Layer, images: Array, move: Callable[[Array, int, int], Array]) -> float:
    """Return how often the answer stays when the image moves one pixel, over all eight ways."""
    answers = predict(model, images)
    stays = [predict(model, move(images, *by)) == answers for by in one_pixel_moves()]
    return float(np.mean(stays))


def shift(images: Array, down: int, across: int) -> Array:
    """Move images; what leaves is lost, and zeros fill the gap."""
    height, width = images.shape[2:]
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    return padded[:, :, 1 - down : 1 - down + height, 1 - across : 1 - across + width]
