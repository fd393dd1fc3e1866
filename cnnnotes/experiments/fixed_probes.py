"""P12: how noisy a comparison of two networks is, on the same few images and on others."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.data import Split, load_digits
from cnnnotes.experiments.experiment import Decision, Outcome, Report, Runs
from cnnnotes.experiments.intervals import Effect, better, effect, worse
from cnnnotes.experiments.metrics import Measure, Share
from cnnnotes.inspection import feature_maps
from cnnnotes.layers import AvgPool2d, Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnnotes.losses import cross_entropy
from cnnnotes.optim import SGD
from cnnnotes.training import fit

QUESTION = "Does looking at the same few images make two variants comparable?"
CLAIMS = ("P12",)
DATASET = "digits"
ARMS = ("pooling", "training", "beginning")
NAMES = {
    "pooling": "max or average pooling",
    "training": "trained long or briefly",
    "beginning": "another random beginning",
}
SIGNALS = {
    "loss": "loss",
    "active": "share of places that answer",
    "shift": "change under a shift",
}
METRICS = {
    name: metric
    for signal, told in SIGNALS.items()
    for name, metric in {
        f"noise_{signal}_fixed": Measure(f"noise of the {told}, fixed probes"),
        f"right_{signal}_fixed": Share(f"right sign of the {told}, fixed probes"),
        f"noise_{signal}_fresh": Measure(f"noise of the {told}, fresh probes"),
        f"right_{signal}_fresh": Share(f"right sign of the {told}, fresh probes"),
        f"correlation_{signal}": Measure(f"correlation of the {told}", low=-1, high=1),
        f"difference_{signal}": Measure(f"true difference of the {told}", low=-math.inf),
    }.items()
}
SEEDS = range(6)
RULE = """
Two variants are compared by three signals, each a mean over eight probe images: the loss, the share
of places of the second layer that answer, and how much its maps change when the image moves by one
pixel. The comparison is repeated with 2,000 draws of probes: fixed, the same eight for both
variants, or fresh, another eight for each. Its noise is the standard deviation of the difference
over the draws. Variants differ in pooling (max or average), in training (two epochs or eight), or
in nothing but the random beginning. Supported if fixed probes have less noise than fresh ones for
all three pairs and all three signals, whole 95 % interval of the logarithm of the ratio, and get
the sign of the difference on all 1,000 held-out images right more often, mean over signals, for all
three pairs. Partly if there is less noise in at least five of the nine cases. Refuted if there is
more noise in at least five, whole interval. Otherwise not supported.
"""
DECIDING = ("*_log_noise", "*_right")

IMAGES = 1500
EPOCHS = 8
PROBES = 8
DRAWS = 2000


def network(seed: int, pool: Callable[[int], MaxPool2d | AvgPool2d] = MaxPool2d) -> Sequential:
    """Return a small network for digits with one kind of pooling."""
    return Sequential(
        Conv2d(1, 8, 5, padding=2),
        ReLU(),
        pool(2),
        Conv2d(8, 16, 3, padding=1),
        ReLU(),
        pool(2),
        Flatten(),
        Linear(16 * 7 * 7, 10),
        seed=seed,
    )


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Train two variants, and compare them on draws of few probe images."""
    digits = load_digits(seed)
    pairs = {
        "pooling": [(network(seed), EPOCHS), (network(seed, AvgPool2d), EPOCHS)],
        "training": [(network(seed), EPOCHS), (network(seed), 2)],
        "beginning": [(network(seed), EPOCHS), (network(seed + 1000), EPOCHS)],
    }
    found = []
    for number, (model, epochs) in enumerate(pairs[arm]):
        fit(
            model,
            digits.train_images[:IMAGES],
            digits.train_labels[:IMAGES],
            epochs=epochs,
            optimizer=SGD(model.parameters(), lr=0.05, momentum=0.9),
            seed=seed,
            progress=False,
        )
        found.append(signals(model, digits))
        report(number + 1, 2)
    rng = np.random.default_rng([seed, 4])
    metrics: dict[str, float] = {}
    shown: dict[str, Any] = {}
    for signal, first, second in zip(SIGNALS, *found, strict=True):
        truth = first.mean() - second.mean()
        for kind, differences in compared(first, second, rng).items():
            metrics[f"noise_{signal}_{kind}"] = float(differences.std())
            metrics[f"right_{signal}_{kind}"] = float(np.mean(differences * truth > 0))
            shown[f"{signal}_{kind}"] = np.round(differences[:300], 4)
        metrics[f"correlation_{signal}"] = float(np.corrcoef(first, second)[0, 1])
        metrics[f"difference_{signal}"] = float(truth)
        shown[f"{signal}_truth"] = float(truth)
    return Outcome(metrics, shown if seed == SEEDS[0] else {})


def decide(runs: Runs) -> Decision:
    """Apply the rule."""
    effects: dict[str, Effect] = {}
    for arm in ARMS:
        noise = {
            kind: np.stack([runs.of(arm, f"noise_{signal}_{kind}") for signal in SIGNALS])
            for kind in ("fixed", "fresh")
        }
        right = {
            kind: np.mean([runs.of(arm, f"right_{signal}_{kind}") for signal in SIGNALS], axis=0)
            for kind in ("fixed", "fresh")
        }
        for number, signal in enumerate(SIGNALS):
            ratio = np.log(noise["fixed"][number] / noise["fresh"][number])
            effects[f"{arm}_{signal}_log_noise"] = effect(ratio)
            effects[f"{arm}_{signal}_noise_left"] = effect(np.exp(ratio))
        effects[f"{arm}_right"] = effect(right["fixed"] - right["fresh"])
    ratios = [effects[f"{arm}_{signal}_log_noise"] for arm in ARMS for signal in SIGNALS]
    quieter = sum(map(worse, ratios))
    if quieter == len(ratios) and all(better(effects[f"{arm}_right"]) for arm in ARMS):
        verdict = "supported"
    elif quieter >= 5:
        verdict = "partly"
    elif sum(map(better, ratios)) >= 5:
        verdict = "refuted"
    else:
        verdict = "not supported"
    return Decision(effects, verdict)


def signals(model: Sequential, digits: Split) -> list[Array]:
    """Return the three signals, one value for each held-out image."""
    images, labels = digits.test_images, digits.test_labels
    maps = feature_maps(model, images)
    second, outputs = maps["4"], maps["7"]
    losses = cross_entropy(outputs, labels, reduction="none")
    moved = feature_maps(model, np.roll(images, 1, axis=3))["4"]
    size = np.linalg.norm(second.reshape(len(images), -1), axis=1)
    change = np.linalg.norm((moved - second).reshape(len(images), -1), axis=1)
    return [np.asarray(losses), (second > 0).mean(axis=(1, 2, 3)), change / np.maximum(size, 1e-9)]


def compared(first: Array, second: Array, rng: np.random.Generator) -> dict[str, Array]:
    """Return first − second by few probes, (draws,), the same for both and others for each."""
    picks = np.argsort(rng.random((DRAWS, len(first))), axis=1)[:, : 2 * PROBES]
    ours, others = picks[:, :PROBES], picks[:, PROBES:]
    return {
        "fixed": first[ours].mean(axis=1) - second[ours].mean(axis=1),
        "fresh": first[ours].mean(axis=1) - second[others].mean(axis=1),
    }
