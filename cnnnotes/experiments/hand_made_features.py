"""P11: features made by hand with a good classifier, or a CNN, on ever less tidy images."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.svm import SVC

from cnnnotes.checks import Array
from cnnnotes.data import Split, load_digits, load_placed, load_textures
from cnnnotes.experiments.experiment import Decision, Outcome, Report, Runs
from cnnnotes.experiments.fair import cut, train, tune
from cnnnotes.experiments.intervals import better, worse
from cnnnotes.experiments.metrics import Choice, usual
from cnnnotes.experiments.toolkit import hog_features
from cnnnotes.layers import (
    AdaptiveMaxPool2d,
    Conv2d,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
)
from cnnnotes.training import evaluate

QUESTION = "Does a CNN generalise better than hand-made features with a classifier?"
CLAIMS = ("P11",)
DATASET = "digits, placed, textures"
SETS = ("centred", "placed", "cluttered", "textures")
METHODS = ("cnn", "hog", "raw", "pca")
ARMS = tuple(f"{images}_{method}" for images in SETS for method in METHODS)
NAMES = {
    f"{images}_{method}": f"{on}: {told}"
    for images, on in {
        "centred": "centred digits",
        "placed": "placed digits",
        "cluttered": "digits among clutter",
        "textures": "textures",
    }.items()
    for method, told in {
        "cnn": "CNN",
        "hog": "HOG + SVM",
        "raw": "pixels + SVM",
        "pca": "PCA + logistic regression",
    }.items()
}
METRICS = usual("test_accuracy", "learning_rate") | {
    "cell": Choice("cell size of HOG, in pixels"),
    "width": Choice("kernel width, in units of the usual one"),
    "penalty": Choice("penalty"),
    "components": Choice("principal components"),
}
SEEDS = range(5)
RULE = """
The metric is held-out accuracy after 2,000 training images (1,800 of textures), the same for all
methods: a CNN; a support vector machine (SVM) with a Gaussian kernel on HOG features; the same on
raw pixels; logistic regression on principal components. Images are centred digits, digits at random
places of a 40×40 canvas, the same with four pieces of other digits around, and textures. Each
method makes its choices on a fifth of the training images: three learning rates; eight times cell
size, kernel width and penalty; four times width and penalty; nine times components and penalty. The
CNN wins a set if it is above all three others, each with its whole 95 % interval, and loses it if
one of them is above it with its whole interval. Supported if it wins all four sets. Partly if it
wins more sets than it loses, refuted if it loses more than it wins, otherwise not supported.
"""
DECIDING = ("*_cnn_over_*",)

IMAGES = 2000
EPOCHS = 16
CANVAS = 40
CLUTTER = 4
CELLS = (4, 7)
WIDTHS = (1, 3)  # in units of 1 / (features · variance)
PENALTIES = (1.0, 10.0)
COMPONENTS = (25, 50, 100)
LOGISTIC_PENALTIES = (0.01, 0.1, 1.0)
LOADERS: dict[str, Callable[[int], Split]] = {
    "centred": load_digits,
    "placed": lambda seed: load_placed(seed, CANVAS),
    "cluttered": lambda seed: load_placed(seed, CANVAS, CLUTTER),
    "textures": load_textures,
}


def network(classes: int, seed: int) -> Sequential:
    """Return three convolutions, the largest value of each map, and a linear layer."""
    return Sequential(
        Conv2d(1, 8, 5, stride=2, padding=2, init="he"),
        ReLU(),
        Conv2d(8, 16, 3, padding=1, init="he"),
        ReLU(),
        MaxPool2d(2),
        Conv2d(16, 64, 3, padding=1, init="he"),
        ReLU(),
        AdaptiveMaxPool2d(1),
        Flatten(),
        Linear(64, classes),
        seed=seed,
    )


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Let one method make its choices, then train it on all training images."""
    name, _, method = arm.partition("_")
    split = LOADERS[name](seed)
    split = split._replace(
        train_images=split.train_images[:IMAGES], train_labels=split.train_labels[:IMAGES]
    )
    if method == "cnn":
        return convolutions(split, seed, report)
    if method == "pca":
        return logistic(split, seed)
    if method == "raw":
        return chosen([{"cell": 0}], split, seed)
    return chosen([{"cell": cell} for cell in CELLS], split, seed)


def convolutions(split: Split, seed: int, report: Report) -> Outcome:
    """Train the CNN at the rate that did best on validation images."""
    images, labels = split.train_images, split.train_labels
    classes = len(np.unique(labels))
    tuned = tune(lambda first: network(classes, first), images, labels, epochs=EPOCHS, seed=seed)
    model = network(classes, seed)
    train(
        model,
        images,
        labels,
        epochs=EPOCHS,
        learning_rate=tuned.learning_rate,
        seed=seed,
        report=report,
    )
    accuracy = evaluate(model, split.test_images, split.test_labels).accuracy
    return Outcome({"test_accuracy": accuracy, "learning_rate": tuned.learning_rate})


def chosen(views: list[Mapping[str, Any]], split: Split, seed: int) -> Outcome:
    """Fit support vectors on the view, width and penalty that did best on validation images."""
    labels = split.train_labels
    training, validation = cut(labels, seed)
    best: tuple[float, float, dict[str, Any]] = (-1.0, 0.0, {})
    for view in views:
        features, unseen = (
            hog_features(images, view["cell"]) if view["cell"] else images.reshape(len(images), -1)
            for images in (split.train_images, split.test_images)
        )
        for width in WIDTHS:
            gamma = width / (features.shape[1] * features.var())
            alike = rbf_kernel(features, gamma=gamma)
            for penalty in PENALTIES:
                machine = SVC(kernel="precomputed", C=penalty)
                machine.fit(alike[np.ix_(training, training)], labels[training])
                score = machine.score(alike[np.ix_(validation, training)], labels[validation])
                if score > best[0]:
                    machine.fit(alike, labels)
                    final = machine.score(
                        rbf_kernel(unseen, features, gamma=gamma), split.test_labels
                    )
                    best = score, final, {**view, "width": width, "penalty": penalty}
    return Outcome({"test_accuracy": best[1], **best[2]})


def logistic(split: Split, seed: int) -> Outcome:
    """Fit logistic regression on as many components, and at the penalty, that did best."""
    labels = split.train_labels
    training, validation = cut(labels, seed)
    images, unseen = (
        part.reshape(len(part), -1) for part in (split.train_images, split.test_images)
    )

    def fitted(rows: Array, classes: Array, kept: int, penalty: float) -> tuple[Any, Any]:
        directions = PCA(kept, random_state=seed).fit(rows)
        reader = LogisticRegression(C=penalty, max_iter=500, tol=1e-3)
        return directions, reader.fit(directions.transform(rows), classes)

    scores = {}
    for kept in COMPONENTS:
        for penalty in LOGISTIC_PENALTIES:
            directions, reader = fitted(images[training], labels[training], kept, penalty)
            codes = directions.transform(images[validation])
            scores[kept, penalty] = reader.score(codes, labels[validation])
    kept, penalty = max(scores, key=lambda choice: scores[choice])
    directions, reader = fitted(images, labels, kept, penalty)
    accuracy = float(reader.score(directions.transform(unseen), split.test_labels))
    return Outcome({"test_accuracy": accuracy, "components": kept, "penalty": penalty})


def decide(runs: Runs) -> Decision:
    """Apply the rule."""
    effects = {
        f"{images}_cnn_over_{other}": runs.difference(
            f"{images}_cnn", f"{images}_{other}", "test_accuracy"
        )
        for images in SETS
        for other in METHODS[1:]
    }
    of_set = [[effects[f"{images}_cnn_over_{other}"] for other in METHODS[1:]] for images in SETS]
    won = sum(all(map(better, leads)) for leads in of_set)
    lost = sum(any(map(worse, leads)) for leads in of_set)
    if won == len(SETS):
        verdict = "supported"
    elif won > lost:
        verdict = "partly"
    else:
        verdict = "refuted" if lost > won else "not supported"
    return Decision(effects, verdict)
