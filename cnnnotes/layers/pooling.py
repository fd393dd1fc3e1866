"""Layers without weights that give images fewer pixels, or more."""

from collections.abc import Callable
from typing import Any

from cnnnotes import checks
from cnnnotes.checks import Array, Size
from cnnnotes.layers.base import Layer, Sequential
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
from cnnnotes.resize import Mode, checked_scales, interpolate, interpolate_backward

__all__ = [
    "AdaptiveAvgPool2d",
    "AdaptiveMaxPool2d",
    "AvgPool2d",
    "BlurPool2d",
    "MaxBlurPool2d",
    "MaxPool2d",
    "Upsample",
]


class _Operation(Layer):
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


class AvgPool2d(_Operation):
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


class BlurPool2d(_Operation):
    """Blur, then keep every second pixel; arguments are those of `cnnnotes.blur_pool2d`."""

    _operation, _gradient = staticmethod(blur_pool2d), staticmethod(blur_pool2d_backward)

    def __init__(self, kernel_size: Size = 3, stride: Size = 2) -> None:
        self.kernel_size, self.stride = kernel_size, stride
        self._given = checks.pair("kernel_size", kernel_size), checks.pair("stride", stride)


class MaxBlurPool2d(Sequential):
    """Take maxima one step apart, blur them, keep every second; see `cnnnotes.max_blur_pool2d`.

    It is the two layers one after another, and traced so.
    """

    def __init__(self, kernel_size: Size = 3, stride: Size = 2, max_pool_size: Size = 2) -> None:
        self.kernel_size, self.stride, self.max_pool_size = kernel_size, stride, max_pool_size
        super().__init__(MaxPool2d(max_pool_size, 1), BlurPool2d(kernel_size, stride))

    architecture = Layer.architecture
    __repr__ = Layer.__repr__


class AdaptiveAvgPool2d(_Operation):
    """Take the mean of every cell of a grid of a given size; see `cnnnotes.adaptive_avg_pool2d`."""

    _operation = staticmethod(adaptive_avg_pool2d)
    _gradient = staticmethod(adaptive_avg_pool2d_backward)

    def __init__(self, output_size: GridSize) -> None:
        self.output_size = output_size
        checks.grid("output_size", output_size)
        self._given = (output_size,)


class AdaptiveMaxPool2d(_Operation):
    """Keep the largest value of every cell of a grid; see `cnnnotes.adaptive_max_pool2d`."""

    _operation = staticmethod(adaptive_max_pool2d)
    _gradient = staticmethod(adaptive_max_pool2d_backward)

    def __init__(self, output_size: GridSize) -> None:
        self.output_size = output_size
        checks.grid("output_size", output_size)
        self._given = (output_size,)


class Upsample(_Operation):
    """Give images more pixels, or fewer; arguments are those of `cnnnotes.interpolate`."""

    _operation, _gradient = staticmethod(interpolate), staticmethod(interpolate_backward)

    def __init__(
        self,
        size: Size | None = None,
        scale_factor: float | tuple[float, float] | None = None,
        mode: Mode = "nearest",
        align_corners: bool | None = None,
    ) -> None:
        self.size, self.scale_factor = size, scale_factor
        self.mode, self.align_corners = mode, align_corners
        checked_scales(size, scale_factor, mode, align_corners)
        self._given = size, scale_factor, mode, align_corners
