"""Figures of the chapter on the first layer."""

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cnnnotes.experiments import results
from cnnnotes.experiments.first_layer import NAMES
from cnnnotes.figures.charts import dots, mosaic, name_rows, runs_of
from cnnnotes.figures.style import TEXT_WIDTH, Palette
from cnnnotes.inspection import (
    filter_kinds,
    gabor_fit,
    orientation_selectivity,
    orientation_tuning,
)

RECORD = "first_layer"
WHEN = {"before": "before", "noise": "noise as smooth", "after": "after"}


def fits(palette: Palette) -> tuple[Figure, str]:
    """Draw trained filters, the Gabor function that fits each best, and what that leaves."""
    filters = np.array(results.load(RECORD)["details"]["textures_faint"]["0"]["after"])
    found = gabor_fit(filters)
    chosen = np.argsort(-found.score)[[0, 3, 6, 9, 12, 15]]
    filters, models, scores = filters[chosen], found.model[chosen], found.score[chosen]
    filters = filters - filters.mean(axis=(1, 2), keepdims=True)
    scale = np.abs(filters).max(axis=(1, 2), keepdims=True)
    rows = {"filter": filters, "best Gabor": models, "what is left": filters - models}
    figure, axes = plt.subplots(figsize=(TEXT_WIDTH, 2.9))
    board = np.concatenate([part / scale for part in rows.values()])
    _show(axes, board, len(chosen), palette)
    axes.set_yticks([3 + 8 * row for row in range(3)], list(rows))
    for number, score in enumerate(scores):
        axes.text(3 + 8 * number, -1.2, f"{score:.2f}", ha="center", fontsize=9)
    return figure, (
        f"{len(chosen)} filters learned from textures, the Gabor function that fits each best, and "
        f"the difference. From left to right the function explains {scores[0]:.0%} to "
        f"{scores[-1]:.0%} of a filter's variance: clean stripes and steps first, patterns that "
        "are no wave last."
    )


def filters(palette: Palette) -> tuple[Figure, str]:
    """Draw all filters of one seed, before and after, framed by their kind."""
    details = results.load(RECORD)["details"]
    shown = {
        f"{dataset}\n{name}": np.array(details[f"{dataset}{start}"]["0"][when])
        for dataset in ("digits", "textures")
        for name, start, when in (
            ("before", "", "before"),
            ("after", "", "after"),
            ("after,\nfaint\nstart", "_faint", "after"),
        )
    }
    colours = _colours(palette)
    figure, cells = plt.subplots(len(shown), 1, figsize=(TEXT_WIDTH, 7.0))
    said = []
    for axes, (name, weights) in zip(cells, shown.items(), strict=True):
        kinds = filter_kinds(weights)
        scale = np.abs(weights).max(axis=(1, 2), keepdims=True)
        _show(axes, weights / scale, 8, palette)
        for number, kind in enumerate(kinds):
            corner = (number % 8 * 8 - 0.5, number // 8 * 8 - 0.5)
            axes.add_patch(Rectangle(corner, 7, 7, fill=False, ec=colours[kind], lw=1.6))
        axes.set_ylabel(name, rotation=0, ha="right", va="center", labelpad=6, fontsize=9)
        said.append(f"{' '.join(name.split())} {kinds.count('edge')}")
    for kind, colour in colours.items():
        cells[-1].plot([], [], color=colour, label=kind)
    figure.legend(*cells[-1].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure, (
        "The 16 filters of the first layer in six rows of pictures, each scaled to its own largest "
        f"weight and framed by its kind. Edge detectors among the 16: {', '.join(said)}. From a "
        "usual start much of the first noise is still there; from a faint start what was learned "
        "stands alone."
    )


def scores(palette: Palette) -> tuple[Figure, str]:
    """Draw Gabor score and selectivity of all arms, before, after, and of equally smooth noise."""
    record = results.load(RECORD)
    colours = {"before": palette.muted, "noise": palette.orange, "after": palette.blue}
    measures = {"gabor": "explained by a Gabor", "selectivity": "orientation selectivity"}
    figure, cells = plt.subplots(1, 2, figsize=(TEXT_WIDTH, 3.6), sharey=True)
    said = []
    for axes, (measure, label) in zip(cells, measures.items(), strict=True):
        for row, arm in enumerate(NAMES):
            for offset, when in zip((-0.22, 0, 0.22), WHEN, strict=True):
                metric = f"{measure}_{when}"
                interval = record["summary"][arm][metric]
                dots(axes, row + offset, runs_of(record, arm, metric), colours[when])
                if when == "after":
                    before, noise = (
                        record["summary"][arm][f"{measure}_{each}"]["mean"]
                        for each in ("before", "noise")
                    )
                    said.append(
                        f"{label}, {NAMES[arm]}: {before:.2f} before, {noise:.2f} in noise, "
                        f"{interval['mean']:.2f} after"
                    )
        axes.set_xlabel(label)
        axes.set_xlim(0, None)
    name_rows(cells[0], [name.replace(", ", ",\n") for name in NAMES.values()])
    cells[1].spines["left"].set_visible(False)
    cells[1].tick_params(axis="y", length=0)
    for when, colour in colours.items():
        cells[0].plot([], [], "o-", color=colour, label=WHEN[when])
    figure.legend(*cells[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure, f"Mean over 16 filters, a dot for each seed. {'; '.join(said)}."


def kinds(palette: Palette) -> tuple[Figure, str]:
    """Draw how many filters are of which kind."""
    summary = results.load(RECORD)["summary"]
    colours = _colours(palette)
    figure, axes = plt.subplots(figsize=(TEXT_WIDTH, 3.4))
    names, said, row = [], [], 0.0
    for arm, name in NAMES.items():
        for when, label in WHEN.items():
            left = 0.0
            for kind, colour in colours.items():
                share = summary[arm][f"{kind}s_{when}"]["mean"]
                axes.barh(row, share, left=left, color=colour, height=0.8)
                left += share
            names.append((row, f"{name} · {label}" if when == "before" else label))
            row += 1
            if when != "before":
                said.append(f"{name} {label} {summary[arm][f'edges_{when}']['mean']:.0%}")
        row += 0.5
    axes.set_yticks([row for row, _ in names], [name for _, name in names], fontsize=8)
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.5, 1], ["none", "half", "all"])
    axes.axvline(0.5, color=palette.ink, lw=0.8, ls="--")
    for kind, colour in colours.items():
        axes.barh(0, 0, color=colour, label=kind)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure, (
        "Shares of edges, blobs, levels and others among the filters, mean over seeds. Before "
        f"training there are hardly any edges; then: {'; '.join(said)}."
    )


def tuning(palette: Palette) -> tuple[Figure, str]:
    """Draw filters above their tuning curves, from the most selective to the least."""
    weights = np.array(results.load(RECORD)["details"]["digits_faint"]["0"]["after"])
    selectivity = orientation_selectivity(weights)
    chosen = np.argsort(-selectivity)[[0, 4, 8, 12, 15]]
    curves = orientation_tuning(weights[chosen])
    angles = np.linspace(0, 2 * np.pi, 2 * curves.shape[1] + 1)
    figure = plt.figure(figsize=(TEXT_WIDTH, 2.7))
    for place, (number, curve) in enumerate(zip(chosen, curves, strict=True)):
        above = figure.add_subplot(2, len(chosen), place + 1)
        _show(above, weights[number][None] / np.abs(weights[number]).max(), 1, palette)
        above.set_title(f"{selectivity[number]:.2f}", loc="center", fontsize=9)
        below = figure.add_subplot(
            2, len(chosen), len(chosen) + place + 1, projection="polar", theta_direction=-1
        )
        whole = np.concatenate([curve, curve, curve[:1]]) / curve.max()
        below.plot(angles, whole, color=palette.blue, lw=1.4)
        below.fill(angles, whole, color=palette.blue, alpha=0.2, lw=0)
        below.set(xticklabels=[], yticks=[1], yticklabels=[], ylim=(0, 1.05))
        below.grid(color=palette.faint)
        below.spines["polar"].set_color(palette.faint)
    return figure, (
        f"{len(chosen)} filters learned from digits, and below each how strongly it answers "
        "stripes of every direction. Selectivity falls from "
        f"{selectivity[chosen[0]]:.2f}, a narrow figure of eight, to "
        f"{selectivity[chosen[-1]]:.2f}, nearly a circle: it answers all directions."
    )


def _colours(palette: Palette) -> dict[str, str]:
    return {
        "edge": palette.blue,
        "blob": palette.green,
        "level": palette.purple,
        "other": palette.faint,
    }


def _show(axes: Axes, weights: np.ndarray, columns: int, palette: Palette) -> None:
    """Draw filters that were scaled to ±1 side by side."""
    axes.imshow(mosaic(weights, columns), cmap=palette.signed, vmin=-1, vmax=1)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
