"""Layers as objects, ours or PyTorch's, turned into descriptions by class name and attributes.

Fields of a description bear the names of PyTorch's arguments, which are those of the attributes
too: one loop reads them all.
"""

import re
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from cnnnotes.shapes import descriptions as d
from cnnnotes.shapes.descriptions import Layer, Shape

_RECORDS: dict[str, tuple[Callable[..., Layer], dict[str, Any]]] = {
    "Conv": (d.Conv, {}),
    "LocallyConnected": (d.Conv, {"positions_share": False}),
    "ConvTranspose": (d.ConvTranspose, {}),
    "MaxPool": (d.Pool, {"kind": "maxpool"}),
    "AvgPool": (d.Pool, {"kind": "avgpool"}),
    "LPPool": (d.Pool, {"kind": "lppool"}),
    "BlurPool": (d.Pool, {"kind": "blurpool"}),
    "AdaptiveAvgPool": (d.AdaptivePool, {"kind": "adaptiveavg"}),
    "AdaptiveMaxPool": (d.AdaptivePool, {"kind": "adaptivemax"}),
    "Linear": (d.Linear, {}),
    "BatchNorm": (d.BatchNorm, {}),
    "SyncBatchNorm": (d.BatchNorm, {}),
    "Flatten": (d.Flatten, {}),
    "Identity": (Layer, {}),
    "Upsample": (d.Upsample, {}),
    "UpsamplingNearest": (d.Upsample, {}),
    "UpsamplingBilinear": (d.Upsample, {}),
    "PixelShuffle": (d.PixelShuffle, {}),
    "PixelUnshuffle": (d.PixelUnshuffle, {}),
    "ZeroPad": (d.Pad, {"border": "zeros"}),
    "ConstantPad": (d.Pad, {"border": "zeros"}),
    "ReflectionPad": (d.Pad, {"border": "reflect"}),
    "ReplicationPad": (d.Pad, {"border": "replicate"}),
    "CircularPad": (d.Pad, {"border": "circular"}),
}
_OF_EACH_PLACE = ("LocalResponseNorm", "CrossMapLRN", "ChannelShuffle")
_NORMS = ("GroupNorm", "LayerNorm", "RMSNorm", "InstanceNorm")
_SOFTMAXES = ("Softmax", "LogSoftmax", "Softmin", "Softmax2d")
_FREE = ("Fold", "FractionalMaxPool", "GLU", "MaxUnpool", "Unflatten", "Unfold")


def describe(layer: Any) -> Layer:
    """Return the description of one layer object, by its class name and attributes.

    Our layers and PyTorch's have the same names, so that both are understood.

    Raises
    ------
    TypeError
        If its class is not known.
    """
    kind = class_name(layer)
    stem, axes = _stem_and_axes(kind)
    if stem.lower() in d.ELEMENTWISE:
        return _read(d.Elementwise, layer, {"kind": stem.lower()}, axes)
    if stem in _OF_EACH_PLACE:
        return d.Norm(kind=stem.lower(), measured=0)
    if stem in _NORMS:
        return _norm(stem, layer)
    if stem not in _RECORDS or (stem == "Flatten" and not _flattens_all(layer)):
        raise TypeError(
            f"network holds a {kind}, which is not a layer that can be traced; "
            f"known are {', '.join([*_RECORDS, *_NORMS])} and {', '.join(d.ELEMENTWISE)}"
        )
    return _read(*_RECORDS[stem][:1], layer, _RECORDS[stem][1], axes)


def describe_seen(module: Any, shape: Shape) -> Layer:
    """Return the description of a PyTorch module whose output is seen as it runs.

    What is not modelled is an `Other`, so that nothing is guessed.

    Raises
    ------
    TypeError
        If it is not one of ``torch.nn``'s layers: look at what it calls.
    """
    kind = class_name(module)
    home = type(module).__module__
    if kind == "Sequential" or not home.startswith(("torch.nn.modules.", "torch.nn.utils.")):
        raise TypeError(f"{kind} is not one of torch.nn's layers")
    stem, _ = _stem_and_axes(kind)
    if kind in _SOFTMAXES:
        dim = 1 if kind == "Softmax2d" else module.dim
        if dim is None or dim == 0:
            return d.Other(kind=kind.lower(), free=True)
        return d.Softmax((dim if dim < 0 else dim - 1) % len(shape), kind.lower())
    if stem == "GLU":
        return d.Other(kind="glu", free=True, pointwise=module.dim in (1, -len(shape)))
    try:
        return describe(module)
    except TypeError:
        return d.Other(kind=kind.lower(), free=stem in (*_FREE, "Flatten"))


def class_name(layer: Any) -> str:
    """Return the name of a layer's class: what it was before a parametrization of its weights."""
    return type(layer).__name__.removeprefix("Parametrized")


def _stem_and_axes(kind: str) -> tuple[str, int]:
    stem, axes = re.fullmatch(r"(.*?)(?:([123])d)?", kind).groups()  # type: ignore[union-attr]
    return stem, int(axes or 2)


def _read(record: Callable[..., Layer], layer: Any, fixed: dict[str, Any], axes: int) -> Layer:
    """Return the record with every field for which the layer has an attribute of that name."""
    given = dict(fixed)
    for field in fields(record):  # type: ignore[arg-type]
        name = field.name
        attribute = "output_size" if name == "target" else name
        if name in ("name", "kind", *fixed) or not hasattr(layer, attribute):
            continue
        value = getattr(layer, attribute)
        if name == "bias":
            value = value is not None and value is not False
        if name in ("kernel_size", "target") and not isinstance(value, tuple | list):
            value = (value,) * axes
        given[name] = value
    return record(**given)


def _norm(stem: str, layer: Any) -> Layer:
    measured = None
    if hasattr(layer, "normalized_shape"):
        measured = len(layer.normalized_shape)
    elif getattr(layer, "track_running_stats", False):
        measured = 0
    weights = [getattr(layer, name, None) for name in ("weight", "bias")]
    trained = sum(weight.numel() for weight in weights if weight is not None)
    return d.Norm(kind=stem.lower(), trained=trained, measured=measured)


def _flattens_all(layer: Any) -> bool:
    return (getattr(layer, "start_dim", 1), getattr(layer, "end_dim", -1)) == (1, -1)
