"""Figures of the chapter on when pooling hurts (P3, P14)."""

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cnnnotes.data import load_shapes
from cnnnotes.experiments import results
from cnnnotes.experiments.pooling_early import MARKS, SIDE, SIZES, load_marks
from cnnnotes.experiments.position_lost import STAGES
from cnnnotes.figures.charts import dots, name_rows, percent, runs_of
from cnnnotes.figures.style import TEXT_WIDTH, Palette
from cnnnotes.layers import MaxPool2d, Sequential

ORDER_NAMES = {
    "before": "P P C C C C",
    "early": "C P P C C C",
    "spread": "C P C P C C",
    "late": "C C C C P P",
}
KIND_NAMES = ("level", "upright", "falling", "rising")


def poolings(palette: Palette) -> tuple[Figure, str]:
    """Draw one shape after 0 to 4 poolings, with the cell that its centre lies in."""
    shapes = load_shapes(0)
    image, centre = shapes.test_images[:1], shapes.test_labels[0]
    figure, axes = plt.subplots(1, STAGES + 1, figsize=(TEXT_WIDTH, 1.6))
    sides = []
    halve = MaxPool2d(2)
    for number, cell in enumerate(axes):
        width = 2**number
        side = image.shape[2]
        frame = (-0.5, side * width - 0.5, side * width - 0.5, -0.5)  # in pixels of the first
        cell.imshow(image[0, 0], cmap=palette.amount, vmin=0, vmax=1, extent=frame)
        corner = width * np.floor((centre[::-1] + 0.5) / width) - 0.5
        cell.add_patch(
            Rectangle(tuple(corner), width, width, fill=False, ec=palette.orange, lw=1.6)
        )
        cell.set_title(f"{side}×{side}", fontsize=9)
        _frame(cell, palette)
        sides.append(width)
        image = halve.forward(image)
    return figure, (
        f"A drawn shape, and the same after 1 to {STAGES} max poolings. A square marks the cell "
        f"that the centre lies in: {', '.join(map(str, sides))} pixels wide."
    )


def distances(palette: Palette) -> tuple[Figure, str]:
    """Draw how far off the told centre is, against the number of halvings."""
    record = results.load("position_lost")
    summary = record["summary"]
    figure, axes = plt.subplots(figsize=(TEXT_WIDTH, 3.6))
    halvings = np.arange(STAGES + 1)
    said = []
    for kind, name, colour, aside in (
        ("max", "max pooling", palette.blue, -0.06),
        ("stride", "stride", palette.orange, 0.06),
    ):
        arms = ["none", *(f"{kind}_{number}" for number in halvings[1:])]
        means = [summary[arm]["distance"]["mean"] for arm in arms]
        axes.plot(halvings + aside, means, color=colour, label=name)
        for number, arm in enumerate(arms):
            _upright(axes, number + aside, record, arm, colour)
        said.append(f"{name} {', '.join(f'{mean:.2f}' for mean in means)}")
    for arm, name, colour in (
        ("dilated", "dilated", palette.green),
        ("global", "global mean", palette.purple),
    ):
        _upright(axes, -1, record, arm, colour)
        mean = summary[arm]["distance"]["mean"]
        axes.annotate(
            name, (-1, mean), (8, 4), textcoords="offset points", fontsize=9, color=colour
        )
        said.append(f"{name} {mean:.2f}")
    spread = summary["none"]["spread"]["mean"]
    axes.axhline(spread, color=palette.muted, ls="--", lw=1)
    axes.annotate(
        "always the middle", (2, spread), (0, 5), textcoords="offset points", fontsize=8,
        color=palette.muted, ha="center",
    )  # fmt: skip
    cells = [_from_middle(2**number) for number in range(STAGES + 1)]
    axes.plot(halvings, cells, ":", color=palette.muted, lw=1.2, label="if only the cell were told")
    axes.set(xlabel="halvings", ylabel="distance, pixels", xlim=(-1.3, 4.3))
    axes.set_xticks([-1, *halvings], ["0", *map(str, halvings)])
    axes.set_ylim(0, 6.4)
    axes.legend(loc="upper center", fontsize=8, bbox_to_anchor=(0.5, 0.8))
    return figure, (
        "Mean distance in pixels between told and true centre. With 0 to "
        f"{STAGES} halvings: {'; '.join(said[:2])}. Without halving: {'; '.join(said[2:])}. Always "
        f"telling the middle: {spread:.2f}."
    )


def answers(palette: Palette) -> tuple[Figure, str]:
    """Draw true and told centres of the first seed."""
    record = results.load("position_lost")
    names = {"dilated": "dilated", "max_4": "four max poolings", "global": "global mean"}
    figure, axes = plt.subplots(1, len(names), figsize=(TEXT_WIDTH, 2.3), sharey=True)
    seed = str(record["seeds"][0])
    true = load_shapes(int(seed)).test_labels
    said = []
    for (arm, name), cell in zip(names.items(), axes, strict=True):
        told = np.array(record["details"][arm][seed]["answers"])
        for start, end in zip(true, told, strict=False):
            cell.plot(*np.stack([start, end])[:, ::-1].T, color=palette.muted, lw=0.6)
        cell.plot(*told.T[::-1], "o", ms=2.5, color=palette.blue, mec="none")
        cell.set_title(name, fontsize=9)
        cell.set(xlim=(6, 25), ylim=(25, 6), xticks=(8, 16, 24), yticks=(8, 16, 24))
        cell.set_aspect("equal")
        off = np.linalg.norm(told - true[: len(told)], axis=1).mean()
        said.append(f"{name} {off:.2f}")
    return figure, (
        f"Told centres of {len(told)} held-out shapes, each joined to the true one by a line. Mean "
        f"distance in pixels, first seed: {'; '.join(said)}. The global mean tells one place for "
        "all."
    )


def marks(palette: Palette) -> tuple[Figure, str]:
    """Draw the four kinds of marks, small in their clutter and large, and pooled twice."""
    figure, axes = plt.subplots(4, len(MARKS), figsize=(TEXT_WIDTH, 5.6))
    twice = Sequential(MaxPool2d(2), MaxPool2d(2))
    for half, size in enumerate(SIZES):
        split = load_marks(0, size)
        for kind in range(len(MARKS)):
            image = split.test_images[split.test_labels == kind][:1]
            pooled = twice.forward(image)
            for cell, shown in zip(
                axes[2 * half : 2 * half + 2, kind], (image, pooled), strict=True
            ):
                cell.imshow(shown[0, 0], cmap=palette.amount, vmin=0, vmax=1)
                _frame(cell, palette)
        axes[2 * half, 0].set_ylabel(size, fontsize=9)
        axes[2 * half + 1, 0].set_ylabel("pooled twice", fontsize=9)
    for cell, name in zip(axes[0], KIND_NAMES, strict=True):
        cell.set_title(name, fontsize=9)
    return figure, (
        f"Images of {SIDE}×{SIDE} pixels with one mark each: level, upright, falling or rising. "
        "Above small marks among dots, below large ones, each also after two max poolings. Pooled, "
        "a small mark is one cell or a few, of no clear direction; a large one still shows its "
        "kind."
    )


def early_late(palette: Palette) -> tuple[Figure, str]:
    """Draw accuracy on small and on large marks, by where the poolings stand."""
    record = results.load("pooling_early")
    figure, axes = plt.subplots(1, len(SIZES), figsize=(TEXT_WIDTH, 2.5), sharey=True)
    said = []
    for size, cell, colour in zip(SIZES, axes, (palette.blue, palette.green), strict=True):
        means = []
        for row, order in enumerate(ORDER_NAMES):
            arm = f"{size}_{order}"
            interval = record["summary"][arm]["test_accuracy"]
            dots(cell, row, runs_of(record, arm, "test_accuracy"), colour)
            means.append(f"{ORDER_NAMES[order]} {interval['mean']:.0%}")
        name_rows(cell, list(ORDER_NAMES.values()))
        cell.axvline(1 / len(MARKS), color=palette.muted, ls="--", lw=1)
        cell.set(title=f"{size} marks", xlabel="held-out accuracy", xlim=(0.18, 1.04))
        percent(cell.xaxis)
        said.append(f"{size} marks: {', '.join(means)}")
    return figure, (
        "Held-out accuracy of networks with four convolutions (C) and two poolings (P) in "
        f"different orders. {'; '.join(said)}. Chance is {1 / len(MARKS):.0%}."
    )


def _upright(axes: Axes, x: float, record: results.Record, arm: str, colour: str) -> None:
    """Draw one arm: each seed a faint dot, the mean and its interval above them."""
    values = runs_of(record, arm, "distance")
    interval = record["summary"][arm]["distance"]
    axes.plot(np.full(len(values), x), values, "o", ms=3.5, color=colour, alpha=0.35, mec="none")
    axes.plot([x, x], [interval["low"], interval["high"]], color=colour, lw=1.4)
    axes.plot(x, interval["mean"], "o", ms=6, color=colour, mec="none")


def _from_middle(width: int) -> float:
    """Return the mean distance of a cell's points from its middle, in pixels, between pixels too.

    (√2 + asinh 1) / 6 of the side: the mean distance of a square's points from its middle.
    """
    return float(width * (np.sqrt(2) + np.arcsinh(1)) / 6)


def _frame(cell: Axes, palette: Palette) -> None:
    cell.set(xticks=[], yticks=[])
    cell.spines[:].set(visible=True, color=palette.faint)
