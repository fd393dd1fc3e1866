"""C8: what a unit can see by its size, by perturbing pixels, and by the gradients that count."""

import math
from itertools import pairwise

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.data import load_digits
from cnnnotes.experiments.experiment import Decision, Outcome, Report, Runs
from cnnnotes.experiments.fair import train
from cnnnotes.experiments.intervals import better, effect
from cnnnotes.experiments.metrics import Count, Measure, Share, usual
from cnnnotes.inspection import effective_receptive_field, effective_size
from cnnnotes.layers import (
    AdaptiveMaxPool2d,
    AvgPool2d,
    Conv2d,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
)
from cnnnotes.shapes import trace
from cnnnotes.training import evaluate

QUESTION = "Does every layer widen what a unit can see, and how much of that does it use?"
CLAIMS = ("C8",)
DATASET = "digits"
ARMS = ("trained_8", "trained_4", "trained_2", "untrained", "perturbed")
NAMES = {
    "trained_8": "8 layers, trained",
    "trained_4": "4 layers, trained",
    "trained_2": "2 layers, trained",
    "untrained": "untrained stacks",
    "perturbed": "random networks, perturbed",
}
METRICS = usual("test_accuracy") | {
    "effective_size_before": Measure("effective size before training", "pixels"),
    "effective_size_after": Measure("effective size after training", "pixels"),
    "share_before": Share("effective share of the field before training"),
    "share_after": Share("effective share of the field after training"),
    "effective_size": Measure("effective size by depth", "pixels"),
    "share": Share("effective share of the field by depth"),
    "exponent": Measure("exponent of growth with depth"),
    "mismatches": Count("pixels where recursion and perturbation disagree"),
    "pixels_perturbed": Count("pixels perturbed"),
}
SEEDS = range(5)
RULE = """
Three things are asked. First, in 20 random networks a seed (one to four layers; kernels 1–5,
strides 1–3, padding 0–2, dilations 1–2, poolings among them) the pixels that change a unit when
they are perturbed one by one are exactly those that the recursion names. Second, in untrained
stacks of 3×3 convolutions with ReLU, 2, 4, 8, 16 and 32 deep, the effective size (side of the
square as large as the pixels whose gradient is above 4.55 % of the largest) grows from each depth
to the next, whole 95 % interval. Third, after training on digits, to at least 50 % held-out
accuracy in every run, it is still larger 8 layers deep than 4, and 4 than 2, whole intervals.
Supported if all three hold; partly if the first and second; refuted if the first fails; otherwise
not supported. Reported beside it: the exponent with which the effective size grows with depth (a
square-root law says 0.5), and the share of the theoretical field before and after training.
"""
DECIDING = ("untrained_*_over_*", "trained_*_over_*")

NETWORKS = 20
DEPTHS = (2, 4, 8, 16, 32)
CHANNELS = 8
CANVAS = 72
TRAINING_IMAGES = 2000
EPOCHS = 5
LEARNING_RATE = 0.01


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Compare with perturbation, or measure gradients before or after training."""
    if arm == "perturbed":
        return perturbed(seed)
    if arm == "untrained":
        return untrained(seed)
    return trained(int(arm.removeprefix("trained_")), seed, report)


def perturbed(seed: int) -> Outcome:
    """Find by trial what a unit of random networks sees, and hold it against the recursion."""
    rng = np.random.default_rng(seed)
    mismatches = pixels = 0
    for _ in range(NETWORKS):
        model = random_network(rng)
        image = rng.uniform(1, 2, size=(1, 1, 24, 24))
        grid = model.forward(image).shape[2:]
        unit = (int(rng.integers(grid[0])), int(rng.integers(grid[1])))
        last = trace(model, (1, 24, 24))
        rows, columns = last.seen(last.rows[-1].name, unit)
        expected = np.zeros((24, 24), bool)
        expected[np.ix_(rows, columns)] = True
        mismatches += int((support(model, image, unit) != expected).sum())
        pixels += expected.size
    return Outcome({"mismatches": mismatches, "pixels_perturbed": pixels})


def untrained(seed: int) -> Outcome:
    """Measure the effective size of stacks of growing depth with random weights, on noise."""
    images = np.random.default_rng([seed, 1]).normal(size=(8, 1, CANVAS, CANVAS))
    images = images.astype(np.float32)
    fields = {depth: effective_receptive_field(stack(depth, seed)[:-1], images) for depth in DEPTHS}
    sizes = [effective_size(field) for field in fields.values()]
    exponent = np.polyfit(np.log(DEPTHS), np.log(sizes), 1)[0]
    metrics = {
        "effective_size": sizes,
        "share": [size / (2 * depth + 1) for size, depth in zip(sizes, DEPTHS, strict=True)],
        "exponent": float(exponent),
    }
    shown = fields[16] / fields[16].max()
    return Outcome(metrics, {"field_16": np.round(shown, 3)} if seed == 0 else {})


def trained(depth: int, seed: int, report: Report) -> Outcome:
    """Train a stack on digits and measure its effective size before and after."""
    digits = load_digits(seed)
    images, labels = digits.train_images[:TRAINING_IMAGES], digits.train_labels[:TRAINING_IMAGES]
    model = classifier(depth, seed)
    probes = digits.test_images[:32]
    before = effective_receptive_field(model[: 2 * depth - 1], probes)
    train(
        model,
        images,
        labels,
        epochs=EPOCHS,
        learning_rate=LEARNING_RATE,
        seed=seed,
        report=report,
    )
    after = effective_receptive_field(model[: 2 * depth - 1], probes)
    sizes = {"before": effective_size(before), "after": effective_size(after)}
    metrics = {
        **{f"effective_size_{when}": size for when, size in sizes.items()},
        **{f"share_{when}": size / (2 * depth + 1) for when, size in sizes.items()},
        "test_accuracy": evaluate(model, digits.test_images, digits.test_labels).accuracy,
    }
    fields = {"before": before / before.max(), "after": after / after.max()}
    details = {when: np.round(field, 3) for when, field in fields.items()}
    return Outcome(metrics, details if seed == 0 else {})


def decide(runs: Runs) -> Decision:
    """Apply the rule."""
    exact = bool(np.all(runs.of("perturbed", "mismatches") == 0))
    sizes = runs.of("untrained", "effective_size")
    steps = {
        f"untrained_{deeper}_over_{depth}": effect(sizes[:, place + 1] - sizes[:, place])
        for place, (depth, deeper) in enumerate(pairwise(DEPTHS))
    }
    trained = {
        f"trained_{deeper}_over_{depth}": runs.difference(
            f"trained_{deeper}", f"trained_{depth}", "effective_size_after"
        )
        for depth, deeper in ((2, 4), (4, 8))
    }
    grows, grows_trained = (all(map(better, group.values())) for group in (steps, trained))
    accuracies = [runs.of(f"trained_{depth}", "test_accuracy") for depth in (2, 4, 8)]
    grows_trained = grows_trained and bool(np.min(accuracies) >= 0.5)
    if not exact:
        verdict = "refuted"
    elif grows:
        verdict = "supported" if grows_trained else "partly"
    else:
        verdict = "not supported"
    reported = {"exponent_untrained": effect(runs.of("untrained", "exponent"))}
    for depth in (2, 4, 8):
        arm = f"trained_{depth}"
        shares = runs.of(arm, "share_after") - runs.of(arm, "share_before")
        reported[f"share_gained_by_training_{depth}"] = effect(shares)
    return Decision({**steps, **trained, **reported}, verdict)


def stack(depth: int, seed: int) -> Sequential:
    """Return 3×3 convolutions with ReLU, as many as `depth`, that keep the image's size."""
    return Sequential(*convolutions(depth), seed=seed)


def convolutions(depth: int) -> list[Layer]:
    """Return the layers of `stack`."""
    layers: list[Layer] = []
    for number in range(depth):
        layers += [
            Conv2d(1 if number == 0 else CHANNELS, CHANNELS, 3, padding=1, init="he"),
            ReLU(),
        ]
    return layers


def classifier(depth: int, seed: int) -> Sequential:
    """Return a stack with a small classifier on top, which looks at a 4×4 grid of maxima."""
    head = [AdaptiveMaxPool2d(4), Flatten(), Linear(16 * CHANNELS, 10)]
    return Sequential(*convolutions(depth), *head, seed=seed)


def random_network(rng: np.random.Generator) -> Sequential:
    """Return one to four random convolutions and poolings for 24×24 images, in float64.

    Without ReLU: it can hide a pixel that is read, but never shows another.
    """
    layers: list[Layer] = []
    depth, channels, size = int(rng.integers(1, 5)), 1, 24
    while len(layers) < depth:
        kernel, step = int(rng.integers(1, 6)), int(rng.integers(1, 4))
        padding, dilation = int(rng.integers(3)), int(rng.integers(1, 3))
        kind = rng.choice(["conv", "conv", "max", "average"])
        if kind != "conv":
            padding, dilation = min(padding, kernel // 2), 1
        after = (size + 2 * padding - dilation * (kernel - 1) - 1) // step + 1
        if after < 1:
            break
        if kind == "conv":
            layers.append(
                Conv2d(channels, 2, kernel, step, padding, dilation, seed=rng, dtype="float64")
            )
            channels = 2
        elif kind == "max":
            layers.append(MaxPool2d(kernel, step, padding))
        else:
            layers.append(AvgPool2d(kernel, step, padding))
        size = after
    return Sequential(*layers) if layers else Sequential(Conv2d(1, 2, 3, seed=rng, dtype="float64"))


def support(model: Layer, image: Array, unit: tuple[int, int]) -> Array:
    """Return which pixels change a unit, (H, W), if they alone are pushed far up or far down.

    A max pooling passes one of its pixels, so each push must be larger than all that it may meet.
    """
    pixels = math.prod(image.shape[2:])
    places = np.arange(pixels)
    original = model.forward(image)[..., *unit]
    changed = np.zeros(pixels, bool)
    for push in (1e6, -1e6):
        images = np.repeat(image, pixels, axis=0)
        images.reshape(pixels, pixels)[places, places] += push
        changed |= (model.forward(images)[..., *unit] != original).any(axis=1)
    return changed.reshape(image.shape[2:])
