"""C14: a small network with a bias against ever larger ones without, where it is right and wrong.

A bias is what a network assumes before it has seen any data; here that neighbours belong together.
"""

from collections.abc import Callable

import numpy as np

from cnnnotes.data import load_digits
from cnnnotes.experiments.experiment import Decision, Outcome, Report, Runs
from cnnnotes.experiments.fair import parameters, train, tune
from cnnnotes.experiments.intervals import better, worse
from cnnnotes.experiments.metrics import usual
from cnnnotes.experiments.toolkit import cnn
from cnnnotes.layers import Flatten, Layer, Linear, ReLU, Sequential
from cnnnotes.training import evaluate

QUESTION = "Does a network that assumes the right thing beat one with thirty times the parameters?"
CLAIMS = ("C14",)
DATASET = "digits"
ARMS = (
    "cnn_true",
    "mlp_1_true",
    "mlp_3_true",
    "mlp_10_true",
    "mlp_30_true",
    "cnn_permuted",
    "mlp_1_permuted",
    "mlp_3_permuted",
    "mlp_10_permuted",
    "mlp_30_permuted",
)
NAMES = {
    f"{network}_{order}": f"{told}, {order} order"
    for order in ("true", "permuted")
    for network, told in {
        "cnn": "CNN",
        "mlp_1": "MLP as large",
        "mlp_3": "MLP, 3 times larger",
        "mlp_10": "MLP, 10 times larger",
        "mlp_30": "MLP, 30 times larger",
    }.items()
}
METRICS = usual("test_accuracy", "train_accuracy", "learning_rate", "parameters")
SEEDS = range(8)
RULE = """
The metric is held-out accuracy after training on 4,000 digits. One CNN meets MLPs of about 1, 3, 10
and 30 times its parameters, on true pixels and on pixels in one fixed random order per seed.
Supported if on true pixels the CNN is above all four, and on permuted pixels below the largest,
each with its whole 95 % interval: the right assumption beats size, the wrong one does not. Partly
if on true pixels it is above at least one and below none, but the rest is not shown. Refuted if on
true pixels an MLP is above it. Otherwise not supported.
"""
DECIDING = ("cnn_over_*_true", "cnn_over_mlp_30_permuted")

EPOCHS = 12
WIDTHS = {"mlp_1": 11, "mlp_3": 34, "mlp_10": 114, "mlp_30": 343}


def builder(network: str) -> Callable[[int], Layer]:
    """Return what makes a network from a seed: the CNN, or an MLP with one hidden layer."""
    if network == "cnn":
        return cnn
    width = WIDTHS[network]
    return lambda seed: Sequential(
        Flatten(), Linear(784, width), ReLU(), Linear(width, 10), seed=seed
    )


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Train one network on images as they are, or on images permuted."""
    network, _, order = arm.rpartition("_")
    build = builder(network)
    digits = load_digits(seed)
    places = np.arange(784)
    if order == "permuted":
        places = np.random.default_rng([seed, 1]).permutation(784)
    images, test_images = (
        images.reshape(-1, 784)[:, places].reshape(images.shape)
        for images in (digits.train_images, digits.test_images)
    )
    labels = digits.train_labels
    tuned = tune(build, images, labels, epochs=EPOCHS, seed=seed)
    model = build(seed)
    train(
        model,
        images,
        labels,
        epochs=EPOCHS,
        learning_rate=tuned.learning_rate,
        seed=seed,
        report=report,
    )
    return Outcome(
        {
            "test_accuracy": evaluate(model, test_images, digits.test_labels).accuracy,
            "train_accuracy": evaluate(model, images, labels).accuracy,
            "learning_rate": tuned.learning_rate,
            "parameters": parameters(model),
        }
    )


def decide(runs: Runs) -> Decision:
    """Apply the rule."""
    leads = {
        f"cnn_over_{mlp}_{order}": runs.difference(
            f"cnn_{order}", f"{mlp}_{order}", "test_accuracy"
        )
        for order in ("true", "permuted")
        for mlp in WIDTHS
    }
    true = [leads[f"cnn_over_{mlp}_true"] for mlp in WIDTHS]
    if any(map(worse, true)):
        verdict = "refuted"
    elif all(map(better, true)) and worse(leads["cnn_over_mlp_30_permuted"]):
        verdict = "supported"
    elif any(map(better, true)):
        verdict = "partly"
    else:
        verdict = "not supported"
    return Decision(leads, verdict)
