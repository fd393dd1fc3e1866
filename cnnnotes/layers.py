"""Layers: operations that keep their weights, remember their input, and know their gradient."""

import json
import math
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import Parameter as Argument
from inspect import signature
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

from cnnnotes import checks
from cnnnotes.checks import Array, Padding, Sides, Size
from cnnnotes.conv import (
    col2im,
    conv2d,
    conv2d_backward,
    conv_transpose2d,
    conv_transpose2d_backward,
    im2col,
)
from cnnnotes.dense import (
    check_probability,
    dropout_backward,
    dropout_mask,
    flatten,
    flatten_backward,
    linear,
    linear_backward,
    relu,
    relu_backward,
)
from cnnnotes.pool import (
    GridSize,
    adaptive_avg_pool2d,
    adaptive_avg_pool2d_backward,
    adaptive_max_pool2d,
    adaptive_max_pool2d_backward,
    avg_pool2d,
    avg_pool2d_backward,
    blur_pool2d,
    blur_pool2d_backward,
    find_maxima,
    give_to_maxima,
)
from cnnnotes.shapes import conv_output_size

Init = Literal["pytorch", "he"]
PaddingMode = Literal["zeros", "reflect", "replicate", "circular"]
Seed = int | np.random.Generator | None


@dataclass(eq=False)
class Parameter:
    """Numbers that training changes.

    Attributes
    ----------
    data
        The numbers themselves.
    grad
        The gradient of the loss by them, from the last `backward`; None before the first.
    """

    data: Array
    grad: Array | None = None


class Layer:
    """What all layers share.

    A layer of your own subclasses this, defines `forward` and `backward`, and keeps its
    constructor's arguments as attributes of the same name. Parameters and layers among its
    attributes are found by themselves.
    """

    training = True
    _saved: Any = None
    _arguments: Mapping[str, Argument]

    def __init_subclass__(cls) -> None:
        cls._arguments = signature(cls).parameters

    def forward(self, input: Array) -> Array:
        """Return the output, and remember what `backward` will need."""
        raise NotImplementedError

    def backward(self, grad_output: Array, needs_input_grad: bool = True) -> Array | None:
        """Go back through the last `forward`, from the gradient of its output.

        Sets (does not add to) the `grad` of all parameters, and returns the gradient of the input,
        or None if that is not needed.
        """
        raise NotImplementedError

    def __call__(self, input: Array) -> Array:
        """Do `forward`."""
        return self.forward(input)

    def children(self) -> dict[str, "Layer"]:
        """Return the layers inside this one, as a dict by name."""
        return {name: value for name, value in vars(self).items() if isinstance(value, Layer)}

    def modules(self) -> Iterator["Layer"]:
        """Go through this layer and all layers inside it."""
        yield self
        for child in self.children().values():
            yield from child.modules()

    def named_parameters(self) -> dict[str, Parameter]:
        """Return all parameters, as a dict by PyTorch's names, such as "0.weight"."""
        found = {name: value for name, value in vars(self).items() if isinstance(value, Parameter)}
        for name, child in self.children().items():
            found |= {f"{name}.{key}": value for key, value in child.named_parameters().items()}
        return found

    def parameters(self) -> list[Parameter]:
        """Return all parameters, for an optimiser."""
        return list(self.named_parameters().values())

    def reset_parameters(self, seed: Seed = None) -> None:
        """Draw all weights anew from a seed or a NumPy generator."""
        rng = np.random.default_rng(seed)
        for child in self.children().values():
            child.reset_parameters(rng)

    def train(self, mode: bool = True) -> Self:
        """Turn on what happens in training only, such as dropout; return the layer."""
        for layer in self.modules():
            layer.training = mode
        return self

    def eval(self) -> Self:
        """Turn off what happens in training only; return the layer."""
        return self.train(False)

    def to(self, dtype: npt.DTypeLike) -> Self:
        """Convert all parameters to `dtype`, float32 or float64; return the layer."""
        dtype = _float_dtype(dtype)
        for layer in self.modules():
            if hasattr(layer, "dtype"):
                layer.dtype = dtype.name
        for parameter in self.parameters():
            parameter.data, parameter.grad = parameter.data.astype(dtype), None
        return self

    @contextmanager
    def undisturbed(self) -> Iterator[Self]:
        """Put back, after the block, modes, gradients, and what is remembered for `backward`."""
        layers = [(layer, layer.training, layer._saved) for layer in self.modules()]
        gradients = [(parameter, parameter.grad) for parameter in self.parameters()]
        try:
            yield self
        finally:
            for layer, training, saved in layers:
                layer.training, layer._saved = training, saved
            for parameter, grad in gradients:
                parameter.grad = grad

    def state_dict(self) -> dict[str, Array]:
        """Return a copy of all parameters' numbers, by name."""
        return {name: value.data.copy() for name, value in self.named_parameters().items()}

    def load_state_dict(self, state: Mapping[str, npt.ArrayLike]) -> None:
        """Copy numbers into the parameters, from a `state_dict` with the same names and shapes.

        Raises `ValueError`, and changes nothing, if names or shapes differ.
        """
        own = self.named_parameters()
        if own.keys() != state.keys():
            raise ValueError(
                f"state does not fit this network: missing {sorted(own.keys() - state.keys())}, "
                f"unexpected {sorted(state.keys() - own.keys())}"
            )
        for name, parameter in own.items():
            if np.shape(state[name]) != parameter.data.shape:
                raise ValueError(
                    f"state[{name!r}] (shape {np.shape(state[name])}) must have the shape of the "
                    f"parameter, {parameter.data.shape}"
                )
        for name, parameter in own.items():
            parameter.data[...] = state[name]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write weights and architecture to one `.npz` file, for `load` and `load_model`."""
        architecture = np.asarray(json.dumps(self.architecture()))
        save_arrays(path, {**self.state_dict(), "architecture": architecture})

    def load(self, path: str | os.PathLike[str]) -> None:
        """Read the weights from a file that `save` wrote, for the same architecture."""
        arrays = load_arrays(path)
        arrays.pop("architecture", None)
        self.load_state_dict(arrays)

    def arguments(self) -> dict[str, Any]:
        """Return the arguments that make such a layer again, all but seeds."""
        return {name: getattr(self, name) for name in self._arguments if hasattr(self, name)}

    def architecture(self) -> dict[str, Any]:
        """Return the kind of the layer, its arguments and its inner layers, without weights.

        Raises `TypeError` for a layer that is not one of this module.
        """
        # Not asked of LAYERS: whoever uses one layer would then rest on the code of all.
        if type(self).__module__ != __name__:
            raise TypeError(
                f"{self!r} is not one of {__name__}, so a file cannot say how to build it; keep "
                "its state_dict() instead"
            )
        return {"kind": type(self).__name__, "arguments": self.arguments()}

    def __repr__(self) -> str:
        """Return the call that makes such a layer."""
        shown = []
        for name, argument in self._arguments.items():
            value = self.arguments().get(name, argument.default)
            if argument.default is Argument.empty:
                shown.append(repr(value))
            elif value != argument.default:
                shown.append(f"{name}={value!r}")
        return f"{type(self).__name__}({', '.join(shown)})"

    def _recall(self) -> Any:
        if self._saved is None:
            raise ValueError(f"{self!r} has seen no input; call forward before backward")
        return self._saved


class _Weighted(Layer):
    """A layer with a weight, and perhaps a bias."""

    weight: Parameter
    bias: Parameter | None
    init: Init
    dtype: str

    def _make(
        self,
        weight_shape: tuple[int, ...],
        bias_shape: tuple[int, ...] | None,
        init: Init,
        dtype: npt.DTypeLike,
        seed: Seed,
    ) -> None:
        if init not in ("pytorch", "he"):
            raise ValueError(f"init (={init!r}) must be 'pytorch' or 'he'")
        self.init, self.dtype = init, _float_dtype(dtype).name
        self.weight = Parameter(np.zeros(weight_shape, self.dtype))
        self.bias = None if bias_shape is None else Parameter(np.zeros(bias_shape, self.dtype))
        self.reset_parameters(seed)

    def fan_in(self) -> int:
        """Return how many inputs each output adds up, as PyTorch counts them."""
        return math.prod(self.weight.data.shape[1:])

    def reset_parameters(self, seed: Seed = None) -> None:
        """Draw all weights anew from a seed or a NumPy generator.

        With init "pytorch" weights and biases are uniform within ±1 / √fan_in. With "he" weights
        are normal with variance 2 / fan_in and biases zero.

        Source: He, Zhang, Ren, Sun 2015, "Delving deep into rectifiers", section 2.2.
        """
        rng = np.random.default_rng(seed)
        fan_in = self.fan_in()
        bound = 1 / math.sqrt(fan_in)
        for parameter in self.parameters():
            shape = parameter.data.shape
            if self.init == "pytorch":
                parameter.data[...] = rng.uniform(-bound, bound, shape)
            elif parameter is self.weight:
                parameter.data[...] = rng.normal(0, math.sqrt(2 / fan_in), shape)
            else:
                parameter.data[...] = 0

    def arguments(self) -> dict[str, Any]:
        """Return the arguments that make such a layer again, all but seeds."""
        return super().arguments() | {"bias": self.bias is not None}

    def _weights(self) -> tuple[Array, Array | None]:
        return self.weight.data, None if self.bias is None else self.bias.data

    def _keep(self, grads: tuple[Array | None, Array, Array | None]) -> Array | None:
        grad_input, self.weight.grad, grad_bias = grads
        if self.bias is not None:
            self.bias.grad = grad_bias
        return grad_input


class Conv2d(_Weighted):
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
        self.padding, self.padding_mode = padding, padding_mode
        self.groups = checks.groups_divide(groups, in_channels, out_channels)
        kernel = checks.pair("kernel_size", kernel_size)
        self._sides: Sides = checks.sides(
            padding, kernel, checks.pair("stride", stride), checks.pair("dilation", dilation)
        )
        if padding_mode not in ("zeros", *_NUMPY_PADDING):
            raise ValueError(
                f"padding_mode (={padding_mode!r}) must be 'zeros', 'reflect', 'replicate' or "
                "'circular'"
            )
        weight_shape = (out_channels, in_channels // groups, *kernel)
        self._make(weight_shape, (out_channels,) if bias else None, init, dtype, seed)

    def forward(self, input: Array) -> Array:
        """Return the output, and remember what `backward` will need."""
        padded, padding = input, self.padding
        if self.padding_mode != "zeros":
            padded, padding = input[..., *self._border(input)], 0
        self._saved = input, padded, padding
        return conv2d(padded, *self._weights(), self.stride, padding, self.dilation, self.groups)

    def backward(self, grad_output: Array, needs_input_grad: bool = True) -> Array | None:
        """Set the gradients of weight and bias; return that of the input."""
        input, padded, padding = self._recall()
        grads = conv2d_backward(
            grad_output,
            padded,
            *self._weights(),
            self.stride,
            padding,
            self.dilation,
            self.groups,
            needs_input_grad=needs_input_grad,
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
        checks.floats("input", input, "N C H W")
        mode = self.padding_mode
        most = {"reflect": -1, "circular": 0}
        places = []
        for size, sides in zip(input.shape[2:], self._sides, strict=True):
            if mode in most and max(sides) > size + most[mode]:
                raise ValueError(
                    f"padding (={self.padding!r}) with padding_mode {mode!r} must be at most "
                    f"{size + most[mode]} for input of shape {input.shape}"
                )
            places.append(np.pad(np.arange(size), sides, mode=_NUMPY_PADDING[mode]))
        rows, columns = places
        return rows[:, None], columns


_NUMPY_PADDING: dict[str, Any] = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


class ConvTranspose2d(_Weighted):
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
        self.padding, self.output_padding = padding, output_padding
        self.groups = checks.groups_divide(groups, in_channels, out_channels)
        kernel = checks.pair("kernel_size", kernel_size)
        weight_shape = (in_channels, out_channels // groups, *kernel)
        self._make(weight_shape, (out_channels,) if bias else None, init, dtype, seed)

    def forward(self, input: Array) -> Array:
        """Return the output, and remember what `backward` will need."""
        self._saved = input
        return conv_transpose2d(input, *self._weights(), *self._geometry())

    def backward(self, grad_output: Array, needs_input_grad: bool = True) -> Array | None:
        """Set the gradients of weight and bias; return that of the input."""
        grad_input = self._keep(
            conv_transpose2d_backward(
                grad_output, self._recall(), *self._weights(), *self._geometry()
            )
        )
        return grad_input if needs_input_grad else None

    def _geometry(self) -> tuple[Any, ...]:
        return self.stride, self.padding, self.output_padding, self.groups, self.dilation


class LocallyConnected2d(_Weighted):
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
        kernel, size = (
            checks.pair("kernel_size", kernel_size),
            checks.pair("input_size", input_size),
        )
        steps = checks.pair("stride", stride)
        axes = zip(size, kernel, steps, checks.sides(padding, kernel, steps, (1, 1)), strict=True)
        self.output_size = tuple(conv_output_size(*axis) for axis in axes)
        weight_shape = (*self.output_size, out_channels, in_channels, *kernel)
        bias_shape = (*self.output_size, out_channels) if bias else None
        self._make(weight_shape, bias_shape, init, dtype, seed)

    def fan_in(self) -> int:
        """Return how many inputs each output adds up."""
        return math.prod(self.weight.data.shape[3:])

    def forward(self, input: Array) -> Array:
        """Return the output, and remember what `backward` will need."""
        checks.floats("input", input, "N C H W", like=self.weight.data)
        expected = (self.in_channels, *checks.pair("input_size", self.input_size))
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


class Linear(_Weighted):
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
        self._make(weight_shape, (out_features,) if bias else None, init, dtype, seed)

    def forward(self, input: Array) -> Array:
        """Return the output, and remember what `backward` will need."""
        self._saved = input
        return linear(input, *self._weights())

    def backward(self, grad_output: Array, needs_input_grad: bool = True) -> Array | None:
        """Set the gradients of weight and bias; return that of the input."""
        return self._keep(
            linear_backward(
                grad_output, self._recall(), *self._weights(), needs_input_grad=needs_input_grad
            )
        )


class _Pooling(Layer):
    """A layer that is one operation without weights, given the layer's arguments."""

    _operation: Callable[..., Any]
    _gradient: Callable[..., Array]

    def forward(self, input: Array) -> Array:
        """Return the output, and remember what `backward` will need."""
        self._saved = input
        output: Array = self._operation(input, **self.arguments())
        return output

    def backward(self, grad_output: Array, needs_input_grad: bool = True) -> Array | None:
        """Return the gradient of the input."""
        if not needs_input_grad:
            return None
        return self._gradient(grad_output, self._recall(), **self.arguments())


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

    def forward(self, input: Array) -> Array:
        """Return the output, and remember where the maxima were."""
        maxima = self._saved = find_maxima(input, **self.arguments())
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


class BlurPool2d(_Pooling):
    """Blur, then keep every second pixel; arguments are those of `cnnnotes.blur_pool2d`."""

    _operation, _gradient = staticmethod(blur_pool2d), staticmethod(blur_pool2d_backward)

    def __init__(self, kernel_size: Size = 3, stride: Size = 2) -> None:
        self.kernel_size, self.stride = kernel_size, stride


class AdaptiveAvgPool2d(_Pooling):
    """Take the mean of every cell of a grid of a given size; see `cnnnotes.adaptive_avg_pool2d`."""

    _operation = staticmethod(adaptive_avg_pool2d)
    _gradient = staticmethod(adaptive_avg_pool2d_backward)

    def __init__(self, output_size: GridSize) -> None:
        self.output_size = output_size


class AdaptiveMaxPool2d(_Pooling):
    """Keep the largest value of every cell of a grid; see `cnnnotes.adaptive_max_pool2d`."""

    _operation = staticmethod(adaptive_max_pool2d)
    _gradient = staticmethod(adaptive_max_pool2d_backward)

    def __init__(self, output_size: GridSize) -> None:
        self.output_size = output_size


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
        check_probability("p", p)
        self.p = p
        self.reset_parameters(seed)

    def reset_parameters(self, seed: Seed = None) -> None:
        """Start the layer's own random numbers anew, from a seed or a NumPy generator."""
        (self.rng,) = np.random.default_rng(seed).spawn(1)

    def forward(self, input: Array) -> Array:
        """Return the output, and remember what `backward` will need."""
        checks.floats("input", input, "* " * np.ndim(input))
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
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input: Array) -> Array:
        """Return the output, and remember what `backward` will need."""
        self._saved = input
        return flatten(input, self.start_dim, self.end_dim)

    def backward(self, grad_output: Array, needs_input_grad: bool = True) -> Array | None:
        """Return the gradient of the input: the same numbers, unfolded."""
        if not needs_input_grad:
            return None
        return flatten_backward(grad_output, self._recall(), self.start_dim, self.end_dim)


class Sequential(Layer):
    """Layers one after another.

    With a `seed`, all weights are drawn anew from it, so that one number fixes the whole network;
    without, the layers stay as they are. `network[0]` is a layer, `network[:3]` a network that
    shares the first three.

    Raises `TypeError` if something is not a layer and `ValueError` if one is there twice.
    """

    def __init__(self, *layers: Layer, seed: Seed = None) -> None:
        for index, layer in enumerate(layers):
            if not isinstance(layer, Layer):
                fix = f"; try {layer.__name__}()" if isinstance(layer, type) else ""
                raise TypeError(f"layers[{index}] (={layer!r}) must be a layer{fix}")
            if any(layer is earlier for earlier in layers[:index]):
                raise ValueError(
                    f"layers[{index}] (={layer!r}) is there twice, but a layer remembers only one "
                    "input; make a second one"
                )
        self.layers = layers
        if seed is not None:
            self.reset_parameters(seed)

    def children(self) -> dict[str, Layer]:
        """Return the layers, by their number."""
        return {str(index): layer for index, layer in enumerate(self.layers)}

    def forward(self, input: Array) -> Array:
        """Return the output of the last layer."""
        for index, layer in enumerate(self.layers):
            try:
                input = layer.forward(input)
            except (TypeError, ValueError) as error:
                error.add_note(f"in layer {index}: {layer!r}")
                raise
        return input

    def backward(self, grad_output: Array, needs_input_grad: bool = False) -> Array | None:
        """Go back through all layers and set the gradients of all parameters.

        Training needs no gradient of the images, so nothing is spent on it, and the answer is None
        unless `needs_input_grad` asks for it.
        """
        first = 0
        if not needs_input_grad:
            trained = [bool(layer.parameters()) for layer in self.layers]
            first = trained.index(True) if True in trained else len(trained)
        grad: Array | None = grad_output
        for index in reversed(range(first, len(self.layers))):
            assert grad is not None
            grad = self.layers[index].backward(grad, needs_input_grad or index > first)
        return grad if needs_input_grad else None

    def architecture(self) -> dict[str, Any]:
        """Return the kind of the layer, its arguments and its inner layers, without weights."""
        return {"kind": "Sequential", "layers": [layer.architecture() for layer in self.layers]}

    def __len__(self) -> int:
        """Return the number of layers."""
        return len(self.layers)

    def __iter__(self) -> Iterator[Layer]:
        """Go through the layers."""
        return iter(self.layers)

    def __getitem__(self, index: Any) -> Any:
        """Return one layer, or for a slice a network that shares its layers."""
        return Sequential(*self.layers[index]) if isinstance(index, slice) else self.layers[index]

    def __repr__(self) -> str:
        """Print as PyTorch does: one numbered layer a line."""
        lines = [f"({name}): {layer!r}" for name, layer in self.children().items()]
        inner = "".join("\n  " + line.replace("\n", "\n  ") for line in lines)
        return f"Sequential({inner}\n)" if lines else "Sequential()"


def load_model(path: str | os.PathLike[str]) -> Layer:
    """Build the network that `save` wrote to a file, weights and all, with no code of its own.

    Raises `ValueError` if the file is damaged, or holds a layer that is not one of this module.
    """
    arrays = load_arrays(path)
    if "architecture" not in arrays:
        raise ValueError(f"{path} holds no architecture; write it with model.save(path)")
    try:
        model = _build(json.loads(str(arrays.pop("architecture"))))
        model.load_state_dict(arrays)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} holds no network that can be built: {error}") from error
    return model


def _build(architecture: dict[str, Any]) -> Layer:
    kind = architecture["kind"]
    if kind == "Sequential":
        return Sequential(*map(_build, architecture["layers"]))
    if kind not in LAYERS:
        raise ValueError(f"layer kind {kind!r} is none of {', '.join(LAYERS)}, Sequential")
    arguments = {name: _tuples(value) for name, value in architecture["arguments"].items()}
    return LAYERS[kind](**arguments)


def save_arrays(path: str | os.PathLike[str], arrays: Mapping[str, npt.ArrayLike]) -> None:
    """Write named arrays to an `.npz` file: beside it first, then renamed, so never half of it."""
    path = Path(path)
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as file:
            np.savez(file, allow_pickle=False, **dict(arrays))
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def load_arrays(path: str | os.PathLike[str]) -> dict[str, Array]:
    """Read all arrays of an `.npz` file.

    Raises `FileNotFoundError` if there is none, and `ValueError` if it is damaged.
    """
    try:
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return dict(arrays)
    except (EOFError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} is no readable .npz file: {error}") from error


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _float_dtype(dtype: npt.DTypeLike) -> np.dtype[Any]:
    if np.dtype(dtype) not in (np.float32, np.float64):
        raise TypeError(f"dtype (={dtype!r}) must be float32 or float64")
    return np.dtype(dtype)


LAYERS: dict[str, Any] = {
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
        ReLU,
        Dropout,
        Flatten,
    )
}
