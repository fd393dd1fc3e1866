"""Pictures for notebooks: images in rows and curves, each with its alt text, in any palette."""

import io
from collections.abc import Callable, Iterable, Mapping
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from cnnnotes.figures.style import LIGHT, PALETTES, TEXT_WIDTH, Palette, applied

THEMED = "application/vnd.cnnnotes.themes+json"
"""The MIME type under which a picture goes to the site, drawn once a palette."""


class Picture:
    """A figure that notebooks show by itself: as PNG on light paper, with alt text.

    `draw` takes a `Palette` and returns the figure, so that the site can draw it in both themes.
    """

    def __init__(self, draw: Callable[[Palette], Figure], alt: str) -> None:
        self.draw, self.alt = draw, alt

    def image(self, palette: Palette, kind: str) -> bytes:
        """Return the picture as "png", on paper of the palette's colour, or as "svg" without."""
        paper = palette.paper if kind == "png" else "none"
        unstable = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}
        buffer = io.BytesIO()
        with applied(palette):
            figure = self.draw(palette)
            figure.savefig(buffer, format=kind, facecolor=paper, metadata=unstable[kind])
        return buffer.getvalue()

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what Jupyter shows, and its metadata."""
        png = self.image(LIGHT, "png")
        width, height = (int.from_bytes(png[start : start + 4]) for start in (16, 20))
        size = {"alt": self.alt, "width": width, "height": height}
        return {"image/png": png, "text/plain": self.alt}, {"image/png": size}

    def themed(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the same, and an SVG for each palette."""
        bundle, metadata = self._repr_mimebundle_()
        svgs = {palette.name: self.image(palette, "svg").decode() for palette in PALETTES}
        return {**bundle, THEMED: svgs}, metadata


def show_images(
    about: str,
    images: ArrayLike,
    names: Iterable[object] | None = None,
    *,
    columns: int = 8,
    signed: bool = False,
) -> Picture:
    """Show images (N, H, W) or (N, 1, H, W) in rows, all on one scale.

    Parameters
    ----------
    about
        What there is to see: the title, and the beginning of the alt text.
    names
        One for each image.
    columns
        How many stand in a row.
    signed
        Whether zero is the middle of the scale: blue above, orange below. Otherwise zero is the
        colour of the paper and the largest value that of ink.

    Raises `ValueError` if there are no images, another shape, or another number of names.
    """
    tiles = np.asarray(images, float)
    if tiles.ndim == 4 and tiles.shape[1] == 1:
        tiles = tiles[:, 0]
    if tiles.ndim != 3 or not len(tiles):
        raise ValueError(
            f"images (shape {np.shape(images)}) must be (N, H, W) or (N, 1, H, W), at least one"
        )
    labels = [""] * len(tiles) if names is None else [str(name) for name in names]
    if len(labels) != len(tiles):
        raise ValueError(f"names (={len(labels)} of them) must be as many as images ({len(tiles)})")
    columns = min(columns, len(tiles))
    largest = float(np.abs(tiles).max()) or 1.0
    count, height, width = tiles.shape

    def draw(palette: Palette) -> Figure:
        rows = -(-count // columns)
        tall = TEXT_WIDTH / columns * height / width + (0.22 if names is not None else 0.04)
        figure = Figure(figsize=(TEXT_WIDTH, rows * tall + 0.35))
        colours, low = (palette.signed, -largest) if signed else (palette.amount, 0)
        places = list(figure.subplots(rows, columns, squeeze=False).flat)
        for axes in places:
            axes.set_axis_off()
        for axes, tile, label in zip(places, tiles, labels, strict=False):
            axes.imshow(tile, cmap=colours, vmin=low, vmax=largest)
            axes.set_title(label, fontsize=9, loc="center", pad=3)
        figure.suptitle(about, x=0.01, ha="left", fontsize=10)
        return figure

    named = f": {', '.join(labels)}" if names is not None else ""
    return Picture(draw, f"{about}. {count} images of {height}×{width} pixels{named}.")


def show_curves(
    about: str,
    curves: Mapping[str, ArrayLike],
    *,
    x: str = "step",
    y: str = "loss",
    log: bool = False,
) -> Picture:
    """Show named curves over their index; the alt text tells where each begins and ends.

    Raises `ValueError` if there are no curves, or one has no value.
    """
    lines = {name: np.asarray(values, float) for name, values in curves.items()}
    if not lines or not all(line.ndim == 1 and len(line) for line in lines.values()):
        raise ValueError("curves must hold at least one, each with values in one row")

    def draw(palette: Palette) -> Figure:
        figure = Figure()
        axes = figure.subplots()
        for name, style in zip(lines, cycle(["-", "--", "-.", ":"]), strict=False):
            axes.plot(lines[name], style, label=name)
        axes.set(xlabel=x, ylabel=y, title=about)
        if log:
            axes.set_yscale("log")
        if len(lines) > 1:
            axes.legend()
        return figure

    told = [f"{name} from {line[0]:.3g} to {line[-1]:.3g}" for name, line in lines.items()]
    return Picture(draw, f"{about}. {y} by {x}: {'; '.join(told)}.")
