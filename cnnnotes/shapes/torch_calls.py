"""From the call of a ``torch.nn`` class, as it stands in source or in a print, to a description."""

import re
from collections.abc import Callable
from inspect import signature
from types import SimpleNamespace
from typing import Any

from cnnnotes.shapes.classes import described_as, stem_and_axes
from cnnnotes.shapes.descriptions import Layer

# What each class takes: names, order and defaults are PyTorch's, and a test holds them so.
_ARGUMENTS: dict[str, Callable[..., None]] = {
    "Conv1d Conv2d Conv3d": lambda in_channels, out_channels, kernel_size, stride=1, padding=0,
        dilation=1, groups=1, bias=True, padding_mode="zeros", device=None, dtype=None: None,
    "ConvTranspose1d ConvTranspose2d ConvTranspose3d": lambda in_channels, out_channels,
        kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1,
        padding_mode="zeros", device=None, dtype=None: None,
    "MaxPool1d MaxPool2d MaxPool3d": lambda kernel_size, stride=None, padding=0, dilation=1,
        return_indices=False, ceil_mode=False: None,
    "AvgPool1d": lambda kernel_size, stride=None, padding=0, ceil_mode=False,
        count_include_pad=True: None,
    "AvgPool2d AvgPool3d": lambda kernel_size, stride=None, padding=0, ceil_mode=False,
        count_include_pad=True, divisor_override=None: None,
    "LPPool1d LPPool2d LPPool3d": lambda norm_type, kernel_size, stride=None, ceil_mode=False: None,
    "AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d": lambda output_size: None,
    "AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d": lambda output_size,
        return_indices=False: None,
    "Linear": lambda in_features, out_features, bias=True, device=None, dtype=None: None,
    "BatchNorm1d BatchNorm2d BatchNorm3d": lambda num_features, eps=1e-5, momentum=0.1,
        affine=True, track_running_stats=True, device=None, dtype=None, *, bias=True: None,
    "SyncBatchNorm": lambda num_features, eps=1e-5, momentum=0.1, affine=True,
        track_running_stats=True, process_group=None, device=None, dtype=None, *, bias=True: None,
    "InstanceNorm1d InstanceNorm2d InstanceNorm3d": lambda num_features, eps=1e-5, momentum=0.1,
        affine=False, track_running_stats=False, device=None, dtype=None, *, bias=True: None,
    "GroupNorm": lambda num_groups, num_channels, eps=1e-5, affine=True, device=None,
        dtype=None, *, bias=True: None,
    "LayerNorm": lambda normalized_shape, eps=1e-5, elementwise_affine=True, bias=True,
        device=None, dtype=None: None,
    "RMSNorm": lambda normalized_shape, eps=None, elementwise_affine=True, device=None,
        dtype=None: None,
    "LocalResponseNorm": lambda size, alpha=1e-4, beta=0.75, k=1.0: None,
    "Upsample": lambda size=None, scale_factor=None, mode="nearest", align_corners=None,
        recompute_scale_factor=None: None,
    "UpsamplingNearest2d UpsamplingBilinear2d": lambda size=None, scale_factor=None: None,
    "PixelShuffle": lambda upscale_factor: None,
    "PixelUnshuffle": lambda downscale_factor: None,
    "ChannelShuffle": lambda groups: None,
    "ZeroPad1d ZeroPad2d ZeroPad3d ReflectionPad1d ReflectionPad2d ReflectionPad3d "
    "ReplicationPad1d ReplicationPad2d ReplicationPad3d "
    "CircularPad1d CircularPad2d CircularPad3d": lambda padding: None,
    "ConstantPad1d ConstantPad2d ConstantPad3d": lambda padding, value: None,
    "Flatten": lambda start_dim=1, end_dim=-1: None,
    "Identity": lambda *args, **kwargs: None,
    "Dropout Dropout1d Dropout2d Dropout3d AlphaDropout FeatureAlphaDropout": lambda p=0.5,
        inplace=False: None,
    "ReLU ReLU6 SELU SiLU Mish Hardswish Hardsigmoid": lambda inplace=False: None,
    "LeakyReLU": lambda negative_slope=0.01, inplace=False: None,
    "PReLU": lambda num_parameters=1, init=0.25, device=None, dtype=None: None,
    "RReLU": lambda lower=1 / 8, upper=1 / 3, inplace=False: None,
    "ELU CELU": lambda alpha=1.0, inplace=False: None,
    "GELU": lambda approximate="none": None,
    "Hardtanh": lambda min_val=-1.0, max_val=1.0, inplace=False, min_value=None, max_value=None:
        None,
    "Hardshrink Softshrink": lambda lambd=0.5: None,
    "Softplus": lambda beta=1.0, threshold=20.0: None,
    "Threshold": lambda threshold, value, inplace=False: None,
    "Sigmoid LogSigmoid Tanh Tanhshrink Softsign Softmax2d": lambda: None,
    "Softmax LogSoftmax Softmin": lambda dim=None: None,
}  # fmt: skip
CALLS = {kind: signature(take) for kinds, take in _ARGUMENTS.items() for kind in kinds.split()}
_LAZY = r"Conv.*|Linear|BatchNorm.*"  # of which the first argument may be left open
_PER_AXIS = ("kernel_size", "stride", "padding", "dilation", "output_padding", "output_size")
_BORDERS = ("zeros", "reflect", "replicate", "circular")


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
        If the class is not known, or an argument is missing or unknown.
    ValueError
        If an argument has a value that the class does not take.
    """
    plain = _known(kind)
    try:
        bound = CALLS[plain].bind(*(None,) * (plain != kind), *args, **kwargs)
    except TypeError as error:
        raise TypeError(f"{kind}: {error}") from None
    bound.apply_defaults()
    try:
        return described_as(plain, SimpleNamespace(**_attributes(plain, bound.arguments)))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{kind}: {error}") from None


def _known(kind: str) -> str:
    """Return the class that a lazy one becomes; others as they are."""
    plain = kind.removeprefix("Lazy")
    if plain not in CALLS or (plain != kind and not re.fullmatch(_LAZY, plain)):
        raise TypeError(
            f"{kind} is no layer of torch.nn that is modelled here; "
            "its shape can be seen with --torch module:callable"
        )
    return plain


def _attributes(kind: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return a call's arguments as the attributes that a module made of them would have."""
    stem, axes = stem_and_axes(kind)
    found = dict(arguments)
    if stem.endswith("Pad"):
        found["padding"] = _border(found["padding"], axes)
    else:
        found |= {name: _sizes(name, found[name], axes) for name in _PER_AXIS if name in found}
    if stem == "Flatten":
        if found["start_dim"] != 1 or found["end_dim"] not in (-1, 3):
            raise ValueError(
                f"start_dim (={found['start_dim']!r}), end_dim (={found['end_dim']!r}) must be "
                "1, -1: other axes are not modelled yet"
            )
        found["end_dim"] = -1
    if stem in ("BatchNorm", "SyncBatchNorm") and found["affine"] and not found["bias"]:
        raise ValueError("bias (=False) is not modelled yet")
    if found.get("padding_mode", "zeros") not in _BORDERS:
        raise ValueError(f"padding_mode (={found['padding_mode']!r}) is unknown")
    if found.get("dim", 1) is None:
        found["dim"] = 1  # PyTorch's own guess for a batch of rows or of pictures
    return found


def _sizes(name: str, value: Any, axes: int) -> Any:
    """Return one number, or one for each axis; whole ones, as PyTorch wants."""
    if value is None or (name == "padding" and isinstance(value, str)):
        return value
    numbers = tuple(value) if isinstance(value, tuple | list) else (value,)
    whole = all(type(n) is int or (name == "output_size" and n is None) for n in numbers)
    if not whole or len(numbers) not in (1, axes):
        several = {1: "one of them", 2: "a pair of them", 3: "three of them"}[axes]
        raise ValueError(f"{name} (={value!r}) must be a whole number or {several}")
    return numbers if len(numbers) == axes else numbers[0]


def _border(value: Any, axes: int) -> tuple[int, ...]:
    sides = tuple(value) if isinstance(value, tuple | list) else (value,) * 2 * axes
    if len(sides) != 2 * axes or not all(type(side) is int for side in sides):
        raise ValueError(f"padding (={value!r}) must be a whole number or {2 * axes} of them")
    return sides
