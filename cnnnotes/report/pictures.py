"""Small pictures as PNG data URIs, in NumPy alone; they stand on light and on dark paper."""

import base64
import struct
import zlib

import numpy as np

from cnnnotes.checks import Array

POSITIVE, NEGATIVE = (47, 127, 196), (208, 98, 38)  # blue and orange, legible on both papers
LEVELS = 31  # of each sign


def signed(values: Array) -> str:
    """Return (H, W) from −1 to 1 as a picture: blue above zero, orange below, zero see-through.

    The scale is that of square roots, so that weak answers show. NaN is see-through.
    """
    values = np.nan_to_num(values).clip(-1, 1)
    index = np.rint(np.sign(values) * np.sqrt(np.abs(values)) * LEVELS).astype(int) + LEVELS
    colours = bytes([*NEGATIVE] * LEVELS + [0, 0, 0] + [*POSITIVE] * LEVELS)
    alphas = np.abs(np.arange(-LEVELS, LEVELS + 1)) * 255 // LEVELS
    return _png(index.astype(np.uint8), 3, (b"PLTE", colours), (b"tRNS", bytes(alphas.tolist())))


def photo(values: Array) -> str:
    """Return (C, H, W) from 0 to 1 as it is: three channels in colour, else their mean in grey.

    NaN is see-through.
    """
    inside = np.asarray(np.isfinite(values).all(axis=0))
    levels = np.rint(np.nan_to_num(values).clip(0, 1) * 63).astype(int)
    if len(values) == 3:
        rgba = np.concatenate([levels * 255 // 63, inside[None] * 255]).astype(np.uint8)
        return _png(rgba.transpose(1, 2, 0), 6)
    grey = np.where(inside, np.rint(levels.mean(axis=0)), 64).astype(np.uint8)
    colours = bytes([level * 255 // 63 for level in range(64) for _ in "rgb"] + [0, 0, 0])
    return _png(grey, 3, (b"PLTE", colours), (b"tRNS", bytes([255] * 64 + [0])))


def grid(cells: Array, gap: int = 1) -> Array:
    """Lay (rows, columns, …, h, w) out as one picture (…, H, W), NaN between the cells."""
    sides = [(0, 0)] * (cells.ndim - 2) + [(0, gap), (0, gap)]
    padded = np.pad(cells.astype(np.float32), sides, constant_values=np.nan)
    rows = [np.concatenate(list(row), axis=-1) for row in padded]
    laid: Array = np.concatenate(rows, axis=-2)[..., :-gap, :-gap]
    return laid


def smaller(values: Array, most: int) -> Array:
    """Return (…, h, w) averaged over squares, so that no side is longer than `most`."""
    factor = -(-max(values.shape[-2:]) // most)
    if factor <= 1:
        return values
    height, width = (-(-side // factor) for side in values.shape[-2:])
    sides = [(0, 0)] * (values.ndim - 2) + [
        (0, height * factor - values.shape[-2]),
        (0, width * factor - values.shape[-1]),
    ]
    padded = np.pad(values, sides, mode="edge")
    squares = padded.reshape(*values.shape[:-2], height, factor, width, factor)
    averaged: Array = squares.mean(axis=(-3, -1))
    return averaged


def _png(pixels: Array, colour_type: int, *chunks: tuple[bytes, bytes]) -> str:
    """Write 8-bit pixels (H, W) or (H, W, channels) as a PNG.

    Source: W3C, "Portable Network Graphics (PNG) Specification", third edition, sections 5 and 11.
    """
    height, width = pixels.shape[:2]
    lines = pixels.reshape(height, -1)
    raw = np.column_stack([np.zeros(height, np.uint8), lines]).tobytes()  # 0: no filter
    header = struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0)
    parts = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(raw, 9)), (b"IEND", b"")]
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content))
        + (name + content)
        + struct.pack(">I", zlib.crc32(name + content))
        for name, content in parts
    )
    return "data:image/png;base64," + base64.b64encode(data).decode()
