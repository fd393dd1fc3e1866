"""Figures of the chapter on architecture as prior (C10, C13, C14)."""

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cnnnotes.data import load_digits
from cnnnotes.experiments import results
from cnnnotes.experiments.four_levers import NAMES as LEVERS
from cnnnotes.experiments.learned_filters import NAMES as CURVES
from cnnnotes.figures.charts import band, dots, name_rows, percent, runs_of
from cnnnotes.figures.style import TEXT_WIDTH, Palette

FILTERS = {"bank": "by hand", "random": "random", "learned": "learned"}


def three_places(palette: Palette) -> tuple[Figure, str]:
    """Draw the three places where knowledge about images can be put."""
    from skimage.feature import hog

    digit = load_digits(0).test_images[2, 0]
    cells, larger = 7, 6
    step = larger * len(digit) // cells
    blown_up = np.kron(digit, np.ones((larger, larger)))
    features, drawn = hog(blown_up, 9, (step, step), (1, 1), visualize=True)
    moves = [(0, 0), (-4, 4), (5, -3), (3, 5)]
    figure, axes = plt.subplots(1, 3, figsize=(TEXT_WIDTH, 2.3))
    axes[0].imshow(np.sqrt(drawn), cmap=palette.amount)
    axes[0].set_title("into the features")
    on_canvas = np.pad(digit, 4)
    quarters = [np.roll(on_canvas, move, axis=(0, 1)) for move in moves]
    axes[1].imshow(np.vstack([np.hstack(quarters[:2]), np.hstack(quarters[2:])]), palette.amount)
    axes[1].axhline(len(on_canvas) - 0.5, color=palette.muted, lw=0.8)
    axes[1].axvline(len(on_canvas) - 0.5, color=palette.muted, lw=0.8)
    axes[1].set_title("into the data")
    axes[2].imshow(digit, cmap=palette.amount)
    for corner in ((3, 4), (11, 12), (17, 19)):
        axes[2].add_patch(Rectangle(corner, 5, 5, fill=False, ec=palette.orange, lw=1.8))
    axes[2].set_title("into the architecture")
    captions = (
        f"edges in {cells}×{cells} cells",
        "the same, moved",
        "one detector, everywhere",
    )
    for cell, caption in zip(axes, captions, strict=True):
        cell.set(xticks=[], yticks=[], xlabel=caption)
        cell.spines[:].set(visible=True, color=palette.faint)
    return figure, (
        f"One digit three times. Features: the directions of its edges in {cells}×{cells} cells, "
        f"{len(features)} numbers worked out beforehand. Data: {len(moves)} copies, each moved. "
        "Architecture: the same 5×5 window at three places."
    )


def filters(palette: Palette) -> tuple[Figure, str]:
    """Draw the filters made by hand, drawn at random, and learned, of one seed."""
    details = results.load("learned_filters")["details"]
    figure, axes = plt.subplots(len(FILTERS), 16, figsize=(TEXT_WIDTH, 1.35))
    correlations = []
    for row, (arm, name) in zip(axes, FILTERS.items(), strict=True):
        (shown,) = (np.array(of_seed["filters"]) for of_seed in details[arm].values())
        neighbours = shown - shown.mean(axis=(1, 2), keepdims=True)
        along = (neighbours[:, :, 1:] * neighbours[:, :, :-1]).mean() / neighbours.var()
        correlations.append(f"{name} {along:.2f}")
        for cell, filter in zip(row, shown, strict=True):
            most = np.abs(filter).max()
            cell.imshow(filter, cmap=palette.signed, vmin=-most, vmax=most)
            cell.set(xticks=[], yticks=[])
            cell.spines[:].set(visible=True, color=palette.faint)
        row[0].set_ylabel(name, rotation=0, ha="right", va="center", labelpad=5, fontsize=9)
    return figure, (
        "Sixteen filters of 5×5 in three rows: made by hand, all steps and bars; random; and "
        "learned from the same random start. How alike neighbouring weights are, as a "
        f"correlation: {', '.join(correlations)}."
    )


def filter_curves(palette: Palette) -> tuple[Figure, str]:
    """Draw accuracy against the number of training digits, for each kind of filter."""
    record = results.load("learned_filters")
    colours = (palette.green, palette.orange, palette.blue, palette.purple, palette.muted)
    figure, axes = plt.subplots(figsize=(TEXT_WIDTH, 3.4))
    said = []
    for (arm, name), colour in zip(CURVES.items(), (*colours, palette.ink), strict=True):
        summary = record["summary"][arm]
        sizes = summary["sizes"]["mean"]
        band(axes, sizes, summary["curve"], colour, name)
        said.append(f"{name} " + ", ".join(f"{mean:.1%}" for mean in summary["curve"]["mean"]))
    axes.set(xscale="log", xlabel="training digits", ylabel="held-out accuracy")
    axes.set_xticks(sizes, [f"{size:,.0f}" for size in sizes])
    axes.minorticks_off()
    percent(axes.yaxis)
    axes.legend(loc="lower right")
    shown = ", ".join(f"{size:,.0f}" for size in sizes)
    return figure, f"Held-out accuracy after {shown} training digits. {'; '.join(said)}."


def levers(palette: Palette) -> tuple[Figure, str]:
    """Draw how far each lever moves the MLP."""
    record = results.load("four_levers")
    figure, axes = plt.subplots(figsize=(TEXT_WIDTH, 2.8))
    baseline = record["summary"]["baseline"]["test_accuracy"]["mean"]
    axes.axvline(baseline, color=palette.muted, lw=0.8, ls="--")
    said = []
    for row, (arm, name) in enumerate(LEVERS.items()):
        summary = record["summary"][arm]["test_accuracy"]
        colour = {"architecture": palette.blue, "baseline": palette.muted}.get(arm, palette.orange)
        dots(axes, row, runs_of(record, arm, "test_accuracy"), colour)
        said.append(f"{name} {summary['mean']:.1%}")
    name_rows(axes, list(LEVERS.values()))
    percent(axes.xaxis)
    axes.set_xlabel("held-out accuracy, digits placed at random")
    return figure, (
        f"Held-out accuracy on digits at random places, {len(record['seeds'])} seeds: "
        f"{'; '.join(said)}."
    )


def size(palette: Palette) -> tuple[Figure, str]:
    """Draw accuracy against the number of parameters, with true and with permuted pixels."""
    summary = results.load("right_bias")["summary"]
    figure, axes = plt.subplots()
    said = []
    for order, colour in (("true", palette.blue), ("permuted", palette.orange)):
        points = [summary[f"mlp_{times}_{order}"] for times in (1, 3, 10, 30)]
        sizes = [point["parameters"]["mean"] for point in points]
        curve = {
            key: [point["test_accuracy"][key] for point in points]
            for key in ("mean", "low", "high")
        }
        band(axes, sizes, curve, colour, f"MLPs, {order} pixels")
        axes.plot(sizes, curve["mean"], "o", ms=4, color=colour)
        cnn = summary[f"cnn_{order}"]
        found = cnn["test_accuracy"]
        axes.plot([cnn["parameters"]["mean"]] * 2, [found["low"], found["high"]], color=colour)
        axes.plot(
            cnn["parameters"]["mean"],
            found["mean"],
            "s",
            ms=8,
            color=colour,
            label=f"CNN, {order} pixels",
        )
        said.append(
            f"with {order} pixels the CNN {found['mean']:.1%}, the MLPs "
            + ", ".join(f"{mean:.1%}" for mean in curve["mean"])
        )
    axes.set(xscale="log", xlabel="parameters", ylabel="held-out accuracy")
    axes.set_xticks(sizes, [f"{count:,.0f}" for count in sizes])
    axes.minorticks_off()
    percent(axes.yaxis)
    axes.legend(loc="lower right")
    return figure, (
        f"Held-out accuracy of a CNN and of MLPs of {', '.join(f'{n:,.0f}' for n in sizes)} "
        f"parameters: {'; '.join(said)}."
    )
