"""Figures of the chapter on sharing weights."""

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from cnnnotes.conv import conv2d_matrix
from cnnnotes.experiments import results
from cnnnotes.experiments.counting_parameters import NAMES
from cnnnotes.figures.style import TEXT_WIDTH, Palette

RECORD = "counting_parameters"
SIZE, KERNEL = 6, 3


def constraints(palette: Palette) -> tuple[Figure, str]:
    """Draw the matrix of a layer: with all its weights, with neighbours only, and tied."""
    rng = np.random.default_rng(3)
    weight = _weights(rng, (1, 1, KERNEL, KERNEL))
    tied = conv2d_matrix(weight, (SIZE, SIZE)).toarray()
    near = tied != 0
    free = _weights(rng, tied.shape)
    matrices = {
        "full": free,
        "local: far pixels get zero": np.where(near, free, 0),
        "tied: the same weights in each row": tied,
    }
    figure, axes = plt.subplots(3, 1, figsize=(TEXT_WIDTH, 7.9))
    counts = []
    for cell, (name, matrix) in zip(axes, matrices.items(), strict=True):
        cell.imshow(matrix, cmap=palette.signed, vmin=-1, vmax=1)
        distinct = len(np.unique(matrix[matrix != 0]))
        counts.append(distinct)
        cell.set_title(f"{name} · {distinct} weights", pad=4)
        cell.set(xticks=[], yticks=[], ylabel=f"{len(matrix)} outputs")
        cell.spines[:].set(visible=True, color=palette.muted)
    axes[-1].set_xlabel(f"{tied.shape[1]} pixels")
    rows, columns = tied.shape
    return figure, (
        f"Three matrices of {rows} outputs by {columns} pixels, from a {SIZE}×{SIZE} image. Full: "
        f"{counts[0]} weights, all different. Local: {(~near).sum()} entries are zero, "
        f"{counts[1]} weights in short diagonals are left. Tied: the same places, but only "
        f"{counts[2]} different weights, which each row repeats a step further to the right."
    )


def growth(palette: Palette) -> tuple[Figure, str]:
    """Draw the number of weights against the side of the image."""
    details = results.load(RECORD)["details"]
    sides = np.array(details["sides"])
    figure, axes = plt.subplots()
    colours = (palette.orange, palette.muted, palette.purple, palette.blue)
    said = []
    for (arm, name), colour in zip(NAMES.items(), colours, strict=True):
        weights = np.array(details[arm]["weights_by_side"])
        axes.plot(sides, weights, "o-", color=colour, ms=4, label=name)
        said.append(f"{name} {weights[0]:,} to {weights[-1]:,}")
    on_card = details["card_GiB"] * 2**30 / 12
    axes.axhline(on_card, color=palette.ink, lw=0.8, ls="--")
    axes.text(
        sides[-1],
        on_card * 1.5,
        f"what {details['card_GiB']} GiB can train",
        ha="right",
        fontsize=9,
    )
    axes.set(xscale="log", yscale="log", xlabel="side of the image, pixels", ylabel="weights")
    axes.set_xticks(sides, [str(side) for side in sides])
    axes.set_ylim(50, 2e12)
    axes.minorticks_off()
    axes.legend(loc="upper left", fontsize=8, ncols=2, columnspacing=1.2)
    return figure, (
        f"Weights of one layer against the side of a colour image, {sides[0]} to {sides[-1]} "
        f"pixels, both axes logarithmic: {'; '.join(said)}. Only the convolution stays level; the "
        "full layer is above what the card can train from "
        f"{details['fully_connected']['largest_side_on_card'] + 1} pixels on."
    )


def costs(palette: Palette) -> tuple[Figure, str]:
    """Draw weights and multiply-adds on a large image: which constraint saves which."""
    details = results.load(RECORD)["details"]
    shown = ("fully_connected", "locally_connected", "convolution")
    figure, axes = plt.subplots(figsize=(TEXT_WIDTH, 2.3))
    kinds = {"weights": ("weights", palette.blue), "macs": ("multiply-adds", palette.orange)}
    said = []
    for row, arm in enumerate(shown):
        found = details[arm]["large"]
        for offset, (kind, (_, colour)) in zip((-0.17, 0.17), kinds.items(), strict=True):
            axes.plot(found[kind], row + offset, "o", color=colour)
            axes.text(found[kind] * 1.7, row + offset, f"{found[kind]:,}", va="center", fontsize=8)
        said.append(f"{NAMES[arm]} {found['weights']:,} and {found['macs']:,}")
    axes.set(xscale="log", xlim=(30, 2e13), yticks=range(len(shown)))
    axes.set_yticklabels([NAMES[arm] for arm in shown])
    axes.tick_params(axis="y", length=0)
    axes.minorticks_off()
    axes.invert_yaxis()
    for name, colour in kinds.values():
        axes.plot([], [], "o", color=colour, label=name)
    axes.legend(loc="lower right", fontsize=8)
    return figure, (
        f"Weights and multiply-adds of one layer on a 224×224 colour image: {'; '.join(said)}. "
        "Being local cuts both; sharing cuts the weights once more and leaves the work as it is."
    )


def _weights(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Draw weights none of which is so near to zero that it would look like one."""
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.3, 1, size=shape)
