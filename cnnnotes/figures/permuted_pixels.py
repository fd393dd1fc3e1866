"""Figures of the experiment on permuted pixels (C1)."""

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from cnnnotes.data import load_digits
from cnnnotes.experiments import results
from cnnnotes.figures.charts import dots, name_rows, percent, runs_of
from cnnnotes.figures.style import TEXT_WIDTH, Palette

RECORD = "permuted_pixels"
NETWORKS = {"cnn": "CNN", "local": "locally connected", "mlp": "MLP"}


def images(palette: Palette) -> tuple[Figure, str]:
    """Draw digits before and after the permutation of the first seed."""
    record = results.load(RECORD)
    places = np.array(record["details"]["cnn_permuted"]["0"]["places"])
    split = load_digits(record["seeds"][0])
    shown = [np.flatnonzero(split.test_labels == digit)[0] for digit in range(8)]
    figure, axes = plt.subplots(2, len(shown), figsize=(TEXT_WIDTH, 1.7))
    for column, index in enumerate(shown):
        pixels = split.test_images[index].reshape(-1)
        for row, values in enumerate([pixels, pixels[places]]):
            cell = axes[row, column]
            cell.imshow(values.reshape(28, 28), cmap=palette.amount)
            cell.set_xticks([])
            cell.set_yticks([])
            cell.spines[:].set(visible=True, color=palette.faint)
    for row, name in enumerate(["true", "permuted"]):
        axes[row, 0].set_ylabel(name, rotation=0, ha="right", va="center", labelpad=6)
    return figure, (
        f"{len(shown)} digits above; below, the same digits with their {len(places)} pixels in "
        "another order, the same for all: to the eye, noise."
    )


def accuracy(palette: Palette) -> tuple[Figure, str]:
    """Draw what the permutation takes from each network."""
    record = results.load(RECORD)
    figure, axes = plt.subplots(figsize=(TEXT_WIDTH, 2.6))
    said = []
    for row, (network, name) in enumerate(NETWORKS.items()):
        true, permuted = (f"{network}_{order}" for order in ("true", "permuted"))
        for arm, colour, offset in [(true, palette.blue, -0.14), (permuted, palette.orange, 0.14)]:
            dots(axes, row + offset, runs_of(record, arm, "test_accuracy"), colour)
        means = [record["summary"][arm]["test_accuracy"]["mean"] for arm in (true, permuted)]
        said.append(f"{name} {means[0]:.1%} to {means[1]:.1%}")
    name_rows(axes, list(NETWORKS.values()))
    axes.plot([], [], "o", color=palette.blue, label="true pixels")
    axes.plot([], [], "o", color=palette.orange, label="permuted pixels")
    axes.legend(loc="center right")
    percent(axes.xaxis)
    axes.set_xlabel("held-out accuracy")
    return figure, (
        f"Held-out accuracy with true and with permuted pixels, {len(record['seeds'])} seeds each: "
        f"{'; '.join(said)}."
    )
