"""One visual style for every figure: two palettes, one type size, quiet axes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from cycler import cycler
from matplotlib.colors import Colormap, LinearSegmentedColormap


@dataclass(frozen=True)
class Palette:
    """Colours of one theme. `ink` is for text, `muted` for axes and what is not the point."""

    name: str
    paper: str
    ink: str
    muted: str
    faint: str
    blue: str
    orange: str
    green: str
    purple: str

    @property
    def series(self) -> tuple[str, ...]:
        """Colours of lines and bars, in the order in which to use them."""
        return (self.blue, self.orange, self.green, self.purple)

    @property
    def signed(self) -> Colormap:
        """For values around zero: orange below, paper at zero, blue above."""
        return LinearSegmentedColormap.from_list("signed", [self.orange, self.paper, self.blue])

    @property
    def amount(self) -> Colormap:
        """For values from zero up: paper to ink."""
        return LinearSegmentedColormap.from_list("amount", [self.paper, self.ink])


LIGHT = Palette(
    name="light",
    paper="#fffdf8",
    ink="#1f2430",
    muted="#6b6f7a",
    faint="#e4e0d6",
    blue="#1f6fb2",
    orange="#c8551b",
    green="#3f7d4e",
    purple="#7a4fa3",
)
DARK = Palette(
    name="dark",
    paper="#15181e",
    ink="#e8e5dd",
    muted="#9a9ea9",
    faint="#31353f",
    blue="#6fb1ee",
    orange="#f0955a",
    green="#7cc48d",
    purple="#bf9be6",
)
PALETTES = (LIGHT, DARK)

TEXT_WIDTH = 5.6
"""Inches. A figure this wide keeps its labels legible on a phone."""


@contextmanager
def applied(palette: Palette) -> Iterator[None]:
    """Draw with `palette` inside the block; Matplotlib's settings return to what they were."""
    settings: Any = {
        "figure.facecolor": "none",
        "figure.dpi": 96,
        "figure.figsize": (TEXT_WIDTH, 3.2),
        "figure.constrained_layout.use": True,
        "savefig.facecolor": "none",
        "axes.facecolor": "none",
        "axes.edgecolor": palette.muted,
        "axes.labelcolor": palette.ink,
        "axes.titlecolor": palette.ink,
        "axes.titlesize": 10,
        "axes.titlelocation": "left",
        "axes.labelsize": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.linewidth": 0.8,
        "axes.prop_cycle": cycler(color=palette.series),
        "text.color": palette.ink,
        "xtick.color": palette.muted,
        "ytick.color": palette.muted,
        "xtick.labelcolor": palette.ink,
        "ytick.labelcolor": palette.ink,
        "xtick.labelsize": 9,
        "ytick.labelsize": 9,
        "legend.frameon": False,
        "legend.fontsize": 9,
        "lines.linewidth": 1.8,
        "image.cmap": "gray",
        "image.interpolation": "none",
        "font.size": 10,
        "svg.fonttype": "path",
        "svg.hashsalt": "cnnnotes",
        "path.simplify_threshold": 0.3,
    }
    with mpl.rc_context(settings):
        yield
