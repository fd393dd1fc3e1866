"""Networks from the files that `save` writes, built without running any code of theirs."""

import json
import os
from typing import Any

import numpy as np

from cnnnotes.checks import printable, shown
from cnnnotes.files import Archive, load_arrays
from cnnnotes.layers import LAYERS
from cnnnotes.layers.base import Layer, Residual, Sequential, unfilled, weight_shapes

__all__ = ["load_model"]


def load_model(path: str | os.PathLike[str]) -> Layer:
    """Build the network that `save` wrote to a file, weights and all.

    Names, kinds and shapes are read first, and weights only if they are those of the architecture.

    Raises `FileNotFoundError` if there is no file, and `ValueError` if it is damaged, or holds a
    layer that is not one of `cnnnotes.layers`.
    """
    built: list[Layer] = []

    def check(archive: Archive) -> None:
        if "architecture" not in archive.shapes:
            raise ValueError(
                f"{printable(path)} holds no architecture; write it with model.save(path)"
            )
        try:
            with unfilled():
                built.append(_build(json.loads(archive.text("architecture"))))
            built[0].check_state(weight_shapes(archive))
        except (RecursionError, TypeError, ValueError) as error:
            raise ValueError(
                f"{printable(path)} holds no network that can be built: {printable(error)}"
            ) from error

    arrays = load_arrays(path, check)
    for name, value in built[0]._state().items():
        value.data = np.asarray(arrays[name], value.data.dtype, order="C")
    return built[0]


def _build(architecture: Any) -> Layer:
    kind = _part(architecture, "kind", str)
    if kind == "Sequential":
        return Sequential(*map(_build, _part(architecture, "layers", list)))
    if kind == "Residual":
        ends = ("branch", "shortcut") if "shortcut" in architecture else ("branch",)
        return Residual(*(_build(_part(architecture, end, dict)) for end in ends))
    if kind not in LAYERS:
        known = ", ".join([*LAYERS, "Sequential", "Residual"])
        raise ValueError(f"layer kind {shown(kind)} is none of {known}")
    arguments = _part(architecture, "arguments", dict)
    layer: Layer = LAYERS[kind](**{name: _tuples(value) for name, value in arguments.items()})
    return layer


def _part(architecture: Any, name: str, kind: type) -> Any:
    if not isinstance(architecture, dict) or not isinstance(architecture.get(name), kind):
        raise ValueError(f"{shown(architecture)} must be a dict with {name}, a {kind.__name__}")
    return architecture[name]


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
