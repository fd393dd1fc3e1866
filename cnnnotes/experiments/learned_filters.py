"""C10: filters made by hand, drawn at random, or learned, below the same last layer."""

from collections.abc import Callable

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.data import Split, load_digits
from cnnnotes.experiments.experiment import Decision, Outcome, Report, Runs
from cnnnotes.experiments.fair import BATCH_SIZE, cut, train, tune
from cnnnotes.experiments.intervals import better, worse
from cnnnotes.experiments.metrics import Choice, Count, Share, usual
from cnnnotes.experiments.toolkit import edge_bank, first_of_each_digit, hog_features
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnnotes.training import evaluate

QUESTION = "Do filters that are learned replace features made by hand?"
CLAIMS = ("C10",)
DATASET = "digits"
ARMS = ("learned", "bank", "random", "hog", "pixels", "bank_learned")
NAMES = {
    "bank_learned": "by hand, then learned",
    "bank": "filters by hand",
    "learned": "learned filters",
    "hog": "HOG and SVM",
    "random": "random filters",
    "pixels": "no filters",
}
METRICS = usual("test_accuracy", "learning_rate") | {
    "curve": Share("held-out accuracy by training images"),
    "sizes": Count("training images"),
    "penalty": Choice("penalty"),
}
SEEDS = range(8)
RULE = """
The metric is held-out accuracy. Three networks differ in their 16 filters of 5×5 only: a fixed
bank of edge and bar detectors, fixed random ones, or learned ones that start as the random ones
do. All end in the same linear layer, and take as many steps. Beside them stands a linear support
vector machine on HOG features. Supported if after 4,000 digits the learned filters are above the
bank and above the random ones, each with its whole 95 % interval, and the whole interval of their
lead over HOG lies above −1 percentage point. Refuted if they are below the bank. Partly if neither
holds, but they are above the random ones, and the whole interval of their lead over the bank lies
above −1 point: as good as made by hand, without the hand. Otherwise not supported.
Filters that start as the bank and go on learning, the linear layer on bare pixels, and training on
fewer digits decide nothing.
"""
DECIDING = ("learned_over_bank", "learned_over_random", "learned_over_hog")

SIZES = (100, 600, 4000)
STEPS = 640
FILTERS, KERNEL = 16, 5
MARGIN = 0.01
PENALTIES = (0.01, 0.1, 1.0)


def network(seed: int) -> Sequential:
    """Return filters, and a linear layer that reads 784 numbers, as many as there are pixels."""
    return Sequential(
        Conv2d(1, FILTERS, KERNEL, stride=2, padding=2, init="he"),
        ReLU(),
        MaxPool2d(2),
        Flatten(),
        Linear(FILTERS * 7 * 7, 10),
        seed=seed,
    )


def head(seed: int) -> Sequential:
    """Return the linear layer alone."""
    return Sequential(Flatten(), Linear(784, 10), seed=seed)


def from_bank(seed: int) -> Sequential:
    """Return the same network, its filters those made by hand."""
    model = network(seed)
    model[0].weight.data[:] = edge_bank()
    return model


NETWORKS = {
    "learned": network,
    "bank": from_bank,
    "random": network,
    "pixels": head,
    "bank_learned": from_bank,
}


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Train one arm on ever more digits, always from the start."""
    digits = load_digits(seed)
    if arm == "hog":
        digits = digits._replace(
            train_images=hog_features(digits.train_images),
            test_images=hog_features(digits.test_images),
        )
    build = NETWORKS.get(arm, head)
    model = build(seed)
    if arm in ("bank", "random"):
        digits = digits._replace(
            train_images=model[:3].forward(digits.train_images),
            test_images=model[:3].forward(digits.test_images),
        )
        build = head
    curve, chosen = [], []
    for done, size in enumerate(SIZES):
        report(done, len(SIZES))
        few = first_of_each_digit(digits.train_labels, size)
        part = digits._replace(
            train_images=digits.train_images[few], train_labels=digits.train_labels[few]
        )
        if arm == "hog":
            accuracy, setting = support_vectors(part, seed)
        else:
            accuracy, setting, trained = gradient_descent(build, part, seed)
            if build is not head:
                model = trained
        curve.append(accuracy)
        chosen.append(setting)
    metrics = {
        "test_accuracy": curve[-1],
        "curve": curve,
        "sizes": SIZES,
        "penalty" if arm == "hog" else "learning_rate": chosen,
    }
    if arm in ("hog", "pixels") or seed != SEEDS[0]:
        return Outcome(metrics)
    return Outcome(metrics, {"filters": model[0].weight.data[:, 0]})


def gradient_descent(
    build: Callable[[int], Sequential], split: Split, seed: int
) -> tuple[float, float, Sequential]:
    """Return the accuracy of a network, the rate that was tuned for it, and the network."""
    images, labels = split.train_images, split.train_labels
    epochs = round(STEPS / -(-len(images) // BATCH_SIZE))
    tuned = tune(build, images, labels, epochs=epochs, seed=seed)
    model = build(seed)
    train(model, images, labels, epochs=epochs, learning_rate=tuned.learning_rate, seed=seed)
    accuracy = evaluate(model, split.test_images, split.test_labels).accuracy
    return accuracy, tuned.learning_rate, model


def support_vectors(split: Split, seed: int) -> tuple[float, float]:
    """Return the accuracy of a linear classifier on features, and the penalty tuned for it."""
    from sklearn.svm import LinearSVC

    features, labels = split.train_images, split.train_labels
    training, validation = cut(labels, seed)

    def fitted(penalty: float, chosen: Array) -> LinearSVC:
        machine = LinearSVC(C=penalty, random_state=seed)
        return machine.fit(features[chosen], labels[chosen])

    scores = {
        penalty: fitted(penalty, training).score(features[validation], labels[validation])
        for penalty in PENALTIES
    }
    best = max(scores, key=lambda penalty: (scores[penalty], -penalty))
    final = fitted(best, np.arange(len(labels)))
    return float(final.score(split.test_images, split.test_labels)), best


def decide(runs: Runs) -> Decision:
    """Apply the rule."""
    leads = {
        f"learned_over_{arm}": runs.difference("learned", arm, "test_accuracy")
        for arm in ARMS
        if arm != "learned"
    }
    over_bank, over_random = leads["learned_over_bank"], leads["learned_over_random"]
    over_hog = leads["learned_over_hog"]
    if worse(over_bank):
        verdict = "refuted"
    elif better(over_bank) and better(over_random) and over_hog["low"] > -MARGIN:
        verdict = "supported"
    elif better(over_random) and over_bank["low"] > -MARGIN:
        verdict = "partly"
    else:
        verdict = "not supported"
    return Decision(leads, verdict)
