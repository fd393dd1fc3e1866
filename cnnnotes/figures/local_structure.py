"""Figures of the experiment on local structure (C2)."""

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cnnnotes.data import load_photos
from cnnnotes.experiments import results
from cnnnotes.experiments.local_structure import DISTANCES, PATCH, distances, patches
from cnnnotes.figures.charts import band, dots, name_rows, percent, runs_of
from cnnnotes.figures.style import TEXT_WIDTH, Palette

RECORD = "local_structure"


def correlation(palette: Palette) -> tuple[Figure, str]:
    """Draw how far pixels tell about each other."""
    record = results.load(RECORD)
    figure, axes = plt.subplots(figsize=(TEXT_WIDTH, 2.9))
    arms = {
        "photos_true": ("photographs", palette.blue),
        "digits_true": ("digits", palette.orange),
        "photos_permuted": ("photographs, permuted", palette.green),
        "digits_permuted": ("digits, permuted", palette.purple),
    }
    said = []
    for arm, (name, colour) in arms.items():
        curve = record["summary"][arm]["correlation"]
        band(axes, DISTANCES, curve, colour, name)
        said.append(f"{name} {curve['mean'][1]:.2f}, {curve['mean'][7]:.2f}")
    axes.set(xlabel="distance, pixels", ylabel="correlation", xlim=(0, DISTANCES[-1]))
    axes.legend()
    return figure, (
        "Correlation of two pixels against their distance, at 1 pixel and at 7: "
        f"{'; '.join(said)}.".replace("-", "−")
    )


def unexplained(palette: Palette) -> tuple[Figure, str]:
    """Draw what the nearest patch elsewhere leaves unexplained, with both controls."""
    record = results.load(RECORD)
    changes = {
        "true": ("as they are", palette.blue),
        "spectrum": ("same spectrum", palette.green),
        "permuted": ("permuted", palette.orange),
    }
    arms = [
        (f"{kind}_{change}", kind, change) for kind in ("photos", "digits") for change in changes
    ]
    figure, axes = plt.subplots(figsize=(TEXT_WIDTH, 2.6))
    names, said = [], []
    for row, (arm, kind, change) in enumerate(arms):
        summary = record["summary"][arm]["unexplained"]
        dots(axes, row, runs_of(record, arm, "unexplained"), changes[change][1])
        names.append(f"{kind}, {changes[change][0]}")
        said.append(f"{names[-1]} {summary['mean']:.0%}")
    name_rows(axes, names)
    axes.set_xlim(left=0)
    percent(axes.xaxis)
    axes.set_xlabel("variance that the nearest patch leaves unexplained")
    return figure, (
        f"Share of a patch's variance that its nearest patch elsewhere leaves unexplained, "
        f"{len(record['seeds'])} seeds: {'; '.join(said)}."
    )


def repeats(palette: Palette) -> tuple[Figure, str]:
    """Draw a patch of a photograph, and the places where it comes again."""
    picture = load_photos()["camera"][0, 0, 60:188, 150:278]
    asked = (80, 89)
    found = patches(picture)
    flat = asked[0] * found.shape[1] + asked[1]
    apart = distances(found, np.array([flat]))[0]
    places: list[tuple[int, int]] = []
    for place in np.argsort(apart, kind="stable"):
        row, column = (int(part) for part in divmod(int(place), found.shape[1]))
        if all(max(abs(row - r), abs(column - c)) >= PATCH for r, c in places):
            places.append((row, column))
        if len(places) == 7:
            break
    figure = plt.figure(figsize=(TEXT_WIDTH, 3.3))
    grid = figure.add_gridspec(4, 4, width_ratios=[3.4, 0.1, 1, 1])
    whole = figure.add_subplot(grid[:, 0])
    whole.imshow(picture, cmap="gray", vmin=0, vmax=1)
    whole.axis("off")
    for number, (row, column) in enumerate([asked, *places]):
        colour = palette.blue if number else palette.orange
        corner = (column - 1.5, row - 1.5)
        whole.add_patch(Rectangle(corner, PATCH + 2, PATCH + 2, fill=False, ec=colour, lw=1.8))
        cell = figure.add_subplot(grid[number // 2, 2 + number % 2])
        cell.imshow(
            picture[row : row + PATCH, column : column + PATCH], cmap="gray", vmin=0, vmax=1
        )
        cell.set(xticks=[], yticks=[])
        cell.spines[:].set(visible=True, color=colour, linewidth=1.8)
    spread = float((found[asked] ** 2).sum())
    left = [float(apart[row * found.shape[1] + column]) / spread for row, column in places]
    return figure, (
        f"A photograph with a {PATCH}×{PATCH} patch marked in orange and the {len(places)} nearest "
        f"patches elsewhere in blue, enlarged beside it: they leave {min(left):.0%} to "
        f"{max(left):.0%} of the patch's variance unexplained."
    )
