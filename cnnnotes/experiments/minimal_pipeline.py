"""C12: a small network, and the checklist that every network should pass before it is believed."""

from math import log
from typing import Any

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.data import Split, load_digits
from cnnnotes.experiments.experiment import Decision, Details, Outcome, Report, Runs
from cnnnotes.experiments.fair import costs
from cnnnotes.experiments.intervals import effect
from cnnnotes.experiments.metrics import Count, Measure, Share, usual
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnnotes.losses import cross_entropy, cross_entropy_backward
from cnnnotes.optim import SGD
from cnnnotes.training import evaluate, fit, logits

QUESTION = "Does a minimal network in NumPy pass every step of a checklist, and read digits?"
CLAIMS = ("C12",)
DATASET = "digits"
ARMS = ("cnn",)
NAMES = {"cnn": "CNN"}
METRICS = usual("test_accuracy", "train_accuracy") | {
    "shapes_right": Count("shapes as predicted, of 8"),
    "gradient_error": Measure("largest relative error of a gradient"),
    "loss_at_start": Measure("loss before training"),
    "steps_to_learn_32": Count("steps until 32 images are learned"),
    "test_accuracy_per_epoch": Share("held-out accuracy by epoch"),
    "train_accuracy_per_epoch": Share("training accuracy by epoch"),
    "loss_per_nine_steps": Measure("loss by nine steps"),
    "confusion": Count("images by true and answered digit"),
}
SEEDS = range(5)
RULE = """
Supported if with every seed the output shape of each layer is the one worked out by hand, the
gradient agrees with centred differences to a relative error below 1e-7, the loss before training is
within 0.1 of ln 10, and 32 images are learned by heart within 200 steps; and if the held-out
accuracy after training, averaged over seeds, is at least 96 %. Partly if only some of these hold,
not supported if none does.
"""
DECIDING = ("accuracy_above_96_percent",)

SHAPES_BY_HAND = [
    (8, 28, 28),
    (8, 28, 28),
    (8, 14, 14),
    (16, 14, 14),
    (16, 14, 14),
    (16, 7, 7),
    (784,),
    (10,),
]
EPOCHS = 15


def network(seed: int) -> Sequential:
    """Return the chapter's network with the weights that `seed` draws."""
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


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Go through the checklist with one seed: shapes, gradients, start, by heart, full run."""
    digits = load_digits(seed)
    model = network(seed)
    table = costs(model, digits.test_images.shape[1:])
    filters_before = model.state_dict()["0.weight"]
    checks = {
        "shapes_right": sum(
            model[: depth + 1].forward(digits.test_images[:1]).shape[1:] == shape
            for depth, shape in enumerate(SHAPES_BY_HAND)
        ),
        "gradient_error": gradient_error(seed, digits),
        "loss_at_start": evaluate(model, digits.test_images, digits.test_labels).loss,
        "steps_to_learn_32": steps_to_learn_by_heart(network(seed), digits),
    }
    history = fit(
        model,
        digits.train_images,
        digits.train_labels,
        epochs=EPOCHS,
        optimizer=SGD(model.parameters(), lr=0.02, momentum=0.9, weight_decay=0.005),
        seed=seed,
        validation=(digits.test_images, digits.test_labels),
        progress=False,
        callback=lambda history: report(history.epochs, EPOCHS),
    )
    probabilities = softmax(logits(model, digits.test_images))
    metrics = {
        **checks,
        "test_accuracy": history.validation_accuracy[-1],
        "train_accuracy": evaluate(model, digits.train_images, digits.train_labels).accuracy,
        "test_accuracy_per_epoch": history.validation_accuracy,
        "train_accuracy_per_epoch": history.train_accuracy,
        "loss_per_nine_steps": np.array(history.losses).reshape(-1, 9).mean(axis=1),
        "confusion": confusion(digits.test_labels, probabilities.argmax(axis=1)),
    }
    if seed != SEEDS[0]:
        return Outcome(metrics)
    return Outcome(
        metrics,
        details={
            "layers": table,
            "filters_before": filters_before,
            "filters_after": model.state_dict()["0.weight"],
            "mistakes": mistakes(digits.test_labels, probabilities),
        },
    )


def decide(runs: Runs) -> Decision:
    """Apply the rule."""
    accuracy = runs.of("cnn", "test_accuracy")
    steps_passed = [
        (runs.of("cnn", "shapes_right") == len(SHAPES_BY_HAND)).all(),
        (runs.of("cnn", "gradient_error") < 1e-7).all(),
        (abs(runs.of("cnn", "loss_at_start") - log(10)) < 0.1).all(),
        (runs.of("cnn", "steps_to_learn_32") <= 200).all(),
        accuracy.mean() >= 0.96,
    ]
    verdict = (
        "supported" if all(steps_passed) else "partly" if any(steps_passed) else "not supported"
    )
    return Decision({"accuracy_above_96_percent": effect(accuracy - 0.96)}, verdict)


def details(by_run: Details) -> dict[str, Any]:
    """Gather what the chapter's figures need; pictures are those of the first seed."""
    return by_run["cnn", SEEDS[0]]


def gradient_error(seed: int, digits: Split, step: float = 1e-6) -> float:
    """Return the largest relative error of the gradient against centred differences, in float64.

    Of each parameter 20 entries are moved. The error is ‖ours − theirs‖ / (‖ours‖ + ‖theirs‖).
    """
    model = network(seed).to(np.float64)
    images, labels = digits.train_images[:2].astype(np.float64), digits.train_labels[:2]

    def loss() -> float:
        return float(cross_entropy(model.forward(images), labels))

    model.backward(cross_entropy_backward(1.0, model.forward(images), labels))
    rng = np.random.default_rng(seed)
    errors = []
    for parameter in model.parameters():
        assert parameter.grad is not None
        values = parameter.data.reshape(-1)
        places = rng.choice(values.size, size=min(20, values.size), replace=False)
        differences = []
        for place in places:
            before = values[place]
            values[place] = before + step
            above = loss()
            values[place] = before - step
            differences.append((above - loss()) / (2 * step))
            values[place] = before
        gradient = parameter.grad.reshape(-1)[places]
        errors.append(
            np.linalg.norm(gradient - differences)
            / (np.linalg.norm(gradient) + np.linalg.norm(differences))
        )
    return float(max(errors))


def steps_to_learn_by_heart(model: Sequential, digits: Split, most: int = 1000) -> int:
    """Return after how many steps on the same 32 images all are right."""
    images, labels = digits.train_images[:32], digits.train_labels[:32]
    optimizer = SGD(model.parameters(), lr=0.05, momentum=0.9)
    for step in range(most):
        outputs = model.forward(images)
        if (outputs.argmax(axis=1) == labels).all():
            return step
        model.backward(cross_entropy_backward(1.0, outputs, labels), needs_input_grad=False)
        optimizer.step()
    return most


def softmax(outputs: Array) -> Array:
    """Return probabilities (N, classes) from logits."""
    exponentials = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def confusion(labels: Array, predicted: Array) -> Array:
    """Return a table (true, predicted) of counts."""
    table = np.zeros((10, 10), dtype=np.int64)
    np.add.at(table, (labels, predicted), 1)
    return table


def mistakes(labels: Array, probabilities: Array, most: int = 24) -> list[dict[str, Any]]:
    """Return the wrong answers, the surest first, with their index in the test split."""
    predicted, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(predicted != labels)
    return [
        {
            "index": int(index),
            "true": int(labels[index]),
            "predicted": int(predicted[index]),
            "probability": float(sure[index]),
        }
        for index in wrong[np.argsort(-sure[wrong], kind="stable")][:most]
    ]
