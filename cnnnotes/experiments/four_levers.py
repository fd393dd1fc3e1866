"""C13: from one MLP, pull one lever at a time, and see how far each moves it."""

from contextlib import suppress
from functools import cache
from itertools import product
from math import prod
from typing import Any, NamedTuple

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.data import load_placed
from cnnnotes.experiments.experiment import Decision, Outcome, Report, Runs
from cnnnotes.experiments.fair import BATCH_SIZE, LEARNING_RATES, cut, parameters
from cnnnotes.experiments.intervals import better, worse
from cnnnotes.experiments.metrics import Count, Share, usual
from cnnnotes.experiments.toolkit import hog_features, moved_at_random
from cnnnotes.layers import (
    AdaptiveMaxPool2d,
    Conv2d,
    Dropout,
    Flatten,
    Layer,
    Linear,
    ReLU,
    Sequential,
)
from cnnnotes.optim import SGD, Adam, OneCycleLR
from cnnnotes.training import evaluate, fit

QUESTION = "Which lever moves a blind model: features, regularisation, tuning, or architecture?"
CLAIMS = ("C13",)
DATASET = "placed"
ARMS = ("baseline", "features", "regularised", "tuned", "architecture", "all_three")
NAMES = {
    "baseline": "MLP",
    "tuned": "tune the optimiser",
    "regularised": "regularise",
    "features": "add features",
    "architecture": "change to a CNN",
    "all_three": "the first three at once",
}
METRICS = usual("test_accuracy", "parameters") | {
    "validation_accuracy": Share("validation accuracy"),
    "choices": Count("settings tried"),
    "accuracy_flattened": Share("held-out accuracy with a flattening head"),
    "accuracy_pooled": Share("held-out accuracy with a pooling head"),
}
SEEDS = range(5)
RULE = """
The metric is held-out accuracy after 2,000 digits at random places of a 40×40 canvas, which an MLP
has to learn place by place. 1,600 are trained on; the other 400 make each lever's choices. From one
MLP each lever is pulled alone. Features: HOG for pixels, or beside them. Regularisation: weight
decay, dropout, or images moved at random. Tuning: a larger rate, more momentum, Adam, twice the
steps. Architecture: one of two CNNs with as many parameters within 5 %, one that flattens its maps
and one that keeps the largest value of each. Supported if the CNN is above the MLP and above each
of the three other levers with its whole 95 % interval. Refuted if the MLP or a lever is above it.
Partly if it is above the MLP and one lever at least, and below none. Otherwise not supported.
The three other levers pulled at once decide nothing.
"""
DECIDING = (
    "architecture_over_baseline",
    "architecture_over_features",
    "architecture_over_regularised",
    "architecture_over_tuned",
)

CANVAS = 40
IMAGES = 2000
EPOCHS = 24
LONGER = 2 * EPOCHS
COPIES = 6  # each image in as many places when it is moved, in as many fewer epochs
HIDDEN = 32
POOLED = 64, 560  # maps to keep the largest value of, and hidden units behind them


class Choice(NamedTuple):
    """One way to pull a lever."""

    rate: float
    network: str = "mlp"
    features: str = "pixels"
    moved: bool = False
    decay: float = 0
    dropout: float = 0
    momentum: float = 0.9
    adam: bool = False
    epochs: int = EPOCHS


def choices(lever: str) -> list[Choice]:
    """Return what is tried for a lever."""
    plain = [Choice(rate) for rate in LEARNING_RATES]
    if lever == "features":
        return _each(plain, features=["pixels", "hog", "both"])
    if lever == "regularised":
        return [
            *_each(plain, decay=[0, 1e-4, 1e-3, 1e-2]),
            *_each(plain, dropout=[0.2, 0.5]),
            *_each(plain, moved=[True], epochs=[EPOCHS, LONGER]),
        ]
    if lever == "tuned":
        sgd = [Choice(rate, epochs=LONGER) for rate in (*LEARNING_RATES, 0.54)]
        adam = [Choice(rate, adam=True, epochs=LONGER) for rate in (3e-4, 1e-3, 3e-3)]
        return [*plain, *_each(sgd, momentum=[0.9, 0.97]), *adam]
    if lever == "all_three":
        return _each(plain, features=["hog"], moved=[True], epochs=[LONGER])
    if lever == "architecture":
        return _each(plain, network=["flattened", "pooled"])
    return plain


def _each(choices: list[Choice], **changes: list[Any]) -> list[Choice]:
    return [
        choice._replace(**dict(zip(changes, values, strict=True)))
        for values in product(*changes.values())
        for choice in choices
    ]


def build(choice: Choice, shape: tuple[int, ...], seed: int) -> Sequential:
    """Return the network of a choice for images, or features, of a shape.

    Two convolutions halve the sides of an image twice and make 16 maps. What is behind them gets as
    many numbers as the image has pixels: the flattening CNN is the MLP with them in front.
    """
    layers: list[Layer] = []
    inputs, hidden = prod(shape), HIDDEN
    if choice.network != "mlp":
        layers = [
            Conv2d(1, 8, 5, stride=2, padding=2, init="he"),
            ReLU(),
            Conv2d(8, 16, 3, stride=2, padding=1, init="he"),
            ReLU(),
        ]
    if choice.network == "pooled":
        inputs, hidden = POOLED
        third = Conv2d(16, inputs, 3, stride=2, padding=1, init="he")
        layers += [third, ReLU(), AdaptiveMaxPool2d(1)]
    return Sequential(
        *layers,
        Flatten(),
        Linear(inputs, hidden, init="he"),
        ReLU(),
        *([Dropout(choice.dropout)] if choice.dropout else []),
        Linear(hidden, 10),
        seed=seed,
    )


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Train with each choice on 80 % of the images; keep what reads the other 20 % best."""
    split = load_placed(seed, CANVAS)
    images, labels = split.train_images[:IMAGES], split.train_labels[:IMAGES]
    training, validation = cut(labels, seed)

    @cache
    def seen(features: str, moved: bool) -> Array:
        """Return what training sees: (copies, N, …), with more than one copy if they are moved."""
        rng = np.random.default_rng([seed, 4])
        shown = images[training]
        copies = [moved_at_random(shown, rng) for _ in range(COPIES)] if moved else [shown]
        return np.stack([view(copy, features) for copy in copies])

    @cache
    def unseen(features: str) -> Array:
        return view(images[validation], features)

    tried = choices(arm)
    best: dict[str, tuple[float, Choice, Sequential]] = {}
    for done, choice in enumerate(tried):
        report(done, len(tried))
        copies = seen(choice.features, choice.moved)
        model = build(choice, copies.shape[2:], seed)
        with suppress(FloatingPointError):
            descend(model, copies, labels[training], choice, seed)
            score = evaluate(model, unseen(choice.features), labels[validation]).accuracy
            if choice.network not in best or score > best[choice.network][0]:
                best[choice.network] = score, choice, model

    def accuracy(choice: Choice, model: Sequential) -> float:
        return evaluate(model, view(split.test_images, choice.features), split.test_labels).accuracy

    metrics = {
        f"accuracy_{network}": accuracy(choice, model)
        for network, (_, choice, model) in best.items()
    }
    score, chosen, model = max(best.values(), key=lambda found: found[0])
    return Outcome(
        {
            "test_accuracy": metrics[f"accuracy_{chosen.network}"],
            "validation_accuracy": score,
            "parameters": parameters(model),
            "choices": len(tried),
        }
        | (metrics if arm == "architecture" else {}),
        {"chosen": chosen._asdict()},
    )


def view(images: Array, features: str) -> Array:
    """Return images as pixels, as HOG features, or as both in one row."""
    if features == "pixels":
        return images
    hog = hog_features(images, cell=5)
    return hog if features == "hog" else np.hstack([images.reshape(len(images), -1), hog])


def descend(model: Layer, copies: Array, labels: Array, choice: Choice, seed: int) -> None:
    """Train as `fair.train` does, but for what the choice changes."""
    optimizer: SGD | Adam
    if choice.adam:
        optimizer = Adam(model.parameters(), lr=choice.rate, weight_decay=choice.decay)
    else:
        optimizer = SGD(
            model.parameters(), lr=choice.rate, momentum=choice.momentum, weight_decay=choice.decay
        )
    images = copies.reshape(-1, *copies.shape[2:])
    epochs = choice.epochs // len(copies)
    steps = epochs * -(-len(images) // BATCH_SIZE)
    fit(
        model,
        images,
        np.tile(labels, len(copies)),
        epochs=epochs,
        optimizer=optimizer,
        schedule=OneCycleLR(optimizer, max_lr=choice.rate, total_steps=steps),
        batch_size=BATCH_SIZE,
        seed=seed,
        progress=False,
    )


def decide(runs: Runs) -> Decision:
    """Apply the rule."""
    effects = {
        f"architecture_over_{arm}": runs.difference("architecture", arm, "test_accuracy")
        for arm in ARMS
        if arm != "architecture"
    }
    over_mlp, *over_levers = (effects[f"architecture_over_{arm}"] for arm in ARMS[:4])
    if any(map(worse, (over_mlp, *over_levers))):
        verdict = "refuted"
    elif better(over_mlp) and all(map(better, over_levers)):
        verdict = "supported"
    elif better(over_mlp) and any(map(better, over_levers)):
        verdict = "partly"
    else:
        verdict = "not supported"
    gains = {
        f"gain_of_{arm}": runs.difference(arm, "baseline", "test_accuracy") for arm in ARMS[1:]
    }
    return Decision(effects | gains, verdict)
