"""Figures of the experiment on small shifts (C3)."""

from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from cnnnotes.data import load_digits
from cnnnotes.experiments import results
from cnnnotes.experiments.small_shifts import COMPARED_AT, FARTHEST, NAMES, moved
from cnnnotes.figures.charts import band, percent
from cnnnotes.figures.style import TEXT_WIDTH, Palette

RECORD = "small_shifts"


def images(palette: Palette) -> tuple[Figure, str]:
    """Draw a digit as far from its place as the test moves it."""
    digit = load_digits(0).test_images[:1]
    figure, axes = plt.subplots(1, FARTHEST + 1, figsize=(TEXT_WIDTH, 1.5))
    changed = []
    for distance, cell in enumerate(axes):
        now = moved(digit, 0, distance)
        cell.imshow(now[0, 0], cmap=palette.amount)
        cell.set(xticks=[], yticks=[])
        cell.spines[:].set(visible=True, color=palette.faint)
        cell.set_title(f"{distance} px", fontsize=9)
        changed.append(int((abs(now - digit) > 0.5).sum()))
    return figure, (
        f"One digit moved to the right by 0 to {FARTHEST} pixels: to the eye the same. So many of "
        f"its {digit.size} pixels change by more than half: {', '.join(map(str, changed))}."
    )


def accuracy(palette: Palette) -> tuple[Figure, str]:
    """Draw accuracy against the shift of the test digits."""
    record = results.load(RECORD)
    colours = [*palette.series, palette.muted]
    figure, axes = plt.subplots(figsize=(TEXT_WIDTH, 3.4))
    said = []
    for (arm, name), colour in zip(NAMES.items(), colours, strict=True):
        curve = record["summary"][arm]["accuracy"]
        band(axes, range(FARTHEST + 1), curve, colour, name)
        values = [curve["mean"][distance] for distance in (0, COMPARED_AT, FARTHEST)]
        said.append(f"{name} {', '.join(f'{value:.0%}' for value in values)}")
    axes.set(xlabel="shift of the test digits, pixels", ylabel="held-out accuracy", ylim=(0, 1.02))
    axes.set_xlim(0, FARTHEST)
    axes.set_xticks(range(FARTHEST + 1))
    percent(axes.yaxis)
    axes.legend(loc="lower left")
    return figure, (
        f"Held-out accuracy at shifts of 0, {COMPARED_AT} and {FARTHEST} pixels: {'; '.join(said)}."
    )
