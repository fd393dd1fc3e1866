"""The figure of the experiment on depth (C9)."""

from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from cnnnotes.experiments import results
from cnnnotes.experiments.depth import NAMES
from cnnnotes.figures.charts import dots, name_rows, percent, runs_of
from cnnnotes.figures.style import TEXT_WIDTH, Palette

RECORD = "depth"


def accuracy(palette: Palette) -> tuple[Figure, str]:
    """Draw held-out accuracy of one wide layer and of several small ones."""
    record = results.load(RECORD)
    figure, axes = plt.subplots(figsize=(TEXT_WIDTH, 1.9))
    said = []
    for row, ((arm, name), colour) in enumerate(zip(NAMES.items(), palette.series, strict=False)):
        summary = record["summary"][arm]["test_accuracy"]
        dots(axes, row, runs_of(record, arm, "test_accuracy"), colour)
        said.append(f"{name} {summary['mean']:.1%}")
    name_rows(axes, list(NAMES.values()))
    percent(axes.xaxis)
    axes.set_xlabel("held-out accuracy, digits at random places")
    return figure, (
        f"Held-out accuracy of {len(record['seeds'])} seeds at equal parameters and equal "
        f"receptive field: {'; '.join(said)}."
    )
