"""A look inside any network, ours or PyTorch's, as one HTML page that needs nothing else."""

from collections.abc import Mapping
from os import PathLike, getpid
from pathlib import Path
from typing import Any

from cnnnotes.checks import Array
from cnnnotes.report.findings import LayerFindings, Report, inspect
from cnnnotes.report.gallery import gallery
from cnnnotes.report.images import load_images, load_labels, on_light_ground
from cnnnotes.report.page import PROBES, comparison_page, report_page

__all__ = [
    "LayerFindings",
    "Report",
    "compare",
    "inspect",
    "load_images",
    "load_labels",
    "on_light_ground",
    "report",
]


def report(
    model: Any,
    images: Array,
    labels: Array | None = None,
    path: str | PathLike[str] = "report.html",
    *,
    title: str = "",
) -> Report:
    """Write a page on what is inside a network, and return what it says.

    Shapes and costs, filters, maps and what drives them most, dead and duplicate filters, the
    change under shifts layer by layer, where it looks, and confusions. The network is left as it
    was, its mode included. All maps are held in memory at once, so give some hundred images, not
    all.

    Parameters
    ----------
    model
        A `Sequential`, any layer of ours, or a PyTorch module.
    images
        (N, C, H, W) in floats. The first four are drawn; all are counted.
    labels
        (N,) whole numbers, for accuracy and confusions.
    path
        Where the page goes; it is written beside first, then renamed.
    title
        What the page is called; the model's class if empty.

    Raises
    ------
    ShapeError
        If layers and images do not fit together; the message is the doctor's.
    TypeError, ValueError
        If an argument is of a wrong kind, or images and labels do not fit.
    """
    found = inspect(model, images, labels, title)
    _write(path, report_page(found, gallery(model, images[:PROBES])))
    return found


def compare(
    models: Mapping[str, Any],
    images: Array,
    labels: Array | None = None,
    path: str | PathLike[str] = "comparison.html",
) -> dict[str, Report]:
    """Write a page that sets several networks side by side; return what `report` would, by name.

    `models` gives each a name; the other arguments and the errors are those of `report`.
    """
    if not models:
        raise ValueError("models (={}) must hold at least one network, as {name: model}")
    found = {name: inspect(model, images, labels, name) for name, model in models.items()}
    _write(path, comparison_page(found))
    return found


def _write(path: str | PathLike[str], text: str) -> None:
    path = Path(path)
    beside = path.with_name(f"{path.name}.{getpid()}.part")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
