"""Figures of the chapter on levels (P6, P8)."""

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from cnnnotes.data import load_digits
from cnnnotes.experiments import results
from cnnnotes.experiments.invariance_ladder import DECIDED_AT, FARTHEST, LEVELS
from cnnnotes.experiments.levels import STAGES, network
from cnnnotes.figures.charts import band, percent, runs_of
from cnnnotes.figures.style import TEXT_WIDTH, Palette
from cnnnotes.inspection import feature_maps, top_patches
from cnnnotes.layers import Sequential
from cnnnotes.shapes import trace

SETS = ("digits", "textures")
FILTERS = 4
PATCHES = 5
LEVEL_NAMES = ("image", "stage 1", "stage 2", "stage 3")


def probes(palette: Palette) -> tuple[Figure, str]:
    """Draw what linear classifiers read after each stage."""
    summary = results.load("levels")["summary"]
    figure, axes = plt.subplots(1, 2, figsize=(TEXT_WIDTH, 3.0), sharey=True)
    stages = np.arange(1, len(STAGES) + 1)
    said = []
    for cell, name in zip(axes, SETS, strict=True):
        for what, colour in (("class", palette.blue), ("direction", palette.orange)):
            metric = f"{what}_accuracy"
            trained = summary[f"{name}_trained"][metric]
            band(cell, stages, trained, colour, what)
            untrained = summary[f"{name}_untrained"][metric]["mean"]
            cell.plot(stages, untrained, color=colour, lw=1, ls=":", label=f"{what}, untrained")
            said.append(f"{name}, {what}: " + ", ".join(f"{m:.0%}" for m in trained["mean"]))
        cell.set(title=name, xlabel="read after stage", xticks=stages, ylim=(0.2, 1))
    axes[0].set_ylabel("held-out accuracy")
    percent(axes[0].yaxis)
    axes[0].legend(loc="lower left", fontsize=8)
    return figure, (
        "Accuracy of linear classifiers on 16 numbers after stages 1, 2 and 3 of trained networks. "
        f"{'; '.join(said)}."
    )


def patches(palette: Palette) -> tuple[Figure, str]:
    """Draw what drives four filters of each stage most, each patch as large as a unit sees."""
    model, images = trained(), load_digits(0).test_images
    rows = trace(model, images.shape[1:]).rows[1:]
    maps = feature_maps(model, images)
    figure, axes = plt.subplots(len(STAGES) * FILTERS, PATCHES + 2, figsize=(TEXT_WIDTH, 8.6))
    sizes = []
    for level, stage in enumerate(STAGES):
        of_stage, row = maps[str(stage - 1)], rows[stage - 1]
        chosen = np.argsort(-of_stage.max(axis=(0, 2, 3)), kind="stable")[:FILTERS]
        found = top_patches(of_stage[:, chosen], images, row, PATCHES)
        sizes.append(row.receptive_field)
        for place, number in enumerate(chosen):
            line = axes[level * FILTERS + place]
            image = found.images[place, 0]
            line[0].imshow(images[image, 0], cmap=palette.amount)
            line[1].imshow(of_stage[image, number], cmap=palette.amount)
            for cell, pixels in zip(line[2:], found.pixels[place, :, 0], strict=True):
                cell.set_facecolor(palette.faint)  # shows where a window reaches over the border
                cell.imshow(pixels, cmap=palette.amount, vmin=0, vmax=1)
            for cell in line:
                cell.set(xticks=[], yticks=[])
                cell.spines[:].set(visible=True, color=palette.faint)
        axes[level * FILTERS, 0].set_ylabel(f"stage {level + 1}", fontsize=9)
    for cell, title in zip(axes[0], ("image", "map", "patches"), strict=False):
        cell.set_title(title, fontsize=9)
    seen = ", ".join(f"{size}×{size}" for size in sizes)
    return figure, (
        f"For {FILTERS} filters of each of three stages: the digit that drives it most, its map of "
        f"that digit, and the {PATCHES} patches that drive it most. Patches are {seen} pixels "
        "large, as much as one unit sees: first bits of strokes, then bends and ends, then large "
        "parts of digits."
    )


def ladder(palette: Palette) -> tuple[Figure, str]:
    """Draw how far each level goes when the image moves."""
    summary = results.load("invariance_ladder")["summary"]
    figure, axes = plt.subplots(1, 2, figsize=(TEXT_WIDTH, 3.0), sharey=True)
    places = np.arange(len(LEVELS))
    said = []
    for cell, name in zip(axes, SETS, strict=True):
        trained = summary[f"{name}_trained"]
        band(cell, places, trained["at_decision"], palette.blue, "trained")
        cell.plot(places, trained["at_decision"]["mean"], "o", ms=4, color=palette.blue)
        untrained = summary[f"{name}_untrained"]["at_decision"]["mean"]
        cell.plot(places, untrained, ":", color=palette.blue, label="untrained")
        unpooled = trained["unpooled_at_decision"]
        band(cell, places, unpooled, palette.orange, "without pooling")
        cell.set(title=name, xticks=places, ylim=(0, 1))
        cell.set_xticklabels(LEVEL_NAMES, fontsize=8)
        said.append(
            f"{name} {', '.join(f'{mean:.2f}' for mean in trained['at_decision']['mean'])}, "
            f"without pooling {', '.join(f'{mean:.2f}' for mean in unpooled['mean'])}"
        )
    axes[0].set_ylabel(f"relative change, {DECIDED_AT} pixels")
    axes[0].legend(loc="lower left", fontsize=8)
    return figure, (
        f"Relative change of the image and of three stages when the image moves by {DECIDED_AT} "
        f"pixels: {'; '.join(said)}."
    )


def moves(palette: Palette) -> tuple[Figure, str]:
    """Draw the relative change of each level against how far the image moves."""
    record = results.load("invariance_ladder")
    figure, axes = plt.subplots(1, 2, figsize=(TEXT_WIDTH, 3.0), sharey=True)
    colours = (palette.muted, *palette.series[:3])
    said = []
    for cell, name in zip(axes, SETS, strict=True):
        curves = runs_of(record, f"{name}_trained", "relative_change")  # (seeds, levels, moves)
        for level, (level_name, colour) in enumerate(zip(LEVEL_NAMES, colours, strict=True)):
            cell.plot(curves[:, level].T, color=colour, lw=0.6, alpha=0.3)
            cell.plot(curves[:, level].mean(axis=0), color=colour, label=level_name)
        last = [curves[:, level, FARTHEST].mean() for level in (0, -1)]
        said.append(f"on {name} the image {last[0]:.2f}, stage 3 {last[1]:.2f}")
        cell.set(title=name, xlabel="move, pixels", xticks=range(FARTHEST + 1))
    axes[0].set_ylabel("relative change")
    axes[0].legend(loc="lower right", fontsize=8)
    return figure, (
        f"Relative change of each level against moves of 0 to {FARTHEST} pixels. At {FARTHEST} "
        f"pixels {'; '.join(said)}."
    )


def trained() -> Sequential:
    """Return the stages of the first seed's network for digits, with its recorded weights."""
    (details,) = results.load("levels")["details"]["digits_trained"].values()
    model = network("digits", 0)[: STAGES[-1]]
    model.load_state_dict({key: np.array(value) for key, value in details["weights"].items()})
    return model
