"""Which kernel, stride, padding and dilation lead from one size to another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from cnnnotes.shapes.sizes import (
    checked_number,
    conv_output_size,
    conv_transpose_output_size,
    pool_output_size,
    unread_positions,
)

Operation = Literal["conv", "pool", "conv_transpose"]


@dataclass(frozen=True)
class Solution:
    """One way to get from one size to another, the same on each side.

    Attributes
    ----------
    unread
        How many input positions no window reads.
    """

    kernel_size: int
    stride: int
    padding: int
    dilation: int
    unread: int = 0

    def __str__(self) -> str:
        """Return it in words; what is as by default is left out."""
        words = [f"kernel {self.kernel_size}"]
        if self.stride != 1:
            words.append(f"stride {self.stride}")
        if self.padding:
            words.append(f"pad {self.padding}")
        if self.dilation != 1:
            words.append(f"dilation {self.dilation}")
        if self.unread:
            words.append(f"({self.unread} unread)")
        return " ".join(words)


def solve(
    input: int,
    output: int,
    *,
    operation: Operation = "conv",
    kernel_sizes: Sequence[int] = range(1, 12),
    strides: Sequence[int] = range(1, 5),
    paddings: Sequence[int] = range(6),
    dilations: Sequence[int] = range(1, 4),
) -> list[Solution]:
    """Return every choice in range that leads from ``input`` to ``output``, simplest first.

    Simple means: no dilation, then no input left unread, then little padding, a small kernel, a
    small stride. A kernel of 1 is listed without dilation only, which would change nothing.

    Parameters
    ----------
    input, output
        Sizes along one axis.
    operation
        ``"conv"``, ``"pool"`` (padding at most half the kernel), or ``"conv_transpose"``.
    kernel_sizes, strides, paddings, dilations
        What may be chosen.

    Raises
    ------
    ValueError
        If a size is less than 1, or the operation is not known.
    TypeError
        If a size is not an integer.
    """
    checked_number("input", input, 1)
    checked_number("output", output, 1)
    sizes: dict[str, Callable[[int, int, int, int, int], int]] = {
        "conv": conv_output_size,
        "pool": pool_output_size,
        "conv_transpose": lambda size, kernel, stride, padding, dilation: (
            conv_transpose_output_size(size, kernel, stride, padding, dilation=dilation)
        ),
    }
    if operation not in sizes:
        raise ValueError(f"operation (={operation!r}) must be one of {', '.join(sizes)}")
    found = []
    for kernel in kernel_sizes:
        for stride in strides:
            for padding in paddings:
                for dilation in dilations if kernel > 1 else (1,):
                    try:
                        made = sizes[operation](input, kernel, stride, padding, dilation)
                    except ValueError:
                        continue
                    if made != output:
                        continue
                    unread = 0
                    if operation != "conv_transpose":
                        unread = len(unread_positions(input, kernel, stride, padding, dilation))
                    found.append(Solution(kernel, stride, padding, dilation, unread))
    return sorted(
        found, key=lambda s: (s.dilation, s.unread > 0, s.padding, s.kernel_size, s.stride)
    )
