"""What a report says, as numbers: shapes, dead and duplicate filters, shifts, confusions."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from math import isnan, nan
from typing import Any

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.inspection import blank_maps, dead_filters, duplicate_filters
from cnnnotes.inspection.maps import changes_when_moved
from cnnnotes.running import Run, run
from cnnnotes.shapes import Trace
from cnnnotes.shapes.descriptions import Other
from cnnnotes.shapes.tables import plain_table, printable
from cnnnotes.shapes.tracing import Row

SHIFTED = 32  # images that are moved; it takes four more runs
FEW_VALUES = 50  # of so few, correlations say nothing


@dataclass(frozen=True)
class LayerFindings:
    """What was found in one layer.

    Attributes
    ----------
    row
        The layer's row of the trace.
    filters
        How many there are; units, where the layer has no maps.
    dead
        Numbers of those that are zero on all images. Told where a rectifier such as ReLU acts,
        and None elsewhere: there, zero is a value like any other, or told already.
    blank
        The mean share of filters that are zero on one image; None as for `dead`.
    duplicates
        Pairs whose maps correlate above 0.95, of rectifiers and convolutions; None elsewhere, or
        if there are too few values to tell.
    change
        By how much the output changes when images move by one pixel; see `shift_sensitivity`.
    """

    row: Row
    filters: int
    dead: tuple[int, ...] | None
    blank: float | None
    duplicates: tuple[tuple[int, int], ...] | None
    change: float

    @property
    def name(self) -> str:
        """The layer's name in the trace."""
        return self.row.name

    @property
    def copies(self) -> tuple[int, ...]:
        """Filters that are like one of a lower number."""
        return tuple(sorted({second for _, second in self.duplicates or ()}))

    def cells(self) -> tuple[str, ...]:
        """Return the findings as the strings of a table."""
        return (
            self.row.name,
            self.row.layer,
            " × ".join(map(str, self.row.output_shape)),
            f"{self.filters:,}",
            "–" if self.dead is None else str(len(self.dead)),
            "–" if self.blank is None else f"{self.blank:.0%}",
            "–" if self.duplicates is None else str(len(self.copies)),
            "–" if isnan(self.change) else f"{self.change:.2f}",
        )


COLUMNS = ("name", "layer", "output", "filters", "dead", "blank", "alike", "change")


@dataclass(frozen=True)
class Report:
    """What `report` finds; printing it gives a summary, `html` the page.

    Attributes
    ----------
    title
        What the page is called.
    layers
        The findings, layer by layer.
    confusions
        How many images of each class (row) were taken for which (column); None without labels.
    input_change
        By how much the images themselves change when they move by one pixel.
    """

    title: str
    images: Array = field(repr=False)
    run: Run = field(repr=False)
    layers: tuple[LayerFindings, ...]
    confusions: Array | None
    input_change: float

    @property
    def trace(self) -> Trace:
        """Shapes, costs and receptive fields."""
        return self.run.trace

    @property
    def accuracy(self) -> float | None:
        """The share of right answers; None without labels."""
        if self.confusions is None:
            return None
        return float(np.trace(self.confusions) / self.confusions.sum())

    @property
    def dead(self) -> int:
        """Dead filters and units in all."""
        return sum(len(layer.dead or ()) for layer in self.layers)

    @property
    def copies(self) -> int:
        """Filters after a rectifier that are like one of a lower number, in all."""
        return sum(len(layer.copies) for layer in self.layers if layer.dead is not None)

    def __getitem__(self, name: str) -> LayerFindings:
        """Return the findings of the layer with this name."""
        for layer in self.layers:
            if layer.name == name:
                return layer
        names = ", ".join(layer.name for layer in self.layers)
        raise KeyError(f"no layer named {name!r}; there are {names}")

    def findings(self) -> list[str]:
        """Return what stands out, one sentence each."""
        return [sentence for find in _FINDERS for sentence in find(self)]

    def __str__(self) -> str:
        """Return layers and findings in plain text."""
        last = ("total", "", "", "", str(self.dead), "", str(self.copies), "")
        table = plain_table(COLUMNS, [*(layer.cells() for layer in self.layers), last])
        return "\n".join([table, *self.findings()])


def inspect(model: Any, images: Array, labels: Array | None = None, title: str = "") -> Report:
    """Find all that a report says; arguments and errors are those of `report`."""
    with np.errstate(all="ignore"):  # what is not finite is a finding
        found = run(model, images)
        finite = all(np.isfinite(output).all() for output in found.outputs)
        changes = [nan] * len(found.outputs)
        if finite:
            shown = found.outputs[0][:SHIFTED]
            moved = changes_when_moved(lambda moved: run(model, moved).maps(), shown)
            changes = list(moved.values())
    confusions = None if labels is None else _confusions(found.outputs[-1], labels)
    layers = tuple(_layer(found, number, changes[number]) for number in range(1, len(changes)))
    return Report(
        title or type(model).__name__, images, found, layers, confusions, float(changes[0])
    )


def _layer(found: Run, number: int, change: float) -> LayerFindings:
    row, output = found.trace.rows[number], found.outputs[number]
    maps = output if output.ndim == 4 else output.reshape(*output.shape[:2], -1, 1)
    dead = blank = duplicates = None
    rectifies = _rectifies(found, number)
    if rectifies:
        dead = tuple(np.flatnonzero(dead_filters(maps)).tolist())
        blank = float(blank_maps(maps).mean())
    has_filters = rectifies or found.weights[number] is not None
    if has_filters and np.isfinite(maps).all() and maps[:, 0].size >= FEW_VALUES:
        duplicates = tuple(duplicate_filters(maps))
    return LayerFindings(row, maps.shape[1], dead, blank, duplicates, change)


def _rectifies(found: Run, number: int) -> bool:
    """Say whether values below zero are cut off here: there are none, and there were before."""
    step = found.trace.steps[number]
    before = [found.outputs[source] for source in step.inputs]
    some_before = any(output.min() < 0 for output in before) or isinstance(step.layer, Other)
    return bool(some_before and found.outputs[number].min() >= 0)


def _confusions(logits: Array, labels: Array) -> Array:
    if logits.ndim != 2:
        raise ValueError(
            f"labels need a model that ends in one value a class, (N, classes); this one ends in "
            f"shape {logits.shape}"
        )
    if np.shape(labels) == logits.shape:
        raise ValueError(
            f"labels (shape {np.shape(labels)}) must be the classes, ({len(logits)},), not "
            "one-hot; give labels.argmax(axis=1)"
        )
    if not isinstance(labels, np.ndarray) or not np.issubdtype(labels.dtype, np.integer):
        given = f"dtype {labels.dtype}" if isinstance(labels, np.ndarray) else type(labels).__name__
        raise TypeError(f"labels ({given}) must be a NumPy array of whole numbers, the classes")
    count, classes = logits.shape
    if labels.shape != (count,) or labels.min() < 0 or labels.max() >= classes:
        raise ValueError(
            f"labels (shape {labels.shape}, from {labels.min()} to {labels.max()}) must have one "
            f"class an image, ({count},), from 0 to {classes - 1}"
        )
    table = np.zeros((classes, classes), int)
    np.add.at(table, (labels, logits.argmax(axis=1)), 1)
    return table


def _not_finite(report: Report) -> Iterator[str]:
    for row, output in zip(report.trace.rows, report.run.outputs, strict=True):
        if not np.isfinite(output).all():
            yield (
                f"Layer {called(row)}: the output is not finite from here on. "
                "Did the training diverge?"
            )
            return


def _dead(report: Report) -> Iterator[str]:
    for layer in report.layers:
        if layer.dead:
            yield (
                f"Layer {called(layer.row)}: {len(layer.dead)} of {layer.filters:,} dead, zero on "
                f"{_over(report)}: {listed(layer.dead)}."
            )


def _over(report: Report) -> str:
    return "the one image" if len(report.images) == 1 else f"all {len(report.images)} images"


def _alike(report: Report) -> Iterator[str]:
    for layer in report.layers:
        if layer.copies and layer.dead is not None:
            pairs = [f"{second} like {first}" for first, second in layer.duplicates or ()]
            yield (
                f"Layer {called(layer.row)}: {len(layer.copies)} of {layer.filters:,} alike "
                f"another: {listed(pairs)}."
            )


def _one_answer(report: Report) -> Iterator[str]:
    logits = report.run.outputs[-1]
    if logits.ndim == 2 and len(logits) > 1:
        answers = np.unique(logits.argmax(axis=1))
        if logits.shape[1] > 1 and len(answers) == 1:
            yield f"All {len(logits)} images get the same answer, class {answers[0]}."


def _unread(report: Report) -> Iterator[str]:
    with suppress(ValueError):  # too large to look
        for axis, lost in zip(("rows", "columns"), report.trace.unread(), strict=True):
            if lost:
                yield f"Nothing reads {axis} {listed(lost)} of the images."


def _largest(report: Report) -> Iterator[str]:
    row = max(report.trace.rows, key=lambda row: row.parameters)
    if row.parameters > report.trace.parameters / 2:
        share = row.parameters / report.trace.parameters
        yield f"Layer {called(row)} holds {share:.0%} of the parameters."


def _shift(report: Report) -> Iterator[str]:
    if not isnan(report.input_change):
        yield (
            f"A move by one pixel changes the images by {report.input_change:.2f} of their "
            f"length, and the output by {report.layers[-1].change:.2f}."
        )


def _right(report: Report) -> Iterator[str]:
    if report.confusions is None or report.accuracy is None:
        return
    wrong = report.confusions * (1 - np.eye(len(report.confusions), dtype=int))
    said = f"{report.accuracy:.1%} of {report.confusions.sum()} answers are right"
    if wrong.any():
        label, answer = np.unravel_index(wrong.argmax(), wrong.shape)
        times = f"{wrong.max()} time{'s' if wrong.max() > 1 else ''}"
        said += f"; most often, class {label} is taken for {answer} ({times})"
    yield f"{said}."


_FINDERS: tuple[Callable[[Report], Iterator[str]], ...] = (
    _not_finite,
    _one_answer,
    _right,
    _dead,
    _alike,
    _unread,
    _largest,
    _shift,
)


def called(row: Row) -> str:
    """Return a layer's name for a sentence: "conv1 (conv 1->6 5x5)", "0 (relu)"."""
    return printable(f"{row.name} ({row.layer})" if row.layer else row.name)


def images_in_words(count: int) -> str:
    """Return ``"1 image"``, ``"2 images"``, …"""
    return f"{count:,} image{'' if count == 1 else 's'}"


def listed(numbers: Iterable[Any], most: int = 8) -> str:
    """Return "1, 2, 3"; of a long list the first ones, and how many more."""
    shown = list(map(str, numbers))
    more = f" and {len(shown) - most} more" if len(shown) > most else ""
    return ", ".join(shown[:most]) + more
