"""Figures of the chapter on learning against noise (P13)."""

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from cnnnotes.experiments import results
from cnnnotes.figures.charts import band, percent, runs_of
from cnnnotes.figures.style import TEXT_WIDTH, Palette

RECORD = "learning_or_noise"
NAMES = {
    "train_accuracy": "training accuracy",
    "test_accuracy": "held-out accuracy",
    "roughness": "roughness of filters",
    "agreement": "agreement of seeds",
    "shift_response": "change under a shift",
    "dead": "dead filters",
    "duplicates": "duplicate filters",
}


def signals(palette: Palette) -> tuple[Figure, str]:
    """Draw every signal through training, for true, half-random and random labels."""
    record = results.load(RECORD)
    figure, cells = plt.subplots(4, 2, figsize=(TEXT_WIDTH, 6.4), sharex=True)
    said = []
    for axes, (signal, name) in zip(cells.flat, NAMES.items(), strict=False):
        for arm, colour in zip(record["arms"], palette.series, strict=False):
            curve = record["summary"][arm][signal]
            band(axes, range(len(curve["mean"])), curve, colour, f"{arm} labels")
        epoch = record["effects"][signal]["tells_at_epoch"]
        told = "tells nothing" if epoch is None else f"tells at epoch {epoch}"
        if epoch is not None:
            axes.axvline(epoch, color=palette.muted, lw=0.8, ls="--")
        axes.set_title(f"{name}: {told}", fontsize=9)
        said.append(f"{name} {told}")
    key = cells.flat[-1]
    key.axis("off")
    key.legend(*cells.flat[0].get_legend_handles_labels(), loc="center left")
    for axes in cells[-1:, 0]:
        axes.set_xlabel("epoch")
    cells[2, 1].tick_params(labelbottom=True)
    return figure, (
        "Seven signals through training with true, half-random and random labels, and the epoch "
        f"from which on each tells true from random: {'; '.join(said)}."
    )


def filters(palette: Palette) -> tuple[Figure, str]:
    """Draw first-layer filters that were trained on true and on random labels."""
    details = results.load(RECORD)["details"]
    rows = {
        "before": details["true"]["0"]["filters_before"],
        "true labels": details["true"]["0"]["filters_after"],
        "random labels": details["random"]["0"]["filters_after"],
    }
    weights = {name: np.array(values)[:, 0] for name, values in rows.items()}
    largest = max(abs(values).max() for values in weights.values())
    count = len(weights["before"])
    figure, axes = plt.subplots(len(rows), count, figsize=(TEXT_WIDTH, 2.3))
    for row, (name, values) in zip(axes, weights.items(), strict=True):
        for cell, value in zip(row, values, strict=True):
            cell.imshow(value, cmap=palette.signed, vmin=-largest, vmax=largest)
            cell.set_xticks([])
            cell.set_yticks([])
            cell.spines[:].set(visible=True, color=palette.faint)
        row[0].set_ylabel(name, rotation=0, ha="right", va="center", labelpad=6)
    moved = {
        name: np.linalg.norm(values - weights["before"]) / np.linalg.norm(weights["before"])
        for name, values in weights.items()
    }
    return figure, (
        f"The {count} filters of the first layer before training, after training on true labels, "
        f"and after training on random ones; they moved by {moved['true labels']:.0%} and "
        f"{moved['random labels']:.0%} of their size. To the eye both sets look learned."
    )


def memorising(palette: Palette) -> tuple[Figure, str]:
    """Draw training and held-out accuracy for true, half-random and random labels."""
    record = results.load(RECORD)
    figure, cells = plt.subplots(1, 2, figsize=(TEXT_WIDTH, 2.8), sharey=True)
    said = []
    for axes, metric in zip(cells, ("train_accuracy", "test_accuracy"), strict=True):
        for arm, colour in zip(record["arms"], palette.series, strict=False):
            curve = record["summary"][arm][metric]
            band(axes, range(len(curve["mean"])), curve, colour, f"{arm} labels")
            said.append(f"{NAMES[metric]}, {arm} labels, {curve['mean'][-1]:.0%}")
        axes.set(title=NAMES[metric], xlabel="epoch", ylim=(0, 1.02))
    percent(cells[0].yaxis)
    cells[1].legend(loc="center right", bbox_to_anchor=(1, 0.62), fontsize=8)
    return figure, f"Through {len(curve['mean']) - 1} epochs. At the end: {'; '.join(said)}."


def single_runs(palette: Palette) -> tuple[Figure, str]:
    """Draw each run on its own, for the signals that tell true from random labels on average."""
    record = results.load(RECORD)
    names = ("train_accuracy", "roughness", "shift_response")
    figure, cells = plt.subplots(1, len(names), figsize=(TEXT_WIDTH, 2.8))
    said = []
    for axes, name in zip(cells, names, strict=True):
        for arm, colour in zip(("true", "random"), (palette.blue, palette.green), strict=True):
            axes.plot(runs_of(record, arm, name).T, color=colour, lw=0.9, alpha=0.7)
            axes.plot([], [], color=colour, label=f"{arm} labels")
        epoch = apart_from(runs_of(record, "true", name), runs_of(record, "random", name))
        told = "never apart" if epoch is None else f"apart from {epoch} on"
        axes.set_title(f"{NAMES[name]}:\n{told}", fontsize=9)
        axes.set_xlabel("epoch")
        said.append(f"{NAMES[name]} {told}")
    cells[1].set_ylim(top=5.6)  # room for the names
    cells[1].legend(loc="upper right", fontsize=8)
    return figure, (
        "Each of six runs with true and with random labels. From which epoch on no run of one kind "
        f"lies among those of the other: {'; '.join(said)}."
    )


def apart_from(first: np.ndarray, second: np.ndarray) -> int | None:
    """Return from which epoch on all runs of one kind lie above all of the other, if at the end."""
    above = first.min(axis=0) > second.max(axis=0)
    below = first.max(axis=0) < second.min(axis=0)
    side = above.astype(int) - below
    if not side[-1]:
        return None
    differs = np.flatnonzero(side != side[-1])
    return int(differs[-1]) + 1 if len(differs) else 0
