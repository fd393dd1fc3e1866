"""The figure of the home page, and the card that other sites show for a link."""

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import ConnectionPatch, Rectangle

from cnnnotes.conv import conv2d
from cnnnotes.data import load_digits
from cnnnotes.figures.style import TEXT_WIDTH, Palette

DETECTOR = np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]], np.float32)
ROW, COLUMN = 5, 8
"""Where the window stands that the figure follows into the feature map."""


def feature_map(palette: Palette) -> tuple[Figure, str]:
    """Draw a digit, a detector and the feature map that it leaves."""
    figure, axes = plt.subplots(1, 3, figsize=(TEXT_WIDTH, 2.3), width_ratios=[4, 1.5, 4])
    response = _draw(axes, palette)
    return figure, (
        "A handwritten digit, a 3×3 detector of ink above paper, and the feature map that it "
        f"leaves: {response.shape[0]}×{response.shape[1]} numbers, one for each place the detector "
        f"was laid on, from {response.min():.1f} at upper edges of strokes to "
        f"{response.max():.1f} at lower ones."
    )


def card(palette: Palette) -> Figure:
    """Draw the picture of 1200 × 630 pixels that stands for the site elsewhere."""
    figure = plt.figure(figsize=(12, 6.3), dpi=100, facecolor=palette.paper, layout="none")
    axes = [
        figure.add_axes((left, bottom, width, width * 12 / 6.3))
        for left, bottom, width in [(0.06, 0.08, 0.27), (0.42, 0.22, 0.12), (0.63, 0.08, 0.27)]
    ]
    _draw(axes, palette)
    figure.text(0.06, 0.84, "CNN Notes", fontsize=44, weight="bold", color=palette.ink)
    figure.text(
        0.06,
        0.74,
        "Convolution and pooling, with nothing taken on trust",
        fontsize=22,
        color=palette.muted,
    )
    return figure


def _draw(axes: "list[Axes] | np.ndarray", palette: Palette) -> np.ndarray:
    split = load_digits(seed=0)
    image = split.test_images[np.flatnonzero(split.test_labels == 5)[2]][None]
    response = conv2d(image, DETECTOR[None, None])[0, 0]
    largest = abs(response).max()
    left, middle, right = axes
    left.imshow(image[0, 0], cmap=palette.amount)
    middle.imshow(DETECTOR, cmap=palette.signed, vmin=-1.6, vmax=1.6)
    for (row, column), weight in np.ndenumerate(DETECTOR):
        middle.text(
            column,
            row,
            f"{weight:+.0f}".replace("+0", "0").replace("-", "−"),
            ha="center",
            va="center",
            fontsize=9,
            color=palette.ink,
        )
    right.imshow(response, cmap=palette.signed, vmin=-largest, vmax=largest)
    for cell, size in (left, 3), (right, 1):
        corner = (COLUMN - 0.5, ROW - 0.5)
        cell.add_patch(Rectangle(corner, size, size, fill=False, ec=palette.orange, lw=2))
    for start, end, one, other in [
        (left, middle, (COLUMN + 2.5, ROW - 0.5), (-0.5, -0.5)),
        (left, middle, (COLUMN + 2.5, ROW + 2.5), (-0.5, 2.5)),
        (middle, right, (2.5, -0.5), (COLUMN - 0.5, ROW - 0.5)),
        (middle, right, (2.5, 2.5), (COLUMN - 0.5, ROW + 0.5)),
    ]:
        start.figure.add_artist(
            ConnectionPatch(
                one,
                other,
                "data",
                "data",
                axesA=start,
                axesB=end,
                color=palette.orange,
                lw=0.7,
                alpha=0.7,
            )
        )
    for cell in axes:
        cell.set_xticks([])
        cell.set_yticks([])
        cell.spines[:].set(visible=True, color=palette.faint)
    return response
