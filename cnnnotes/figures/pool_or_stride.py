"""Figures of the experiment on pooling against stride (P4)."""

from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from cnnnotes.experiments import results
from cnnnotes.figures.charts import dots, name_rows, runs_of
from cnnnotes.figures.style import TEXT_WIDTH, Palette

RECORD = "pool_or_stride"
NAMES = {
    "max": "max pooling",
    "average": "average pooling",
    "blur": "blur pooling",
    "stride": "stride instead",
    "stride_extra": "strided layer added",
    "max_extra": "layer added, max pooling",
}


def accuracy(palette: Palette) -> tuple[Figure, str]:
    """Draw accuracy and steadiness under one-pixel moves of each way to halve an image."""
    record = results.load(RECORD)
    panels = {
        "test_accuracy": ("held-out accuracy", palette.blue),
        "consistency_circular": ("answers kept under\na one-pixel move", palette.green),
    }
    figure, columns = plt.subplots(1, 2, figsize=(TEXT_WIDTH, 3.1), sharey=True)
    for axes, (metric, (label, colour)) in zip(columns, panels.items(), strict=True):
        for row, arm in enumerate(NAMES):
            summary = record["summary"][arm][metric]
            dots(axes, row, runs_of(record, arm, metric), summary, colour)
        name_rows(axes, list(NAMES.values()))
        axes.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
        axes.set_xlabel(label)
    rows = []
    for arm, name in NAMES.items():
        accuracy, stays = (record["summary"][arm][metric]["mean"] for metric in panels)
        rows.append(f"{name} {accuracy:.1%} and {stays:.1%}")
    return figure, (
        "Held-out accuracy, and the share of answers that stay when the image moves by one pixel, "
        f"for {len(NAMES)} ways to halve an image: {'; '.join(rows)}."
    )


def cost(palette: Palette) -> tuple[Figure, str]:
    """Draw what each way costs against how well it does."""
    record = results.load(RECORD)
    figure, axes = plt.subplots(figsize=(TEXT_WIDTH, 2.9))
    said = []
    for arm, name in NAMES.items():
        summary = record["summary"][arm]
        macs, accuracy = summary["macs"]["mean"] / 1000, summary["test_accuracy"]["mean"]
        axes.plot(macs, accuracy, "o", ms=7, color=palette.blue)
        beside = {"blur": (7, 2), "max": (7, -4), "average": (7, -6)}.get(arm, (7, -3))
        axes.annotate(name, (macs, accuracy), beside, textcoords="offset points", fontsize=8)
        said.append(
            f"{name}: {macs:,.0f} thousand multiply-accumulates, "
            f"{summary['parameters']['mean']:,.0f} parameters, {accuracy:.1%}"
        )
    axes.set(xlabel="multiply-accumulates per image, thousands", ylabel="held-out accuracy")
    axes.margins(x=0.28, y=0.15)
    axes.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    return figure, f"Cost against accuracy. {'; '.join(said)}."
