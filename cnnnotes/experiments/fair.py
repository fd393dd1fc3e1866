"""What makes a comparison fair: equal sizes, equal training, and a learning rate tuned for each."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.layers import Layer, Sequential
from cnnnotes.optim import SGD, OneCycleLR
from cnnnotes.shapes import trace
from cnnnotes.training import evaluate, fit

LEARNING_RATES = (0.02, 0.06, 0.18)
BATCH_SIZE = 64


class Tuned(NamedTuple):
    """The learning rate that did best on validation images, and the accuracy of each tried."""

    learning_rate: float
    accuracies: dict[str, float]


def parameters(model: Layer) -> int:
    """Return how many numbers training may change."""
    return sum(weight.data.size for weight in model.parameters())


def costs(model: Sequential, shape: tuple[int, ...]) -> list[dict[str, Any]]:
    """Return for each layer its kind, output shape, parameters and multiply-accumulates.

    `shape` is that of one image, (channels, height, width); `cnnnotes.shapes.trace` counts.
    """
    return [
        {
            "layer": repr(layer),
            "output_shape": list(row.output_shape),
            "parameters": row.parameters,
            "macs": row.macs,
        }
        for layer, row in zip(model, trace(model, shape).rows[1:], strict=True)
    ]


def check_matched(models: Mapping[str, Layer], within: float = 0.05) -> None:
    """Raise `ValueError` unless all have the first one's number of parameters, up to `within`."""
    counts = {name: parameters(model) for name, model in models.items()}
    target = next(iter(counts.values()))
    for name, count in counts.items():
        if abs(count - target) > within * target:
            raise ValueError(
                f"{name} (with {count} parameters) must have {target} up to {within:.0%}, as "
                f"{next(iter(counts))} has; change its width"
            )


def train(
    model: Layer,
    images: Array,
    labels: Array,
    *,
    epochs: int,
    learning_rate: float,
    seed: int,
    report: Callable[[int, int], None] | None = None,
) -> None:
    """Train in the one way that all comparisons use: SGD with momentum, one cycle of the rate."""
    optimizer = SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    steps = epochs * -(-len(images) // BATCH_SIZE)
    fit(
        model,
        images,
        labels,
        epochs=epochs,
        optimizer=optimizer,
        schedule=OneCycleLR(optimizer, max_lr=learning_rate, total_steps=max(steps, 4)),
        batch_size=BATCH_SIZE,
        seed=seed,
        progress=False,
        callback=lambda history: report(history.epochs, epochs) if report else None,
    )


def tune(
    build: Callable[[int], Layer], images: Array, labels: Array, *, epochs: int, seed: int
) -> Tuned:
    """Try each learning rate on 80 % of the training images, and score it on the other 20 %.

    Trials are half as long as the training they prepare for. A rate that diverges scores 0; of
    equals the smallest wins. Test images are never seen here.
    """
    training, validation = cut(labels, seed)
    accuracies = {}
    for rate in LEARNING_RATES:
        model = build(seed)
        try:
            train(
                model,
                images[training],
                labels[training],
                epochs=max(1, epochs // 2),
                learning_rate=rate,
                seed=seed,
            )
        except FloatingPointError:
            accuracies[rate] = 0.0
        else:
            accuracies[rate] = evaluate(model, images[validation], labels[validation]).accuracy
    best = max(accuracies, key=lambda rate: (accuracies[rate], -rate))
    return Tuned(best, {f"{rate:g}": accuracy for rate, accuracy in accuracies.items()})


def cut(labels: Array, seed: int, share: float = 0.2) -> tuple[Array, Array]:
    """Return indices to train on and to validate on, `share` of each class to the latter."""
    rng = np.random.default_rng([seed, 7])
    validation = [
        rng.permutation(places)[: max(1, round(share * len(places)))]
        for places in (np.flatnonzero(labels == label) for label in np.unique(labels))
    ]
    chosen = np.isin(np.arange(len(labels)), np.concatenate(validation))
    return np.flatnonzero(~chosen), np.flatnonzero(chosen)
