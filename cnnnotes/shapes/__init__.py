"""Shapes: output sizes, receptive fields, cost, and a doctor. Integers only; needs no NumPy."""

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
from cnnnotes.shapes.sizes import (
    Convention,
    conv_output_size,
    conv_transpose_output_size,
    pool_output_size,
    same_padding,
    unread_positions,
)
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
