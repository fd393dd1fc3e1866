"""From the call of a ``torch.nn`` class, as it stands in source or in a print, to a description."""

from collections.abc import Callable
from functools import lru_cache
from inspect import signature
from typing import Any

from cnnnotes.shapes import descriptions as d
from cnnnotes.shapes.descriptions import Layer


def described(kind: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Layer:
    """Return the description of the layer that ``kind(*args, **kwargs)`` would make.

    Parameters
    ----------
    kind
        The name of a class of ``torch.nn``, such as ``"Conv2d"`` or ``"LazyLinear"``.
    args, kwargs
        Its arguments, with PyTorch's names, order and defaults.

    Raises
    ------
    TypeError
        If the class is unknown or not modelled yet, or an argument is missing or unknown.
    ValueError
        If an argument has a value that the class does not take.
    """
    maker = _MAKERS.get(kind)
    if maker is None:
        known = kind in _NOT_MODELLED
        why = "is not modelled yet" if known else "is no layer of torch.nn that is known here"
        raise TypeError(f"{kind} {why}; its shape can be seen with --torch module:callable")
    try:
        bound = _signature(maker).bind(*args, **kwargs)
    except TypeError as error:
        raise TypeError(f"{kind}: {error}") from None
    try:
        return maker(*bound.args, **bound.kwargs)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{kind}: {error}") from None


# Each bears the arguments of its class, in order and with their defaults.


def _conv(
    in_channels: Any,
    out_channels: Any,
    kernel_size: Any,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: Any = 1,
    bias: Any = True,
    padding_mode: Any = "zeros",
    device: Any = None,
    dtype: Any = None,
) -> Layer:
    if padding_mode not in ("zeros", "reflect", "replicate", "circular"):
        raise ValueError(f"padding_mode (={padding_mode!r}) is unknown")
    _whole(out_channels=out_channels, groups=groups)
    return d.Conv(
        out_channels,
        _sizes("kernel_size", kernel_size),
        _sizes("stride", stride),
        padding if isinstance(padding, str) else _sizes("padding", padding),
        _sizes("dilation", dilation),
        groups,
        bool(bias),
        in_channels,
    )


def _lazy_conv(
    out_channels: Any,
    kernel_size: Any,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: Any = 1,
    bias: Any = True,
    padding_mode: Any = "zeros",
    device: Any = None,
    dtype: Any = None,
) -> Layer:
    return _conv(None, out_channels, kernel_size, stride, padding, dilation, groups, bias)


def _conv_transpose(
    in_channels: Any,
    out_channels: Any,
    kernel_size: Any,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: Any = 1,
    bias: Any = True,
    dilation: Any = 1,
    padding_mode: Any = "zeros",
    device: Any = None,
    dtype: Any = None,
) -> Layer:
    _whole(out_channels=out_channels, groups=groups)
    return d.ConvTranspose(
        out_channels,
        _sizes("kernel_size", kernel_size),
        _sizes("stride", stride),
        _sizes("padding", padding),
        _sizes("output_padding", output_padding),
        groups,
        bool(bias),
        _sizes("dilation", dilation),
        in_channels,
    )


def _lazy_conv_transpose(
    out_channels: Any,
    kernel_size: Any,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: Any = 1,
    bias: Any = True,
    dilation: Any = 1,
    padding_mode: Any = "zeros",
    device: Any = None,
    dtype: Any = None,
) -> Layer:
    return _conv_transpose(
        None, out_channels, kernel_size, stride, padding, output_padding, groups, bias, dilation
    )


def _max_pool(
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    return_indices: Any = False,
    ceil_mode: Any = False,
) -> Layer:
    return _pool("maxpool", kernel_size, stride, padding, dilation, ceil_mode)


def _avg_pool(
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: Any = False,
    count_include_pad: Any = True,
    divisor_override: Any = None,
) -> Layer:
    return _pool("avgpool", kernel_size, stride, padding, 1, ceil_mode)


def _lp_pool(norm_type: Any, kernel_size: Any, stride: Any = None, ceil_mode: Any = False) -> Layer:
    return _pool("lppool", kernel_size, stride, 0, 1, ceil_mode)


def _pool(
    kind: str, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: Any
) -> Layer:
    return d.Pool(
        _sizes("kernel_size", kernel_size),
        None if stride is None else _sizes("stride", stride),
        _sizes("padding", padding),
        _sizes("dilation", dilation),
        bool(ceil_mode),
        kind,
    )


def _adaptive_avg(output_size: Any) -> Layer:
    return d.AdaptivePool(_sizes("output_size", output_size, or_none=True), "adaptiveavg")


def _adaptive_max(output_size: Any, return_indices: Any = False) -> Layer:
    return d.AdaptivePool(_sizes("output_size", output_size, or_none=True), "adaptivemax")


def _linear(
    in_features: Any, out_features: Any, bias: Any = True, device: Any = None, dtype: Any = None
) -> Layer:
    _whole(out_features=out_features)
    return d.Linear(out_features, bool(bias), in_features)


def _lazy_linear(
    out_features: Any, bias: Any = True, device: Any = None, dtype: Any = None
) -> Layer:
    return _linear(None, out_features, bias)


def _batch_norm(
    num_features: Any,
    eps: Any = 1e-5,
    momentum: Any = 0.1,
    affine: Any = True,
    track_running_stats: Any = True,
    device: Any = None,
    dtype: Any = None,
    bias: Any = True,
) -> Layer:
    if affine and not bias:
        raise ValueError("bias (=False) is not modelled yet")
    if num_features is not None:
        _whole(num_features=num_features)
    return d.BatchNorm(num_features, bool(affine))


def _lazy_batch_norm(
    eps: Any = 1e-5,
    momentum: Any = 0.1,
    affine: Any = True,
    track_running_stats: Any = True,
    device: Any = None,
    dtype: Any = None,
    bias: Any = True,
) -> Layer:
    return _batch_norm(None, affine=affine, bias=bias)


def _flatten(start_dim: Any = 1, end_dim: Any = -1) -> Layer:
    if start_dim != 1 or end_dim not in (-1, 3):
        raise ValueError(
            f"start_dim (={start_dim!r}), end_dim (={end_dim!r}) must be 1, -1: "
            "other axes are not modelled yet"
        )
    return d.Flatten()


def _identity(*args: Any, **kwargs: Any) -> Layer:
    return d.Layer()


def _elementwise(kind: str, *arguments: str) -> Callable[..., Layer]:
    def maker(*args: Any, **kwargs: Any) -> Layer:
        names = [*arguments[: len(args)], *kwargs]
        if len(args) > len(arguments):
            raise ValueError(f"takes at most {len(arguments)} arguments")
        if wrong := [name for name in names if name not in arguments]:
            raise ValueError(f"unknown argument {wrong[0]!r}")
        return d.Elementwise(kind=kind)

    return maker


_DROPOUT = _elementwise("dropout", "p", "inplace")
_MAKERS: dict[str, Callable[..., Layer]] = {
    "Conv2d": _conv,
    "LazyConv2d": _lazy_conv,
    "ConvTranspose2d": _conv_transpose,
    "LazyConvTranspose2d": _lazy_conv_transpose,
    "MaxPool2d": _max_pool,
    "AvgPool2d": _avg_pool,
    "LPPool2d": _lp_pool,
    "AdaptiveAvgPool2d": _adaptive_avg,
    "AdaptiveMaxPool2d": _adaptive_max,
    "Linear": _linear,
    "LazyLinear": _lazy_linear,
    "BatchNorm1d": _batch_norm,
    "BatchNorm2d": _batch_norm,
    "SyncBatchNorm": _batch_norm,
    "LazyBatchNorm1d": _lazy_batch_norm,
    "LazyBatchNorm2d": _lazy_batch_norm,
    "Flatten": _flatten,
    "Identity": _identity,
    "Dropout": _DROPOUT,
    "Dropout2d": _DROPOUT,
    "AlphaDropout": _DROPOUT,
    "FeatureAlphaDropout": _DROPOUT,
    "ReLU": _elementwise("relu", "inplace"),
    "ReLU6": _elementwise("relu6", "inplace"),
    "LeakyReLU": _elementwise("leakyrelu", "negative_slope", "inplace"),
    "ELU": _elementwise("elu", "alpha", "inplace"),
    "CELU": _elementwise("celu", "alpha", "inplace"),
    "SELU": _elementwise("selu", "inplace"),
    "GELU": _elementwise("gelu", "approximate"),
    "SiLU": _elementwise("silu", "inplace"),
    "Mish": _elementwise("mish", "inplace"),
    "Sigmoid": _elementwise("sigmoid"),
    "LogSigmoid": _elementwise("logsigmoid"),
    "Tanh": _elementwise("tanh"),
    "Softplus": _elementwise("softplus", "beta", "threshold"),
    "Hardswish": _elementwise("hardswish", "inplace"),
    "Hardsigmoid": _elementwise("hardsigmoid", "inplace"),
    "Hardtanh": _elementwise("hardtanh", "min_val", "max_val", "inplace"),
    "Softmax": _elementwise("softmax", "dim"),
    "Softmax2d": _elementwise("softmax"),
    "LogSoftmax": _elementwise("logsoftmax", "dim"),
}

_PADS = ("Zero", "Constant", "Reflection", "Replication", "Circular")
_NOT_MODELLED = frozenset(
    [
        f"{lazy}Conv{way}{axes}d"
        for lazy in ("", "Lazy")
        for way in ("", "Transpose")
        for axes in "13"
    ]
    + [f"{kind}Pool{axes}d" for kind in ("Max", "Avg", "LP") for axes in "13"]
    + [f"Adaptive{kind}Pool{axes}d" for kind in ("Max", "Avg") for axes in "13"]
    + [f"{kind}Pad{axes}d" for kind in _PADS for axes in "123"]
    + [f"{lazy}InstanceNorm{axes}d" for lazy in ("", "Lazy") for axes in "123"]
    + ["BatchNorm3d", "LazyBatchNorm3d", "Dropout1d", "Dropout3d"]
    + ["GroupNorm", "LayerNorm", "RMSNorm", "LocalResponseNorm", "PReLU", "RReLU", "GLU"]
    + ["PixelShuffle", "PixelUnshuffle", "ChannelShuffle", "Upsample", "UpsamplingNearest2d"]
    + ["UpsamplingBilinear2d", "Unflatten", "Fold", "Unfold", "MaxUnpool2d", "Bilinear"]
    + ["FractionalMaxPool2d", "Embedding", "LSTM", "GRU", "RNN", "MultiheadAttention"]
    + ["TransformerEncoder", "TransformerEncoderLayer", "Threshold", "Softsign", "Softmin"]
    + ["Softshrink", "Hardshrink", "Tanhshrink", "CrossEntropyLoss"]
)


_signature = lru_cache(maxsize=None)(signature)


def _whole(**numbers: Any) -> None:
    for name, value in numbers.items():
        if type(value) is not int or value < 1:
            raise ValueError(f"{name} (={value!r}) must be a whole number from 1")


def _sizes(name: str, value: Any, *, or_none: bool = False) -> Any:
    """Return one number or a pair of them; whole ones, as PyTorch wants."""
    numbers = tuple(value) if isinstance(value, tuple | list) else (value,)
    whole = all(type(n) is int or (or_none and n is None) for n in numbers)
    if not whole or len(numbers) not in (1, 2):
        raise ValueError(f"{name} (={value!r}) must be a whole number or a pair of them")
    return numbers if len(numbers) == 2 else numbers[0]
