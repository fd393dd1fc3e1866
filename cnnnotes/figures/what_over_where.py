"""Figures of the chapter on what pooling keeps and drops (P1, P2)."""

from itertools import product

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MultipleLocator

from cnnnotes.data import load_photos
from cnnnotes.experiments import results
from cnnnotes.experiments.intervals import interval
from cnnnotes.experiments.pooling_helps import COMPARED_AT, FARTHEST
from cnnnotes.experiments.pooling_helps import NAMES as NETWORKS
from cnnnotes.experiments.shifts_forgiven import (
    WINDOWS,
    diagonal_share,
    edges,
    pooled,
    share_of_all_eight,
    straight_share,
)
from cnnnotes.figures.charts import band, percent, runs_of
from cnnnotes.figures.style import TEXT_WIDTH, Palette
from cnnnotes.layers import MaxPool2d
from cnnnotes.pool import avg_pool2d_backward, max_pool2d_backward

SETS = ("digits", "textures")
KIND_NAMES = {
    "max": "max",
    "average": "average",
    "lp": "Lp, p = 2",
    "blur": "blur",
    "stride": "one value kept",
}


def summaries(palette: Palette) -> tuple[Figure, str]:
    """Draw a photograph, where a detector answers, and four ways to sum the answers up."""
    window = 4
    photo = load_photos()["camera"][:, :, 40:172, 140:272]
    found = edges(photo)[:, :1]
    panels = {"the photograph": photo, "one detector's map": found}
    panels |= {
        f"{KIND_NAMES[kind]}, {window}×{window}": pooled(found, kind, window)
        for kind in ("max", "average", "lp", "stride")
    }
    figure, axes = plt.subplots(2, 3, figsize=(TEXT_WIDTH, 4.2))
    for number, (cell, (title, maps)) in enumerate(zip(axes.flat, panels.items(), strict=True)):
        top = np.quantile(maps, 0.995)
        cmap = "gray" if number == 0 else palette.amount
        cell.imshow(maps[0, 0], cmap=cmap, vmin=0, vmax=top)
        cell.set_title(title, fontsize=9)
        cell.set(xticks=[], yticks=[])
        cell.spines[:].set(visible=True, color=palette.faint)
    strongest = found.max()
    kept = {kind: pooled(found, kind, window).max() / strongest for kind in ("average", "stride")}
    return figure, (
        "A photograph of a man with a camera, the map of a detector of edges, and the map summed "
        f"up in windows of {window}×{window}: by the maximum, the mean, the Lp norm, and by "
        "keeping one value of each window. The outline stays to be seen. The strongest answer "
        f"stays whole under max pooling; the largest mean is {kept['average']:.0%} of it, the "
        f"largest of the values kept {kept['stride']:.0%}."
    )


def places(palette: Palette) -> tuple[Figure, str]:
    """Draw how many of eight one-pixel moves a maximum survives, by its place in the window."""
    sides = (2, 3, 4, 5)
    figure, axes = plt.subplots(1, len(sides), figsize=(TEXT_WIDTH, 1.9))
    said = []
    for cell, side in zip(axes, sides, strict=True):
        survived = np.zeros((side, side), int)
        for place in product(range(side), repeat=2):
            image = np.zeros((1, 1, side + 2, side + 2))
            image[0, 0, place[0] + 1, place[1] + 1] = 1
            survived[place] = MaxPool2d(side, 1).forward(image).sum() - 1
        cell.imshow(survived, cmap=palette.signed, vmin=-14, vmax=14)
        for i, j in np.ndindex(side, side):
            cell.text(j, i, str(survived[i, j]), ha="center", va="center", fontsize=10)
        _frame(cell, side, palette)
        cell.set_title(f"{side}×{side}")
        said.append(f"{side}×{side}: {(survived == 8).sum()} of {side**2}")
    return figure, (
        "Windows of four sizes; in each place stands how many of the eight one-pixel moves keep "
        "the maximum inside if it is there: 3 in a corner, 5 at a side, 8 within. Places that all "
        f"eight moves keep inside: {', '.join(said)}."
    )


def chance(palette: Palette) -> tuple[Figure, str]:
    """Draw the exact share of orders that a window forgives, and what real maps give."""
    summary = results.load("shifts_forgiven")["summary"]
    sides = np.arange(2, 9)
    figure, axes = plt.subplots(figsize=(TEXT_WIDTH, 3.2))
    for share, colour, name in (
        (straight_share, palette.blue, "straight move"),
        (diagonal_share, palette.green, "diagonal move"),
        (share_of_all_eight, palette.muted, "all eight moves"),
    ):
        axes.plot(sides, [float(share(int(side))) for side in sides], "-", color=colour, label=name)
    said = []
    for name, marker, beside in (("digits", "o", -0.06), ("textures", "s", 0.06)):
        metric = summary[name]["answers_kept"]
        low, mean, high = (np.array(metric[end][1:]) for end in ("low", "mean", "high"))
        axes.errorbar(
            np.array(WINDOWS[1:]) + beside,
            mean,
            (mean - low, high - mean),
            fmt=marker,
            color=palette.orange,
            ms=6,
            label=f"straight, maps of {name}",
        )
        said.append(f"{name} {', '.join(f'{value:.0%}' for value in mean)}")
    axes.set(xlabel="side of the window, pixels", ylabel="maximum stays", ylim=(0, 0.9))
    percent(axes.yaxis)
    axes.legend(loc="upper left", fontsize=8, ncols=2)
    two, three, eight = (float(straight_share(side)) for side in (2, 3, 8))
    return figure, (
        "Share of orders of the pixels for which a maximum survives a move by one pixel, against "
        f"the side of the window. A straight move: {two:.0%} at 2×2, {three:.0%} at 3×3, "
        f"{eight:.0%} at 8×8; a diagonal one less. On maps of edges, under windows of 2, 4 and 8: "
        f"{'; '.join(said)}."
    )


def gradients(palette: Palette) -> tuple[Figure, str]:
    """Draw what comes back through max and average pooling, in numbers."""
    image = np.array([[1, 5, 2, 2], [3, 4, 2, 2], [0, 0, 9, 1], [0, 7, 8, 6]], np.float64)
    back = np.array([[4, 8], [12, 16]], np.float64)
    by_max = max_pool2d_backward(back[None, None], image[None, None], 2)[0, 0]
    by_mean = avg_pool2d_backward(back[None, None], image[None, None], 2)[0, 0]
    figure, axes = plt.subplots(1, 4, figsize=(TEXT_WIDTH, 1.9), width_ratios=[4, 2, 4, 4])
    boards = {"pixels": image, "came back": back, "through max": by_max, "through average": by_mean}
    for cell, (title, values) in zip(axes, boards.items(), strict=True):
        strength = values / 16 if cell is not axes[0] else 0 * values
        cell.imshow(strength, cmap=palette.signed, vmin=-1.6, vmax=1.6)
        for i, j in np.ndindex(values.shape):
            shown = palette.muted if cell is axes[2] and not values[i, j] else palette.ink
            bold = cell is axes[0] and by_max[i, j] > 0
            cell.text(
                *(j, i, f"{values[i, j]:.0f}"),
                ha="center",
                va="center",
                fontsize=9,
                color=palette.orange if bold else shown,
                fontweight="bold" if bold else "normal",
            )
        _frame(cell, len(values), palette, step=1 if cell is axes[1] else 2)
        cell.set_title(title, fontsize=9)
    winners = int((by_max > 0).sum())
    return figure, (
        "Four 2×2 windows of pixels, the gradients 4, 8, 12 and 16 that came back to them, and "
        f"what reaches the pixels. Through max pooling {winners} of {image.size} pixels get all, "
        "one a window; in the window of four equal pixels it is the first. Through average pooling "
        f"each pixel gets a quarter, so {int((by_mean > 0).sum())} get something."
    )


def change(palette: Palette) -> tuple[Figure, str]:
    """Draw how much a pooled map changes under a one-pixel move, by window and kind."""
    record = results.load("shifts_forgiven")
    figure, axes = plt.subplots(1, 2, figsize=(TEXT_WIDTH, 3.1), sharey=True)
    colours = dict(zip(KIND_NAMES, (*palette.series, palette.muted), strict=True))
    said = []
    for cell, name in zip(axes, SETS, strict=True):
        for kind, colour in colours.items():
            curve = _curve(record, name, f"{kind}_change", 1)
            curve = {end: values[: len(WINDOWS)] for end, values in curve.items()}
            band(cell, range(len(WINDOWS)), curve, colour, KIND_NAMES[kind])
            if kind in ("max", "stride"):
                said.append(
                    f"{name}, {KIND_NAMES[kind]}, "
                    f"{', '.join(f'{value:.2f}' for value in curve['mean'])}"
                )
        cell.set(title=name, xlabel="side of the window", ylim=(0, 0.6))
        cell.set_xticks(range(len(WINDOWS)), [str(window) for window in WINDOWS])
    axes[0].set_ylabel("relative change")
    axes[1].legend(loc="lower left", fontsize=8)
    return figure, (
        "Change of a pooled map when the image moves by one pixel, over the distance of two "
        f"images, for windows of {', '.join(map(str, WINDOWS))}: {'; '.join(said)}. All kinds of "
        "summary fall alike; keeping one value of each window does not fall."
    )


def kept(palette: Palette) -> tuple[Figure, str]:
    """Draw how well the nearest neighbour tells the class after pooling, in place and moved."""
    record = results.load("shifts_forgiven")
    figure, axes = plt.subplots(1, 2, figsize=(TEXT_WIDTH, 3.1))
    places = range(len(WINDOWS) + 1)
    said = []
    for cell, name in zip(axes, SETS, strict=True):
        for kind, colour in (("max", palette.blue), ("average", palette.orange)):
            for far, style in ((0, "-"), (2, "--")):
                curve = _curve(record, name, f"{kind}_accuracy", far)
                label = f"{kind}, {f'moved {far}' if far else 'in place'}"
                cell.plot(places, curve["mean"], style, color=colour, label=label)
                cell.fill_between(
                    places, curve["low"], curve["high"], color=colour, alpha=0.15, lw=0
                )
                if kind == "max":
                    numbers = ", ".join(f"{value:.0%}" for value in curve["mean"])
                    said.append(f"{name}, {label}: {numbers}")
        cell.set(title=name, xlabel="side of the window")
        cell.set_xticks(places, [*map(str, WINDOWS), "all"])
        cell.yaxis.set_major_locator(MultipleLocator(0.1 if name == "digits" else 0.05))
        percent(cell.yaxis)
    axes[0].set_ylabel("nearest image, same class")
    axes[0].legend(loc="lower left", fontsize=8)
    return figure, (
        "How often the nearest of 1,000 other images has the right class, on maps pooled in "
        f"windows of {', '.join(map(str, WINDOWS))} and the whole map. {'; '.join(said)}."
    )


def helps(palette: Palette) -> tuple[Figure, str]:
    """Draw how well networks with pooling and without read digits that moved at random."""
    summary = results.load("pooling_helps")["summary"]
    figure, axes = plt.subplots(figsize=(TEXT_WIDTH, 3.2))
    colours = (palette.blue, palette.green, palette.orange, palette.muted)
    said = []
    for (arm, name), colour in zip(NETWORKS.items(), colours, strict=True):
        curve = summary[arm]["accuracy"]
        band(axes, range(FARTHEST + 1), curve, colour, name)
        said.append(f"{name} {curve['mean'][0]:.0%} and {curve['mean'][COMPARED_AT]:.0%}")
    axes.axvline(COMPARED_AT, color=palette.faint, lw=1)
    axes.set(xlabel="each digit moved at random by up to, pixels", ylabel="held-out accuracy")
    axes.set_xticks(range(FARTHEST + 1))
    percent(axes.yaxis)
    axes.legend(loc="lower left", fontsize=9)
    return figure, (
        "Held-out accuracy of networks with equal parameters, in place and with each digit moved "
        f"at random by up to {COMPARED_AT} pixels: {'; '.join(said)}."
    )


def cost(palette: Palette) -> tuple[Figure, str]:
    """Draw multiply-accumulates and outputs of each network, layer by layer."""
    details = results.load("pooling_helps")["details"]
    rows = {"flat": "full size", "max": "max pooling", "stride": "stride"}
    figure, axes = plt.subplots(1, 2, figsize=(TEXT_WIDTH, 2.5), sharey=True)
    parts = {
        "first convolution": palette.blue,
        "second convolution": palette.orange,
        "the rest": palette.muted,
    }
    said = []
    for at, (arm, name) in enumerate(rows.items()):
        (detail,) = details[arm].values()
        layers = detail["layers"]
        macs = [row["macs"] / 1000 for row in layers]
        outputs = [float(np.prod(row["output_shape"])) / 1000 for row in layers]
        second = next(i for i, row in enumerate(layers) if row["layer"].startswith("Conv2d(8, 16"))
        for cell, values in zip(axes, (macs, outputs), strict=True):
            start = 0.0
            pieces = (values[0], values[second], sum(values) - values[0] - values[second])
            for value, (part, colour) in zip(pieces, parts.items(), strict=True):
                label = part if at == 0 and cell is axes[0] else None
                cell.barh(at, value, left=start, color=colour, height=0.6, label=label)
                start += value
        said.append(f"{name} {sum(macs):,.0f} and {sum(outputs):,.1f}")
    axes[0].set_yticks(range(len(rows)), list(rows.values()))
    axes[0].invert_yaxis()
    axes[0].set_xlabel("MACs per image, thousands")
    axes[1].set_xlabel("outputs of all layers,\nthousands")
    figure.legend(loc="outside upper center", ncols=3, fontsize=8)
    return figure, (
        "Thousands of multiply-accumulates per image, and of outputs of all layers: "
        f"{'; '.join(said)}. Nearly all the work is in the second convolution, and there a "
        "2×2 pooling before it saves three quarters."
    )


def _curve(record: results.Record, arm: str, metric: str, far: int) -> dict[str, list[float]]:
    """Return a metric at one move, against the window, with its interval."""
    bounds = interval(runs_of(record, arm, metric)[:, :, far])
    return dict(zip(("mean", "low", "high"), (ends.tolist() for ends in bounds), strict=True))


def _frame(cell: Axes, side: int, palette: Palette, step: int = 1) -> None:
    """Draw thin lines between pixels, and a strong one around each window."""
    for line in np.arange(-0.5, side):
        cell.axhline(line, color=palette.paper, lw=1)
        cell.axvline(line, color=palette.paper, lw=1)
    width = step if step > 1 else side
    for i, j in product(range(0, side, width), repeat=2):
        cell.add_patch(
            Rectangle(
                (j - 0.5, i - 0.5), width, width, fill=False, ec=palette.muted, lw=1.4, zorder=3
            )
        )
    cell.set(xlim=(-0.55, side - 0.45), ylim=(side - 0.45, -0.55))
    cell.axis("off")
