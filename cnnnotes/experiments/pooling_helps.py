"""P2: digits that moved a little, read with pooling and without; and what the work costs."""

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.data import load_digits
from cnnnotes.experiments.experiment import Decision, Outcome, Report, Runs
from cnnnotes.experiments.fair import check_matched, costs, parameters, train, tune
from cnnnotes.experiments.intervals import better, worse
from cnnnotes.experiments.metrics import Count, Measure, Share, usual
from cnnnotes.experiments.toolkit import moved
from cnnnotes.layers import AvgPool2d, Conv2d, Flatten, Layer, Linear, MaxPool2d, ReLU, Sequential
from cnnnotes.training import evaluate

QUESTION = "Does pooling help to read digits that moved a little, and what work does it save?"
CLAIMS = ("P2",)
DATASET = "digits"
ARMS = ("flat", "stride", "average", "max")
NAMES = {
    "max": "max pooling",
    "average": "average pooling",
    "stride": "stride",
    "flat": "full size",
}
METRICS = usual("parameters", "macs", "learning_rate") | {
    "accuracy": Share("held-out accuracy by distance moved"),
    "accuracy_in_place": Share("held-out accuracy in place"),
    "accuracy_moved": Share("held-out accuracy of moved images"),
    "loss": Measure("accuracy lost by moving", low=-1, high=1),
    "macs_second": Count("multiply-accumulates of the second layer"),
    "outputs": Count("values that the layers give"),
    "outputs_second": Count("values that the second layer gives"),
}
SEEDS = range(8)
RULE = """
Four networks with equal parameters, up to 5 %, are trained on digits in their own places: max
pooling after each of two convolutions, average pooling, strides of 2 in the convolutions instead,
and full size to the end (flat), where one map goes to the last layer. The metric is held-out
accuracy with each digit moved at random by up to 3 pixels, the same moves for all; no ink leaves.
Helps: max pooling is above both networks without pooling, each with its whole 95 % interval. Helps
with shifts: it also loses less from the move than both. Saves: counted, the convolution after the
first max pooling has a quarter of the multiply-accumulates and of the outputs that it has in the
flat network. Supported if it helps, helps with shifts and saves. Partly if it saves, is above at
least one of the two and below neither. Refuted if it is below both, or does not save. Otherwise
not supported. Average pooling decides nothing.
"""
DECIDING = ("max_over_*_accuracy_moved", "max_over_*_loss")

EPOCHS = 8
TRAINED_ON = 2000
FARTHEST = 4
COMPARED_AT = 3
WITHOUT = ("stride", "flat")


def halving(arm: str) -> list[Layer]:
    """Return the pooling of an arm, if it has one."""
    choices: dict[str, list[Layer]] = {"max": [MaxPool2d(2)], "average": [AvgPool2d(2)]}
    return choices.get(arm, [])


def network(arm: str, seed: int) -> Sequential:
    """Return two convolutions and a linear layer, halved twice in the way of `arm`, or never."""
    step = 2 if arm == "stride" else 1
    squeeze: list[Layer] = [Conv2d(16, 1, 1)] if arm == "flat" else []
    return Sequential(
        Conv2d(1, 8, 3, stride=step, padding=1, init="he"),
        ReLU(),
        *halving(arm),
        Conv2d(8, 16, 3, stride=step, padding=1, init="he"),
        ReLU(),
        *halving(arm),
        *squeeze,
        Flatten(),
        Linear(784, 10),
        seed=seed,
    )


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Train one network on digits in their places, then read digits that moved at random."""
    check_matched({name: network(name, seed) for name in ARMS})
    digits = load_digits(seed)
    images, labels = digits.train_images[:TRAINED_ON], digits.train_labels[:TRAINED_ON]

    def build(seed: int) -> Layer:
        return network(arm, seed)

    tuned = tune(build, images, labels, epochs=EPOCHS, seed=seed)
    model = network(arm, seed)
    train(
        model,
        images,
        labels,
        epochs=EPOCHS,
        learning_rate=tuned.learning_rate,
        seed=seed,
        report=report,
    )
    curve = []
    for farthest in range(FARTHEST + 1):
        rng = np.random.default_rng([seed, 8, farthest])
        views = moved_each(digits.test_images, farthest, rng)
        curve.append(evaluate(model, views, digits.test_labels).accuracy)
    table = costs(model, digits.test_images.shape[1:])
    second = next(row for row in table if row["layer"].startswith("Conv2d(8, 16"))
    metrics = {
        "accuracy": curve,
        "accuracy_in_place": curve[0],
        "accuracy_moved": curve[COMPARED_AT],
        "loss": curve[0] - curve[COMPARED_AT],
        "parameters": parameters(model),
        "macs": sum(row["macs"] for row in table),
        "macs_second": second["macs"],
        "outputs": sum(int(np.prod(row["output_shape"])) for row in table),
        "outputs_second": int(np.prod(second["output_shape"])),
        "learning_rate": tuned.learning_rate,
    }
    return Outcome(metrics, {"layers": table} if seed == SEEDS[0] else {})


def decide(runs: Runs) -> Decision:
    """Apply the rule."""
    effects = {
        f"{first}_over_{second}_{metric}": runs.difference(first, second, metric)
        for first, second in (*(("max", other) for other in WITHOUT), ("average", "max"))
        for metric in ("accuracy_moved", "accuracy_in_place", "loss")
    }
    gains = [effects[f"max_over_{other}_accuracy_moved"] for other in WITHOUT]
    losses = [effects[f"max_over_{other}_loss"] for other in WITHOUT]
    saves = all(
        (4 * runs.of("max", cost) == runs.of("flat", cost)).all()
        for cost in ("macs_second", "outputs_second")
    )
    if not saves or all(map(worse, gains)):
        verdict = "refuted"
    elif all(map(better, gains)) and all(map(worse, losses)):
        verdict = "supported"
    elif any(map(better, gains)) and not any(map(worse, gains)):
        verdict = "partly"
    else:
        verdict = "not supported"
    return Decision(effects, verdict)


def moved_each(images: Array, farthest: int, rng: np.random.Generator) -> Array:
    """Move each image by up to so many pixels down or up, and across; blank paper fills the gap."""
    by = rng.integers(-farthest, farthest + 1, size=(len(images), 2)).tolist()
    return np.concatenate(
        [moved(image[None], *move) for image, move in zip(images, by, strict=True)]
    )
