"""Figures of the chapter on the minimal pipeline."""

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cnnnotes.data import load_digits
from cnnnotes.experiments import results
from cnnnotes.figures.style import TEXT_WIDTH, Palette

RECORD = "minimal_pipeline"


def network(palette: Palette) -> tuple[Figure, str]:
    """Draw the network as blocks, to scale: what each layer hands to the next."""
    layers = results.load(RECORD)["details"]["layers"]
    shown = [("image", [1, 28, 28])]
    shown += [
        (layer["layer"].partition("(")[0], layer["output_shape"])
        for layer in layers
        if not layer["layer"].startswith(("ReLU", "Flatten"))
    ]
    figure, axes = plt.subplots(figsize=(TEXT_WIDTH, 2.5))
    left = 0.0
    for name, shape in shown:
        colour = palette.orange if name.startswith("Conv") else palette.blue
        if len(shape) == 3:
            channels, size, _ = shape
            for channel in reversed(range(channels)):
                corner = (left + channel * 1.1, -size / 2 + channel * 0.9)
                axes.add_patch(
                    Rectangle(corner, size, size, fc=palette.paper, ec=colour, lw=0.8, zorder=2)
                )
            width = size + (channels - 1) * 1.1
            label = "×".join(map(str, shape))
        else:
            width, label = 5.0, str(shape[0])
            for unit in range(shape[0]):
                axes.add_patch(
                    Rectangle((left + 1, -15 + 3 * unit), 3, 2.4, fc=palette.paper, ec=colour, lw=1)
                )
        axes.text(left + width / 2, -20, f"{name}\n{label}", ha="center", va="top", fontsize=9)
        left += width + 7
    axes.set(xlim=(-1, left - 6), ylim=(-29, 29), aspect="equal")
    axes.axis("off")
    shapes = ", ".join(f"{name} {'×'.join(map(str, shape))}" for name, shape in shown)
    return figure, (
        f"The network drawn to scale, from left to right: {shapes}. "
        "Maps become smaller and more numerous until ten numbers are left."
    )


def loss_curve(palette: Palette) -> tuple[Figure, str]:
    """Draw the training loss of all seeds, from ln 10 down."""
    record = results.load(RECORD)
    losses = np.array([run["metrics"]["loss_per_nine_steps"] for run in record["runs"]])
    steps = 9 * np.arange(losses.shape[1]) + 5
    figure, axes = plt.subplots()
    axes.plot(steps, losses.T, color=palette.blue, lw=0.7, alpha=0.4)
    axes.plot(steps, losses.mean(axis=0), color=palette.blue)
    axes.axhline(np.log(10), color=palette.orange, lw=1, ls="--")
    axes.text(steps[-1], np.log(10) * 0.9, "ln 10: knows nothing", color=palette.orange,
              ha="right", va="top", fontsize=9)  # fmt: skip
    axes.set(xlabel="step", ylabel="training loss", yscale="log", xlim=(0, steps[-1]))
    axes.set_yticks([0.01, 0.03, 0.1, 0.3, 1, 3], ["0.01", "0.03", "0.1", "0.3", "1", "3"])
    axes.minorticks_off()
    start = record["summary"]["cnn"]["loss_at_start"]["mean"]
    return figure, (
        f"Training loss against step, one thin line for each of {len(losses)} seeds: it starts "
        f"at {start:.2f}, which is ln 10, is below 0.5 after "
        f"{steps[np.argmax(losses.mean(axis=0) < 0.5)]} steps, and ends at "
        f"{losses[:, -7:].mean():.3f}."
    )


def filters(palette: Palette) -> tuple[Figure, str]:
    """Draw the first layer's filters before and after training."""
    details = results.load(RECORD)["details"]
    before, after = (np.array(details[f"filters_{when}"])[:, 0] for when in ("before", "after"))
    largest = max(abs(before).max(), abs(after).max())
    figure, axes = plt.subplots(2, len(before), figsize=(TEXT_WIDTH, 1.75))
    for row, (when, weights) in enumerate([("before", before), ("after", after)]):
        for column, weight in enumerate(weights):
            cell = axes[row, column]
            cell.imshow(weight, cmap=palette.signed, vmin=-largest, vmax=largest)
            cell.set_xticks([])
            cell.set_yticks([])
            cell.spines[:].set(visible=True, color=palette.faint)
        axes[row, 0].set_ylabel(when, rotation=0, ha="right", va="center", labelpad=6)
    change = np.linalg.norm(after - before) / np.linalg.norm(before)
    return figure, (
        f"The {len(before)} filters of the first layer, 3×3 weights each, before training above "
        f"and after training below; blue is positive, orange negative. Training changed them by "
        f"{change:.0%} of their size; several now weigh one side against the other, as an edge "
        "detector does."
    )


def confusion(palette: Palette) -> tuple[Figure, str]:
    """Draw which digits are taken for which, over all seeds."""
    record = results.load(RECORD)
    table = np.sum([run["metrics"]["confusion"] for run in record["runs"]], axis=0)
    wrong = table - np.diag(np.diag(table))
    figure, axes = plt.subplots(figsize=(4.2, 3.9))
    axes.imshow(wrong, cmap=palette.amount, vmax=wrong.max() * 1.25)
    for true, predicted in np.argwhere(wrong):
        dark = wrong[true, predicted] > 0.6 * wrong.max()
        axes.text(predicted, true, wrong[true, predicted], ha="center", va="center", fontsize=8,
                  color=palette.paper if dark else palette.ink)  # fmt: skip
    axes.set(xticks=range(10), yticks=range(10), xlabel="read as", ylabel="written")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    true, predicted = np.unravel_index(wrong.argmax(), wrong.shape)
    return figure, (
        f"Mistakes of {len(record['runs'])} seeds in a 10×10 table, written digit by row, read "
        f"digit by column: {wrong.sum()} of {table.sum():,} held-out digits are misread; the "
        f"most common mistake is a {true} read as {predicted}, {wrong[true, predicted]} times."
    )


def mistakes(palette: Palette) -> tuple[Figure, str]:
    """Draw the digits that the first seed misread, most confident first."""
    record = results.load(RECORD)
    images = load_digits(record["seeds"][0]).test_images
    shown = record["details"]["mistakes"][:18]
    figure, axes = plt.subplots(3, 6, figsize=(TEXT_WIDTH, 3.5))
    for cell in axes.flat:
        cell.axis("off")
    for cell, mistake in zip(axes.flat, shown, strict=False):
        cell.imshow(images[mistake["index"], 0], cmap=palette.amount)
        cell.set_title(
            f"{mistake['true']} read as {mistake['predicted']}", fontsize=8, loc="center", pad=2
        )
    return figure, (
        f"{len(shown)} held-out digits that the network misread, the most confident mistake "
        f"first: a {shown[0]['true']} read as {shown[0]['predicted']} with probability "
        f"{shown[0]['probability']:.2f}. Many are hard for people too."
    )
