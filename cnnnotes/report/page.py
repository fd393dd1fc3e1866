"""The report as one HTML page: no script, nothing fetched, light and dark, wide and narrow."""

from collections.abc import Mapping, Sequence
from math import isnan

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.inspection import top_patches
from cnnnotes.report import pictures
from cnnnotes.report.findings import COLUMNS, LayerFindings, Report, called, images_in_words, listed
from cnnnotes.report.gallery import Gallery
from cnnnotes.report.gallery_page import looks_section
from cnnnotes.report.parts import as_pictures, bullets, escape, image, number, section, table, times
from cnnnotes.shapes import Trace
from cnnnotes.shapes.tables import count

PROBES = 4  # images whose maps are drawn: the first ones, so that reports can be compared
FILTERS = 12  # maps of one layer that are drawn
PATCHES = 3
LAYERS = 24  # layers whose maps are drawn
PIXELS = 700_000  # in all maps and patches of a page, which keeps it under 3 MB
CLASSES = 20  # of more, only the commonest confusions are listed

STYLE = """
:root { color-scheme: light dark; --paper: #fffdf8; --ink: #1f2430; --quiet: #5a5f6b;
  --rule: #d9d4c7; --wash: #f6f2e8; --warm: #b1440f; --bar: #2f7fc4; }
@media (prefers-color-scheme: dark) { :root { --paper: #15181e; --ink: #e8e5dd; --quiet: #adb1bb;
  --rule: #3a3f4a; --wash: #1d2129; --warm: #f5a672; --bar: #6fb1ee; } }
* { box-sizing: border-box; }
body { background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif;
  margin: 0 auto; max-width: 58rem; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: .5rem 0; }
h2 { border-top: 1px solid var(--rule); font-size: 1.25rem; margin: 2.2rem 0 .6rem;
  padding-top: 1rem; }
h3 { font-size: 1rem; margin: 1.6rem 0 .3rem; }
p, ul { margin: .5rem 0; max-width: 42rem; }
.quiet, figcaption { color: var(--quiet); font-size: .9rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .88rem; }
th, td { border-bottom: 1px solid var(--rule); padding: .25rem .6rem; text-align: right;
  white-space: nowrap; }
th { font-weight: 600; }
th:first-child, .word { text-align: left; }
tbody th { font-weight: 400; }
td.found { color: var(--warm); font-weight: 700; }
td:has(.bar) { text-align: left; }
.bar { background: var(--bar); display: inline-block; height: .6rem; margin-left: .6rem; }
figure { margin: .6rem 0 1.2rem; }
img { display: block; height: auto; image-rendering: pixelated; max-width: 100%; }
.maps { background: var(--wash); max-width: 100%; padding: .4rem; width: fit-content; }
.numbers { color: var(--quiet); display: grid; font-size: .75rem; text-align: center; }
.numbers .dead { color: var(--warm); font-weight: 700; }
.maps img + .numbers, .maps img + img { margin-top: .4rem; }
.variants { display: grid; gap: 0 2rem;
  grid-template-columns: repeat(auto-fit, minmax(min(17rem, 100%), 1fr)); }
.variants > section { min-width: 0; }
@media print { body { max-width: none; } }
"""


def report_page(report: Report, looks: Gallery | None = None) -> str:
    """Return the page of one network, and of where it looks if that is given."""
    shown = _layers_to_draw(report)
    cell = _cell_size(report, len(shown))
    trace = report.trace
    return _page(
        report.title,
        f"{len(trace.rows) - 1} layers, {trace.parameters:,} parameters, {_macs(trace)} "
        f"multiply-adds for an image of {times(trace.rows[0].output_shape)}. Looked at with "
        f"{images_in_words(len(report.images))}.",
        [
            section("What stands out", bullets(report.findings())),
            section("The first images", _probes(report)),
            section("Shapes and costs", _shapes(report)),
            section("Layer by layer", _counts(report)),
            section("Filters", _filters(report)),
            section("Maps", _maps(report, shown, cell)),
            *([] if looks is None else [section("Where it looks", looks_section(looks))]),
            *([] if report.confusions is None else [section("Confusions", _confusions(report))]),
        ],
    )


def comparison_page(reports: Mapping[str, Report]) -> str:
    """Return the page that sets several networks side by side."""
    first = next(iter(reports.values()))
    columns = ("variant", "parameters", "multiply-adds", "right", "dead", "alike", "change")
    rows = [
        (
            name,
            f"{report.trace.parameters:,}",
            _macs(report.trace),
            "–" if report.accuracy is None else f"{report.accuracy:.1%}",
            str(report.dead),
            str(report.copies),
            number(report.layers[-1].change),
        )
        for name, report in reports.items()
    ]
    largest = max(_largest_change(report) for report in reports.values())
    variants = "".join(
        f"<section><h3>{escape(name)}</h3>{bullets(report.findings())}"
        f"{_first_filters(report)}{_changes(report, largest)}</section>"
        for name, report in reports.items()
    )
    return _page(
        " · ".join(reports),
        f"{len(reports)} variants, looked at with the same {images_in_words(len(first.images))} "
        f"of {times(first.images.shape[1:])}.",
        [
            section(
                "In numbers",
                table(columns, rows, "The variants in numbers")
                + "<p class='quiet'>Dead: filters and units that are zero on all images. Alike: "
                "filters whose maps repeat another's. Change: of the output, relative to its "
                "length, when images move by one pixel. One run of each says little: differences "
                "need several seeds.</p>",
            ),
            section("The first images", _probes(first)),
            section("Side by side", f"<div class='variants'>{variants}</div>"),
        ],
    )


def _page(title: str, summary: str, sections: Sequence[str]) -> str:
    return (
        "<!doctype html>\n<html lang='en'>\n<head>\n<meta charset='utf-8'>\n"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
        f"<title>{escape(title)}: a look inside</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<main>\n<h1>{escape(title)}</h1>\n<p>{escape(summary)}</p>\n"
        + "\n".join(sections)
        + "\n</main>\n</body>\n</html>\n"
    )


def _shapes(report: Report) -> str:
    columns = ("name", "layer", "output", "parameters", "multiply-adds", "sees", "stride")
    rows = []
    for row in report.trace.rows:
        cells = row.cells()
        rows.append((*cells[:5], cells[7], cells[8]))
    total = ("total", "", "", f"{report.trace.parameters:,}", _macs(report.trace), "", "")
    return table(columns, [*rows, total], "Shapes and costs", words=2) + (
        "<p class='quiet'>Sees: the receptive field, in pixels of the input. A dash: not known, "
        "because the layer's way of reading is not.</p>"
    )


def _counts(report: Report) -> str:
    largest = _largest_change(report)
    rows = [
        (*layer.cells()[:-1], number(layer.change) + _bar(layer.change, largest))
        for layer in report.layers
    ]
    found = {
        (number, column)
        for number, layer in enumerate(report.layers)
        for column, amount in ((4, layer.dead), (6, layer.copies))
        if amount
    }
    return table(COLUMNS, rows, "Findings by layer", words=2, found=found, html=(7,)) + (
        "<p class='quiet'>Dead: zero on all images. Blank: zero on one image, as a mean share; a "
        "blank map is no fault. Both are told where a rectifier acts. Alike: repeats a filter of a "
        "lower number, with a correlation above 0.95. Change: of the output, relative to its "
        "length, when images move by one pixel; 0 is full invariance.</p>"
    )


def _changes(report: Report, largest: float) -> str:
    rows = [
        (layer.name, number(layer.change) + _bar(layer.change, largest)) for layer in report.layers
    ]
    return table(("layer", "change"), rows, f"{report.title}: change by layer", html=(1,))


def _probes(report: Report) -> str:
    shown = as_pictures(report.images)[:PROBES]
    height = shown.shape[-1] * len(shown)
    picture = pictures.photo(pictures.grid(pictures.smaller(shown, 96)[None]))
    wide = min(height * 4, 96 * len(shown))
    return (
        "<figure><div class='maps'>"
        + image(picture, f"The first {images_in_words(len(shown))}, unchanged", wide)
        + "</div><figcaption>Maps are drawn for these. Counts are over all "
        f"{len(report.images)}.</figcaption></figure>"
    )


def _filters(report: Report) -> str:
    rows = []
    for row, weight in zip(report.trace.rows, report.run.weights, strict=True):
        if weight is not None:
            norms = np.sqrt(np.square(weight).sum(axis=(1, 2, 3)))
            spread = (norms.min(), float(np.median(norms)), norms.max())
            rows.append((row.name, times(weight.shape), *(f"{norm:.3g}" for norm in spread)))
    if not rows:
        return "<p>There is no convolution.</p>"
    columns = ("name", "weights", "least norm", "median", "largest")
    return _first_filters(report) + table(columns, rows, "Norms of the filters", words=2)


def _first_filters(report: Report) -> str:
    convolutions = [n for n, weight in enumerate(report.run.weights) if weight is not None]
    if not convolutions:
        return ""
    row, weight = report.trace.rows[convolutions[0]], report.run.weights[convolutions[0]]
    assert weight is not None
    shown = np.nan_to_num(weight[: 2 * FILTERS])
    scale = float(np.abs(shown).max()) or 1.0
    count = len(shown)
    columns = min(count, FILTERS)
    lines = -(-count // columns)
    if weight.shape[1] == 3:
        kind = "in colour; grey is zero"
        cells = np.full((lines * columns, *shown.shape[1:]), np.nan, np.float32)
        cells[:count] = 0.5 + shown / scale / 2
        picture = pictures.photo(pictures.grid(cells.reshape(lines, columns, *shown.shape[1:])))
    else:
        kind = "blue is positive, orange negative"
        if weight.shape[1] > 1:
            kind += "; the first input channel of each"
        cells = np.full((lines * columns, *shown.shape[2:]), np.nan, np.float32)
        cells[:count] = shown[:, 0] / scale
        picture = pictures.signed(pictures.grid(cells.reshape(lines, columns, *shown.shape[2:])))
    said = f"Filters of layer {called(row)}, {count} of {len(weight)}, {kind}"
    return (
        f"<figure><div class='maps'>{image(picture, said, 48 * columns)}</div>"
        f"<figcaption>{escape(said)}. One scale for all.</figcaption></figure>"
    )


def _maps(report: Report, shown: Sequence[int], cell: int) -> str:
    drawn = [_map_figure(report, number, cell) for number in shown]
    with_maps = sum(output.ndim == 4 for output in report.run.outputs[1:])
    left_out = f" {len(shown)} of {with_maps} layers with maps are drawn."
    return (
        "<p class='quiet'>A row for each of the first images, a column for each filter: blue is "
        "positive, orange negative, paper is zero; one scale for each layer. Below, what drives "
        "each filter most among all images, cut out as large as one unit sees: its receptive "
        "field. Paper there is beyond the border. Dead filters are marked †."
        f"{left_out if len(shown) < with_maps else ''}</p>" + "".join(drawn)
    )


def _map_figure(report: Report, number: int, cell: int) -> str:
    layer = report.layers[number - 1]
    outputs = report.run.outputs[number][:, :FILTERS]
    dead = [filter for filter in layer.dead or () if filter < outputs.shape[1]]
    maps = np.nan_to_num(outputs[:PROBES])
    scale = float(np.abs(maps).max()) or 1.0
    grid = pictures.grid(pictures.smaller(maps / scale, cell))
    images, filters, height, width = maps.shape
    wide = 56 * filters
    blank = int((maps.max(axis=(2, 3)) <= 0).sum())
    said = (
        f"{filters} of {layer.filters} maps of layer {called(layer.row)} "
        f"for {images_in_words(images)}, {height} × {width}"
    )
    found = f"; {blank} of {images * filters} blank" if layer.dead is not None else ""
    found += f"; dead: {listed(dead)}" if dead else ""
    marks = "".join(
        f"<span class='dead'>{filter}†</span>" if filter in dead else f"<span>{filter}</span>"
        for filter in range(filters)
    )
    numbers = (
        f"<div class='numbers' aria-hidden='true' style='grid-template-columns:"
        f"repeat({filters},1fr);max-width:{wide}px'>{marks}</div>"
    )
    patches, caption = _patches(report, layer, outputs, cell, wide)
    return (
        f"<h3>{escape(layer.name)} <span class='quiet'>{escape(layer.row.layer)}</span></h3>"
        f"<figure><div class='maps'>{numbers}"
        f"{image(pictures.signed(grid), said + found, wide)}{patches}</div>"
        f"<figcaption>{escape(said + found)}. {escape(caption)}</figcaption></figure>"
    )


def _patches(
    report: Report, layer: LayerFindings, outputs: Array, cell: int, wide: int
) -> tuple[str, str]:
    field = layer.row.receptive_field
    if field is None or layer.row.effective_stride is None:
        return "", "What a unit sees is not known, so no patches are cut."
    sides = field if isinstance(field, tuple) else (field, field)
    if min(sides) < 2:
        return "", "A unit sees one pixel."
    if any(side >= 2 * size for side, size in zip(sides, report.images.shape[2:], strict=True)):
        return "", f"A unit sees {times(sides)} pixels, far more than the image: no patches."
    images = as_pictures(report.images)
    found = top_patches(np.nan_to_num(outputs), images, layer.row, PATCHES)
    cells = pictures.smaller(found.pixels.swapaxes(0, 1), cell).copy()
    cells[:, np.ptp(outputs, axis=(0, 2, 3)) == 0] = np.nan  # nothing drives a constant
    said = f"What drives each filter most, {times(sides)} pixels, strongest on top"
    return image(pictures.photo(pictures.grid(cells)), said, wide), f"{said}."


def _confusions(report: Report) -> str:
    confusions = report.confusions
    assert confusions is not None
    accuracy = f"<p>{report.accuracy:.1%} of {confusions.sum()} answers are right.</p>"
    if len(confusions) <= CLASSES:
        columns = ("class", *map(str, range(len(confusions))))
        rows = [(str(label), *map(str, counts)) for label, counts in enumerate(confusions.tolist())]
        found = {
            (label, answer + 1)
            for label, answer in np.argwhere(confusions > 0).tolist()
            if label != answer
        }
        note = "<p class='quiet'>A row for each class, a column for each answer.</p>"
        return accuracy + table(columns, rows, "Confusions", found=found) + note
    wrong = confusions * (1 - np.eye(len(confusions), dtype=int))
    order = np.argsort(-wrong, axis=None, kind="stable")[:CLASSES]
    pairs = [np.unravel_index(place, wrong.shape) for place in order if wrong.flat[place]]
    rows = [(str(label), str(answer), str(wrong[label, answer])) for label, answer in pairs]
    return accuracy + table(("class", "taken for", "times"), rows, "Commonest confusions")


def _bar(value: float, largest: float) -> str:
    if isnan(value) or not largest > 0:
        return ""
    return f"<span class='bar' style='width:{5 * value / largest:.2f}rem'></span>"


def _largest_change(report: Report) -> float:
    return max((layer.change for layer in report.layers if not isnan(layer.change)), default=0.0)


def _macs(trace: Trace) -> str:
    return count(trace.macs, least=trace.least_macs)


def _layers_to_draw(report: Report) -> list[int]:
    """Return the rows with maps; of too many, those after a rectifier, evenly thinned out."""
    numbers = [n for n, output in enumerate(report.run.outputs) if n and output.ndim == 4]
    if len(numbers) > LAYERS:
        rectified = [n for n in numbers if report.layers[n - 1].dead is not None]
        numbers = rectified or numbers
    steps = np.linspace(0, len(numbers) - 1, min(len(numbers), LAYERS))
    return [numbers[round(step)] for step in steps]


def _cell_size(report: Report, layers: int) -> int:
    """Return how many pixels a side a map may have, so that all of them fit the page."""
    cells = max(1, layers * FILTERS * (PROBES + PATCHES * len(as_pictures(report.images[:1])[0])))
    return int(min(64, (PIXELS / cells) ** 0.5))
