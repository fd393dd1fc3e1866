"""P7: which classes each filter serves, by its answers and by what fails when it is silenced."""

from typing import Any

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.data import TEXTURES, Split, load
from cnnnotes.experiments.experiment import Decision, Outcome, Report, Runs
from cnnnotes.experiments.intervals import effect
from cnnnotes.experiments.metrics import Count, Measure, Share, usual
from cnnnotes.inspection import (
    ablated,
    class_responses,
    class_separation,
    dead_filters,
    duplicate_filters,
    effective_number,
    feature_maps,
)
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnnotes.optim import SGD
from cnnnotes.training import evaluate, fit, logits, predict

QUESTION = "Does a filter of a trained network serve one class, or many?"
CLAIMS = ("P7",)
DATASET = "digits, textures"
ARMS = ("digits", "textures", "digits_hot")
NAMES = {
    "digits": "digits",
    "textures": "textures",
    "digits_hot": "digits, three times the learning rate",
}
_OF_A_LAYER = {
    "classes_answered": Measure("classes that a filter answers to", high=10.001),
    "detectors": Share("detectors of a class"),
    "separation": Share("area under the ROC curve"),
    "dead": Count("filters that never answer"),
    "duplicates": Count("pairs of filters that are alike"),
}
METRICS = usual("test_accuracy") | {
    f"{name}_{layer}{state}": metric.called(f"{metric.label}, {told}{when}")
    for layer, told in {
        "first": "first layer",
        "second": "second layer",
        "outputs": "outputs",
    }.items()
    for state, when in {"": "", "_untrained": ", untrained"}.items()
    for name, metric in _OF_A_LAYER.items()
}
METRICS |= {
    "cost_of_a_filter": Measure("accuracy that silencing a filter costs", low=-1, high=1),
    "filters_that_cost": Share("filters that cost a percentage point"),
    "classes_hurt": Measure("classes that silencing a filter hurts"),
    "worst_share": Share("part of the loss that the worst class bears"),
}
SEEDS = range(6)
RULE = """
A filter is a detector of a class if its strongest answer on an image alone separates that class
from all others with an area under the ROC curve of at least 0.9. The control are the network's own
outputs, which should be such detectors. Silencing a filter costs each class some of its recall; how
many classes it hurts is the exponential of the entropy of those losses, over filters that cost at
least one percentage point of accuracy. Supported if on digits and on textures all of this holds
with whole 95 % intervals: at least half of the outputs are detectors, fewer than half of the live
filters of the second layer are, and silencing a filter hurts more than two classes on average.
Partly if the first two hold on both sets. Refuted if on both at least half of the live filters of
the second layer are detectors. Otherwise not supported.
The arm digits_hot has three times the learning rate and decides nothing: it shows dead filters.
"""
DECIDING = ("digits_outputs_*", "digits_second_*", "digits_hurt_*", "textures_*")

IMAGES = 1800
EPOCHS = 8
LEARNING_RATE = {"digits": 0.05, "textures": 0.02, "digits_hot": 0.15}
RECORDED_EPOCHS = (1, 2, 4)  # beside the first and the last
LAYERS = {"first": 0, "second": 3}  # the number of each convolution; its ReLU comes next
DETECTS = 0.9
COSTS = 0.01


def network(dataset: str, seed: int) -> Sequential:
    """Return a network with filters large enough to look at."""
    side, classes = (7, 10) if dataset == "digits" else (8, len(TEXTURES))
    return Sequential(
        Conv2d(1, 8, 5, padding=2),
        ReLU(),
        MaxPool2d(2),
        Conv2d(8, 16, 3, padding=1),
        ReLU(),
        MaxPool2d(2),
        Flatten(),
        Linear(16 * side * side, classes),
        seed=seed,
    )


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Train a network, and ask of each filter which classes it serves."""
    dataset = arm.partition("_")[0]
    images = load(dataset, seed)
    model = network(dataset, seed)
    states = {0: convolutions(model)} if arm == "digits" else {}
    optimizer = SGD(model.parameters(), lr=LEARNING_RATE[arm], momentum=0.9, weight_decay=0.005)

    def after_epoch(done: int) -> None:
        report(done, EPOCHS)
        if done == EPOCHS or (arm == "digits" and done in RECORDED_EPOCHS):
            states[done] = convolutions(model)

    fit(
        model,
        images.train_images[:IMAGES],
        images.train_labels[:IMAGES],
        epochs=EPOCHS,
        optimizer=optimizer,
        seed=seed,
        progress=False,
        callback=lambda history: after_epoch(history.epochs),
    )
    answers, tables = answered(model, images)
    untrained, _ = answered(network(dataset, seed), images)
    damage, losses = damages(model, images)
    metrics: dict[str, Any] = {
        **answers,
        **{f"{name}_untrained": value for name, value in untrained.items()},
        **damage,
        "test_accuracy": evaluate(model, images.test_images, images.test_labels).accuracy,
    }
    details = {"states": states, "responses": tables, "losses": losses}
    return Outcome(metrics, details if seed == SEEDS[0] else {})


def decide(runs: Runs) -> Decision:
    """Apply the rule."""
    effects = {}
    for arm in ARMS:
        effects[f"{arm}_outputs_over_half"] = effect(runs.of(arm, "detectors_outputs") - 0.5)
        effects[f"{arm}_second_over_half"] = effect(runs.of(arm, "detectors_second") - 0.5)
        effects[f"{arm}_hurt_over_two"] = effect(runs.of(arm, "classes_hurt") - 2)
    sets = ("digits", "textures")

    def all_above(name: str) -> bool:
        return all(effects[f"{dataset}_{name}"]["low"] > 0 for dataset in sets)

    sees = all_above("outputs_over_half")
    few = all(effects[f"{dataset}_second_over_half"]["high"] < 0 for dataset in sets)
    if sees and few:
        verdict = "supported" if all_above("hurt_over_two") else "partly"
    elif all(effects[f"{dataset}_second_over_half"]["low"] >= 0 for dataset in sets):
        verdict = "refuted"
    else:
        verdict = "not supported"
    return Decision(effects, verdict)


def convolutions(model: Sequential) -> dict[str, Array]:
    """Return the weights of both convolutions, rounded for the record."""
    state = model.state_dict()
    names = [f"{number}.{kind}" for number in LAYERS.values() for kind in ("weight", "bias")]
    return {name: np.round(state[name].astype(np.float64), 4) for name in names}


def answered(model: Sequential, images: Split) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return how many classes each layer's filters answer, and the tables of their answers."""
    labels = images.test_labels
    maps = feature_maps(model, images.test_images)
    outputs = logits(model, images.test_images)
    chances = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    groups = {name: maps[str(number + 1)] for name, number in LAYERS.items()}
    metrics: dict[str, Any] = {}
    tables = {}
    for name, group in {**groups, "outputs": chances[:, :, None, None]}.items():
        dead = dead_filters(group)
        tables[name] = class_responses(group, labels)
        separation = class_separation(group, labels).max(axis=1)[~dead]
        spread = effective_number(tables[name][~dead])
        metrics[f"classes_answered_{name}"] = float(spread.mean()) if len(spread) else 0.0
        metrics[f"detectors_{name}"] = float(np.mean(separation >= DETECTS)) if len(spread) else 0.0
        metrics[f"separation_{name}"] = float(separation.mean()) if len(spread) else 0.5
        metrics[f"dead_{name}"] = int(dead.sum())
        metrics[f"duplicates_{name}"] = len(duplicate_filters(group))
    return metrics, tables


def damages(model: Sequential, images: Split) -> tuple[dict[str, float], dict[str, Array]]:
    """Silence one filter after the other; return what that costs, and each class's loss of recall.

    The tables are (filters, classes), by layer.
    """
    labels = images.test_labels
    whole = recalls(predict(model, images.test_images), labels)
    tables = {}
    for name, number in LAYERS.items():
        layer = model[number]
        rows = []
        for silenced in range(layer.out_channels):
            with ablated(layer, silenced):
                rows.append(whole - recalls(predict(model, images.test_images), labels))
        tables[name] = np.array(rows)
    lost = np.concatenate(list(tables.values()))
    cost = lost.mean(axis=1)
    harms = np.maximum(lost[cost >= COSTS], 0)
    metrics = {
        "cost_of_a_filter": float(cost.mean()),
        "filters_that_cost": len(harms) / len(lost),
        "classes_hurt": float(effective_number(harms).mean()) if len(harms) else 0.0,
        "worst_share": float((harms.max(axis=1) / harms.sum(axis=1)).mean()) if len(harms) else 1.0,
    }
    return metrics, tables


def recalls(answers: Array, labels: Array) -> Array:
    """Return which share of each class is read correctly, (classes,)."""
    return np.array([np.mean(answers[labels == c] == c) for c in range(labels.max() + 1)])
