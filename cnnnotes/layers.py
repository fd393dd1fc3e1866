"""Layers: operations that keep their weights, remember their input, and know their gradient."""

import math
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from cnnnotes import checks
from cnnnotes.checks import Array, Padding, Sides, Size
from cnnnotes.conv import conv2d, conv2d_backward, conv_transpose2d, conv_transpose2d_backward
from cnnnotes.conv_columns import col2im, im2col
from cnnnotes.dense import (
    dropout_backward,
    dropout_mask,
    flatten,
    flatten_backward,
    linear,
    linear_backward,
    relu,
    relu_backward,
)
from cnnnotes.layer_base import LAYERS, Buffer, Init, Layer, Parameter, Seed, Sequential, Weighted
from cnnnotes.norm import gradients_through, normalise_batch, scale_channels
from cnnnotes.pool import avg_pool2d, avg_pool2d_backward, find_maxima, give_to_maxima
from cnnnotes.pool_variants import (
    GridSize,
    adaptive_avg_pool2d,
    adaptive_avg_pool2d_backward,
    adaptive_max_pool2d,
    adaptive_max_pool2d_backward,
    blur_pool2d,
    blur_pool2d_backward,
)
from cnnnotes.shapes import diagnoses
from cnnnotes.shapes.diagnosis import ShapeError

__all__ = [
    "LAYERS",
    "AdaptiveAvgPool2d",
    "AdaptiveMaxPool2d",
    "AvgPool2d",
    "BatchNorm2d",
    "BlurPool2d",
    "Buffer",
    "Conv2d",
    "ConvTranspose2d",
    "Dropout",
    "Flatten",
    "Layer",
    "Linear",
    "LocallyConnected2d",
    "MaxPool2d",
    "Parameter",
    "ReLU",
    "Seed",
    "Sequential",
]

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


class Linear(Weighted):
    """Linear map: (..., in_features) → (..., out_features)."""

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        init: Init = "pytorch",
        dtype: npt.DTypeLike = "float32",
        seed: Seed = None,
    ) -> None:
        self.in_features = checks.integer("in_features", in_features, 1)
        self.out_features = checks.integer("out_features", out_features, 1)
        weight_shape = (out_features, in_features)
        bias = checks.flag("bias", bias)
        self._make(weight_shape, (out_features,) if bias else None, init, dtype, seed)

    def forward(self, input: Array) -> Array:
        """Return the output, and remember what `backward` will need."""
        output = linear(input, *self._weights())
        self._saved = input
        return output

    def backward(self, grad_output: Array, needs_input_grad: bool = True) -> Array | None:
        """Set the gradients of weight and bias; return that of the input."""
        return self._keep(
            linear_backward(
                grad_output, self._recall(), *self._weights(), needs_input_grad=needs_input_grad
            )
        )


class _Pooling(Layer):
    """A layer that is one operation without weights; `_given` is what it takes beside the input."""

    _operation: Callable[..., Any]
    _gradient: Callable[..., Array]
    _given: tuple[Any, ...]

    def forward(self, input: Array) -> Array:
        """Return the output, and remember what `backward` will need."""
        output: Array = self._operation(input, *self._given)
        self._saved = input
        return output

    def backward(self, grad_output: Array, needs_input_grad: bool = True) -> Array | None:
        """Return the gradient of the input."""
        if not needs_input_grad:
            return None
        return self._gradient(grad_output, self._recall(), *self._given)


class MaxPool2d(Layer):
    """Keep the largest value of every window; arguments are those of `cnnnotes.max_pool2d`."""

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        dilation: Size = 1,
        ceil_mode: bool = False,
    ) -> None:
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding
        self.dilation, self.ceil_mode = dilation, ceil_mode
        self._pooling = checks.pooling(kernel_size, stride, padding, dilation, ceil_mode)

    def forward(self, input: Array) -> Array:
        """Return the output, and remember where the maxima were."""
        maxima = self._saved = find_maxima(input, self._pooling)
        return maxima.values

    def backward(self, grad_output: Array, needs_input_grad: bool = True) -> Array | None:
        """Return the gradient of the input."""
        return give_to_maxima(grad_output, self._recall()) if needs_input_grad else None


class AvgPool2d(_Pooling):
    """Take the mean of every window; arguments are those of `cnnnotes.avg_pool2d`."""

    _operation, _gradient = staticmethod(avg_pool2d), staticmethod(avg_pool2d_backward)

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad
        self.divisor_override = divisor_override
        pooling = checks.pooling(kernel_size, stride, padding, 1, ceil_mode)
        checks.flag("count_include_pad", count_include_pad)
        if divisor_override is not None:
            checks.integer("divisor_override", divisor_override, 1)
        self._given = pooling, None, 0, False, count_include_pad, divisor_override


class BlurPool2d(_Pooling):
    """Blur, then keep every second pixel; arguments are those of `cnnnotes.blur_pool2d`."""

    _operation, _gradient = staticmethod(blur_pool2d), staticmethod(blur_pool2d_backward)

    def __init__(self, kernel_size: Size = 3, stride: Size = 2) -> None:
        self.kernel_size, self.stride = kernel_size, stride
        self._given = checks.pair("kernel_size", kernel_size), checks.pair("stride", stride)


class AdaptiveAvgPool2d(_Pooling):
    """Take the mean of every cell of a grid of a given size; see `cnnnotes.adaptive_avg_pool2d`."""

    _operation = staticmethod(adaptive_avg_pool2d)
    _gradient = staticmethod(adaptive_avg_pool2d_backward)

    def __init__(self, output_size: GridSize) -> None:
        self.output_size = output_size
        checks.grid("output_size", output_size)
        self._given = (output_size,)


class AdaptiveMaxPool2d(_Pooling):
    """Keep the largest value of every cell of a grid; see `cnnnotes.adaptive_max_pool2d`."""

    _operation = staticmethod(adaptive_max_pool2d)
    _gradient = staticmethod(adaptive_max_pool2d_backward)

    def __init__(self, output_size: GridSize) -> None:
        self.output_size = output_size
        checks.grid("output_size", output_size)
        self._given = (output_size,)


class BatchNorm2d(Layer):
    """Normalise each channel over batch and places: (N, num_features, H, W) → same.

    Arguments are those of `torch.nn.BatchNorm2d`; see `cnnnotes.batch_norm`. With momentum None
    the running statistics are the plain mean of all batches. Without `track_running_stats` each
    batch is measured, in eval mode too.
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        *,
        dtype: npt.DTypeLike = "float32",
    ) -> None:
        self.num_features = checks.integer("num_features", num_features, 1)
        self.eps = checks.positive("eps", eps)
        self.momentum = None if momentum is None else checks.probability("momentum", momentum)
        self.affine = checks.flag("affine", affine)
        self.track_running_stats = checks.flag("track_running_stats", track_running_stats)
        self.dtype = checks.float_dtype("dtype", dtype).name
        checks.possible("num_features", num_features, (self.num_features,))
        if affine:
            self.weight = Parameter(np.ones(num_features, self.dtype))
            self.bias = Parameter(np.zeros(num_features, self.dtype))
        if track_running_stats:
            self.running_mean = Buffer(np.zeros(num_features, self.dtype))
            self.running_var = Buffer(np.ones(num_features, self.dtype))
            self.num_batches_tracked = Buffer(np.zeros((), np.int64))

    def reset_parameters(self, seed: Seed = None) -> None:
        """Start again from weight 1 and bias 0, with no batch seen; nothing is drawn."""
        for name, value in self._state().items():
            value.data[...] = name in ("weight", "running_var")

    def forward(self, input: Array) -> Array:
        """Return the output, and remember what `backward` will need."""
        checks.images("input", input, self.num_features)
        if input.shape[1] != self.num_features:
            raise ShapeError(diagnoses.batchnorm_features(self.num_features, input.shape[1]))
        running: tuple[Array | None, Array | None] = None, None
        momentum = self.momentum
        if self.track_running_stats:
            running = self.running_mean.data, self.running_var.data
            seen = int(self.num_batches_tracked.data) + 1
            momentum = 1 / seen if momentum is None else momentum
        self._saved = normalise_batch(
            input, *running, *self._weights(), self.training, momentum or 0.0, self.eps
        )
        if self.training and self.track_running_stats:
            self.num_batches_tracked.data += 1
        return scale_channels(self._saved.values, *self._weights())

    def backward(self, grad_output: Array, needs_input_grad: bool = True) -> Array | None:
        """Set the gradients of weight and bias; return that of the input."""
        grad_input, *grads = gradients_through(grad_output, self._recall(), *self._weights())
        for parameter, grad in zip(self.parameters(), grads, strict=False):
            parameter.grad = grad
        return grad_input if needs_input_grad else None

    def _weights(self) -> tuple[Array | None, Array | None]:
        return (self.weight.data, self.bias.data) if self.affine else (None, None)


class ReLU(Layer):
    """Replace what is negative by zero."""

    def forward(self, input: Array) -> Array:
        """Return the output, and remember what `backward` will need."""
        self._saved = relu(input)
        return self._saved

    def backward(self, grad_output: Array, needs_input_grad: bool = True) -> Array | None:
        """Return the gradient of the input: none where it was negative."""
        return relu_backward(grad_output, self._recall()) if needs_input_grad else None


class Dropout(Layer):
    """In training zero each value with probability `p` and scale the rest by 1 / (1 - p)."""

    def __init__(self, p: float = 0.5, *, seed: Seed = None) -> None:
        self.p = checks.probability("p", p)
        self.reset_parameters(seed)

    def reset_parameters(self, seed: Seed = None) -> None:
        """Start the layer's own random numbers anew, from a seed or a NumPy generator."""
        (self.rng,) = checks.generator("seed", seed, needed=False).spawn(1)

    def forward(self, input: Array) -> Array:
        """Return the output, and remember what `backward` will need."""
        checks.floats("input", input)
        if not self.training:
            self._saved = "nothing dropped"
            return input
        self._saved = dropout_mask(input.shape, self.p, self.rng, input.dtype)
        return input * self._saved

    def backward(self, grad_output: Array, needs_input_grad: bool = True) -> Array | None:
        """Return the gradient of the input: none where it was dropped."""
        mask = self._recall()
        if not needs_input_grad:
            return None
        return dropout_backward(grad_output, mask) if isinstance(mask, np.ndarray) else grad_output


class Flatten(Layer):
    """Join axes into one: by default (N, C, H, W) → (N, C · H · W)."""

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        self.start_dim = checks.whole("start_dim", start_dim)
        self.end_dim = checks.whole("end_dim", end_dim)

    def forward(self, input: Array) -> Array:
        """Return the output, and remember what `backward` will need."""
        output = flatten(input, self.start_dim, self.end_dim)
        self._saved = input
        return output

    def backward(self, grad_output: Array, needs_input_grad: bool = True) -> Array | None:
        """Return the gradient of the input: the same numbers, unfolded."""
        if not needs_input_grad:
            return None
        return flatten_backward(grad_output, self._recall(), self.start_dim, self.end_dim)


LAYERS |= {
    kind.__name__: kind
    for kind in (
        Conv2d,
        ConvTranspose2d,
        LocallyConnected2d,
        Linear,
        MaxPool2d,
        AvgPool2d,
        BlurPool2d,
        AdaptiveAvgPool2d,
        AdaptiveMaxPool2d,
        BatchNorm2d,
        ReLU,
        Dropout,
        Flatten,
    )
}
