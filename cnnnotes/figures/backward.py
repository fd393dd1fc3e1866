"""Figures of the chapter on the backward pass."""

from itertools import product
from string import ascii_lowercase

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cnnnotes.checks import Array
from cnnnotes.conv import conv2d, conv2d_backward
from cnnnotes.conv_columns import conv2d_matrix, im2col
from cnnnotes.figures.style import TEXT_WIDTH, Palette

Places = set[tuple[int, int]]
EVERY = set(product(range(3), range(3)))
NAMES = np.array(list(ascii_lowercase[:9])).reshape(3, 3)


def matrix_both_ways(palette: Palette) -> tuple[Figure, str]:
    """Draw a one-dimensional convolution as a matrix, read along a row and down a column."""
    kernel, back = np.array([2, -1, 3]), np.array([1, -2, 0, 3])
    matrix = conv2d_matrix(kernel[None, None, None].astype(np.float64), (1, 6)).toarray()
    gradient = back @ matrix
    figure, axes = plt.subplots(figsize=(TEXT_WIDTH, 3.1))
    axes.set(xlim=(-3.4, 6.1), ylim=(5.3, -1.5), aspect="equal")
    axes.axis("off")
    row, column = 1, 2
    for i, j in product(range(4), range(6)):
        inside = 0 <= j - i < 3
        framed = i == row or j == column
        face = palette.faint if inside and framed else "none"
        colour = palette.ink if inside else palette.muted
        _cell(axes, i, j, _whole(matrix[i, j]), palette, face, colour)
    for i, value in enumerate(back):
        _cell(axes, i, -1.7, _whole(value), palette, "none", palette.ink)
    for j, value in enumerate(gradient):
        face = palette.faint if j == column else "none"
        _cell(axes, 4.7, j, _whole(value), palette, face, palette.ink)
    _frame(axes, (row, row), (1, 3), palette.blue)
    _frame(axes, (0, column), (3, 1), palette.orange)
    _frame(axes, (4.7, column), (1, 1), palette.orange)
    axes.text(-1.7, -0.65, "came\nback", ha="center", va="bottom", fontsize=9)
    axes.text(
        2.5, -0.65, "a row is an output,\na column a pixel", ha="center", va="bottom", fontsize=9
    )
    axes.text(-0.75, 4.7, "gradient\nof the input", ha="right", va="center", fontsize=9)
    along, down = (" ".join(_whole(v) for v in values) for values in (kernel, kernel[::-1]))
    return figure, (
        f"A kernel {along} on six pixels, written as a matrix of 4 rows and 6 columns. Along a "
        f"row stands the kernel, {along}; down a full column stands the kernel turned round, "
        f"{down}. Each column times what came back, {' '.join(map(_whole, back))}, gives one "
        f"pixel's gradient: {' '.join(map(_whole, gradient))}."
    )


def weight_touches(palette: Palette) -> tuple[Figure, str]:
    """Draw which pixels one weight meets, and for which outputs."""
    i, j = 0, 2
    met = {(i + y, j + x): NAMES[y, x] for y, x in EVERY}
    figure, axes = _three_panels("the pixels it meets", "one weight", "for these outputs")
    for cell, size, labels, marked in (
        (axes[0], 5, met, set(met)),
        (axes[1], 3, {(i, j): "w"}, {(i, j)}),
        (axes[2], 3, {place: NAMES[place] for place in EVERY}, EVERY),
    ):
        _board(cell, size, labels, marked, palette)
    corner = min(met)
    return figure, (
        f"One weight of a 3×3 kernel, in row {i} and column {j}, and the {len(met)} pixels of a "
        f"5×5 image that it meets: the 3×3 block from row {corner[0]} and column {corner[1]} on. "
        f"Each is marked with the letter of the output for which they meet. All {len(EVERY)} "
        "outputs use the weight."
    )


def pixel_touches(palette: Palette) -> tuple[Figure, str]:
    """Draw which outputs one pixel reaches, and through which weights."""
    figure, axes = plt.subplots(2, 3, figsize=(TEXT_WIDTH, 4.2), width_ratios=[5, 3, 3])
    said = []
    for row, pixel in zip(axes, ((2, 2), (1, 0)), strict=True):
        reached = {
            (y, x): NAMES[pixel[0] - y, pixel[1] - x]
            for y, x in EVERY
            if 0 <= pixel[0] - y < 3 and 0 <= pixel[1] - x < 3
        }
        weights = {place: NAMES[place] for place in EVERY}
        met = {place for place in EVERY if NAMES[place] in reached.values()}
        _board(row[0], 5, {pixel: "x"}, {pixel}, palette)
        _board(row[1], 3, weights, met, palette)
        _board(row[2], 3, reached, set(reached), palette)
        read = " ".join(str(reached[place]) for place in sorted(reached))
        said.append(
            f"the pixel in row {pixel[0]} and column {pixel[1]} reaches {len(reached)} of "
            f"{len(EVERY)} outputs, in their order through the weights {read}"
        )
    for cell, title in zip(axes[0], ("one pixel", "the weights", "meets them here"), strict=True):
        cell.set_title(title)
    return figure, (
        f"Two pixels of a 5×5 image under a 3×3 kernel with weights a to i: {'; '.join(said)}. "
        "Read over the outputs the kernel stands turned by half a circle."
    )


def weight_gradient(palette: Palette) -> tuple[Figure, str]:
    """Draw the gradient of the weights as a convolution of the input, in numbers."""
    image = np.array(
        [[1, 0, 2, 1, 3], [0, 2, 1, 0, 1], [3, 1, 0, 2, 0], [1, 0, 1, 1, 2], [2, 1, 0, 0, 1]]
    )
    back = np.array([[1, 0, -1], [0, 2, 0], [-1, 0, 1]])
    gradient = conv2d_backward(_stack(back), _stack(image), np.ones((1, 1, 3, 3)))[1][0, 0]
    figure, axes = _three_panels("the input", "came back", "gradient of weights")
    at = (0, 2)
    window = {(at[0] + y, at[1] + x) for y, x in EVERY}
    for cell, values, marked in (
        (axes[0], image, window),
        (axes[1], back, set()),
        (axes[2], gradient, {at}),
    ):
        _board(cell, len(values), _texts(values), marked, palette)
    return figure, (
        "A 5×5 input, a 3×3 grid of gradients that came back from the outputs, and the 3×3 "
        f"gradient of the weights. On the marked window the nine products add up to "
        f"{_whole(gradient[at])}, the gradient of the weight in row {at[0]} and column {at[1]}."
    )


def stride_gradient(palette: Palette) -> tuple[Figure, str]:
    """Draw the gradient of the input at stride 2: zeros between, a border, the turned kernel."""
    size, stride = 6, 2
    weight = np.array([[1, 2, 3], [0, 1, 0], [2, 0, -1]])
    back = np.array([[1, -1], [2, 3]])
    spread = np.zeros((8, 8))
    spread[2:5:stride, 2:5:stride] = back
    turned = weight[::-1, ::-1]
    found = conv2d(_stack(spread), _stack(turned))[0, 0]
    figure, axes = plt.subplots(1, 3, figsize=(TEXT_WIDTH, 2.75), width_ratios=[8, 3, 6])
    titles = ("came back, spread out", "turned", "gradient of input")
    at = (2, 2)
    came = {(2 + stride * y, 2 + stride * x) for y, x in product(range(2), range(2))}
    for cell, values, marked, bold in (
        (axes[0], spread, came, came),
        (axes[1], turned, set(), EVERY),
        (axes[2], found, set(), set(product(range(5), range(5)))),
    ):
        _board(cell, len(values), _texts(values), marked, palette, bold)
    _frame(axes[0], at, (3, 3), palette.blue)
    _frame(axes[2], at, (1, 1), palette.blue)
    for cell, title in zip(axes, titles, strict=True):
        cell.set_title(title, fontsize=9)
    return figure, (
        f"Stride {stride} on a {size}×{size} image. The 2×2 gradients that came back are spread "
        "out with zeros between them, two rows of zeros before and three after. The turned 3×3 "
        f"kernel over them gives the gradient of the input, {size}×{size}; in the framed place "
        f"it is {_whole(found[at])}. The last row and column, which no window reads, are zero."
    )


def columns(palette: Palette) -> tuple[Figure, str]:
    """Draw filters times the columns of `im2col`, with each pixel's number where it lands."""
    pixels = np.arange(16).reshape(4, 4)
    found = im2col(_stack(pixels), 3)[0].astype(int)
    shown = 5
    figure, axes = plt.subplots(figsize=(TEXT_WIDTH, 4.5))
    axes.set(xlim=(-0.6, 14.1), ylim=(11.65, -1.6), aspect="equal")
    axes.axis("off")
    filters = {place: ascii_lowercase[9 * place[0] + place[1]] for place in np.ndindex(2, 9)}
    for corner, size, labels, title in (
        ((2, 2), pixels.shape, _texts(pixels), "pixels"),
        ((0, 10), found.shape, _texts(found), "columns"),
        ((10, 0), (2, 9), filters, "two filters"),
        ((10, 10), (2, 4), {}, "two maps"),
    ):
        marked = {place for place, text in labels.items() if text == str(shown)}
        _cells(axes, size, labels, marked, palette, corner)
        above = corner[0] - 0.75
        axes.text(corner[1] - 0.5, above, title, va="bottom" if corner[0] < 10 else "center")
    for place, size in (((2, 2), (3, 3)), ((0, 10), (9, 1)), ((10, 0), (1, 9)), ((10, 10), (1, 1))):
        _frame(axes, place, size, palette.blue)
    copies = int((found == shown).sum())
    return figure, (
        f"The sixteen pixels of a 4×4 image, numbered, and the matrix of {found.shape[0]} rows and "
        f"{found.shape[1]} columns into which `im2col` copies them, a column for each 3×3 window. "
        f"Pixel {shown} is in {copies} windows and stands in the matrix {copies} times; "
        f"{found.size} entries for {pixels.size} pixels. Two filters as rows, times these columns, "
        "are two maps of four places. Framed: the first window, its column, a filter, their place."
    )


def _three_panels(*titles: str) -> tuple[Figure, list[Axes]]:
    figure, axes = plt.subplots(1, 3, figsize=(TEXT_WIDTH, 2.35), width_ratios=[5, 3, 3])
    for cell, title in zip(axes, titles, strict=True):
        cell.set_title(title)
    return figure, list(axes)


def _board(
    axes: Axes,
    size: int,
    labels: dict[tuple[int, int], str],
    marked: Places,
    palette: Palette,
    bold: Places | None = None,
) -> None:
    """Draw a square of cells with labels; the marked ones filled, those not bold in grey."""
    axes.set(xlim=(-0.55, size - 0.45), ylim=(size - 0.45, -0.55), aspect="equal")
    axes.axis("off")
    _cells(axes, (size, size), labels, marked, palette, (0, 0), bold)


def _cells(
    axes: Axes,
    size: tuple[int, ...],
    labels: dict[tuple[int, int], str],
    marked: Places,
    palette: Palette,
    corner: tuple[int, int],
    bold: Places | None = None,
) -> None:
    """Draw a grid as a few long lines: a box for each cell would make the file twice as large."""
    top, left = corner[0] - 0.5, corner[1] - 0.5
    bottom, right = top + size[0], left + size[1]
    across = axes.hlines(np.arange(top, bottom + 1), left, right)
    down = axes.vlines(np.arange(left, right + 1), top, bottom)
    for lines in (across, down):
        lines.set(color=palette.muted, linewidth=0.6, clip_on=False)
    for i, j in sorted(marked):
        axes.add_patch(Rectangle((left + j, top + i), 1, 1, fc=palette.orange, lw=0))
    for (i, j), text in labels.items():
        colour = palette.ink if bold is None or (i, j) in bold else palette.muted
        shade = palette.paper if (i, j) in marked else colour
        _text(axes, corner[0] + i, corner[1] + j, text, shade)


def _cell(
    axes: Axes, row: float, column: float, text: str, palette: Palette, face: str, colour: str
) -> None:
    box = Rectangle((column - 0.5, row - 0.5), 1, 1, fc=face, ec=palette.muted, lw=0.6)
    axes.add_patch(box)
    _text(axes, row, column, text, colour)


def _text(axes: Axes, row: float, column: float, text: str, colour: str) -> None:
    axes.text(column, row, text, ha="center", va="center", fontsize=9, color=colour)


def _frame(axes: Axes, place: tuple[float, float], size: tuple[int, int], colour: str) -> None:
    corner, (height, width) = (place[1] - 0.5, place[0] - 0.5), size
    axes.add_patch(Rectangle(corner, width, height, fill=False, ec=colour, lw=2.4, zorder=3))


def _texts(values: Array) -> dict[tuple[int, int], str]:
    return {(i, j): _whole(float(values[i, j])) for i, j in np.ndindex(*values.shape)}


def _whole(value: float) -> str:
    return f"{value:.0f}".replace("-0", "0").replace("-", "−")


def _stack(values: Array) -> Array:
    return values[None, None].astype(np.float64)
