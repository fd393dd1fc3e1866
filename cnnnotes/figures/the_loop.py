"""Figures of the chapter on the loop."""

from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from cnnnotes.data import load_digits
from cnnnotes.experiments import results
from cnnnotes.experiments.fair import train
from cnnnotes.experiments.intervals import effect
from cnnnotes.figures.charts import dots, mosaic, name_rows, points, runs_of
from cnnnotes.figures.style import TEXT_WIDTH, Palette
from cnnnotes.inspection import feature_maps
from cnnnotes.layers import Conv2d, Flatten, Layer, Linear, MaxPool2d, ReLU, Sequential
from cnnnotes.report import report

IMAGES = 800
MAPS = 16


def variant(name: str) -> Sequential:
    """Return the chapter's network that halves its maps by "max" pooling, or by "stride"."""
    pooled = name == "max"
    layers: list[Layer] = []
    for before, channels in ((1, 8), (8, MAPS)):
        layers += [Conv2d(before, channels, 3, stride=1 if pooled else 2, padding=1), ReLU()]
        layers += [MaxPool2d(2)] if pooled else []
    return Sequential(*layers, Flatten(), Linear(49 * MAPS, 10), seed=0)


def trained(name: str) -> Sequential:
    """Return a variant after a short training, for pictures only."""
    digits, model = load_digits(0), variant(name)
    images, labels = digits.train_images[:IMAGES], digits.train_labels[:IMAGES]
    train(model, images, labels, epochs=6, learning_rate=0.06, seed=0)
    return model


def sample_report(path: Path) -> None:
    """Write the report on one of the chapter's networks, for readers to open."""
    digits = load_digits(0)
    images, labels = digits.test_images[:200], digits.test_labels[:200]
    report(trained("max"), images, labels, path, title="Max pooling, after a short training")


def maps(palette: Palette) -> tuple[Figure, str]:
    """Draw the last maps of both variants for the same digit, and for that digit moved."""
    image = load_digits(0).test_images[:1]
    moved = np.roll(image, 1, axis=3)
    figure, axes = plt.subplots(2, 3, figsize=(TEXT_WIDTH, 3.9))
    said = []
    for line, name in zip(axes, ("max", "stride"), strict=True):
        model = trained(name)
        still, after = (
            list(feature_maps(model, shown).values())[-3][0] for shown in (image, moved)
        )
        scale = float(still.max())
        change = np.abs(after - still)
        relative = float(np.linalg.norm(change) / np.linalg.norm(still))
        for cell, shown, title in zip(
            line,
            (still, after, change),
            ("the digit", "moved by a pixel", "difference"),
            strict=True,
        ):
            cell.imshow(mosaic(shown, 4), cmap=palette.amount, vmin=0, vmax=scale)
            cell.set(xticks=[], yticks=[])
            cell.set_title(title, fontsize=9)
            cell.spines[:].set(visible=True, color=palette.faint)
        line[0].set_ylabel("max pooling" if name == "max" else name, fontsize=9)
        said.append(f"{'max pooling' if name == 'max' else name} {relative:.2f}")
    return figure, (
        f"The {MAPS} maps before the head, of both variants, for a digit and for the digit moved "
        f"by a pixel. The difference is, of the length of the maps: {', '.join(said)}."
    )


def seeds(palette: Palette) -> tuple[Figure, str]:
    """Draw what one seed says of max pooling against stride, and what all say."""
    record = results.load("pool_or_stride")
    figure, axes = plt.subplots(figsize=(TEXT_WIDTH, 1.9))
    rows = {
        "accuracy": ("test_accuracy", palette.blue),
        "answers kept": ("consistency_circular", palette.orange),
    }
    said = []
    for place, (name, (metric, colour)) in enumerate(rows.items()):
        by_seed = runs_of(record, "max", metric) - runs_of(record, "stride", metric)
        low, mean = float(by_seed.min()), float(by_seed.mean())
        dots(axes, place, by_seed, colour, effect(by_seed))
        said.append(
            f"{name}: {100 * mean:+.1f} points on the mean, from {100 * low:+.1f} to "
            f"{100 * float(by_seed.max()):+.1f} by seed"
        )
    axes.axvline(0, color=palette.muted, lw=0.8)
    points(axes.xaxis)
    axes.set_xlabel("max pooling over stride, points")
    name_rows(axes, list(rows))
    return figure, f"Max pooling over stride. {'; '.join(said)}."
