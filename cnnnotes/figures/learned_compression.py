"""Figures of the chapter on learned compression (P9, P11)."""

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from cnnnotes.checks import Array
from cnnnotes.data import load_digits
from cnnnotes.experiments import results
from cnnnotes.experiments.hand_made_features import METHODS
from cnnnotes.experiments.hand_made_features import SETS as HAND_MADE_SETS
from cnnnotes.experiments.learned_compression import (
    KEPT,
    SETS,
    SIZES,
    components,
    network,
    rebuilt,
    standardised,
)
from cnnnotes.figures.charts import band, dots, name_rows, percent, runs_of
from cnnnotes.figures.style import TEXT_WIDTH, Palette

SHOWN = 8
NAMES = {"network": "network", "pca": "PCA", "linear": "linear", "untrained": "untrained"}
CLOUD = (0, 1, 4, 7)
METHOD_NAMES = {"cnn": "CNN", "hog": "HOG + SVM", "raw": "pixels + SVM", "pca": "PCA + logistic"}


def low_variance(palette: Palette) -> tuple[Figure, str]:
    """Draw two classes that differ in the direction of least variance."""
    rng = np.random.default_rng(0)
    labels = np.arange(300) % 2
    points = rng.normal(size=(300, 2)) * [10, 0.5]
    points[:, 1] += 4 * labels - 2
    figure, axes = plt.subplots(figsize=(TEXT_WIDTH, 2.4))
    for label, colour in enumerate((palette.blue, palette.orange)):
        axes.plot(*points[labels == label].T, "o", ms=3, color=colour, alpha=0.6, mec="none")
    arrow = {"arrowstyle": "->", "color": palette.ink, "lw": 1.4}
    axes.annotate("", (24, 0), (-24, 0), arrowprops=arrow)
    axes.annotate("", (0, 5.5), (0, -5.5), arrowprops=arrow)
    axes.text(24, 0.4, "keeps the variance", ha="right", fontsize=9)
    axes.text(0.8, 4.6, "tells the classes apart", fontsize=9)
    axes.set(xlim=(-33, 33), ylim=(-6, 6), xticks=[], yticks=[])
    return figure, (
        "Two long flat clouds, one above the other. The direction of most variance runs along both "
        "and mixes them; the direction with little variance separates them."
    )


def twice_rebuilt(palette: Palette) -> tuple[Figure, str]:
    """Draw digits, and what a linear decoder makes of each code of them."""
    digits = load_digits(0)
    parts = digits.train_images, digits.test_images
    codes = both_codes()
    chosen = [int(np.flatnonzero(digits.test_labels == digit)[0]) for digit in range(SHOWN)]
    rows = {"image": digits.test_images} | {
        name: rebuilt(of_both, parts) for name, of_both in codes.items()
    }
    figure, axes = plt.subplots(len(rows), SHOWN, figsize=(TEXT_WIDTH, 2.4))
    for line, (name, images) in zip(axes, rows.items(), strict=True):
        for cell, image in zip(line, images[chosen, 0], strict=True):
            cell.imshow(image, cmap=palette.amount, vmin=0, vmax=1)
            cell.set(xticks=[], yticks=[])
            cell.spines[:].set(visible=True, color=palette.faint)
        line[0].set_ylabel(name, fontsize=9)
    return figure, (
        f"{SHOWN} held-out digits, and the same rebuilt by a linear decoder from {KEPT} numbers. "
        "From PCA's numbers come blurred copies, among them a four "
        "that looks like a nine; from the network's come paler ones, near the average of a class."
    )


def clouds(palette: Palette) -> tuple[Figure, str]:
    """Draw the first two directions of both codes, four classes in colour."""
    labels = load_digits(0).test_labels
    figure, axes = plt.subplots(1, 2, figsize=(TEXT_WIDTH, 3.0))
    shares = {}
    for cell, (name, codes) in zip(axes, both_codes().items(), strict=True):
        # PCA's own numbers come in order already, and scaled alike they have no first direction
        flat = codes[-1][:, :2] if name == "PCA" else components(codes, 2)[-1]
        cell.plot(*flat.T, "o", ms=2, color=palette.muted, alpha=0.35, mec="none")
        for digit, colour, marker in zip(CLOUD, palette.series, "os^D", strict=True):
            cell.plot(
                *flat[labels == digit].T,
                marker,
                ms=3,
                color=colour,
                alpha=0.8,
                mec="none",
                label=str(digit),
            )
        shares[name] = between_classes(codes[-1], labels)
        cell.set(title=f"{name}: {shares[name]:.0%} between classes", xticks=[], yticks=[])
        cell.set(xlabel="first direction", ylabel="second direction")
    figure.legend(
        *axes[0].get_legend_handles_labels(),
        loc="outside lower center",
        ncols=len(CLOUD),
        markerscale=1.6,
    )
    return figure, (
        f"Held-out digits in the first two directions of two codes of {KEPT} numbers; "
        f"{', '.join(map(str, CLOUD))} in colour. In PCA's, fours and sevens lie on each other; in "
        "the network's they are apart. Variance between classes: "
        f"{', '.join(f'{name} {share:.0%}' for name, share in shares.items())}."
    )


def traded(palette: Palette) -> tuple[Figure, str]:
    """Draw accuracy and variance lost against the size of the code, for every set."""
    summary = results.load("learned_compression")["summary"]
    figure, axes = plt.subplots(2, len(SETS), figsize=(TEXT_WIDTH, 4.4), sharex=True, sharey="row")
    colours = _colours(palette)
    said = []
    for column, images in enumerate(SETS):
        for code, name in NAMES.items():
            found = summary[f"{images}_{code}"]
            for line, metric in enumerate(("class_accuracy", "variance_lost")):
                band(axes[line, column], SIZES, found[metric], colours[code], name)
        first = [summary[f"{images}_{code}"] for code in ("network", "pca")]
        read, lost = (
            " and ".join(f"{found[metric]['mean'][0]:.0%}" for found in first)
            for metric in ("class_accuracy", "variance_lost")
        )
        said.append(f"on {images} {read} read, {lost} lost")
        axes[0, column].set_title(images)
        axes[1, column].set(xscale="log", xticks=SIZES, xlabel="numbers", ylim=(0, 1.02))
        axes[1, column].set_xticks([], minor=True)
        axes[1, column].set_xticklabels(SIZES)
    for cell, label in zip(axes[:, 0], ("class read", "variance lost"), strict=True):
        cell.set_ylabel(label)
        percent(cell.yaxis)
    handles = axes[0, 0].get_legend_handles_labels()
    figure.legend(*handles, loc="outside lower center", ncols=len(NAMES))
    return figure, (
        f"Accuracy and share of variance lost against the size of the code. With {SIZES[0]} "
        f"numbers, network and PCA: {'; '.join(said)}."
    )


def other_tasks(palette: Palette) -> tuple[Figure, str]:
    """Draw what else can be read from both codes."""
    summary = results.load("learned_compression")["summary"]
    shown = (("digits", "slant"), ("digits", "thickness"), ("placed", "row"))
    figure, axes = plt.subplots(1, len(shown), figsize=(TEXT_WIDTH, 2.9), sharey=True)
    colours = _colours(palette)
    said = []
    for cell, (images, what) in zip(axes, shown, strict=True):
        for code in ("network", "pca", "untrained"):
            curve = summary[f"{images}_{code}"][f"{what}_explained"]
            band(cell, SIZES, curve, colours[code], NAMES[code])
            if code != "untrained":
                said.append(f"{what} from {NAMES[code]} {curve['mean'][0]:.0%}")
        cell.set(title=f"{images}: {what}", xscale="log", xticks=SIZES, xlabel="numbers")
        cell.set_xticks([], minor=True)
        cell.set_xticklabels(SIZES)
    axes[0].set_ylabel("variance explained")
    percent(axes[0].yaxis)
    handles = axes[0].get_legend_handles_labels()
    figure.legend(*handles, loc="outside lower center", ncols=3)
    return figure, (
        "How well a linear reader finds slant, thickness and place, against the size of the code. "
        f"With {SIZES[0]} numbers: {', '.join(said)}."
    )


def hand_made(palette: Palette) -> tuple[Figure, str]:
    """Draw the accuracy of four methods on four sets."""
    record = results.load("hand_made_features")
    figure, axes = plt.subplots(2, 2, figsize=(TEXT_WIDTH, 4.2), sharey=True)
    said = []
    for cell, images in zip(axes.flat, HAND_MADE_SETS, strict=True):
        of_set = []
        for row, method in enumerate(METHODS):
            arm = f"{images}_{method}"
            summary = record["summary"][arm]["test_accuracy"]
            colour = palette.blue if method == "cnn" else palette.orange
            dots(cell, row, runs_of(record, arm, "test_accuracy"), colour)
            of_set.append(f"{METHOD_NAMES[method]} {summary['mean']:.1%}")
        cell.set_title(images)
        percent(cell.xaxis)
        name_rows(cell, list(METHOD_NAMES.values()))
        said.append(f"{images}: {', '.join(of_set)}")
    for cell in axes[1]:
        cell.set_xlabel("held-out accuracy")
    return figure, f"Held-out accuracy, {len(record['seeds'])} seeds. {'; '.join(said)}."


def between_classes(codes: Array, labels: Array) -> float:
    """Return which share of a code's variance lies between the means of classes, from 0 to 1."""
    means = np.stack([codes[labels == label].mean(axis=0) for label in np.unique(labels)])
    return float(
        np.square(means[labels] - codes.mean(axis=0)).sum() / codes.var(0).sum() / len(codes)
    )


def _colours(palette: Palette) -> dict[str, str]:
    """Return the colour of each code."""
    colours = palette.blue, palette.orange, palette.green, palette.muted
    return dict(zip(NAMES, colours, strict=True))


def both_codes() -> dict[str, list[Array]]:
    """Return the codes of the first seed's training and test digits, by PCA and by the network."""
    digits = load_digits(0)
    parts = digits.train_images, digits.test_images
    (details,) = results.load("learned_compression")["details"]["digits_network"].values()
    model = network("digits", "network", KEPT, 0)[:-1]
    model.load_state_dict({key: np.array(value) for key, value in details["weights"].items()})
    return {
        "PCA": components(parts, KEPT),
        "network": standardised([model.forward(part) for part in parts]),
    }
