"""Figures of the chapter on receptive fields."""

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cnnnotes.data import load_photos
from cnnnotes.experiments import results
from cnnnotes.experiments.receptive_field import DEPTHS
from cnnnotes.figures.charts import band, runs_of
from cnnnotes.figures.style import TEXT_WIDTH, Palette
from cnnnotes.shapes import catalogue, trace

RECORD = "receptive_field"


def on_image(palette: Palette) -> tuple[Figure, str]:
    """Draw on a photograph what one unit sees after each pooling of VGG16."""
    table = trace(catalogue()["vgg16"])
    pools = [row for row in table.rows if row.layer.startswith("maxpool")]
    picture = load_photos()["camera"][0, 0]
    side = 224
    figure, axes = plt.subplots(figsize=(4.6, 4.6))
    axes.imshow(picture[20 : 20 + side, 120 : 120 + side], cmap="gray")
    for row in pools:
        field = row.receptive_field
        corner = (side - field) / 2 - 0.5
        axes.add_patch(Rectangle((corner, corner), field, field, fill=False, ec="#ffd23f", lw=1.6))
        if field > 20:
            axes.text(corner + 2, corner + field - 3, str(field), color="#ffd23f", fontsize=9,
                      va="bottom")  # fmt: skip
    axes.axis("off")
    fields = [row.receptive_field for row in pools]
    return figure, (
        f"A photograph of {side}×{side} pixels with squares around its middle: what one unit of "
        f"VGG16 sees after each of its {len(pools)} poolings, {', '.join(map(str, fields))} pixels "
        "wide. The first sees a speck, the last nearly all."
    )


def effective(palette: Palette) -> tuple[Figure, str]:
    """Draw how much each pixel counts: before and after training, and in a deeper stack."""
    record = results.load(RECORD)
    details = record["details"]
    shown = {
        "8 layers, untrained": (details["trained_8"]["0"]["before"], 17),
        "8 layers, trained": (details["trained_8"]["0"]["after"], 17),
        "16 layers, untrained": (details["untrained"]["0"]["field_16"], 33),
    }
    figure, axes = plt.subplots(1, 3, figsize=(TEXT_WIDTH, 2.3))
    for cell, (name, (values, side)) in zip(axes, shown.items(), strict=True):
        field = np.array(values)
        middle = len(field) // 2
        cell.imshow(field, cmap=palette.amount, vmin=0, vmax=1)
        corner = middle - side / 2
        cell.add_patch(Rectangle((corner, corner), side, side, fill=False, ec=palette.orange))
        reach = side / 2 + 3
        cell.spines[:].set_visible(False)
        cell.set(xlim=(middle - reach, middle + reach), ylim=(middle + reach, middle - reach))
        cell.set(xticks=[], yticks=[])
        cell.set_title(name, fontsize=9)
    before, after = (
        record["summary"]["trained_8"][f"effective_size_{when}"]["mean"]
        for when in ("before", "after")
    )
    return figure, (
        "How strongly each pixel acts on one unit, darker or brighter than the page where it does, "
        "with the theoretical field as an orange square: a blob in the middle, faint towards the "
        f"rim. Of 17 pixels the effective field takes {before:.1f} before training and {after:.1f} "
        "after, in the mean over seeds."
    )


def growth(palette: Palette) -> tuple[Figure, str]:
    """Draw theoretical and effective size against depth."""
    record = results.load(RECORD)
    depths = np.array(DEPTHS)
    curve = record["summary"]["untrained"]["effective_size"]
    figure, axes = plt.subplots()
    axes.plot(depths, 2 * depths + 1, color=palette.muted, ls="--", label="theoretical field")
    band(axes, depths, curve, palette.blue, "effective, untrained")
    axes.plot(depths, curve["mean"], "o", color=palette.blue, ms=4)
    trained = (2, 4, 8)
    for depth in trained:
        values = runs_of(record, f"trained_{depth}", "effective_size_after")
        axes.plot(np.full(len(values), depth), values, "o", ms=4, alpha=0.4, color=palette.orange)
    axes.plot([], [], "o", color=palette.orange, label="effective, trained on digits")
    axes.set(xscale="log", yscale="log", xlabel="3×3 layers", ylabel="side, pixels")
    axes.set_xticks(depths, list(map(str, depths)))
    axes.set_yticks([5, 10, 20, 40], ["5", "10", "20", "40"])
    axes.minorticks_off()
    axes.legend(loc="upper left")
    sizes = ", ".join(f"{size:.1f}" for size in curve["mean"])
    exponent = record["summary"]["untrained"]["exponent"]["mean"]
    return figure, (
        f"Side of what a unit sees against depth, both axes logarithmic. In theory it grows from "
        f"{2 * depths[0] + 1} to {2 * depths[-1] + 1} pixels; in untrained stacks what counts "
        f"grows as {sizes}, about depth to the power {exponent:.2f}. Trained stacks lie slightly "
        "lower."
    )


def gridding(palette: Palette) -> tuple[Figure, str]:
    """Draw which pixels a unit reads through three dilated layers."""
    stacks = {"dilations 1, 2, 4": (1, 2, 4), "dilations 2, 2, 2": (2, 2, 2)}
    figure, axes = plt.subplots(1, 2, figsize=(TEXT_WIDTH, 2.9))
    said = []
    for cell, (name, dilations) in zip(axes, stacks.items(), strict=True):
        table = trace(
            " | ".join(f"conv 1 3x3 pad {d} dilation {d}" for d in dilations), (1, 17, 17)
        )
        rows, columns = table.seen(table.rows[-1].name, (8, 8))
        read = np.zeros((17, 17))
        read[np.ix_(rows, columns)] = 1
        cell.imshow(read, cmap=palette.amount, vmin=0, vmax=1.6)
        cell.set(xticks=[], yticks=[], title=f"{name}: {int(read.sum())} pixels")
        cell.spines[:].set(visible=True, color=palette.muted)
        said.append(f"{name}: {len(rows) ** 2} pixels, {table.rows[-1].receptive_field} wide")
    return figure, (
        f"Pixels that one unit reads through three dilated 3×3 layers. {'; '.join(said)}. The "
        "first reads a full square, the second every second row and column only."
    )
