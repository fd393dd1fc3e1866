"""Pooling, forward and backward, with the names and semantics of torch.nn.functional."""

from collections.abc import Iterator
from itertools import product

import numpy as np

from cnnnotes import checks
from cnnnotes.checks import Array, Pair, Size
from cnnnotes.shapes import pool_output_size


def max_pool2d(
    input: Array,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Array | tuple[Array, Array]:
    """Keep the largest value of every window: (N, C, H, W) → (N, C, H', W').

    Padding stands for −∞, and may be half the kernel at most. With `return_indices`, also say
    where each maximum was, as an index into the flattened H × W plane; of equals, the first.
    """
    window = _Window(input, kernel_size, stride, padding, dilation, ceil_mode)
    padded = window.pad(input, -np.inf)
    output = np.full(window.output_shape, -np.inf, input.dtype)
    indices = np.zeros(window.output_shape, np.int64)
    plane = window.pad(np.arange(input[0, 0].size).reshape(1, 1, *input.shape[2:]), 0)
    for values, places in zip(window.taps(padded), window.taps(plane), strict=True):
        better = (values > output) | np.isnan(values)
        np.copyto(output, values, where=better)
        np.copyto(indices, places, where=better)
    return (output, indices) if return_indices else output


def max_pool2d_backward(
    grad_output: Array,
    input: Array,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
) -> Array:
    """Return the gradient of `max_pool2d` by its input: each goes to the first maximum."""
    window = _Window(input, kernel_size, stride, padding, dilation, ceil_mode)
    checks.same_shape("grad_output", grad_output, window.output_shape, input)
    padded = window.pad(input, -np.inf)
    grad_padded = np.zeros_like(padded)
    output = max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode)
    free = np.ones(window.output_shape, bool)
    for values, grad in zip(window.taps(padded), window.taps(grad_padded), strict=True):
        chosen = (values == output) & free
        free &= ~chosen
        grad += grad_output * chosen
    return window.crop(grad_padded)


class _Window:
    """The geometry of one pooling: its padding, its output and its taps."""

    def __init__(
        self,
        input: Array,
        kernel_size: Size,
        stride: Size | None,
        padding: Size,
        dilation: Size = 1,
        ceil_mode: bool = False,
    ) -> None:
        checks.floats("input", input, "N C H W")
        self.kernel = checks.pair("kernel_size", kernel_size)
        self.stride = self.kernel if stride is None else checks.pair("stride", stride)
        self.dilation = checks.pair("dilation", dilation)
        self.padding = checks.pair("padding", padding, 0)
        for pad, size in zip(self.padding, self.kernel, strict=True):
            if pad > size // 2:
                raise ValueError(
                    f"padding (={pad}) must be at most half of kernel_size (={size}); "
                    f"pad the input before, or take a larger kernel"
                )
        self.size: Pair = input.shape[2], input.shape[3]
        if not ceil_mode:
            sides = checks.sides(self.padding, self.kernel, self.stride, self.dilation)
            checks.kernel_fits(self.size, self.kernel, sides, self.dilation)
        self.output: Pair = tuple(
            pool_output_size(n, k, s, p, d, ceil_mode)
            for n, k, s, p, d in zip(
                self.size, self.kernel, self.stride, self.padding, self.dilation, strict=True
            )
        )
        self.output_shape = (*input.shape[:2], *self.output)

    def pad(self, images: Array, value: float) -> Array:
        """Pad so far that every window lies inside, also those which ceil_mode adds."""
        after = [
            max(0, s * (o - 1) + d * (k - 1) + 1 - n - p)
            for n, k, s, p, d, o in zip(
                self.size,
                self.kernel,
                self.stride,
                self.padding,
                self.dilation,
                self.output,
                strict=True,
            )
        ]
        if not any(self.padding) and not any(after):
            return images
        sides = [(p, a) for p, a in zip(self.padding, after, strict=True)]
        return np.pad(images, ((0, 0), (0, 0), *sides), constant_values=value)

    def crop(self, padded: Array) -> Array:
        """Undo `pad`."""
        (top, left), (height, width) = self.padding, self.size
        return padded[:, :, top : top + height, left : left + width]

    def taps(self, padded: Array) -> Iterator[Array]:
        """Yield, for each position in the kernel, the pixels which it meets, as a view."""
        for i, j in product(*map(range, self.kernel)):
            top, left = i * self.dilation[0], j * self.dilation[1]
            yield padded[
                :,
                :,
                top : top + self.stride[0] * self.output[0] : self.stride[0],
                left : left + self.stride[1] * self.output[1] : self.stride[1],
            ]
