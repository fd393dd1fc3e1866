"""P9: an image in k numbers, kept for their variance (PCA) or for what a network's task needs."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import StandardScaler

from cnnnotes.checks import Array
from cnnnotes.data import Split, load_digits, load_placed, load_textures
from cnnnotes.experiments.experiment import Decision, Outcome, Report, Runs
from cnnnotes.experiments.fair import train, tune
from cnnnotes.experiments.intervals import better, difference, worse
from cnnnotes.experiments.metrics import Measure, Share, usual
from cnnnotes.experiments.toolkit import readable
from cnnnotes.layers import Conv2d, Flatten, Layer, Linear, ReLU, Sequential

QUESTION = "What do k numbers keep of an image: its variance, or what the task needs?"
CLAIMS = ("P9",)
DATASET = "digits, placed, textures"
SETS = ("digits", "placed", "textures")
CODES = ("pca", "linear", "network", "untrained")
ARMS = tuple(f"{images}_{code}" for images in SETS for code in CODES)
NAMES = {
    f"{images}_{code}": f"{on}: {told}"
    for images, on in {
        "digits": "digits",
        "placed": "placed digits",
        "textures": "textures",
    }.items()
    for code, told in {
        "pca": "PCA",
        "linear": "linear code, trained",
        "network": "network's code",
        "untrained": "untrained network's code",
    }.items()
}
METRICS = usual("learning_rate") | {
    "class_accuracy": Share("held-out accuracy of the class read from the code"),
    "variance_lost": Measure("part of the variance lost", high=2),
    **{
        f"{name}_explained": Measure(f"R² of the {name} read from the code", low=-math.inf, high=1)
        for name in ("slant", "thickness", "row", "column")
    },
}
SEEDS = range(5)
RULE = """
An image becomes k numbers, k = 4, 8, 16, 32, 64: its first k principal components, or what a CNN
trained to name the images gives in a layer of k units. Both codes are fitted on the same training
images and standardised. The same linear classifier reads the class from them, the same linear
decoder rebuilds the image; metrics are held-out accuracy, and the share of the variance of held-out
images that is lost. A set of images agrees if at every k the class is read better from the
network's code than from PCA's, and better than from the same network's code before training, and if
more variance is lost by it than by PCA, each time with the whole 95 % interval. Supported if
digits, digits at random places and textures all agree; partly if at least one set does and on no
set, at no k, is the class read better from PCA. Refuted if on every set the class is read better
from PCA at every k. Otherwise not supported. That PCA loses least on the training images is a
theorem for linear decoders; by how much, and on new images, is not. A code that is linear as PCA's
and trained as the network's, and readings the network was not trained for (slant, thickness,
place), decide nothing. The learning rate of each trained code is tuned at k = 16.
"""
DECIDING = ("*_over_*",)

SIZES = (4, 8, 16, 32, 64)
TUNED_AT = 16
EPOCHS = 8
CANVAS = 36
LOADERS: dict[str, Callable[[int], Split]] = {
    "digits": load_digits,
    "placed": lambda seed: load_placed(seed, CANVAS),
    "textures": load_textures,
}
KEPT = 8  # the size whose weights are recorded, for the figures


def network(images: str, code: str, numbers: int, seed: int) -> Sequential:
    """Return what makes a code of some numbers, and below it a linear layer that names it.

    With "linear" the code is a linear function of the pixels; else two convolutions come first.
    """
    side, classes = {"digits": (28, 10), "placed": (CANVAS, 10), "textures": (32, 6)}[images]
    layers: list[Layer] = [
        Conv2d(1, 8, 5, stride=2, padding=2, init="he"),
        ReLU(),
        Conv2d(8, 16, 3, stride=2, padding=1, init="he"),
        ReLU(),
    ]
    inputs = 16 * (side // 4) ** 2
    if code == "linear":
        layers, inputs = [], side**2
    last = Linear(inputs, numbers), Linear(numbers, classes)
    return Sequential(*layers, Flatten(), *last, seed=seed)


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Make codes of every size, and read class, image and what else there is from each."""
    name, _, code = arm.partition("_")
    split = LOADERS[name](seed)
    parts = split.train_images, split.test_images
    labels = [split.train_labels, split.test_labels]
    values = [] if name == "textures" else [properties(part) for part in parts]
    rate = 0.0
    if code in ("linear", "network"):
        rate = tune(
            lambda first: network(name, code, TUNED_AT, first),
            split.train_images,
            split.train_labels,
            epochs=EPOCHS,
            seed=seed,
        ).learning_rate
    if code == "pca":
        most = components(parts, max(SIZES))
    accuracy, lost, read = [], [], []
    details = {}
    for done, numbers in enumerate(SIZES):
        report(done, len(SIZES))
        if code == "pca":
            codes = [of_part[:, :numbers] for of_part in most]
        else:
            model = network(name, code, numbers, seed)
            if rate:
                train(
                    model,
                    split.train_images,
                    split.train_labels,
                    epochs=EPOCHS,
                    learning_rate=rate,
                    seed=seed,
                )
            codes = coded(model, parts)
            if arm == "digits_network" and numbers == KEPT and seed == SEEDS[0]:
                state = model[:-1].state_dict()
                details["weights"] = {key: np.round(value, 3) for key, value in state.items()}
        accuracy.append(readable(codes, labels))
        lost.append(share_lost(parts, rebuilt(codes, parts)))
        if values:
            read.append(explained(codes, values))
    metrics: dict[str, Any] = {"class_accuracy": accuracy, "variance_lost": lost}
    if rate:
        metrics["learning_rate"] = rate
    for place, of_property in enumerate(np.transpose(read)):
        metrics[f"{PROPERTIES[place]}_explained"] = of_property
    return Outcome(metrics, details)


def components(parts: Sequence[Array], numbers: int) -> list[Array]:
    """Return each part's first principal components, (N, numbers), standardised; fit on the first.

    Source: Pearson 1901, "On lines and planes of closest fit to systems of points in space".
    """
    rows = [part.reshape(len(part), -1) for part in parts]
    mean = rows[0].mean(axis=0)
    directions = np.linalg.svd(rows[0] - mean, full_matrices=False)[2][:numbers]
    return standardised([(of_part - mean) @ directions.T for of_part in rows])


def coded(model: Sequential, parts: Sequence[Array]) -> list[Array]:
    """Return each part's code, (N, numbers), standardised."""
    return standardised([model[:-1].forward(part) for part in parts])


def standardised(codes: Sequence[Array]) -> list[Array]:
    """Return codes with the first part's means and deviations taken out."""
    scaler = StandardScaler().fit(codes[0])
    return [scaler.transform(code) for code in codes]


def rebuilt(codes: Sequence[Array], parts: Sequence[Array]) -> Array:
    """Return the last part's images, rebuilt by a linear decoder that was fitted on the first."""
    decoder = LinearRegression().fit(codes[0], parts[0].reshape(len(parts[0]), -1))
    images: Array = decoder.predict(codes[-1]).reshape(parts[-1].shape)
    return images


def share_lost(parts: Sequence[Array], images: Array) -> float:
    """Return the last part's squared error over its distance from the first part's mean image."""
    error = np.square(parts[-1] - images).sum(dtype=np.float64)
    return float(error / np.square(parts[-1] - parts[0].mean(axis=0)).sum(dtype=np.float64))


PROPERTIES = ("slant", "thickness", "row", "column")


def properties(images: Array) -> Array:
    """Return slant, thickness and place of what is drawn, (N, 4), for images (N, 1, H, W).

    Slant is how far ink moves to the left for each pixel down, by least squares; thickness is
    ink over the length of its outline, both in pixels; the place is row and column of the middle.
    """
    ink = images[:, 0].astype(np.float64)
    total = ink.sum(axis=(1, 2))
    middle = [np.einsum("nhw,hw->n", ink, grid) / total for grid in np.indices(ink.shape[1:])]
    down, across = (
        grid - at[:, None, None] for grid, at in zip(np.indices(ink.shape[1:]), middle, strict=True)
    )
    slant = -(ink * down * across).sum(axis=(1, 2)) / (ink * down**2).sum(axis=(1, 2))
    outline = np.hypot(*np.gradient(ink, axis=(1, 2))).sum(axis=(1, 2))
    return np.stack([slant, total / outline, *middle], axis=1)


def explained(codes: Sequence[Array], values: Sequence[Array]) -> Array:
    """Return the share of each value's variance that a linear reader explains on the last part."""
    guesses = LinearRegression().fit(codes[0], values[0]).predict(codes[-1])
    errors = np.square(values[-1] - guesses).sum(axis=0)
    shares: Array = 1 - errors / np.square(values[-1] - values[0].mean(axis=0)).sum(axis=0)
    return shares


def decide(runs: Runs) -> Decision:
    """Apply the rule."""
    effects = {}
    for images in SETS:
        for metric, other in CONDITIONS:
            first, second = (runs.of(f"{images}_{code}", metric) for code in ("network", other))
            for place, numbers in enumerate(SIZES):
                key = f"{images}_{metric}_over_{other}_{numbers}"
                effects[key] = difference(first[:, place], second[:, place])
    agreeing = [
        all(better(effect) for key, effect in effects.items() if key.startswith(images))
        for images in SETS
    ]
    over_pca = [effect for key, effect in effects.items() if "class_accuracy_over_pca" in key]
    if all(agreeing):
        verdict = "supported"
    elif any(agreeing) and not any(map(worse, over_pca)):
        verdict = "partly"
    else:
        verdict = "refuted" if all(map(worse, over_pca)) else "not supported"
    return Decision(effects, verdict)


CONDITIONS = (
    ("class_accuracy", "pca"),
    ("class_accuracy", "untrained"),
    ("variance_lost", "pca"),
)
