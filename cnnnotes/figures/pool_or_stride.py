"""Figures of the chapter on pooling against stride (P4, P5)."""

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from cnnnotes.experiments import results
from cnnnotes.experiments.pool_or_stride import NAMES
from cnnnotes.experiments.steadiness import LEARNING_RATES, LEAST_ACCURACY, PAIRS
from cnnnotes.figures.charts import dots, name_rows, percent, runs_of
from cnnnotes.figures.style import TEXT_WIDTH, Palette
from cnnnotes.pool import avg_pool2d, max_pool2d
from cnnnotes.pool_variants import blur_pool2d

RECORD = "pool_or_stride"
SHORT = {
    "max": "max",
    "average": "average",
    "stride": "stride",
    "max_extra": "layer + max",
    "stride_extra": "strided layer",
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
            dots(axes, row, runs_of(record, arm, metric), colour)
        name_rows(axes, list(NAMES.values()))
        percent(axes.xaxis)
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
    percent(axes.yaxis)
    return figure, f"Cost against accuracy. {'; '.join(said)}."


def grating(palette: Palette) -> tuple[Figure, str]:
    """Draw a fine grating, and what each way to halve makes of it."""
    side, waves = 36, 16
    rows, columns = np.mgrid[:side, :side]
    fine = 0.5 + 0.5 * np.cos(2 * np.pi * (waves * columns + 2 * rows) / side)
    image = fine[None, None]
    shown = {
        "fine grating": image,
        "stride": image[..., ::2, ::2],
        "max pooling": max_pool2d(image, 2),
        "average": avg_pool2d(image, 2),
        "blur": blur_pool2d(image, 3, 2),
    }
    figure, axes = plt.subplots(1, len(shown), figsize=(TEXT_WIDTH, 1.5))
    contrasts = []
    for cell, (name, pixels) in zip(axes, shown.items(), strict=True):
        cell.imshow(pixels[0, 0], cmap=palette.amount, vmin=0, vmax=1)
        cell.set(xticks=[], yticks=[])
        cell.spines[:].set(visible=True, color=palette.faint)
        cell.set_title(name, fontsize=9)
        inner = pixels[0, 0, 1:-1, 1:-1]  # the border of the blur is mirrored
        contrasts.append(f"{name} {np.ptp(inner):.0%}")
    kept = np.abs(np.fft.rfft(shown["stride"][0, 0, 0]))
    seen = 1 + int(kept[1:].argmax())
    return figure, (
        f"A grating with a wave every {side / waves} pixels. After a stride of 2 there seem to be "
        f"waves of {side // seen} pixels, leaning the other way. Contrast: {', '.join(contrasts)}."
    )


def shifts(palette: Palette) -> tuple[Figure, str]:
    """Draw how many answers stay under a one-pixel move, for two ways to fill the border."""
    record = results.load(RECORD)
    fills = {"circular": palette.green, "zero_filled": palette.purple}
    figure, axes = plt.subplots(figsize=(TEXT_WIDTH, 3.0))
    said = []
    for number, (fill, colour) in enumerate(fills.items()):
        metric = f"consistency_{fill}"
        for row, arm in enumerate(NAMES):
            dots(axes, row + 0.3 * number - 0.15, runs_of(record, arm, metric), colour)
        axes.plot([], [], "o", color=colour, label=fill.replace("_", "-"))
    for arm, name in NAMES.items():
        means = [record["summary"][arm][f"consistency_{fill}"]["mean"] for fill in fills]
        said.append(f"{name} {means[0]:.0%} and {means[1]:.0%}")
    name_rows(axes, list(NAMES.values()))
    percent(axes.xaxis)
    axes.set_xlabel("answers kept under a one-pixel move")
    axes.legend(loc="lower left")
    return figure, (
        "Share of answers that stay when the image moves by one pixel, with what leaves coming "
        f"back on the other side, and with zeros: {'; '.join(said)}."
    )


def learning_rates(palette: Palette) -> tuple[Figure, str]:
    """Draw accuracy against learning rate for each pair of a fixed and a learned summary."""
    record = results.load("steadiness")
    figure, axes = plt.subplots(1, len(PAIRS), figsize=(TEXT_WIDTH, 2.9), sharey=True)
    steps = np.arange(len(LEARNING_RATES))
    for cell, pair in zip(axes, PAIRS, strict=True):
        for arm, colour in zip(pair, (palette.blue, palette.orange), strict=True):
            curves = runs_of(record, arm, "accuracy")
            cell.plot(steps, curves.T, color=colour, lw=0.6, alpha=0.35)
            cell.plot(steps, np.median(curves, axis=0), color=colour, lw=2)
        cell.axhline(LEAST_ACCURACY, color=palette.muted, lw=0.8, ls="--")
        cell.set_xticks(steps[::2], [f"{rate:g}" for rate in LEARNING_RATES[::2]])
        cell.set_title("\nagainst ".join(SHORT[arm] for arm in pair), fontsize=9)
    for name, colour in (("fixed", palette.blue), ("learned", palette.orange)):
        axes[2].plot([], [], color=colour, label=name)
    axes[2].legend(loc="upper right", fontsize=8)
    axes[0].set(ylabel="held-out accuracy", ylim=(0.1, 0.7))
    percent(axes[0].yaxis)
    axes[1].set_xlabel("learning rate")
    said = []
    for arm in record["arms"]:
        failed = runs_of(record, arm, "failed").sum(axis=0)
        said.append(f"{NAMES[arm]} {', '.join(f'{count:.0f}' for count in failed)}")
    return figure, (
        f"Held-out accuracy at learning rates {', '.join(f'{rate:g}' for rate in LEARNING_RATES)}; "
        f"so many of {len(record['seeds'])} runs fail: {'; '.join(said)}."
    )


def steadiness(palette: Palette) -> tuple[Figure, str]:
    """Draw how fixed and learned summaries differ in failures, and in the spread of the rest."""
    effects = results.load("steadiness")["effects"]
    panels = {
        "failures": ("share of runs that fail,\npercentage points", palette.blue),
        "spread": ("spread of the rest,\npercentage points", palette.green),
    }
    figure, columns = plt.subplots(1, 2, figsize=(TEXT_WIDTH, 2.3), sharey=True)
    said = []
    for axes, (kind, (label, colour)) in zip(columns, panels.items(), strict=True):
        for row, (fixed, learned) in enumerate(PAIRS):
            effect = effects[f"{fixed}_over_{learned}_in_{kind}"]
            dots(axes, row, effect["per_seed"], colour, effect)
            said.append(
                f"{kind}, {SHORT[fixed]} − {SHORT[learned]}: {effect['mean']:.3f} "
                f"({effect['low']:.3f} to {effect['high']:.3f})".replace("-", "−")
            )
        name_rows(axes, [f"{SHORT[fixed]} − {SHORT[learned]}" for fixed, learned in PAIRS])
        axes.axvline(0, color=palette.muted, lw=0.8, ls="--")
        axes.xaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f}".replace("-", "−"))
        axes.xaxis.set_major_locator(MultipleLocator(0.2 if kind == "failures" else 0.02))
        axes.set_xlabel(label)
    return figure, f"Fixed minus learned summary; left of zero is steadier. {'; '.join(said)}."
