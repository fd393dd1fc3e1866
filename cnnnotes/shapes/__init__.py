"""Shapes: output sizes, receptive fields, cost, and a doctor. Integers only; needs no NumPy."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cnnnotes.shapes.sizes import (
    Convention,
    conv_output_size,
    conv_transpose_output_size,
    pool_output_size,
    same_padding,
    unread_positions,
)

if TYPE_CHECKING:
    from cnnnotes.shapes.descriptions import (
        AdaptivePool,
        BatchNorm,
        Branches,
        Conv,
        ConvTranspose,
        Elementwise,
        Flatten,
        Layer,
        Linear,
        Pool,
        to_text,
    )
    from cnnnotes.shapes.diagnosis import Diagnosis, Fix, ShapeError
    from cnnnotes.shapes.doctor import diagnose
    from cnnnotes.shapes.networks import Network, catalogue
    from cnnnotes.shapes.solver import Solution, solve
    from cnnnotes.shapes.text import TextError, parse
    from cnnnotes.shapes.tracing import Row, Trace, trace

__all__ = [
    "AdaptivePool",
    "BatchNorm",
    "Branches",
    "Conv",
    "ConvTranspose",
    "Convention",
    "Diagnosis",
    "Elementwise",
    "Fix",
    "Flatten",
    "Layer",
    "Linear",
    "Network",
    "Pool",
    "Row",
    "ShapeError",
    "Solution",
    "TextError",
    "Trace",
    "catalogue",
    "conv_output_size",
    "conv_transpose_output_size",
    "diagnose",
    "parse",
    "pool_output_size",
    "same_padding",
    "solve",
    "to_text",
    "trace",
    "unread_positions",
]

_HOMES = {
    "descriptions": (
        "AdaptivePool",
        "BatchNorm",
        "Branches",
        "Conv",
        "ConvTranspose",
        "Elementwise",
        "Flatten",
        "Layer",
        "Linear",
        "Pool",
        "to_text",
    ),
    "diagnosis": ("Diagnosis", "Fix", "ShapeError"),
    "doctor": ("diagnose",),
    "networks": ("Network", "catalogue"),
    "solver": ("Solution", "solve"),
    "text": ("TextError", "parse"),
    "tracing": ("Row", "Trace", "trace"),
}


def __getattr__(name: str) -> Any:
    """Import on first use: convolution needs sizes alone, and would load ten times as long."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"cnnnotes.shapes.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
