"""P13: train on true and on random labels, and see which signal tells the two apart first."""

from typing import Any

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.data import load_digits
from cnnnotes.experiments.experiment import Decision, Outcome, Report, Runs
from cnnnotes.experiments.intervals import Effect, effect, interval
from cnnnotes.experiments.metrics import Measure, Share, usual
from cnnnotes.experiments.toolkit import one_pixel_moves, roll
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnnotes.optim import SGD
from cnnnotes.training import evaluate, fit

QUESTION = "Do feature maps tell that a network learns noise before its metrics do?"
CLAIMS = ("P13",)
DATASET = "digits"
ARMS = ("true", "half", "random")
NAMES = {"true": "true labels", "half": "half random labels", "random": "random labels"}
METRICS = usual("train_accuracy", "test_accuracy") | {
    "roughness": Measure("roughness of the filters"),
    "agreement": Measure("agreement of two beginnings", low=-1, high=1),
    "shift_response": Measure("change under a shift"),
    "dead": Share("filters that never answer"),
    "duplicates": Share("pairs of filters that are alike"),
}
SEEDS = range(6)
RULE = """
Signals are measured before training and after every epoch of eight steps. A signal tells true from
random labels at the first epoch from which on, to the end, the 95 % interval of its paired
difference stays on one side of 0. The metrics are training and held-out accuracy, the latter on
labels made in the same way; the other five signals look at filters and feature maps. Supported if
one of the five tells earlier than both metrics. Partly if one tells earlier than training accuracy
only. Refuted if a metric tells, and none of the five tells earlier than either metric. Otherwise
not supported.
"""
DECIDING = ("*",)

ACCURACIES = ("train_accuracy", "test_accuracy")
SIGNALS = ("roughness", "agreement", "shift_response", "dead", "duplicates")
EPOCHS = 20
IMAGES = 512
PROBES = 200
SHARE_OF_NOISE = {"true": 0.0, "half": 0.5, "random": 1.0}


def network(seed: int) -> Sequential:
    """Return a network with first-layer filters large enough to look at."""
    return Sequential(
        Conv2d(1, 8, 5, padding=2),
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
    """Train two networks of different beginnings on the same labels, epoch by epoch."""
    digits = load_digits(seed)
    share = SHARE_OF_NOISE[arm]
    train_images = digits.train_images[:IMAGES]
    train_labels = with_noise(digits.train_labels[:IMAGES], share, np.random.default_rng([seed, 2]))
    test_labels = with_noise(digits.test_labels, share, np.random.default_rng([seed, 3]))
    probes = digits.test_images[:PROBES]
    models = [network(seed), network(seed + 1000)]
    optimizers = [SGD(model.parameters(), lr=0.05, momentum=0.9) for model in models]
    curves: dict[str, list[float]] = {name: [] for name in ACCURACIES + SIGNALS}

    def Measure() -> None:
        curves["train_accuracy"].append(evaluate(models[0], train_images, train_labels).accuracy)
        curves["test_accuracy"].append(
            evaluate(models[0], digits.test_images, test_labels).accuracy
        )
        for name, value in signals(models, probes).items():
            curves[name].append(value)

    Measure()
    for epoch in range(EPOCHS):
        for model, optimizer in zip(models, optimizers, strict=True):
            fit(
                model,
                train_images,
                train_labels,
                epochs=1,
                optimizer=optimizer,
                seed=seed * EPOCHS + epoch,
                progress=False,
            )
        Measure()
        report(epoch + 1, EPOCHS)
    details: dict[str, Any] = {}
    if seed == SEEDS[0]:
        details["filters_before"] = network(seed).state_dict()["0.weight"]
        details["filters_after"] = models[0].state_dict()["0.weight"]
    return Outcome(curves, details)


def decide(runs: Runs) -> Decision:
    """Apply the rule."""
    effects: dict[str, Effect] = {}
    tells: dict[str, int | None] = {}
    for name in ACCURACIES + SIGNALS:
        apart = runs.of("true", name) - runs.of("random", name)
        _, low, high = interval(apart)
        side = np.where(low > 0, 1, np.where(high < 0, -1, 0))
        differs = np.flatnonzero(side != side[-1])
        first = int(differs[-1]) + 1 if len(differs) else 0
        tells[name] = first if side[-1] else None
        effects[name] = effect(apart[:, -1]) | {"tells_at_epoch": tells[name]}

    def earlier(signal: str, metric: str) -> bool:
        ours, theirs = tells[signal], tells[metric]
        return ours is not None and (theirs is None or ours < theirs)

    if any(all(earlier(signal, metric) for metric in ACCURACIES) for signal in SIGNALS):
        verdict = "supported"
    elif any(earlier(signal, "train_accuracy") for signal in SIGNALS):
        verdict = "partly"
    elif any(tells[metric] is not None for metric in ACCURACIES):
        earlier_than_any = any(earlier(s, metric) for s in SIGNALS for metric in ACCURACIES)
        verdict = "not supported" if earlier_than_any else "refuted"
    else:
        verdict = "not supported"
    return Decision(effects, verdict)


def with_noise(labels: Array, share: float, rng: np.random.Generator) -> Array:
    """Return labels of which a share is drawn anew at random."""
    noisy = rng.random(len(labels)) < share
    return np.where(noisy, rng.integers(10, size=len(labels)), labels)


def signals(models: list[Sequential], probes: Array) -> dict[str, float]:
    """Return what filters and feature maps of the first network say, seen on the probe images."""
    maps = feature_maps(models[0], probes)
    moved = [
        np.linalg.norm(feature_maps(models[0], roll(probes, *by)) - maps)
        for by in one_pixel_moves()
        if 0 in by
    ]
    size = np.linalg.norm(maps)
    by_filter = maps.transpose(1, 0, 2, 3).reshape(maps.shape[1], -1)
    alive = by_filter[by_filter.max(axis=1) > 0]
    return {
        "roughness": roughness(models[0].state_dict()["0.weight"]),
        "agreement": similarity(maps, feature_maps(models[1], probes)),
        "shift_response": float(np.mean(moved) / size) if size else 0.0,
        "dead": 1 - len(alive) / len(by_filter),
        "duplicates": duplicates(alive),
    }


def feature_maps(model: Sequential, images: Array) -> Array:
    """Return the output of the second convolution after its ReLU, (N, 16, 14, 14)."""
    for layer in list(model.children().values())[:5]:
        images = layer.forward(images)
    return images


def roughness(filters: Array) -> float:
    """Return squared differences of neighbouring weights over squared weights; white noise: 4."""
    down, across = np.diff(filters, axis=2), np.diff(filters, axis=3)
    return float(((down**2).mean() + (across**2).mean()) / (filters**2).mean())


def similarity(first: Array, second: Array) -> float:
    """Return the linear CKA of two sets of feature maps: 1 if alike up to rotation and scale.

    Source: Kornblith, Norouzi, Lee, Hinton 2019, "Similarity of neural network representations
    revisited", section 3.
    """
    grams = []
    for maps in (first, second):
        flat = maps.reshape(len(maps), -1).astype(np.float64)
        flat = flat - flat.mean(axis=0)
        grams.append(flat @ flat.T)
    scale = np.linalg.norm(grams[0]) * np.linalg.norm(grams[1])
    return float((grams[0] * grams[1]).sum() / scale) if scale else 0.0


def duplicates(by_filter: Array) -> float:
    """Return the share of pairs of filters whose maps correlate above 0.95."""
    if len(by_filter) < 2:
        return 0.0
    correlations = np.corrcoef(by_filter)
    pairs = np.triu_indices(len(by_filter), 1)
    return float((correlations[pairs] > 0.95).mean())
