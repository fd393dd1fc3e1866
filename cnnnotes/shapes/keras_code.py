"""Keras layers, as pasted code calls them: channels last, and TensorFlow's rule of ``"same"``."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from cnnnotes.shapes import descriptions as d
from cnnnotes.shapes.flow import Part, Step, all_steps
from cnnnotes.shapes.sizes import kernel_span
from cnnnotes.shapes.source import ReadError

_OURS_ALONE = ("Dense", "Activation", "BatchNormalization", "Input", "InputLayer", "Rescaling")
_INPUT = ("input_shape", "batch_input_shape", "input_dim", "name", "trainable", "shape")
_ACTIVATIONS = {"swish": "silu", "hard_sigmoid": "hardsigmoid", "log_softmax": "logsoftmax"}
_ACTIVATIONS |= {"leaky_relu": "leakyrelu", "hard_swish": "hardswish", "hard_silu": "hardswish"}


def is_keras(steps: Sequence[Step]) -> bool:
    """Say whether parts bear Keras' names."""
    kinds = {step.part.kind for step in all_steps(steps) if isinstance(step.part, Part)}
    return any(
        kind in _OURS_ALONE or kind.endswith(("1D", "2D", "3D", "2DTranspose")) for kind in kinds
    )


def input_of(steps: Sequence[Step]) -> tuple[int, ...] | None:
    """Return the input's shape, channels last, that the first layer gives; None if it does not."""
    first = steps[0].part if steps else None
    if not isinstance(first, Part):
        return None
    given = first.kwargs.get("input_shape", first.kwargs.get("shape"))
    if given is None and "batch_input_shape" in first.kwargs:
        given = tuple(first.kwargs["batch_input_shape"])[1:]
    if given is None and "input_dim" in first.kwargs:
        given = (first.kwargs["input_dim"],)
    if given is None and first.kind in ("Input", "InputLayer") and first.args:
        given = first.args[0]
    return tuple(given) if isinstance(given, tuple | list) else None


def channels_first(shape: Sequence[Any]) -> d.Shape:
    """Return (channels, height, width) of (height, width, channels); others as they are."""
    if not all(type(size) is int and size > 0 for size in shape) or len(shape) not in (1, 2, 3):
        raise ReadError(
            f"input_shape (={tuple(shape)!r}) must be three known sizes, (height, width, "
            "channels); give --input"
        )
    if len(shape) == 3:
        return (shape[2], shape[0], shape[1])
    return (1, *shape) if len(shape) == 2 else tuple(shape)


def keras_layers(part: Part, shape: d.Shape | None) -> Sequence[d.Layer]:
    """Return what one call of a Keras layer describes, for an input of ``shape``.

    Raises
    ------
    ReadError
        If the class or an argument is not known.
    """
    maker = _MAKERS.get(part.kind)
    if maker is None:
        raise ReadError(f"{part.place}{part.kind} is a layer of Keras that is not modelled yet")
    try:
        found = maker(_Call(part, shape))
        activation = part.kwargs.get("activation")
        if activation not in (None, "linear") and part.kind != "Activation":
            found = [*found, _activation(activation)]
        return found
    except (TypeError, ValueError) as error:
        if isinstance(error, d.ShapeError):
            raise
        raise ReadError(f"{part.place}{part.kind}: {error}") from None


class _Call:
    """The arguments of a call, under Keras' names."""

    def __init__(self, part: Part, shape: d.Shape | None) -> None:
        self.part, self.shape = part, shape
        if part.kwargs.get("data_format") == "channels_first":
            raise ValueError("data_format (='channels_first') is not read; leave it out")

    def get(self, name: str, place: int | None = None, default: Any = None) -> Any:
        args = self.part.args
        if place is not None and place < len(args):
            return args[place]
        return self.part.kwargs.get(name, default)

    def need(self, name: str, place: int) -> Any:
        value = self.get(name, place)
        if value is None:
            raise ValueError(f"{name} is missing")
        return value

    def filters(self, name: str = "filters") -> int:
        value = self.need(name, 0)
        if type(value) is not int or value < 1:
            raise ValueError(f"{name} (={value!r}) must be a whole number from 1")
        return value

    def padding(self, kernel: Any, stride: Any, dilation: Any, place: int) -> Any:
        """Return explicit padding: TensorFlow's "same" puts the odd one after."""
        padding = str(self.get("padding", place, "valid")).lower()
        if padding == "valid":
            return 0
        if padding != "same":
            raise ValueError(f"padding (={padding!r}) must be 'valid' or 'same'")
        kernel, stride, dilation = _pair(kernel), _pair(stride), _pair(dilation)
        if stride == (1, 1) or self.shape is None or len(self.shape) != 3:
            return self.sides((1, 1), kernel, stride, dilation)
        return self.sides(self.shape[1:], kernel, stride, dilation)

    def sides(self, sizes: Any, kernel: Any, stride: Any, dilation: Any) -> Any:
        found = []
        for size, k, s, step in zip(sizes, kernel, stride, dilation, strict=True):
            total = max((-(-size // s) - 1) * s + kernel_span(k, step) - size, 0)
            found.append((total // 2, total - total // 2))
        return tuple(found)


def _pair(value: Any) -> tuple[int, int]:
    pair = tuple(value) if isinstance(value, tuple | list) else (value, value)
    pair = pair * 2 if len(pair) == 1 else pair
    if len(pair) != 2 or not all(type(number) is int and number > 0 for number in pair):
        raise ValueError(f"{value!r} must be a whole number from 1, or two of them")
    return pair


def _activation(name: Any) -> d.Layer:
    name = str(name).lower()
    kind = _ACTIVATIONS.get(name, name)
    if kind not in d.ELEMENTWISE:
        raise ValueError(f"activation (={name!r}) is not known")
    return d.Elementwise(kind=kind)


def _conv(call: _Call) -> Sequence[d.Layer]:
    out, kernel = call.filters(), call.need("kernel_size", 1)
    stride, dilation = call.get("strides", 2, 1), call.get("dilation_rate", 5, 1)
    padding, groups = call.padding(kernel, stride, dilation, 3), call.get("groups", 6, 1)
    bias = bool(call.get("use_bias", 8, True))
    return [d.Conv(out, _pair(kernel), _pair(stride), padding, _pair(dilation), groups, bias)]


def _separable(call: _Call) -> Sequence[d.Layer]:
    depthwise = _depthwise_of(
        call, call.need("kernel_size", 1), 2, call.get("depth_multiplier", 6, 1)
    )
    bias = bool(call.get("use_bias", 8, True))
    return [replace(depthwise, bias=False), d.Conv(call.filters(), 1, bias=bias)]


def _depthwise(call: _Call) -> Sequence[d.Layer]:
    layer = _depthwise_of(call, call.need("kernel_size", 0), 1, call.get("depth_multiplier", 3, 1))
    return [replace(layer, bias=bool(call.get("use_bias", None, True)))]


def _depthwise_of(call: _Call, kernel: Any, place: int, multiplier: Any) -> d.Conv:
    stride, dilation = call.get("strides", place, 1), call.get("dilation_rate", None, 1)
    padding = call.padding(kernel, stride, dilation, place + 1)
    out = call.shape[0] * multiplier if call.shape and multiplier != 1 else None
    return d.Conv(out, _pair(kernel), _pair(stride), padding, _pair(dilation), None)


def _transposed(call: _Call) -> Sequence[d.Layer]:
    out, kernel = call.filters(), _pair(call.need("kernel_size", 1))
    stride, padding = _pair(call.get("strides", 2, 1)), str(call.get("padding", 3, "valid")).lower()
    if (
        call.get("dilation_rate", None, 1) not in (1, (1, 1))
        or call.get("output_padding") is not None
    ):
        raise ValueError("dilation_rate and output_padding are not read")
    sides, extra = [], []
    for k, s in zip(kernel, stride, strict=True):
        # "same" makes size · stride, "valid" at least one whole kernel and stride.
        over = max(k - s, 0)
        sides.append((over // 2, over - over // 2) if padding == "same" else (0, 0))
        extra.append(max(s - k, 0))
    if padding not in ("same", "valid"):
        raise ValueError(f"padding (={padding!r}) must be 'valid' or 'same'")
    bias = bool(call.get("use_bias", None, True))
    return [d.ConvTranspose(out, kernel, stride, tuple(sides), tuple(extra), bias=bias)]


def _pool(kind: str) -> Callable[[_Call], Sequence[d.Layer]]:
    def maker(call: _Call) -> Sequence[d.Layer]:
        size = call.get("pool_size", 0, 2)
        stride = call.get("strides", 1) or size
        padding = call.padding(size, stride, 1, 2)
        return [d.Pool(_pair(size), _pair(stride), padding, kind=kind)]

    return maker


def _global(kind: str) -> Callable[[_Call], Sequence[d.Layer]]:
    def maker(call: _Call) -> Sequence[d.Layer]:
        pooled = d.AdaptivePool(1, kind)
        return [pooled] if call.get("keepdims") else [pooled, d.Flatten()]

    return maker


def _dense(call: _Call) -> Sequence[d.Layer]:
    if call.shape is not None and len(call.shape) > 1:
        raise ValueError(
            f"its input is a picture, {' × '.join(map(str, call.shape))} (channels first), "
            "of which it would see the last axis alone; put Flatten() before it"
        )
    return [d.Linear(call.filters("units"), bool(call.get("use_bias", 2, True)))]


def _batch_norm(call: _Call) -> Sequence[d.Layer]:
    scale, center = bool(call.get("scale", None, True)), bool(call.get("center", None, True))
    if scale != center or call.get("axis", 0, -1) not in (-1, 3, 1):
        raise ValueError("scale without center, or another axis than the last, is not modelled yet")
    return [d.BatchNorm(None, scale)]


def _upsampling(call: _Call) -> Sequence[d.Layer]:
    mode = str(call.get("interpolation", 2, "nearest"))
    if mode not in ("nearest", "bilinear"):
        raise ValueError(f"interpolation (={mode!r}) must be 'nearest' or 'bilinear'")
    return [d.Upsample(scale_factor=_pair(call.get("size", 0, 2)), mode=mode)]


def _border(sign: int, name: str, default: Any) -> Callable[[_Call], Sequence[d.Layer]]:
    """Return what reads a border that is added, or taken off where ``sign`` is -1."""

    def maker(call: _Call) -> Sequence[d.Layer]:
        given = call.get(name, 0, default)
        sides = given if isinstance(given, tuple | list) else (given, given)
        pairs = [side if isinstance(side, tuple | list) else (side, side) for side in sides]
        if len(pairs) != 2 or not all(
            len(pair) == 2 and all(type(number) is int and number >= 0 for number in pair)
            for pair in pairs
        ):
            raise ValueError(f"{name} (={given!r}) must be a whole number, two, or two pairs")
        (top, bottom), (left, right) = pairs
        return [d.Pad(tuple(sign * number for number in (left, right, top, bottom)))]

    return maker


def _always(layer: d.Layer) -> Callable[[_Call], Sequence[d.Layer]]:
    return lambda call: [layer]


_DROPOUT = _always(d.Elementwise(kind="dropout"))
_MAKERS: dict[str, Callable[[_Call], Sequence[d.Layer]]] = {
    "Conv2D": _conv,
    "Convolution2D": _conv,
    "SeparableConv2D": _separable,
    "DepthwiseConv2D": _depthwise,
    "Conv2DTranspose": _transposed,
    "MaxPooling2D": _pool("maxpool"),
    "MaxPool2D": _pool("maxpool"),
    "AveragePooling2D": _pool("avgpool"),
    "AvgPool2D": _pool("avgpool"),
    "GlobalAveragePooling2D": _global("adaptiveavg"),
    "GlobalAvgPool2D": _global("adaptiveavg"),
    "GlobalMaxPooling2D": _global("adaptivemax"),
    "GlobalMaxPool2D": _global("adaptivemax"),
    "Flatten": _always(d.Flatten()),
    "Dense": _dense,
    "BatchNormalization": _batch_norm,
    "Dropout": _DROPOUT,
    "SpatialDropout2D": _DROPOUT,
    "GaussianNoise": _DROPOUT,
    "Activation": lambda call: [_activation(call.need("activation", 0))],
    "ReLU": _always(d.Elementwise(kind="relu")),
    "LeakyReLU": _always(d.Elementwise(kind="leakyrelu")),
    "ELU": _always(d.Elementwise(kind="elu")),
    "Softmax": _always(d.Elementwise(kind="softmax")),
    "UpSampling2D": _upsampling,
    "ZeroPadding2D": _border(1, "padding", 1),
    "Cropping2D": _border(-1, "cropping", 0),
    "Rescaling": _always(d.Layer()),
    "Input": lambda call: [],
    "InputLayer": lambda call: [],
}
