"""Figures of the chapter on shapes, and of the catalogue of networks."""

from collections import Counter

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cnnnotes.conv import conv_transpose2d
from cnnnotes.data import load_digits
from cnnnotes.experiments import results
from cnnnotes.figures.style import TEXT_WIDTH, Palette
from cnnnotes.shapes import (
    Conv,
    Linear,
    catalogue,
    conv_output_size,
    conv_transpose_output_size,
    pool_output_size,
    same_padding,
    trace,
    unread_positions,
)

RECORD = "shapes"


def windows(palette: Palette) -> tuple[Figure, str]:
    """Draw every window over a row of ten pixels, for three strides."""
    size, kernel = 10, 3
    settings = [(1, 0), (2, 0), (2, 1), (4, 0)]
    figure, axes = plt.subplots(len(settings), 1, figsize=(TEXT_WIDTH, 6.2))
    said = []
    for cell, (stride, padding) in zip(axes, settings, strict=True):
        outputs = conv_output_size(size, kernel, stride, padding)
        unread = unread_positions(size, kernel, stride, padding)
        starts = [unit * stride - padding for unit in range(outputs)]
        _row_of_windows(cell, palette, size, starts, kernel, unread, (padding, padding))
        cell.set_title(f"stride {stride}, padding {padding}: {outputs} outputs, "
                       f"{_unread_words(unread)}", fontsize=9.5)  # fmt: skip
        said.append(
            f"stride {stride} and padding {padding} give {outputs} ({_unread_words(unread)})"
        )
    return figure, (
        f"A row of {size} pixels under a window of {kernel}: {'; '.join(said)}. "
        "Pixels that no window reads are orange."
    )


def read_counts(palette: Palette) -> tuple[Figure, str]:
    """Draw how often each pixel of a 7×7 image is read, for three paddings."""
    size = 7
    figure, axes = plt.subplots(1, 3, figsize=(TEXT_WIDTH, 2.2))
    said = []
    for cell, padding in zip(axes, (0, 1, 2), strict=True):
        counts = _times_read(size, 3, padding=padding)
        _numbered(cell, palette, counts, 9)
        cell.set_title(f"padding {padding}", fontsize=9.5)
        corner, edge, middle = counts[0, 0], counts[0, size // 2], counts[size // 2, size // 2]
        said.append(
            f"with padding {padding} a corner {corner}, an edge {edge}, the middle {middle}"
        )
    return figure, (
        f"How often a 3×3 window at stride 1 reads each pixel of a {size}×{size} image: "
        f"{'; '.join(said)} times."
    )


def dropped_on_digit(palette: Palette) -> tuple[Figure, str]:
    """Draw which rows and columns of a digit reach the output of one, two and three layers."""
    image = load_digits(seed=0).test_images[3, 0]
    figure, axes = plt.subplots(1, 3, figsize=(TEXT_WIDTH, 2.3))
    said = []
    for cell, depth in zip(axes, (1, 2, 3), strict=True):
        traced = trace(" | ".join(["conv 8 3x3 stride 2"] * depth), (1, *image.shape))
        rows, columns = traced.unread()
        cell.imshow(image, cmap=palette.amount)
        for row in rows:
            cell.axhspan(row - 0.5, row + 0.5, color=palette.orange, alpha=0.6, lw=0)
        for column in columns:
            cell.axvspan(column - 0.5, column + 0.5, color=palette.orange, alpha=0.6, lw=0)
        side = traced.output_shape[-1]
        lost = 1 - (1 - len(rows) / len(image)) ** 2
        cell.set_title(f"{depth} layer{'s' * (depth > 1)}: {side}×{side}", fontsize=9.5)
        said.append(f"after {depth} {len(rows)} rows and columns, {lost:.0%} of the pixels")
        _bare(cell, palette)
    return figure, (
        "A digit of 28×28 pixels under 3×3 convolutions with stride 2 and no padding; what the "
        f"output does not depend on is orange, at the bottom and the right: {'; '.join(said)}."
    )


def dilation(palette: Palette) -> tuple[Figure, str]:
    """Draw the nine pixels that a 3×3 kernel reads, for three dilations."""
    figure, axes = plt.subplots(1, 3, figsize=(TEXT_WIDTH, 2.3))
    spans = []
    for cell, step in zip(axes, (1, 2, 3), strict=True):
        span = step * 2 + 1
        spans.append(span)
        grid = np.zeros((7, 7))
        first = (7 - span) // 2
        grid[first : first + span : step, first : first + span : step] = 1
        _cells(cell, palette, grid)
        cell.add_patch(Rectangle((first, first), span, span, fill=False, ec=palette.orange, lw=1.6))
        cell.set_title(f"dilation {step}: spans {span}", fontsize=9.5)
    return figure, (
        "A 3×3 kernel reads nine pixels whatever its dilation; with dilation 1, 2 and 3 they "
        f"stretch over {spans[0]}, {spans[1]} and {spans[2]} rows and columns."
    )


def same(palette: Palette) -> tuple[Figure, str]:
    """Draw where the windows stand when three frameworks halve ten pixels with a kernel of 3."""
    size, kernel, stride = 10, 3, 2
    tensorflow = same_padding(size, kernel, stride, convention="tensorflow")
    choices = {
        "torch, padding 0": (0, 0),
        "torch, padding 1": (1, 1),
        "TensorFlow, SAME": tensorflow,
        "Caffe pooling, pad 0": (0, 0),
    }
    figure, axes = plt.subplots(len(choices), 1, figsize=(TEXT_WIDTH, 5.6))
    said = []
    for cell, (name, padding) in zip(axes, choices.items(), strict=True):
        if name.startswith("Caffe"):
            outputs = pool_output_size(size, kernel, stride, convention="caffe")
        else:
            outputs = conv_output_size(size, kernel, stride, padding)
        starts = [unit * stride - padding[0] for unit in range(outputs)]
        read = {start + tap for start in starts for tap in range(kernel)}
        unread = tuple(sorted(set(range(size)) - read))
        _row_of_windows(cell, palette, size, starts, kernel, unread, padding)
        cell.set_title(
            f"{name}: {outputs} outputs, first window at {_minus(starts[0])}", fontsize=9.5
        )
        said.append(f"{name}: {outputs} outputs, first window at {_minus(starts[0])}")
    return figure, (
        f"{size} pixels, kernel {kernel}, stride {stride}. {'; '.join(said)}. PyTorch refuses "
        "'same' here. Equal sizes do not mean equal windows."
    )


def transposed(palette: Palette) -> tuple[Figure, str]:
    """Draw a transposed convolution as stamps, and how often each output is stamped."""
    figure, axes = plt.subplots(1, 3, figsize=(TEXT_WIDTH, 2.4), width_ratios=[1, 1.3, 1.3])
    pixels = np.zeros((3, 3))
    pixels[1, 1] = 1
    _cells(axes[0], palette, pixels)
    axes[0].set_title("one pixel of 3×3", fontsize=9.5)
    said = []
    for cell, kernel in zip(axes[1:], (3, 4), strict=True):
        padding = 1
        side = conv_transpose_output_size(3, kernel, 2, padding)
        ones = np.ones((1, 1, 3, 3)), np.ones((1, 1, kernel, kernel))
        counts = conv_transpose2d(*ones, stride=2, padding=padding)[0, 0].astype(int)
        _numbered(cell, palette, counts, 4)
        corner = 2 - padding - 0.5
        cell.add_patch(
            Rectangle((corner, corner), kernel, kernel, fill=False, ec=palette.orange, lw=1.6)
        )
        cell.set_title(f"kernel {kernel}: {side}×{side}", fontsize=9.5)
        inside = sorted(set(counts[1:-1, 1:-1].ravel().tolist()))
        said.append(f"with kernel {kernel} the {side}×{side} outputs are written to, inside the "
                    f"border, {' or '.join(map(str, inside))} times")  # fmt: skip
    return figure, (
        "A transposed convolution with stride 2 and padding 1 stamps its kernel once for each of "
        f"3×3 pixels, the middle one framed in orange: {'; '.join(said)}."
    )


def groups(palette: Palette) -> tuple[Figure, str]:
    """Draw which input channel each output channel reads, for three numbers of groups."""
    channels = 8
    figure, axes = plt.subplots(1, 3, figsize=(TEXT_WIDTH, 2.4))
    said = []
    for cell, number in zip(axes, (1, 2, channels), strict=True):
        group = np.arange(channels) // (channels // number)
        _cells(cell, palette, (group[:, None] == group[None]).astype(float))
        layer = Conv(channels, 3, padding=1, groups=number, bias=False)
        parameters = layer.parameters((channels, 28, 28))
        cell.set_title(f"groups {number}: {parameters}", fontsize=9.5)
        said.append(f"{parameters} weights with {number} group{'s' * (number > 1)}")
    figure.supxlabel("input channel", fontsize=9)
    figure.supylabel("output channel", fontsize=9)
    return figure, (
        f"Which of {channels} input channels each of {channels} output channels reads, as filled "
        f"squares; each square is one 3×3 kernel: {'; '.join(said)}."
    )


def suspects(palette: Palette) -> tuple[Figure, str]:
    """Draw how often an overlooked argument makes the size wrong, and how often a stride drops."""
    record = results.load(RECORD)["details"]
    figure, (left, right) = plt.subplots(1, 2, figsize=(TEXT_WIDTH, 2.9), width_ratios=[1.5, 1])
    names = ["rounding", "dilation", "padding", "stride"]
    places, said = np.arange(len(names)), []
    arms = (("conv", palette.blue, 0.2), ("pool", palette.orange, -0.2))
    for arm, colour, shift in arms:
        shares = [100 * record[arm]["shares"].get(name, np.nan) for name in names]
        left.barh(places + shift, shares, 0.36, color=colour, label={"conv": "convolution",
                  "pool": "pooling"}[arm])  # fmt: skip
        for place, share in zip(places, shares, strict=True):
            if not np.isnan(share):
                left.text(share - 2, place + shift, f"{share:.0f}", ha="right", va="center",
                          fontsize=8, color=palette.paper)  # fmt: skip
        said.append(f"in {arm} " + ", ".join(
            f"{name} {share:.0f} %" for name, share in zip(names, shares, strict=True)
            if not np.isnan(share)))  # fmt: skip
    left.set_yticks(places, names)
    left.set(xlim=(0, 100), title="size wrong if overlooked, %")
    drops = record["conv"]["dropped"]["share_that_drops_by_stride"]
    right.bar(list(drops), [100 * share for share in drops.values()], color=palette.blue)
    right.set(title="settings with\nunread pixels, %", xlabel="stride", ylim=(0, 100))
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower left", ncols=2)
    shown = ", ".join(f"{100 * share:.0f} % at stride {s}" for s, share in drops.items())
    return figure, (
        f"Left, how often overlooking an argument makes the size wrong: {'; '.join(said)}. "
        f"Right, the share of convolutions that leave pixels unread: {shown}."
    )


def cost_split(palette: Palette) -> tuple[Figure, str]:
    """Draw where each network's parameters sit, and where its work is done."""
    names = [name for name in catalogue() if name != "resnet50-paper"]
    kinds = {"convolution": palette.blue, "linear": palette.orange}
    figure, axes = plt.subplots(1, 2, figsize=(TEXT_WIDTH, 3.4), sharey=True)
    split = {name: _split(name) for name in names}
    for cell, count in zip(axes, ("parameters", "macs"), strict=True):
        done = np.zeros(len(names))
        for kind, colour in kinds.items():
            parts = [split[name][count, kind] for name in names]
            totals = [sum(split[name][count, other] for other in kinds) for name in names]
            shares = 100 * np.array(parts) / totals
            cell.barh(names, shares, left=done, color=colour, height=0.66, label=kind)
            done += shares
        cell.set(xlim=(0, 100), title={"parameters": "parameters, %", "macs": "MACs, %"}[count])
    axes[0].invert_yaxis()
    axes[0].set_yticks(range(len(names)), [catalogue()[name].title for name in names])
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    vgg = split["vgg16"]
    weights = vgg["parameters", "linear"] / sum(vgg["parameters", kind] for kind in kinds)
    work = vgg["macs", "convolution"] / sum(vgg["macs", kind] for kind in kinds)
    return figure, (
        "Shares of parameters (left) and of multiply-accumulates (right) in convolutions and in "
        f"linear layers, for {len(names)} networks. In VGG-16 linear layers hold "
        f"{weights:.0%} of the parameters, and convolutions do {work:.1%} of the work."
    )


def _split(name: str) -> Counter[tuple[str, str]]:
    counts: Counter[tuple[str, str]] = Counter()
    for step in trace(catalogue()[name]).steps:
        for kind, classes in (("convolution", Conv), ("linear", Linear)):
            if isinstance(step.layer, classes):
                counts["parameters", kind] += step.parameters
                counts["macs", kind] += step.macs or 0  # all known: the catalogue has no module
    return counts


def _times_read(size: int, kernel: int, stride: int = 1, padding: int = 0) -> np.ndarray:
    """Count by scattering a one from every output back to the pixels it reads."""
    outputs = conv_output_size(size, kernel, stride, padding)
    ones = np.ones((1, 1, outputs, outputs)), np.ones((1, 1, kernel, kernel))
    rest = size - conv_transpose_output_size(outputs, kernel, stride, padding)
    return conv_transpose2d(*ones, stride=stride, padding=padding, output_padding=rest)[
        0, 0
    ].astype(int)


def _unread_words(unread: tuple[int, ...]) -> str:
    return f"{len(unread)} pixels unread" if len(unread) != 1 else "1 pixel unread"


def _minus(number: int) -> str:
    return str(number).replace("-", "−")


def _row_of_windows(
    axes: Axes,
    palette: Palette,
    size: int,
    starts: list[int],
    kernel: int,
    unread: tuple[int, ...],
    padding: tuple[int, int],
) -> None:
    """Draw a row of pixels, and below it a bar for each window, in three lanes."""
    before, after = padding
    last = max(size + after, starts[-1] + kernel)
    for place in range(-before, last):
        inside = 0 <= place < size
        colour = palette.orange if place in unread else palette.faint if inside else "none"
        axes.add_patch(
            Rectangle(
                (place, 0), 1, 1, fc=colour, ec=palette.muted, lw=0.8, ls="-" if inside else ":"
            )
        )
        if inside:
            axes.text(place + 0.5, 0.5, str(place), ha="center", va="center", fontsize=8,
                      color=palette.paper if place in unread else palette.ink)  # fmt: skip
    lanes = min(3, len(starts))
    for number, start in enumerate(starts):
        height = -0.55 - 0.55 * (number % lanes)
        axes.plot([start + 0.1, start + kernel - 0.1], [height] * 2, color=palette.blue, lw=3,
                  solid_capstyle="butt")  # fmt: skip
    axes.set(xlim=(-1.2, size + 1.7), ylim=(-2.0, 1.1))
    axes.axis("off")


def _cells(axes: Axes, palette: Palette, grid: np.ndarray) -> None:
    """Draw a grid of squares; those that are not 0 are filled."""
    for (row, column), value in np.ndenumerate(grid):
        axes.add_patch(
            Rectangle(
                (column, row), 1, 1, fc=palette.blue if value else "none", ec=palette.muted, lw=0.6
            )
        )
    height, width = grid.shape
    axes.set(xlim=(-0.1, width + 0.1), ylim=(height + 0.1, -0.1), aspect="equal")
    axes.axis("off")


def _numbered(axes: Axes, palette: Palette, counts: np.ndarray, most: int) -> None:
    """Draw whole numbers as shades, each written into its square."""
    axes.imshow(counts, cmap=palette.amount, vmin=0, vmax=1.25 * most)
    for (row, column), count in np.ndenumerate(counts):
        axes.text(column, row, count, ha="center", va="center", fontsize=8,
                  color=palette.paper if count > 0.6 * most else palette.ink)  # fmt: skip
    _bare(axes, palette)


def _bare(axes: Axes, palette: Palette) -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set(visible=True, color=palette.faint)
