"""Which flags of the command line make images fit a network: each is tried on the network."""

from collections.abc import Iterable, Iterator
from typing import Any

from cnnnotes.shapes import trace

LARGEST = 4096
COMMON = (28, 32, 64, 96, 128, 160, 224, 256, 299, 384, 512)


def read_size(text: str) -> tuple[int, int]:
    """Return (height, width) from "28", "28x40", "28,40" or "(28, 40)"; raises `ValueError`."""
    sides = text.lower().replace("×", "x").replace(",", "x").strip("()[] ").split("x")
    sides = [side.strip() for side in sides]
    if len(sides) > 2 or not all(
        side.isascii() and side.isdecimal() and 0 < int(side[:9]) <= LARGEST for side in sides
    ):
        raise ValueError(
            f"--size (={text!r}) must be one side, or height x width, of 1 to {LARGEST}, such as "
            "28 or 28x40"
        )
    return int(sides[0]), int(sides[-1])


def flags_that_fit(models: Iterable[Any], shape: tuple[int, ...]) -> str:
    """Return the flags with which images of `shape`, (C, H, W), fit all networks; "" if none do.

    The fewest flags win, and of the sizes the commonest, then the smallest.
    """
    networks = list(models)
    for flags, changed in _changes(*shape):
        if all(_fits(network, changed) for network in networks):
            return flags
    return ""


def _changes(channels: int, height: int, width: int) -> Iterator[tuple[str, tuple[int, int, int]]]:
    others = [other for other in (1, 3) if other != channels]
    for other in others:
        yield f"--channels {other}", (other, height, width)
    sizes = dict.fromkeys((*COMMON, *range(1, 129)))
    for size in sizes:
        yield f"--size {size}", (channels, size, size)
    for other in others:
        for size in sizes:
            yield f"--channels {other} --size {size}", (other, size, size)


def _fits(network: Any, shape: tuple[int, int, int]) -> bool:
    try:
        trace(network, shape)
    except Exception:  # in a network of the reader's own, anything
        return False
    return True
