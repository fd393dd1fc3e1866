"""Figures of the chapter on feature maps."""

from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cnnnotes.data import TEXTURES, load
from cnnnotes.experiments import results
from cnnnotes.experiments.readable_maps import LAYERS
from cnnnotes.experiments.readable_maps import network as deep_network
from cnnnotes.experiments.vocabulary import network
from cnnnotes.figures.charts import band, dots, mosaic, name_rows, runs_of
from cnnnotes.figures.style import TEXT_WIDTH, Palette
from cnnnotes.inspection import blank_maps, dead_filters, feature_maps, readability, simple_readings
from cnnnotes.layers import Sequential

EPOCHS = (0, 1, 2, 8)
PAIRS = {
    "pooling": "max or average pooling",
    "training": "8 epochs or 2",
    "beginning": "another beginning",
}


def filmstrip(palette: Palette) -> tuple[Figure, str]:
    """Draw the maps of the same two digits through training."""
    states = results.load("vocabulary")["details"]["digits"]["0"]["states"]
    images = load("digits", 0).test_images[:40]
    labels = load("digits", 0).test_labels[:40]
    chosen = [int(np.flatnonzero(labels == digit)[0]) for digit in (2, 7)]
    films = {epoch: _first_maps(states[str(epoch)], images[chosen]) for epoch in EPOCHS}
    filters = np.argsort(-films[8].mean(axis=(0, 2, 3)))[[0, 2]]
    scale = max(float(maps[:, filters].max()) for maps in films.values())
    figure, cells = plt.subplots(1, len(EPOCHS) + 1, figsize=(TEXT_WIDTH, 4.7))
    for axes, (name, tiles) in zip(
        cells,
        {
            "image": np.repeat(images[chosen, 0], len(filters), axis=0) * scale,
            **{
                f"epoch {epoch}" if epoch else "before": maps[:, filters].reshape(-1, 28, 28)
                for epoch, maps in films.items()
            },
        }.items(),
        strict=True,
    ):
        board = mosaic(tiles, 1, gap=2)
        axes.imshow(board, cmap=palette.amount, vmin=0, vmax=scale)
        axes.set_title(name, loc="center", fontsize=9)
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
        for number in range(len(tiles)):
            frame = Rectangle((-0.5, number * 30 - 0.5), 28, 28, fill=False, ec=palette.faint)
            axes.add_patch(frame)
    places = [14 + 30 * row for row in range(2 * len(filters))]
    cells[0].set_yticks(places, [f"filter {number}" for number in [*filters, *filters]], fontsize=8)
    cells[0].tick_params(length=0)
    changes = [
        np.linalg.norm(films[late][:, filters] - films[early][:, filters])
        / np.linalg.norm(films[8][:, filters])
        for early, late in ((0, 1), (2, 8))
    ]
    return figure, (
        f"Maps of {len(filters)} first-layer filters on the same 2 and the same 7, before training "
        f"and after 1, 2 and 8 epochs. In the first epoch they change by {changes[0]:.0%} of "
        f"their final size, in the last six together by {changes[1]:.0%}: the strokes that a "
        "filter answers to are there early, and then grow stronger."
    )


def told_apart(palette: Palette) -> tuple[Figure, str]:
    """Draw maps of a network that was trained too hot: alive, blank here, and dead."""
    states = results.load("vocabulary")["details"]["digits_hot"]["0"]["states"]
    images = load("digits", 0).test_images
    second = _second_maps(states["8"], images)
    dead, blank = dead_filters(second), blank_maps(second)
    answering = (~blank).mean(axis=0)
    live = np.flatnonzero(~dead)
    live = live[np.argsort(answering[live])][:5]
    filters = [*live, int(np.flatnonzero(dead)[0])]
    rare = int(live[0])
    shown = [int(np.flatnonzero(~blank[:, rare])[0]), *np.flatnonzero(blank[:, rare])[:3]]
    figure, cells = plt.subplots(1, len(filters) + 1, figsize=(TEXT_WIDTH, 3.9))
    axes = cells[0]
    axes.imshow(mosaic(images[shown, 0], 1, gap=2), cmap=palette.amount)
    axes.set_title("image", loc="center", fontsize=9)
    count = 0
    for axes, number in zip(cells[1:], filters, strict=True):
        tiles = second[shown, number]
        axes.imshow(mosaic(tiles, 1), cmap=palette.amount, vmin=0, vmax=max(tiles.max(), 1e-6))
        for row, image in enumerate(shown):
            colour = palette.faint
            if blank[image, number]:
                colour = palette.orange if dead[number] else palette.blue
                count += not dead[number]
                axes.text(6.5, row * 15 + 6.5, "dead" if dead[number] else "blank", ha="center",
                          va="center", fontsize=8, color=colour)  # fmt: skip
            frame = Rectangle((-0.5, row * 15 - 0.5), 14, 14, fill=False, ec=colour)
            axes.add_patch(frame)
        axes.set_title(f"{answering[number]:.0%}", loc="center", fontsize=9)
    for axes in cells:
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
    return figure, (
        f"Four digits and the maps of {len(filters)} second-layer filters of a network trained too "
        f"fast. Above each, the share of {len(images):,} digits on which it answers anywhere: "
        f"{', '.join(f'{answering[number]:.0%}' for number in filters)}. {count} of the maps shown "
        "are blank though their filters are alive; the last filter is blank on every digit, and "
        f"dead. In all {dead.sum()} of {len(dead)} filters are dead."
    )


def serves(palette: Palette) -> tuple[Figure, str]:
    """Draw how strongly each second-layer filter and each output answers each digit."""
    record = results.load("vocabulary")
    tables = record["details"]["digits"]["0"]["responses"]
    second = np.array(tables["second"])
    second = second[second.sum(axis=1) > 0]
    figure, cells = plt.subplots(
        1, 2, figsize=(TEXT_WIDTH, 3.4), width_ratios=(1, 1), layout="constrained"
    )
    for axes, (name, table) in zip(
        cells, {"second layer": second, "outputs": np.array(tables["outputs"])}.items(), strict=True
    ):
        axes.imshow(table / table.max(axis=1, keepdims=True), cmap=palette.amount, vmin=0, vmax=1.1,
                    aspect="auto")  # fmt: skip
        axes.set(xticks=range(10), yticks=range(len(table)), xlabel="digit", title=name)
        axes.set_ylabel("filter" if name != "outputs" else "output")
        axes.tick_params(length=0, labelsize=8)
        axes.spines[:].set_visible(False)
    summary = record["summary"]["digits"]
    return figure, (
        f"How strongly {len(second)} live filters and ten outputs answer each digit, each row "
        "scaled to its largest. The outputs make a diagonal: each is for one digit. The filters' "
        "rows are grey all along. Effectively a filter answers "
        f"{summary['classes_answered_second']['mean']:.1f} digits, an output "
        f"{summary['classes_answered_outputs']['mean']:.1f}."
    )


def silenced(palette: Palette) -> tuple[Figure, str]:
    """Draw which classes lose recall when a filter is silenced, on digits and on textures."""
    details = results.load("vocabulary")["details"]
    classes = {"digits": list("0123456789"), "textures": list(TEXTURES)}
    figure, cells = plt.subplots(1, 2, figsize=(TEXT_WIDTH, 4.4), width_ratios=(10, 6), sharey=True)
    said = []
    for axes, (dataset, names) in zip(cells, classes.items(), strict=True):
        losses = details[dataset]["0"]["losses"]
        table = np.concatenate([np.array(losses[name]) for name in ("first", "second")])
        worst = table.max()
        axes.imshow(table, cmap=palette.signed, vmin=-worst, vmax=worst, aspect="auto")
        axes.axhline(7.5, color=palette.ink, lw=0.8)
        axes.set_xticks(range(len(names)), names, rotation=0 if dataset == "digits" else 60)
        axes.set_title(f"{dataset}: full blue is −{worst:.0%}")
        axes.tick_params(length=0, labelsize=8)
        axes.spines[:].set_visible(False)
        number, label = np.unravel_index(table.argmax(), table.shape)
        layer = "first" if number < 8 else "second"
        said.append(f"on {dataset} {worst:.0%} of {names[label]}, by a filter of the {layer} layer")
    cells[0].set_yticks([3.5, 15.5], ["first\nlayer", "second\nlayer"])
    return figure, (
        "Recall that each class (columns) loses when one filter (rows) is silenced; blue is lost, "
        f"orange gained, paper unchanged. The largest losses: {'; '.join(said)}. Rows are patchy: "
        "a filter is missed by several classes, and not by the others."
    )


def detectors(palette: Palette) -> tuple[Figure, str]:
    """Draw how well single filters tell a class from the others, by layer."""
    record = results.load("vocabulary")
    layers = {"first": "first layer", "second": "second layer", "outputs": "outputs"}
    figure, axes = plt.subplots(figsize=(TEXT_WIDTH, 2.9))
    rows: list[str] = []
    said = []
    for dataset, colour in (("digits", palette.blue), ("textures", palette.orange)):
        for layer, name in layers.items():
            metric = f"separation_{layer}"
            interval = record["summary"][dataset][metric]
            dots(axes, len(rows), runs_of(record, dataset, metric), colour)
            rows.append(f"{dataset}, {name}")
            said.append(f"{dataset} {name} {interval['mean']:.2f}")
    axes.axvline(0.9, color=palette.ink, lw=0.8, ls="--")
    axes.text(0.895, 5.4, "a detector", ha="right", fontsize=8)
    axes.set(xlim=(0.5, 1.02), xlabel="separation of its best class, mean over filters")
    name_rows(axes, rows)
    return figure, (
        "How well a single filter separates the class that it separates best, where 0.5 is chance "
        f"and 1 perfect: {', '.join(said)}. Filters stay below the outputs on both sets; on "
        "textures the outputs themselves are not far above the line."
    )


def probes(palette: Palette) -> tuple[Figure, str]:
    """Draw the differences found with fixed and with fresh probes, for one pair of variants."""
    record = results.load("fixed_probes")
    details = record["details"]["pooling"]["0"]
    names = {"loss": "loss", "shift": "change of the maps by a shift"}
    figure, cells = plt.subplots(2, 1, figsize=(TEXT_WIDTH, 3))
    said = []
    for axes, (signal, name) in zip(cells, names.items(), strict=True):
        ends = np.abs(details[f"{signal}_fresh"]).max()
        bins = np.linspace(-ends, ends, 41)
        look = {"histtype": "stepfilled", "alpha": 0.5}
        for kind, label, colour in (
            ("fresh", "others for each", palette.orange),
            ("fixed", "the same eight", palette.blue),
        ):
            axes.hist(details[f"{signal}_{kind}"], bins, color=colour, label=label, **look)
        axes.axvline(details[f"{signal}_truth"], color=palette.ink, lw=1)
        axes.axvline(0, color=palette.muted, lw=0.8, ls="--")
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_title(name)
        noise = record["summary"]["pooling"]
        said.append(
            f"{name} {noise[f'noise_{signal}_fixed']['mean']:.3f} against "
            f"{noise[f'noise_{signal}_fresh']['mean']:.3f}"
        )
    cells[0].legend(loc="upper left", reverse=True)
    cells[-1].set_xlabel("max pooling − average pooling, on eight images")
    return figure, (
        "Two networks compared on eight images, 300 times. With the same eight for both, the "
        "differences pile up near the line that all 1,000 images give; with others for each they "
        "spread, and many have the wrong sign. Noise, "
        f"mean over seeds, fixed against fresh: {'; '.join(said)}."
    )


def noise(palette: Palette) -> tuple[Figure, str]:
    """Draw which part of the noise is left with fixed probes, for all pairs and signals."""
    record = results.load("fixed_probes")
    names = {"loss": "loss", "active": "share that answers", "shift": "change by a shift"}
    figure, axes = plt.subplots(figsize=(TEXT_WIDTH, 3.6))
    rows: list[str] = []
    said = []
    for pair, pair_name in PAIRS.items():
        for (signal, name), colour in zip(names.items(), palette.series, strict=False):
            found = record["effects"][f"{pair}_{signal}_noise_left"]
            dots(axes, len(rows), found["per_seed"], colour, found)
            rows.append(f"{pair_name}: {name}")
            said.append(f"{rows[-1]} {found['mean']:.2f}")
    axes.axvline(1, color=palette.ink, lw=0.8, ls="--")
    axes.set_xlim(0, None)
    axes.set_xlabel("noise left (1: as with fresh probes)")
    name_rows(axes, rows)
    axes.tick_params(axis="y", labelsize=8)
    return figure, (
        f"Noise of a comparison with fixed probes over noise with fresh ones: {'; '.join(said)}. "
        "Below 1 fixed probes are better. Single seeds reach above 1 where two networks answer the "
        "same image differently."
    )


def readable(palette: Palette) -> tuple[Figure, str]:
    """Draw readability by layer, trained and not."""
    record = results.load("readable_maps")
    figure, cells = plt.subplots(1, 2, figsize=(TEXT_WIDTH, 2.9), sharey=True)
    said = []
    for axes, dataset in zip(cells, ("digits", "textures"), strict=True):
        summary = record["summary"][dataset]
        band(axes, range(1, 5), summary["readability"], palette.blue, "trained")
        band(axes, range(1, 5), summary["readability_untrained"], palette.muted, "untrained")
        axes.set(title=dataset, xlabel="layer", xticks=range(1, 5), ylim=(0, None))
        means = summary["readability"]["mean"], summary["readability_untrained"]["mean"]
        trained, untrained = (", ".join(f"{value:.2f}" for value in values) for values in means)
        said.append(f"{dataset} trained {trained}, untrained {untrained}")
    cells[0].set_ylabel("r² of the best simple reading")
    cells[1].legend(loc="upper right")
    return figure, (
        "How well the best of 144 simple readings of the image predicts a map, mean over a layer's "
        f"maps, layers one to four: {'; '.join(said)}. It falls with depth in trained and in "
        "untrained networks."
    )


def by_layer(palette: Palette) -> tuple[Figure, str]:
    """Draw one map of each layer beside the simple reading that predicts it best."""
    record = results.load("readable_maps")
    images = load("digits", 0).test_images[:64]
    model = deep_network("digits", 0)
    state = record["details"]["digits"]["0"]["state"]
    head = {name: values for name, values in model.state_dict().items() if name not in state}
    model.load_state_dict({**{name: np.array(values) for name, values in state.items()}, **head})
    readings = simple_readings(images)
    maps = feature_maps(model[: LAYERS[-1] + 1], images)
    image = int(np.flatnonzero(load("digits", 0).test_labels[:64] == 5)[0])
    figure, cells = plt.subplots(2, 5, figsize=(TEXT_WIDTH, 2.6))
    cells[0, 0].imshow(images[image, 0], cmap=palette.amount)
    cells[0, 0].set_title("image", loc="center", fontsize=9)
    cells[1, 0].axis("off")
    said = []
    for number, layer in enumerate(LAYERS):
        found = maps[str(layer)]
        scores = readability(found, readings)
        middle = np.argsort(np.nan_to_num(scores, nan=-1))[-(np.isfinite(scores).sum() + 1) // 2]
        best = _best_reading(found[:, [middle]], readings)
        above, below = cells[:, number + 1]
        for axes, tile in ((above, found[image, middle]), (below, best[image, 0])):
            axes.imshow(tile, cmap=palette.amount, vmin=0)
        above.set_title(f"layer {number + 1}", loc="center", fontsize=9)
        below.set_xlabel(f"r² {scores[middle]:.2f}", fontsize=9)
        said.append(f"{scores[middle]:.2f}")
    for axes in cells.flat:
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set(visible=True, color=palette.faint)
    cells[0, 1].set_ylabel("map", fontsize=9)
    cells[1, 1].set_ylabel("reading", fontsize=9)
    return figure, (
        "A handwritten 5; for each of four layers a map of middling readability, above, and the "
        "simple reading of the image that predicts it best, below. Their r² are "
        f"{', '.join(said)}. The first pair look alike; in the last, the map says something that "
        "no single edge or spot says."
    )


def _best_reading(maps: np.ndarray, readings: np.ndarray) -> np.ndarray:
    """Return the reading that predicts one map best, at the size of the map: (N, 1, H, W)."""
    scores = [
        float(readability(maps, readings[:, [number]])[0]) for number in range(readings.shape[1])
    ]
    best = int(np.argmax(scores))
    factor = readings.shape[2] // maps.shape[2]
    shown = readings[:, [best]]
    height, width = maps.shape[2:]
    pooled: np.ndarray = shown.reshape(len(shown), 1, height, factor, width, factor).max((3, 5))
    return pooled


def _with(state: dict[str, Any]) -> Sequential:
    """Return the network of the experiment with recorded convolutions, less its last layer."""
    model = network("digits", 0)
    model.load_state_dict(
        model.state_dict() | {name: np.array(values) for name, values in state.items()}
    )
    return model[:5]


def _first_maps(state: dict[str, Any], images: np.ndarray) -> np.ndarray:
    return feature_maps(_with(state), images)["1"]


def _second_maps(state: dict[str, Any], images: np.ndarray) -> np.ndarray:
    return feature_maps(_with(state), images)["4"]
