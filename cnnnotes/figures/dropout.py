"""Figures of the chapter on dropout (P10)."""

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from cnnnotes.experiments import results
from cnnnotes.experiments.dropout_gap import SETTINGS, network
from cnnnotes.experiments.intervals import effect
from cnnnotes.figures.charts import dots, name_rows, percent, points, runs_of
from cnnnotes.figures.style import TEXT_WIDTH, Palette
from cnnnotes.layers import Dropout

RATES = {"dense_0": 0.0, "dense_25": 0.25, "dense_50": 0.5, "dense_75": 0.75, "dense_95": 0.95}


def masks(palette: Palette) -> tuple[Figure, str]:
    """Draw 64 hidden values, under three masks of training, and after training."""
    values = np.random.default_rng(0).random((8, 8), dtype=np.float32)
    layer = Dropout(0.5, seed=0)
    shown = [layer.train()(values) for _ in range(3)] + [layer.eval()(values)]
    titles = ("training, step 1", "step 2", "step 3", "after training")
    figure, axes = plt.subplots(1, 4, figsize=(TEXT_WIDTH, 1.8))
    for cell, picture, title in zip(axes, shown, titles, strict=True):
        cell.imshow(picture, cmap=palette.amount, vmin=0, vmax=2)
        cell.set(xticks=[], yticks=[])
        cell.set_title(title, fontsize=8)
        cell.spines[:].set(visible=True, color=palette.faint)
    dropped = ", ".join(f"{int((picture == 0).sum())}" for picture in shown[:3])
    return figure, (
        f"64 hidden values under dropout of 0.5. In three steps of training {dropped} of them are "
        "zero, others each time, and the rest is doubled; after training all are there, as they "
        "are."
    )


def parameters(palette: Palette) -> tuple[Figure, str]:
    """Draw how many parameters each layer of the two networks has."""
    figure, axes = plt.subplots(2, 1, figsize=(TEXT_WIDTH, 2.4), sharex=True)
    said = []
    for cell, arm, name in zip(
        axes, ("dense_0", "pooled_0"), ("dense head", "pooled head"), strict=True
    ):
        model = network(SETTINGS[arm], 0)
        counts = [
            (type(layer).__name__, sum(weight.data.size for weight in layer.parameters()))
            for layer in model
            if layer.parameters()
        ]
        start = 0
        for kind, count in counts:
            colour = palette.orange if kind == "Linear" else palette.blue
            cell.barh(0, count, left=start, color=colour, edgecolor=palette.paper, height=0.6)
            start += count
        share = sum(count for kind, count in counts if kind == "Linear") / start
        cell.set_title(f"{name}: {start:,} parameters, {share:.0%} in dense layers", fontsize=9)
        cell.set(yticks=[])
        cell.spines["left"].set_visible(False)
        said.append(f"{name} {share:.0%}")
    axes[0].barh(0, 0, color=palette.orange, label="dense")
    axes[0].barh(0, 0, color=palette.blue, label="convolution")
    axes[0].legend(loc="center right", bbox_to_anchor=(1, 1.35), ncols=2, fontsize=8)
    axes[1].set_xlabel("parameters, layer by layer")
    axes[1].xaxis.set_major_formatter(lambda count, _: f"{count:,.0f}")
    return figure, f"Share of the parameters in dense layers: {', '.join(said)}."


def rates(palette: Palette) -> tuple[Figure, str]:
    """Draw accuracy on both sides of the gap, and the gap in loss, against the rate."""
    record = results.load("dropout_gap")
    figure, axes = plt.subplots(1, 2, figsize=(TEXT_WIDTH, 3.0))
    places = list(RATES.values())
    said = []
    for cell, sides in zip(
        axes, (("train_accuracy", "test_accuracy"), ("train_loss", "test_loss")), strict=True
    ):
        for metric, colour, name in zip(
            sides, (palette.orange, palette.blue), ("trained on", "held out"), strict=True
        ):
            intervals = [record["summary"][arm][metric] for arm in RATES]
            means = [interval["mean"] for interval in intervals]
            cell.plot(places, means, "o-", ms=4, color=colour, label=name)
            low, high = ([interval[end] for interval in intervals] for end in ("low", "high"))
            cell.fill_between(places, low, high, color=colour, alpha=0.18, lw=0)
            if metric.endswith("accuracy"):
                said.append(f"{name} {', '.join(f'{mean:.1%}' for mean in means)}")
        cell.set(xlabel="dropout rate", xticks=places)
        cell.set_xticklabels([f"{place:g}" for place in places], fontsize=8)
    axes[0].set_title("accuracy")
    percent(axes[0].yaxis)
    axes[0].legend(loc="lower left", fontsize=8)
    axes[1].set_title("loss, nats")
    return figure, (
        "Accuracy of a dense head after 300 digits, for dropout rates "
        f"{', '.join(f'{place:g}' for place in places)}: {'; '.join(said)}."
    )


def gains(palette: Palette) -> tuple[Figure, str]:
    """Draw what dropout of one half adds, by images and by head, a dot a seed."""
    record = results.load("dropout_gap")
    rows = {
        "dense, 100": "of_100",
        "dense, 300": "dense",
        "dense, 1,000": "of_1000",
        "dense, 3,000": "of_3000",
        "pooled, 300": "pooled",
    }
    figure, axes = plt.subplots(1, 2, figsize=(TEXT_WIDTH, 3.0), sharey=True)
    said = []
    for cell, metric in zip(axes, ("test_accuracy", "gap"), strict=True):
        for place, (name, kind) in enumerate(rows.items()):
            by_seed = runs_of(record, f"{kind}_50", metric) - runs_of(record, f"{kind}_0", metric)
            found = effect(by_seed)
            colour = palette.purple if kind == "pooled" else palette.blue
            dots(cell, place, by_seed, colour, found)
            if metric == "test_accuracy":
                said.append(f"{name} {100 * found['mean']:+.1f} points")
        cell.axvline(0, color=palette.muted, lw=0.8)
        points(cell.xaxis)
        name_rows(cell, list(rows))
    axes[0].set(title="held-out accuracy", xlabel="points")
    axes[1].set(title="gap", xlabel="points")
    return figure, f"Change of held-out accuracy by dropout of one half: {', '.join(said)}."


def others(palette: Palette) -> tuple[Figure, str]:
    """Draw what each way of regularising changes against none, a dot a seed."""
    record = results.load("dropout_gap")
    rows = {
        "dropout, head": "dense_50",
        "dropout, convolutions": "convolutions_25",
        "weight decay": "decay",
        "moved images": "moved",
        "stopped early": "stopped_early",
        "pooled head": "pooled_0",
    }
    figure, axes = plt.subplots(1, 2, figsize=(TEXT_WIDTH, 3.2), sharey=True)
    said = []
    for cell, metric in zip(axes, ("test_accuracy", "test_loss"), strict=True):
        for place, (name, arm) in enumerate(rows.items()):
            by_seed = runs_of(record, arm, metric) - runs_of(record, "dense_0", metric)
            found = effect(by_seed)
            dots(cell, place, by_seed, palette.blue, found)
            if metric == "test_accuracy":
                said.append(f"{name} {100 * found['mean']:+.1f}")
        cell.axvline(0, color=palette.muted, lw=0.8)
        name_rows(cell, list(rows))
    points(axes[0].xaxis)
    axes[0].set(title="held-out accuracy", xlabel="points")
    axes[1].set(title="held-out loss", xlabel="nats")
    return figure, (
        "Change of held-out accuracy against no regularisation, in points, after 300 digits: "
        f"{', '.join(said)}."
    )
