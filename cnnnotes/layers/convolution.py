"""Layers that slide filters over images, or hold filters of its own for each place."""

import math
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from cnnnotes import checks
from cnnnotes.checks import Array, Padding, Sides, Size
from cnnnotes.conv import conv2d, conv2d_backward, conv_transpose2d, conv_transpose2d_backward
from cnnnotes.conv_columns import col2im, im2col
from cnnnotes.layers.base import Init, Seed, Weighted

__all__ = ["Conv2d", "ConvTranspose2d", "LocallyConnected2d"]

PaddingMode = Literal["zeros", "reflect", "replicate", "circular"]


class Conv2d(Weighted):
    """Convolution: (N, in_channels, H, W) → (N, out_channels, H', W').

    Arguments are those of `torch.nn.Conv2d`; see `cnnnotes.conv2d` for `padding`. `padding_mode`
    fills the border with "zeros", or from the image by "reflect", "replicate" or "circular".
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Padding = 0,
        dilation: Size = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: PaddingMode = "zeros",
        *,
        init: Init = "pytorch",
        dtype: npt.DTypeLike = "float32",
        seed: Seed = None,
    ) -> None:
        self.in_channels = checks.integer("in_channels", in_channels, 1)
        self.out_channels = checks.integer("out_channels", out_channels, 1)
        self.kernel_size, self.stride, self.dilation = kernel_size, stride, dilation
        self.padding, self.padding_mode, self.groups = padding, padding_mode, groups
        checks.one_of("padding_mode", padding_mode, ("zeros", *_NUMPY_PADDING))
        self._window = checks.window(kernel_size, stride, padding, dilation, groups)
        checks.groups_divide(groups, in_channels, out_channels)
        weight_shape = (out_channels, in_channels // groups, *self._window.kernel)
        bias = checks.flag("bias", bias)
        self._make(weight_shape, (out_channels,) if bias else None, init, dtype, seed)

    def forward(self, input: Array) -> Array:
        """Return the output, and remember what `backward` will need."""
        padded, window = input, self._window
        if self.padding_mode != "zeros":
            padded = input[..., *self._border(input)]
            window = window._replace(padding=((0, 0), (0, 0)))
        output = conv2d(padded, *self._weights(), window)
        self._saved = input, padded, window
        return output

    def backward(self, grad_output: Array, needs_input_grad: bool = True) -> Array | None:
        """Set the gradients of weight and bias; return that of the input."""
        input, padded, window = self._recall()
        grads = conv2d_backward(
            grad_output, padded, *self._weights(), window, needs_input_grad=needs_input_grad
        )
        grad_padded = self._keep(grads)
        if grad_padded is None or self.padding_mode == "zeros":
            return grad_padded
        grad_input = np.zeros_like(input)
        repeated: Any = (..., *self._border(input))
        np.add.at(grad_input, repeated, grad_padded)
        return grad_input

    def _border(self, input: Array) -> tuple[Any, Any]:
        """Say which row and column of the image each pixel of the padded image repeats."""
        checks.images("input", input, self.in_channels)
        mode = self.padding_mode
        most = {"reflect": -1, "circular": 0}
        places = []
        for size, sides in zip(input.shape[2:], self._window.padding, strict=True):
            if mode in most and max(sides) > size + most[mode]:
                raise ValueError(
                    f"padding (={self.padding!r}) with padding_mode {mode!r} must be at most "
                    f"{size + most[mode]} for input of shape {input.shape}"
                )
            places.append(np.pad(np.arange(size), sides, mode=_NUMPY_PADDING[mode]))
        rows, columns = places
        return rows[:, None], columns


_NUMPY_PADDING: dict[str, Any] = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


class ConvTranspose2d(Weighted):
    """Transposed convolution: (N, in_channels, H, W) → (N, out_channels, H', W').

    Arguments are those of `torch.nn.ConvTranspose2d`; see `cnnnotes.conv_transpose2d`.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size | Sides = 0,
        output_padding: Size = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Size = 1,
        *,
        init: Init = "pytorch",
        dtype: npt.DTypeLike = "float32",
        seed: Seed = None,
    ) -> None:
        self.in_channels = checks.integer("in_channels", in_channels, 1)
        self.out_channels = checks.integer("out_channels", out_channels, 1)
        self.kernel_size, self.stride, self.dilation = kernel_size, stride, dilation
        self.padding, self.output_padding, self.groups = padding, output_padding, groups
        checks.pair("output_padding", output_padding, 0)
        checks.no_word("padding", padding)
        self._window = checks.window(kernel_size, stride, padding, dilation, groups)
        checks.groups_divide(groups, in_channels, out_channels)
        weight_shape = (in_channels, out_channels // groups, *self._window.kernel)
        bias = checks.flag("bias", bias)
        self._make(weight_shape, (out_channels,) if bias else None, init, dtype, seed)

    def forward(self, input: Array) -> Array:
        """Return the output, and remember what `backward` will need."""
        output = conv_transpose2d(
            input, *self._weights(), self._window, output_padding=self.output_padding
        )
        self._saved = input
        return output

    def backward(self, grad_output: Array, needs_input_grad: bool = True) -> Array | None:
        """Set the gradients of weight and bias; return that of the input."""
        checks.flag("needs_input_grad", needs_input_grad)
        grads = conv_transpose2d_backward(
            grad_output,
            self._recall(),
            *self._weights(),
            self._window,
            output_padding=self.output_padding,
        )
        grad_input = self._keep(grads)
        return grad_input if needs_input_grad else None


class LocallyConnected2d(Weighted):
    """A convolution that shares no weights: every place has filters of its own.

    Takes (N, in_channels, *input_size). `weight.data[i, j]` is the weight of a `Conv2d`,
    (out_channels, in_channels, kernel height, kernel width), used for row i and column j of the
    output alone; `bias.data[i, j]` is (out_channels,).

    Source: LeCun 1989, "Generalization and network design strategies", section 5.3, net-3.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        input_size: Size,
        stride: Size = 1,
        padding: Padding = 0,
        bias: bool = True,
        *,
        init: Init = "pytorch",
        dtype: npt.DTypeLike = "float32",
        seed: Seed = None,
    ) -> None:
        self.in_channels = checks.integer("in_channels", in_channels, 1)
        self.out_channels = checks.integer("out_channels", out_channels, 1)
        self.kernel_size, self.input_size, self.stride = kernel_size, input_size, stride
        self.padding = padding
        self._window = checks.window(kernel_size, stride, padding)
        self._size = checks.pair("input_size", input_size)
        _, self.output_size = checks.window_fits(self._size, self._window)
        weight_shape = (*self.output_size, out_channels, in_channels, *self._window.kernel)
        bias_shape = (*self.output_size, out_channels) if checks.flag("bias", bias) else None
        self._make(weight_shape, bias_shape, init, dtype, seed)

    def fan_in(self) -> int:
        """Return how many inputs each output adds up."""
        return math.prod(self.weight.data.shape[3:])

    def forward(self, input: Array) -> Array:
        """Return the output, and remember what `backward` will need."""
        checks.images("input", input, self.in_channels, like=self.weight.data)
        expected = (self.in_channels, *self._size)
        if input.shape[1:] != expected:
            raise ValueError(
                f"input (shape {input.shape}) must be (N, {', '.join(map(str, expected))}): "
                "filters that belong to places fit one size only"
            )
        columns = im2col(input, self.kernel_size, padding=self.padding, stride=self.stride)
        self._saved = np.ascontiguousarray(columns.transpose(2, 0, 1))
        output = self._saved @ self._filters().mT
        if self.bias is not None:
            output += self.bias.data.reshape(-1, 1, self.out_channels)
        return output.transpose(1, 2, 0).reshape(len(input), self.out_channels, *self.output_size)

    def backward(self, grad_output: Array, needs_input_grad: bool = True) -> Array | None:
        """Set the gradients of weight and bias; return that of the input."""
        columns, weight = self._recall(), self.weight.data
        shape = (columns.shape[1], self.out_channels)
        checks.same_shape("grad_output", grad_output, (*shape, *self.output_size), weight)
        grad = np.ascontiguousarray(grad_output.reshape(*shape, -1).transpose(2, 0, 1))
        grad_bias = grad.sum(axis=1).reshape(*self.output_size, -1)
        self._keep((None, (grad.mT @ columns).reshape(weight.shape), grad_bias))
        if not needs_input_grad:
            return None
        return col2im(
            (grad @ self._filters()).transpose(1, 2, 0),
            self.input_size,
            self.kernel_size,
            padding=self.padding,
            stride=self.stride,
        )

    def _filters(self) -> Array:
        """View the weight as one matrix a place, (H' · W', out_channels, fan_in)."""
        return self.weight.data.reshape(-1, self.out_channels, self.fan_in())
