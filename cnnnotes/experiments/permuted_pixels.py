"""C1: shuffle the pixels of all images alike, and see which network notices."""

import numpy as np

from cnnnotes.data import load_digits
from cnnnotes.experiments.experiment import Decision, Outcome, Report, Runs
from cnnnotes.experiments.fair import check_matched, parameters, train, tune
from cnnnotes.experiments.intervals import better, difference, same, worse
from cnnnotes.experiments.metrics import usual
from cnnnotes.experiments.toolkit import cnn, local, mlp
from cnnnotes.training import evaluate

QUESTION = "If the pixels of all images are shuffled in one fixed order, which network loses?"
CLAIMS = ("C1",)
DATASET = "digits"
ARMS = (
    "cnn_true",
    "cnn_permuted",
    "local_true",
    "local_permuted",
    "mlp_true",
    "mlp_permuted",
)
NAMES = {
    f"{network}_{order}": f"{told}, {order} order"
    for network, told in {"cnn": "CNN", "local": "locally connected", "mlp": "MLP"}.items()
    for order in ("true", "permuted")
}
METRICS = usual("test_accuracy", "train_accuracy", "learning_rate", "parameters")
SEEDS = range(10)
RULE = """
The metric is held-out accuracy; the effect is what one fixed permutation of the pixels per seed
takes from it. Supported if the MLP's loss lies within ±1.5 percentage points and the CNN's above 0,
each with its whole 95 % interval. Partly if the MLP's is not shown to lie so, but the CNN loses,
and more than the MLP does. Refuted if the CNN gains. Otherwise not supported. Parameters are
matched within 5 %.
"""
DECIDING = ("cnn_loss", "mlp_loss", "cnn_loss_over_mlp_loss")

EPOCHS = 8
MARGIN = 0.015


NETWORKS = {"cnn": cnn, "local": local, "mlp": mlp}


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Train one network on images as they are, or on images permuted."""
    network, _, order = arm.partition("_")
    build = NETWORKS[network]
    check_matched({name: make(seed) for name, make in NETWORKS.items()})
    digits = load_digits(seed)
    places = np.arange(784)
    if order == "permuted":
        places = np.random.default_rng([seed, 1]).permutation(784)
    train_images, test_images = (
        images.reshape(-1, 784)[:, places].reshape(images.shape)
        for images in (digits.train_images, digits.test_images)
    )
    tuned = tune(build, train_images, digits.train_labels, epochs=EPOCHS, seed=seed)
    model = build(seed)
    train(
        model,
        train_images,
        digits.train_labels,
        epochs=EPOCHS,
        learning_rate=tuned.learning_rate,
        seed=seed,
        report=report,
    )
    metrics = {
        "test_accuracy": evaluate(model, test_images, digits.test_labels).accuracy,
        "train_accuracy": evaluate(model, train_images, digits.train_labels).accuracy,
        "learning_rate": tuned.learning_rate,
        "parameters": parameters(model),
    }
    details = {"validation_accuracies": tuned.accuracies}
    return Outcome(metrics, details | ({"places": places} if seed == SEEDS[0] else {}))


def decide(runs: Runs) -> Decision:
    """Apply the rule."""
    losses = {
        network: runs.difference(f"{network}_true", f"{network}_permuted", "test_accuracy")
        for network in NETWORKS
    }
    cnn_over_mlp = difference(losses["cnn"]["per_seed"], losses["mlp"]["per_seed"])
    if same(losses["mlp"], MARGIN) and better(losses["cnn"]):
        verdict = "supported"
    elif worse(losses["cnn"]):
        verdict = "refuted"
    elif better(losses["cnn"]) and better(cnn_over_mlp):
        verdict = "partly"
    else:
        verdict = "not supported"
    effects = {f"{network}_loss": loss for network, loss in losses.items()}
    return Decision({**effects, "cnn_loss_over_mlp_loss": cnn_over_mlp}, verdict)
