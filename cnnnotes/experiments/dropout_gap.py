"""P10: the gap between training and held-out images, with and without dropout in a dense head."""

import math
from collections.abc import Callable
from itertools import product
from typing import NamedTuple

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.data import load_digits
from cnnnotes.experiments.experiment import Decision, Outcome, Report, Runs
from cnnnotes.experiments.fair import BATCH_SIZE, LEARNING_RATES, cut, parameters
from cnnnotes.experiments.intervals import Effect, better, difference, effect, worse
from cnnnotes.experiments.metrics import Choice, Measure, usual
from cnnnotes.experiments.toolkit import first_of_each_digit, moved_at_random
from cnnnotes.layers import (
    AdaptiveAvgPool2d,
    Conv2d,
    Dropout,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
)
from cnnnotes.optim import SGD, OneCycleLR
from cnnnotes.training import evaluate, fit

QUESTION = "Does dropout begin to matter where a dense head overfits?"
CLAIMS = ("P10",)
DATASET = "digits"
SEEDS = range(8)
RULE = """
The gap is accuracy on the images trained on minus held-out accuracy, both without dropping. It is
decided between no dropout and a rate of 0.5 in front of the last layer, after 300 digits. Dropout
matters if the gap without it is above zero, the gap with it is smaller, and held-out accuracy with
it is higher, each with its whole 95 % interval; a smaller gap alone is no gain. It begins with the
dense head if its gain in held-out accuracy is larger than in a network as large within 5 % that
ends in global average pooling, and it begins with overfitting if the gain is larger than after
3,000 digits, each with its whole interval. Supported if all five hold. Partly if dropout matters,
but one of the last two does not hold. Refuted if the gap is there and held-out accuracy with
dropout is lower with its whole interval. Otherwise not supported. Other rates, dropout behind the
convolutions, other amounts of images, weight decay, moved images and early stopping decide nothing.
"""
DECIDING = (
    "gap_with_dropout_over_without",
    "gain_dense",
    "gain_dense_over_pooled",
    "gain_dense_over_3000",
)

SMALL, MANY = 300, 3000
EPOCHS = {100: 36, SMALL: 36, 1000: 18, MANY: 12}  # so many times through so many images
DECAYS = (3e-3, 3e-2)
COPIES = 6  # each image in as many places when it is moved, in as many fewer epochs


class Setting(NamedTuple):
    """What an arm does differently from a dense head, 300 images and no regularisation."""

    head: str = "dense"
    images: int = SMALL
    dropout: float = 0  # in front of the last layer
    dropout_in_convolutions: float = 0  # behind each of the first two
    decays: tuple[float, ...] = (0.0,)
    moved: bool = False
    stopped_early: bool = False


SETTINGS = {
    "dense_0": Setting(),
    "dense_25": Setting(dropout=0.25),
    "dense_50": Setting(dropout=0.5),
    "dense_75": Setting(dropout=0.75),
    "dense_95": Setting(dropout=0.95),
    "convolutions_25": Setting(dropout_in_convolutions=0.25),
    "convolutions_50": Setting(dropout_in_convolutions=0.5),
    "pooled_0": Setting(head="pooled"),
    "pooled_50": Setting(head="pooled", dropout=0.5),
    "of_100_0": Setting(images=100),
    "of_100_50": Setting(images=100, dropout=0.5),
    "of_1000_0": Setting(images=1000),
    "of_1000_50": Setting(images=1000, dropout=0.5),
    "of_3000_0": Setting(images=MANY),
    "of_3000_50": Setting(images=MANY, dropout=0.5),
    "decay": Setting(decays=DECAYS),
    "moved": Setting(moved=True),
    "stopped_early": Setting(stopped_early=True),
}
ARMS = tuple(SETTINGS)
NAMES = {
    "dense_0": "dense head, no dropout",
    "dense_25": "dense head, dropout 0.25",
    "dense_50": "dense head, dropout 0.5",
    "dense_75": "dense head, dropout 0.75",
    "dense_95": "dense head, dropout 0.95",
    "convolutions_25": "dense head, dropout 0.25 in the convolutions",
    "convolutions_50": "dense head, dropout 0.5 in the convolutions",
    "pooled_0": "pooled head, no dropout",
    "pooled_50": "pooled head, dropout 0.5",
    "of_100_0": "100 images, no dropout",
    "of_100_50": "100 images, dropout 0.5",
    "of_1000_0": "1,000 images, no dropout",
    "of_1000_50": "1,000 images, dropout 0.5",
    "of_3000_0": "3,000 images, no dropout",
    "of_3000_50": "3,000 images, dropout 0.5",
    "decay": "weight decay instead",
    "moved": "moved images instead",
    "stopped_early": "stopped early instead",
}
METRICS = usual("train_accuracy", "test_accuracy", "parameters", "learning_rate") | {
    "gap": Measure("gap between training and held-out accuracy", low=-1, high=1),
    "train_loss": Measure("training loss"),
    "test_loss": Measure("held-out loss"),
    "loss_gap": Measure("gap between held-out and training loss", low=-math.inf),
    "weight_decay": Choice("weight decay"),
}


def network(setting: Setting, seed: int) -> Sequential:
    """Return two convolutions and a head, dense or pooled, of about 52,000 parameters."""

    def dropped(share: float) -> list[Layer]:
        return [Dropout(share)] if share else []

    behind = setting.dropout_in_convolutions
    layers: list[Layer] = [
        Conv2d(1, 8, 5, stride=2, padding=2, init="he"),
        ReLU(),
        MaxPool2d(2),
        *dropped(behind),
        Conv2d(8, 16, 3, padding=1, init="he"),
        ReLU(),
        *dropped(behind),
    ]
    if setting.head == "dense":
        layers += [Flatten(), Linear(784, 64, init="he"), ReLU()]
        width = 64
    else:
        width = 96
        layers += [
            Conv2d(16, 48, 3, stride=2, init="he"),
            ReLU(),
            Conv2d(48, width, 3, padding=1, init="he"),
            ReLU(),
            AdaptiveAvgPool2d(1),
            Flatten(),
        ]
    return Sequential(*layers, *dropped(setting.dropout), Linear(width, 10), seed=seed)


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Choose rate and decay on a fifth of the images; train on all, measure on both sides."""
    setting = SETTINGS[arm]
    digits = load_digits(seed)
    chosen = first_of_each_digit(digits.train_labels, setting.images)
    images, labels = digits.train_images[chosen], digits.train_labels[chosen]
    training, validation = cut(labels, seed)
    epochs = EPOCHS[setting.images]

    scores = {}
    tried = list(product(LEARNING_RATES, setting.decays))
    for done, (rate, decay) in enumerate(tried):
        report(done, len(tried) + 1)
        model = network(setting, seed)
        try:
            descend(model, images[training], labels[training], setting, rate, decay, seed, epochs)
        except FloatingPointError:
            scores[rate, decay] = 0.0
        else:
            scores[rate, decay] = evaluate(model, images[validation], labels[validation]).accuracy
    rate, decay = max(tried, key=lambda pair: scores[pair])  # of equals the smallest

    model = network(setting, seed)
    if setting.stopped_early:
        keep = BestSoFar(model, images[validation], labels[validation])
        shown, named = images[training], labels[training]
        descend(model, shown, named, setting, rate, decay, seed, epochs, keep.look)
        model.load_state_dict(keep.state)
    else:
        descend(model, images, labels, setting, rate, decay, seed, epochs)
    seen = evaluate(model, images, labels)
    held_out = evaluate(model, digits.test_images, digits.test_labels)
    return Outcome(
        {
            "train_accuracy": seen.accuracy,
            "test_accuracy": held_out.accuracy,
            "gap": seen.accuracy - held_out.accuracy,
            "train_loss": seen.loss,
            "test_loss": held_out.loss,
            "loss_gap": held_out.loss - seen.loss,
            "parameters": parameters(model),
            "learning_rate": rate,
            "weight_decay": decay,
        }
    )


class BestSoFar:
    """Keeps the weights of the epoch with the lowest loss on validation images."""

    def __init__(self, model: Layer, images: Array, labels: Array) -> None:
        self.model, self.images, self.labels = model, images, labels
        self.loss, self.state = float("inf"), model.state_dict()

    def look(self) -> None:
        """Keep the weights if they are the best so far."""
        loss = evaluate(self.model, self.images, self.labels).loss
        if loss < self.loss:
            self.loss, self.state = loss, self.model.state_dict()


def descend(
    model: Layer,
    images: Array,
    labels: Array,
    setting: Setting,
    rate: float,
    decay: float,
    seed: int,
    epochs: int,
    look: Callable[[], None] = lambda: None,
) -> None:
    """Train as `fair.train` does, but with weight decay and moved copies; `look` at each epoch."""
    if setting.moved:
        rng = np.random.default_rng([seed, 4])
        images = np.concatenate([moved_at_random(images, rng) for _ in range(COPIES)])
        labels = np.tile(labels, COPIES)
        epochs //= COPIES
    optimizer = SGD(model.parameters(), lr=rate, momentum=0.9, weight_decay=decay)
    fit(
        model,
        images,
        labels,
        epochs=epochs,
        optimizer=optimizer,
        schedule=OneCycleLR(
            optimizer, max_lr=rate, total_steps=epochs * -(-len(images) // BATCH_SIZE)
        ),
        batch_size=BATCH_SIZE,
        seed=seed,
        progress=False,
        callback=lambda history: look(),
    )


def decide(runs: Runs) -> Decision:
    """Apply the rule."""

    def gain(kind: str) -> Effect:
        return runs.difference(f"{kind}_50", f"{kind}_0", "test_accuracy")

    def gain_over(kind: str) -> Effect:
        return difference(gain("dense")["per_seed"], gain(kind)["per_seed"])

    gap = effect(runs.of("dense_0", "gap"))
    gap_with_dropout = runs.difference("dense_50", "dense_0", "gap")
    over_pooled, over_many = gain_over("pooled"), gain_over("of_3000")
    accuracy = gain("dense")
    matters = better(gap) and worse(gap_with_dropout) and better(accuracy)
    if matters and better(over_pooled) and better(over_many):
        verdict = "supported"
    elif matters:
        verdict = "partly"
    elif better(gap) and worse(accuracy):
        verdict = "refuted"
    else:
        verdict = "not supported"
    effects = {
        "gap_without_dropout": gap,
        "gap_with_dropout_over_without": gap_with_dropout,
        "gain_dense": accuracy,
        "gain_dense_over_pooled": over_pooled,
        "gain_dense_over_3000": over_many,
        "gain_pooled": gain("pooled"),
        "loss_gap_with_dropout_over_without": runs.difference("dense_50", "dense_0", "loss_gap"),
    }
    for images in (100, 1000, MANY):
        effects[f"gain_of_{images}"] = gain(f"of_{images}")
    for arm in ARMS[1:8] + ARMS[-3:]:
        effects[f"{arm}_over_dense_0"] = runs.difference(arm, "dense_0", "test_accuracy")
    return Decision(effects, verdict)
