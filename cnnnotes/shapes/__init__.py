"""Shapes: output sizes, receptive fields, cost, and a doctor. Integers only; needs no NumPy."""

from cnnnotes.shapes.sizes import (
    conv_output_size,
    conv_transpose_output_size,
    pool_output_size,
    same_padding,
    unread_positions,
)

__all__ = [
    "conv_output_size",
    "conv_transpose_output_size",
    "pool_output_size",
    "same_padding",
    "unread_positions",
]
