"""P3: how well the centre of a shape is told after so many poolings, strides, or neither."""

from typing import Any

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.data import load_shapes
from cnnnotes.experiments.experiment import Decision, Outcome, Report, Runs
from cnnnotes.experiments.fair import check_matched, parameters
from cnnnotes.experiments.intervals import better, worse
from cnnnotes.experiments.metrics import Measure, usual
from cnnnotes.layers import (
    AdaptiveAvgPool2d,
    Conv2d,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
)
from cnnnotes.losses import mse_loss_backward
from cnnnotes.optim import SGD, OneCycleLR
from cnnnotes.shapes import trace
from cnnnotes.training import logits

QUESTION = "What does each pooling take from the place, where the place is the answer?"
CLAIMS = ("P3",)
DATASET = "shapes"
STAGES = 4
ARMS = (
    "none",
    *(f"max_{halvings}" for halvings in range(1, STAGES + 1)),
    *(f"stride_{halvings}" for halvings in range(1, STAGES + 1)),
    "dilated",
    "global",
)
NAMES = {
    "none": "no pooling",
    **{
        f"{way}_{halvings}": f"{told}, {halvings} {'halving' if halvings == 1 else 'halvings'}"
        for way, told in {"max": "max pooling", "stride": "stride"}.items()
        for halvings in range(1, STAGES + 1)
    },
    "dilated": "dilation",
    "global": "global pooling",
}
METRICS = usual("parameters", "macs", "learning_rate") | {
    "distance": Measure("mean distance from the true place", "pixels"),
    "spread": Measure("mean distance from the mean place", "pixels"),
}
SEEDS = range(5)
RULE = """
A network tells the centre of one drawn shape. All have the same four convolutions; the arms differ
in how many of them are followed by max pooling, or take a stride of 2 instead. A map of heat is
made of the last maps, and its centre of mass is the answer, up to a linear correction. The metric
is the mean distance from the true centre on held-out images, in pixels. Pooling hurts, in each of
four ways, if the distance with it is larger, with the whole 95 % interval: four max poolings
against none; against four strides; against four dilated convolutions, which reach as far and halve
nothing; and a mean over whole maps, with circular padding, in place of the heat, against none.
Supported if pooling hurts in all four ways, partly if in at least one, refuted if in none and four
max poolings are better than none. Otherwise not supported.
"""
DECIDING = ("*",)

CHANNELS = 6
EPOCHS = 8
BATCH_SIZE = 32
TRAINED = 1000
VALIDATED = 400
LEARNING_RATES = (0.1, 0.3, 0.9)
SIDE = 32
SHOWN = 60


class CentreOfMass(Layer):
    """The centre of mass of one map of heat: (N, 1, H, W) → (N, 2), row and column.

    Heat is made positive by a softmax over all places. Places run from -1 to 1, edge to edge.

    Source: Levine et al. 2016, "End-to-end training of deep visuomotor policies", section 5.1.
    """

    def forward(self, input: Array) -> Array:
        """Return the output, and remember what `backward` will need."""
        heat = np.exp(input[:, 0] - input.max(axis=(1, 2, 3))[:, None, None])
        heat /= heat.sum(axis=(1, 2), keepdims=True)
        rows, columns = (
            ((2 * np.arange(size) + 1) / size - 1).astype(input.dtype) for size in input.shape[2:]
        )
        centre = np.stack([heat.sum(axis=2) @ rows, heat.sum(axis=1) @ columns], axis=1)
        self._saved = heat, rows, columns, centre
        return centre

    def backward(self, grad_output: Array, needs_input_grad: bool = True) -> Array | None:
        """Return the gradient of the input."""
        heat, rows, columns, centre = self._recall()
        down = grad_output[:, 0, None] * (rows - centre[:, :1])
        across = grad_output[:, 1, None] * (columns - centre[:, 1:])
        gradient: Array = heat * (down[:, :, None] + across[:, None, :])
        return gradient[:, None]


def network(arm: str, seed: int) -> Sequential:
    """Return four convolutions that halve in the way of `arm`, and what reads the centre."""
    kind, _, number = arm.partition("_")
    halvings = int(number) if number.isdigit() else 0
    layers: list[Layer] = []
    for stage in range(STAGES):
        halves = stage < halvings
        dilation = 2**stage if kind == "dilated" else 1
        layers += [
            Conv2d(
                CHANNELS if stage else 1,
                CHANNELS,
                3,
                stride=2 if halves and kind == "stride" else 1,
                padding=dilation,
                dilation=dilation,
                padding_mode="circular" if kind == "global" else "zeros",
                init="he",
            ),
            ReLU(),
        ]
        if halves and kind == "max":
            layers.append(MaxPool2d(2))
    if kind == "global":
        layers += [AdaptiveAvgPool2d(1), Flatten(), Linear(CHANNELS, 2)]
    else:
        layers += [Conv2d(CHANNELS, 1, 1), CentreOfMass(), Linear(2, 2)]
    return Sequential(*layers, seed=seed)


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Train one network to tell the centre; measure how far off it is."""
    check_matched({name: network(name, seed) for name in ARMS})
    shapes = load_shapes(seed)
    images, centres = shapes.train_images, from_pixels(shapes.train_labels)
    validation = slice(TRAINED, TRAINED + VALIDATED)
    tried = {}
    for rate in LEARNING_RATES:
        model = network(arm, seed)
        fit(model, images[:TRAINED], centres[:TRAINED], EPOCHS // 2, rate, seed)
        tried[f"{rate:g}"] = distance(model, images[validation], centres[validation])
    best = min(LEARNING_RATES, key=lambda rate: (tried[f"{rate:g}"], rate))
    model = network(arm, seed)
    fit(model, images[:TRAINED], centres[:TRAINED], EPOCHS, best, seed, report)
    nothing_known = shapes.train_labels[:TRAINED].mean(axis=0) - shapes.test_labels
    counted = trace(model[: -3 if arm == "global" else -2], shapes.test_images.shape[1:])
    metrics = {
        "distance": distance(model, shapes.test_images, from_pixels(shapes.test_labels)),
        "spread": float(np.linalg.norm(nothing_known, axis=1).mean()),
        "parameters": parameters(model),
        "macs": counted.macs,
        "learning_rate": best,
    }
    details: dict[str, Any] = {"validation_distances": tried}
    if seed == SEEDS[0]:
        details["answers"] = np.round(to_pixels(logits(model, shapes.test_images[:SHOWN])), 2)
    return Outcome(metrics, details)


def fit(
    model: Layer,
    images: Array,
    centres: Array,
    epochs: int,
    learning_rate: float,
    seed: int,
    report: Report = lambda done, total: None,
) -> None:
    """Train by squared error, with the optimiser and schedule of all comparisons."""
    optimizer = SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    steps = epochs * -(-len(images) // BATCH_SIZE)
    schedule = OneCycleLR(optimizer, max_lr=learning_rate, total_steps=steps)
    model.train()
    with np.errstate(over="ignore", invalid="ignore"):  # a rate that diverges loses, no more
        for epoch in range(epochs):
            order = np.random.default_rng([seed, epoch]).permutation(len(images))
            for start in range(0, len(images), BATCH_SIZE):
                batch = order[start : start + BATCH_SIZE]
                outputs = model.forward(images[batch])
                model.backward(mse_loss_backward(1.0, outputs, centres[batch])[0])
                optimizer.step()
                schedule.step()
            report(epoch + 1, epochs)
    model.eval()


def distance(model: Layer, images: Array, centres: Array) -> float:
    """Return the mean distance in pixels between told and true centres, at most a side."""
    with np.errstate(over="ignore", invalid="ignore"):
        off = np.linalg.norm(logits(model, images) - centres, axis=1).mean() * SIDE / 2
    return float(min(off, SIDE)) if np.isfinite(off) else float(SIDE)


def from_pixels(centres: Array) -> Array:
    """Return centres in pixels on the scale from -1 to 1, edge to edge."""
    scaled: Array = (2 * centres + 1) / SIDE - 1
    return scaled.astype(np.float32)


def to_pixels(scaled: Array) -> Array:
    """Undo `from_pixels`."""
    pixels: Array = ((scaled + 1) * SIDE - 1) / 2
    return pixels


def decide(runs: Runs) -> Decision:
    """Apply the rule."""
    effects = {
        "max_4_over_none": runs.difference("max_4", "none", "distance"),
        "max_4_over_stride_4": runs.difference("max_4", "stride_4", "distance"),
        "max_4_over_dilated": runs.difference("max_4", "dilated", "distance"),
        "global_over_none": runs.difference("global", "none", "distance"),
    }
    hurts = [better(effect) for effect in effects.values()]  # "better" here: a larger distance
    if any(hurts):
        verdict = "supported" if all(hurts) else "partly"
    else:
        verdict = "refuted" if worse(effects["max_4_over_none"]) else "not supported"
    return Decision(effects, verdict)
