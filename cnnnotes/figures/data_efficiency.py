"""Figures of the experiment on data efficiency (C7)."""

from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from cnnnotes.experiments import results
from cnnnotes.experiments.data_efficiency import NAMES
from cnnnotes.figures.charts import band, dots, name_rows, percent, points
from cnnnotes.figures.style import TEXT_WIDTH, Palette

RECORD = "data_efficiency"


def curves(palette: Palette) -> tuple[Figure, str]:
    """Draw accuracy against the number of training images."""
    record = results.load(RECORD)
    figure, axes = plt.subplots()
    for (arm, name), colour in zip(NAMES.items(), palette.series, strict=True):
        summary = record["summary"][arm]
        sizes = summary["sizes"]["mean"]
        band(axes, sizes, summary["test_accuracy"], colour, name)
    axes.set(xscale="log", xlabel="training images", ylabel="held-out accuracy")
    axes.set_xticks(sizes, [f"{size:,.0f}" for size in sizes])
    axes.minorticks_off()
    percent(axes.yaxis)
    axes.legend(loc="lower right")
    last = {name: record["summary"][arm]["test_accuracy"]["mean"] for arm, name in NAMES.items()}
    return figure, (
        f"Held-out accuracy against {sizes[0]:.0f} to {sizes[-1]:,.0f} training images. "
        + "; ".join(f"{name}: {curve[0]:.1%} to {curve[-1]:.1%}" for name, curve in last.items())
        + "."
    )


def advantage(palette: Palette) -> tuple[Figure, str]:
    """Draw the CNN's lead over each other network at 500 images."""
    record = results.load(RECORD)
    shown = {
        NAMES[arm]: record["effects"][f"cnn_over_{arm}_at_500"]
        for arm in ("mlp_wide", "mlp", "local")
    }
    figure, axes = plt.subplots(figsize=(TEXT_WIDTH, 1.9))
    axes.axvline(0, color=palette.muted, lw=0.8, ls="--")
    for row, effect in enumerate(shown.values()):
        dots(axes, row, effect["per_seed"], palette.blue, effect)
    name_rows(axes, list(shown))
    points(axes.xaxis)
    axes.set_xlabel("CNN's lead at 500 images, percentage points")
    return figure, "The CNN's lead at 500 training images, in percentage points: " + "; ".join(
        f"over the {name} {100 * effect['mean']:+.1f} ({100 * effect['low']:+.1f} to "
        f"{100 * effect['high']:+.1f})"
        for name, effect in shown.items()
    )
