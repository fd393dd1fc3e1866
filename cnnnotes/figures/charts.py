"""Charts that several experiments share: a row per arm or effect, a dot per seed."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from numpy.typing import ArrayLike

from cnnnotes.experiments.results import Record


def runs_of(record: Record, arm: str, metric: str) -> np.ndarray:
    """Return a metric of an arm, one row a seed."""
    return np.array([run["metrics"][metric] for run in record["runs"] if run["arm"] == arm])


def dots(
    axes: Axes, row: float, values: ArrayLike, colour: str, interval: dict[str, float] | None = None
) -> None:
    """Draw one row: each seed a faint dot, the mean above them; of a difference, its interval."""
    points = np.asarray(values)
    axes.plot(points, np.full(len(points), row), "o", ms=4, color=colour, alpha=0.35, mec="none")
    if interval is not None:
        axes.plot([interval["low"], interval["high"]], [row, row], color=colour, lw=1.6)
    axes.plot(points.mean(), row, "o", ms=7, color=colour, mec="none")


def percent(axis: Axis) -> None:
    """Write the shares along an axis in per cent."""
    axis.set_major_formatter(lambda share, _: f"{share:.0%}")


def points(axis: Axis) -> None:
    """Write the differences of shares along an axis in percentage points, with their signs."""
    axis.set_major_formatter(lambda share, _: f"{100 * share:+.3g}".replace("-", "−"))


def name_rows(axes: Axes, names: Sequence[str]) -> None:
    """Write the names of the rows, the first on top."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def band(axes: Axes, x: ArrayLike, curve: dict[str, list[float]], colour: str, name: str) -> None:
    """Draw a recorded curve with its interval."""
    axes.plot(x, curve["mean"], color=colour, label=name)
    axes.fill_between(x, curve["low"], curve["high"], color=colour, alpha=0.18, lw=0)


def mosaic(images: ArrayLike, columns: int, gap: int = 1) -> np.ndarray:
    """Return images (N, H, W) side by side in one array, with nothing (NaN) between them."""
    tiles = np.asarray(images, dtype=np.float64)
    count, height, width = tiles.shape
    rows = -(-count // columns)
    board = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap), np.nan)
    for number, tile in enumerate(tiles):
        top, left = (number // columns) * (height + gap), (number % columns) * (width + gap)
        board[top : top + height, left : left + width] = tile
    return board
