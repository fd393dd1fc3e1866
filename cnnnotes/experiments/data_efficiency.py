"""C7: how much data each network needs, the same three networks and a wider one beside them."""

from cnnnotes.checks import Array
from cnnnotes.data import load_digits
from cnnnotes.experiments.experiment import Decision, Outcome, Report, Runs
from cnnnotes.experiments.fair import BATCH_SIZE, parameters, train, tune
from cnnnotes.experiments.intervals import better, difference, effect, worse
from cnnnotes.experiments.metrics import Count, usual
from cnnnotes.experiments.toolkit import cnn, first_of_each_digit, local, mlp
from cnnnotes.layers import Flatten, Layer, Linear, ReLU, Sequential
from cnnnotes.training import evaluate

QUESTION = "Does sharing weights make a network learn from fewer examples?"
CLAIMS = ("C7",)
DATASET = "digits"
ARMS = ("cnn", "mlp_wide", "local", "mlp")
NAMES = {
    "cnn": "CNN",
    "mlp_wide": "MLP, ten times larger",
    "mlp": "MLP of the CNN's size",
    "local": "locally connected",
}
METRICS = usual("test_accuracy", "learning_rate", "parameters") | {
    "sizes": Count("training images"),
}
SEEDS = range(6)
RULE = """
The metric is held-out accuracy after training on 50 to 4,000 digits, with as many steps for each
size. Supported if at 500 the CNN is above the MLP of its size, the MLP ten times as large, and the
locally connected network, which sees as locally but shares nothing, each with its whole 95 %
interval. Partly if it is above the MLP of its size, but not all three. Refuted if it is below that
MLP. Otherwise not supported.
How many times the CNN's 500 digits an MLP needs to be as good is read off its own curve; where it
never is, 8 stands for "more than all 4,000".
"""
DECIDING = ("cnn_over_*_at_500",)

SIZES = (50, 100, 200, 500, 1000, 2000, 4000)
COMPARED_AT = SIZES.index(500)
STEPS = 320


def mlp_wide(seed: int) -> Layer:
    """Return a fully connected network with ten times the parameters of the others."""
    return Sequential(Flatten(), Linear(784, 114), ReLU(), Linear(114, 10), seed=seed)


NETWORKS = {"cnn": cnn, "local": local, "mlp": mlp, "mlp_wide": mlp_wide}


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Train one network on ever more digits, always from the start."""
    build = NETWORKS[arm]
    digits = load_digits(seed)
    accuracies, rates = [], []
    for done, size in enumerate(SIZES):
        report(done, len(SIZES))
        chosen = first_of_each_digit(digits.train_labels, size)
        images, labels = digits.train_images[chosen], digits.train_labels[chosen]
        epochs = round(STEPS / -(-size // BATCH_SIZE))
        tuned = tune(build, images, labels, epochs=epochs, seed=seed)
        model = build(seed)
        train(model, images, labels, epochs=epochs, learning_rate=tuned.learning_rate, seed=seed)
        accuracies.append(evaluate(model, digits.test_images, digits.test_labels).accuracy)
        rates.append(tuned.learning_rate)
    return Outcome(
        {
            "test_accuracy": accuracies,
            "learning_rate": rates,
            "sizes": SIZES,
            "parameters": parameters(build(seed)),
        }
    )


def decide(runs: Runs) -> Decision:
    """Apply the rule."""
    curves = {arm: runs.of(arm, "test_accuracy") for arm in ARMS}
    ours = curves["cnn"][:, COMPARED_AT]
    gains = {
        f"cnn_over_{arm}_at_500": difference(ours, curves[arm][:, COMPARED_AT])
        for arm in ARMS
        if arm != "cnn"
    }
    if all(better(gain) for gain in gains.values()):
        verdict = "supported"
    elif better(gains["cnn_over_mlp_at_500"]):
        verdict = "partly"
    elif worse(gains["cnn_over_mlp_at_500"]):
        verdict = "refuted"
    else:
        verdict = "not supported"
    factors = {
        f"data_factor_of_{arm}": effect(
            [data_needed(*pair) / 500 for pair in zip(curves[arm], ours, strict=True)]
        )
        for arm in ("mlp", "mlp_wide")
    }
    return Decision(gains | factors, verdict)


def data_needed(curve: Array, accuracy: float) -> float:
    """Return at which size a curve first reaches an accuracy, between sizes on a log scale."""
    for index, reached in enumerate(curve):
        if reached >= accuracy:
            if index == 0:
                return SIZES[0]
            share = (accuracy - curve[index - 1]) / (reached - curve[index - 1])
            return float(SIZES[index - 1] * (SIZES[index] / SIZES[index - 1]) ** share)
    return SIZES[-1]
