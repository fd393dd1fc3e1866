"""C3: how well networks read digits that stand a little beside where they stood in training."""

import numpy as np

from cnnnotes.data import load_digits
from cnnnotes.experiments.experiment import Decision, Outcome, Report, Runs
from cnnnotes.experiments.fair import check_matched, parameters, train, tune
from cnnnotes.experiments.intervals import better, worse
from cnnnotes.experiments.metrics import Measure, Share, usual
from cnnnotes.experiments.toolkit import cnn, mlp, moved, moved_at_random
from cnnnotes.layers import (
    AdaptiveAvgPool2d,
    Conv2d,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
)
from cnnnotes.training import evaluate

QUESTION = "How well is a digit read that stands a few pixels beside where it stood in training?"
CLAIMS = ("C3",)
DATASET = "digits"
ARMS = ("cnn_global", "cnn_pool", "cnn_stride", "mlp", "mlp_shown")
NAMES = {
    "cnn_global": "CNN, global pooling",
    "cnn_pool": "CNN, max pooling",
    "cnn_stride": "CNN, strides only",
    "mlp": "MLP",
    "mlp_shown": "MLP trained on shifted digits",
}
METRICS = usual("learning_rate", "parameters") | {
    "accuracy_in_place": Share("held-out accuracy in place"),
    "loss_at_2": Measure("accuracy lost by 2 pixels", low=-1, high=1),
    "loss_at_4": Measure("accuracy lost by 4 pixels", low=-1, high=1),
    "accuracy": Share("held-out accuracy by distance moved"),
}
SEEDS = range(6)
RULE = """
All networks are trained on digits in their own places; the metric is what a shift of the test
digits by 2 pixels, up, down, left or right, takes from held-out accuracy. Supported if each of the
three CNNs (strides only, max pooling, global average pooling) loses less than the MLP with its
whole 95 % interval. Partly if at least one does, and none loses more. Refuted if all lose more.
Otherwise not supported. Parameters are matched within 5 %.
One more arm decides nothing: the MLP trained on digits each moved by up to 4 pixels, with as many
images and steps, to see whether shifts can be learned instead.
"""
DECIDING = ("mlp_loss_over_cnn_*",)

EPOCHS = 8
FARTHEST = 4
COMPARED_AT = 2
CNNS = ("cnn_stride", "cnn_pool", "cnn_global")


def cnn_pool(seed: int) -> Layer:
    """Return the strided network with max pooling for strides."""
    return Sequential(
        Conv2d(1, 8, 3, padding=1),
        ReLU(),
        MaxPool2d(2),
        Conv2d(8, 16, 3, padding=1),
        ReLU(),
        MaxPool2d(2),
        Flatten(),
        Linear(16 * 7 * 7, 10),
        seed=seed,
    )


def cnn_global(seed: int) -> Layer:
    """Return a network that ends in means of whole maps, so that no weight knows a place."""
    return Sequential(
        Conv2d(1, 8, 3, padding=1, init="he"),
        ReLU(),
        MaxPool2d(2),
        Conv2d(8, 16, 3, padding=1, init="he"),
        ReLU(),
        MaxPool2d(2),
        Conv2d(16, 50, 3, padding=1, init="he"),
        ReLU(),
        AdaptiveAvgPool2d(1),
        Flatten(),
        Linear(50, 10),
        seed=seed,
    )


NETWORKS = {
    "cnn_stride": cnn,
    "cnn_pool": cnn_pool,
    "cnn_global": cnn_global,
    "mlp": mlp,
    "mlp_shown": mlp,
}


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Train one network, then read test digits at ever larger shifts."""
    build = NETWORKS[arm]
    check_matched({name: make(seed) for name, make in NETWORKS.items()})
    digits = load_digits(seed)
    images = digits.train_images
    if arm == "mlp_shown":
        images = moved_at_random(images, np.random.default_rng([seed, 4]))
    tuned = tune(build, images, digits.train_labels, epochs=EPOCHS, seed=seed)
    model = build(seed)
    train(
        model,
        images,
        digits.train_labels,
        epochs=EPOCHS,
        learning_rate=tuned.learning_rate,
        seed=seed,
        report=report,
    )

    def accuracy(*by: int) -> float:
        return evaluate(model, moved(digits.test_images, *by), digits.test_labels).accuracy

    curve = [
        float(np.mean([accuracy(*by) for by in four_ways(distance)]))
        for distance in range(FARTHEST + 1)
    ]
    return Outcome(
        {
            "accuracy_in_place": curve[0],
            "loss_at_2": curve[0] - curve[COMPARED_AT],
            "loss_at_4": curve[0] - curve[FARTHEST],
            "accuracy": curve,
            "learning_rate": tuned.learning_rate,
            "parameters": parameters(model),
        }
    )


def decide(runs: Runs) -> Decision:
    """Apply the rule."""
    effects = {
        f"mlp_loss_over_{arm}_loss": runs.difference("mlp", arm, "loss_at_2")
        for arm in (*CNNS, "mlp_shown")
    }
    of_cnns = [effects[f"mlp_loss_over_{arm}_loss"] for arm in CNNS]
    if all(map(better, of_cnns)):
        verdict = "supported"
    elif all(map(worse, of_cnns)):
        verdict = "refuted"
    elif any(map(better, of_cnns)) and not any(map(worse, of_cnns)):
        verdict = "partly"
    else:
        verdict = "not supported"
    return Decision(effects, verdict)


def four_ways(distance: int) -> list[tuple[int, int]]:
    """Return the moves (down, across) so far up, down, left and right; one if it is no move."""
    return sorted({(distance, 0), (-distance, 0), (0, distance), (0, -distance)})
