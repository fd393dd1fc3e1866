"""Figures of the chapter and the experiment on one detector (C5)."""

from itertools import product

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cnnnotes.checks import Array
from cnnnotes.conv import conv2d
from cnnnotes.experiments.one_detector import STEPS, differs, network, photograph, views
from cnnnotes.figures.style import TEXT_WIDTH, Palette

DETECTORS = {
    "edges, left to right": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "edges, top to bottom": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    "spots": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
}
CORNER = (60, 150)
PLACE = (55, 62)


def by_hand(palette: Palette) -> tuple[Figure, str]:
    """Draw a detector on one place of a photograph: nine products, one sum."""
    row, column = PLACE
    pixels = _camera()[:, :, row : row + 6, column : column + 6]
    detector = _weight("edges, left to right")
    found = conv2d(pixels, detector)[0, 0]
    values, weights = pixels[0, 0], detector[0, 0]
    figure, axes = plt.subplots(1, 3, figsize=(TEXT_WIDTH, 2.6), width_ratios=[6, 3, 4])
    at = (1, 2)
    largest = abs(found).max()
    axes[0].imshow(values, cmap="gray", vmin=0, vmax=255)
    axes[1].imshow(weights, cmap=palette.signed, vmin=-3, vmax=3)
    axes[2].imshow(found, cmap=palette.signed, vmin=-1.6 * largest, vmax=1.6 * largest)
    for cell, grid, points in zip(axes, (values, weights, found), (8, 10, 8), strict=True):
        cell.set(xticks=[], yticks=[])
        cell.spines[:].set_visible(False)
        for i, j in product(*map(range, grid.shape)):
            colour = palette.ink
            if cell is axes[0]:
                colour = "black" if grid[i, j] > 120 else "white"
            text = f"{grid[i, j]:.0f}".replace("-", "−")
            cell.text(j, i, text, ha="center", va="center", fontsize=points, color=colour)
    for cell, size in ((axes[0], 3), (axes[2], 1)):
        corner = (at[1] - 0.5, at[0] - 0.5)
        cell.add_patch(Rectangle(corner, size, size, fill=False, ec=palette.orange, lw=2.4))
    for cell, title in zip(axes, ("pixels", "detector", "feature map"), strict=True):
        cell.set_title(title)
    return figure, (
        f"6×6 pixels of a photograph, a 3×3 detector, and the 4×4 map it leaves. On the framed "
        f"window the nine products add up to {found[at]:.0f}, which stands at the framed place of "
        "the map.".replace("-", "−")
    )


def feature_maps(palette: Palette) -> tuple[Figure, str]:
    """Draw a photograph and the maps that three detectors leave of it."""
    photo = _camera()
    figure, axes = plt.subplots(2, 2, figsize=(TEXT_WIDTH, 5.7))
    axes[0, 0].imshow(photo[0, 0], cmap="gray", vmin=0, vmax=255)
    axes[0, 0].set_title("the photograph")
    said = []
    for cell, name in zip(axes.flat[1:], DETECTORS, strict=True):
        found = conv2d(photo, _weight(name))[0, 0]
        largest = np.quantile(abs(found), 0.99)
        cell.imshow(found, cmap=palette.signed, vmin=-largest, vmax=largest)
        cell.set_title(name)
        small = cell.inset_axes((0.02, 0.02, 0.22, 0.22))
        weight = np.array(DETECTORS[name])
        small.imshow(weight, cmap=palette.signed, vmin=-abs(weight).max(), vmax=abs(weight).max())
        small.set(xticks=[], yticks=[])
        small.spines[:].set(visible=True, color=palette.ink)
        said.append(f"{name} {np.mean(abs(found) < largest / 10):.0%}")
    for cell in axes.flat:
        cell.axis("off")
    return figure, (
        "A photograph of a man with a camera, and three feature maps of it, each with its detector "
        "in a corner; blue is positive, orange negative. Each detector answers at other places; "
        "so much of its map is nearly blank, under a tenth of its strong answers: "
        f"{', '.join(said)}."
    )


def where_it_fails(palette: Palette) -> tuple[Figure, str]:
    """Draw where the map of a photograph that moved one pixel is not the moved map."""
    shown = {
        "no_padding": "no padding",
        "zeros": "zero padding",
        "circular": "circular padding",
        "two_layers": "two layers, zero padding",
        "stride": "stride 2",
        "max_pool": "2×2 max pooling",
    }
    figure, axes = plt.subplots(2, 3, figsize=(TEXT_WIDTH, 4.3))
    colours = ListedColormap([palette.faint, palette.orange])
    said = []
    for cell, (arm, title) in zip(axes.flat, shown.items(), strict=True):
        wrong = _wrong(arm)
        cell.imshow(wrong, cmap=colours, vmin=0, vmax=1)
        cell.set(xticks=[], yticks=[])
        cell.spines[:].set(visible=True, color=palette.muted)
        cell.set_title(f"{title}\n{wrong.sum():,} of {wrong.size:,}", fontsize=9)
        said.append(f"{title} {wrong.sum():,} of {wrong.size:,}")
    return figure, (
        "Where the map of a photograph moved by one pixel down and across is not the old map, "
        f"moved: {'; '.join(said)}. With padding the differences lie on the border, with a stride "
        "or pooling nearly everywhere."
    )


def phases(palette: Palette) -> tuple[Figure, str]:
    """Draw which values of one row of a map a stride of 2 reads, before and after a move."""
    row, column = PLACE
    image = _camera()[:, :, row : row + 3, column - 8 : column + 18]
    values = conv2d(image, _weight("edges, left to right"))[0, 0, 0]
    places = np.arange(len(values))
    figure, axes = plt.subplots(figsize=(TEXT_WIDTH, 2.9))
    axes.axhline(0, color=palette.faint, lw=0.8)
    axes.plot(places, values, color=palette.muted, lw=1)
    for start, colour, marker, name in [
        (0, palette.blue, "o", "stride 2 reads"),
        (1, palette.orange, "s", "stride 2 reads, photograph one pixel on"),
    ]:
        axes.plot(
            places[start::2], values[start::2], marker, ms=5.5, color=colour, mec="none", label=name
        )
    axes.set(xlabel="place in the map without stride", ylabel="answer of the detector")
    axes.set_ylim(top=values.max() + 0.38 * np.ptp(values))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0f}".replace("-", "−"))
    axes.legend(loc="upper right", ncols=2, columnspacing=1, handletextpad=0.3)
    strongest = [values[start::2][abs(values[start::2]).argmax()] for start in (0, 1)]
    return figure, (
        f"{len(values)} values of one row of a feature map. With stride 2 every second is read; "
        "once the photograph has moved by one pixel, exactly the others. The strongest answer is "
        f"{strongest[0]:.0f} in the first set and {strongest[1]:.0f} in the second.".replace(
            "-", "−"
        )
    )


def _camera() -> Array:
    """Return a part of the first photograph, (1, 1, 128, 128), in whole numbers to 255."""
    row, column = CORNER
    return photograph(0)[:, :, row : row + 128, column : column + 128]


def _weight(name: str) -> Array:
    return np.array(DETECTORS[name], dtype=np.float64)[None, None]


def _wrong(arm: str) -> Array:
    """Say where any filter's map does not move with a photograph that moves by one pixel.

    A map that a stride has thinned may stay or move by one, in each direction: the best counts.
    """
    layer = network(arm, 0)
    corner = np.array(CORNER) + 30
    before, after = (layer.forward(view) for view in views(photograph(0), corner, (1, 1), arm))
    steps = STEPS if arm in ("stride", "max_pool") else [(1, 1)]
    maps = [differs(before, after, step)[0].any(axis=0) for step in steps]
    best: Array = min(maps, key=np.mean)
    return best
