"""Layers as objects, ours or PyTorch's, turned into descriptions by class name and attributes.

Fields of a description bear the names of PyTorch's arguments, which are those of the attributes
too: one loop reads them all.
"""

import re
from collections.abc import Callable
from dataclasses import fields
from math import prod
from typing import Any

from cnnnotes.shapes import descriptions as d
from cnnnotes.shapes.descriptions import Layer, Shape
from cnnnotes.shapes.sizes import checked_number

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
    "UpsamplingNearest": (d.Upsample, {"mode": "nearest"}),
    "UpsamplingBilinear": (d.Upsample, {"mode": "bilinear", "align_corners": True}),
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
_SOFTMAXES = ("Softmax", "LogSoftmax", "Softmin")
_FREE = ("Fold", "FractionalMaxPool", "GLU", "MaxUnpool", "Unflatten", "Unfold")


def describe(layer: Any) -> Layer:
    """Return the description of one layer object, by its class name and attributes.

    Our layers and PyTorch's have the same names, so that both are understood.

    Raises
    ------
    TypeError
        If its class is not known.
    """
    return described_as(class_name(layer), layer)


def described_as(kind: str, layer: Any) -> Layer:
    """Return the description of a class of that name with the attributes of ``layer``.

    Raises
    ------
    TypeError
        If the class is not known.
    """
    stem, axes = stem_and_axes(kind)
    if stem in _SOFTMAXES:
        dim = 1 if kind == "Softmax2d" else layer.dim
        return d.Softmax(dim if dim < 0 else dim - 1, stem.lower())
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
    record, fixed = _RECORDS[stem]
    return _read(record, layer, fixed, axes)


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
    torchs_own = home.startswith(("torch.nn.modules.", "torch.nn.utils.")) and kind != "Sequential"
    if not torchs_own and (home, kind) != ("cnnnotes.torch_twin", "BlurPool2d"):
        raise TypeError(f"{kind} is not one of torch.nn's layers")
    stem, _ = stem_and_axes(kind)
    if stem in _SOFTMAXES and not getattr(module, "dim", 1):  # None is a guess, 0 the batch
        return d.Other(kind=kind.lower(), free=True)
    if stem == "GLU":
        return d.Other(kind="glu", free=True, pointwise=module.dim in (1, -len(shape)))
    try:
        return describe(module)
    except TypeError:
        return d.Other(kind=kind.lower(), free=stem in (*_FREE, "Flatten"))


def class_name(layer: Any) -> str:
    """Return the name of a layer's class: what it was before a parametrization of its weights."""
    return type(layer).__name__.removeprefix("Parametrized")


def stem_and_axes(kind: str) -> tuple[str, int]:
    """Return ("Conv", 1) for Conv1d; classes that name no axes are for pictures."""
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
    """Return a norm; how much is trained follows from what it was made with."""
    measured, groups = None, {}
    if hasattr(layer, "normalized_shape"):
        of = layer.normalized_shape
        trained = tuple(of) if isinstance(of, tuple | list) else (of,)
        measured, affine = len(trained), layer.elementwise_affine
    else:
        trained = (layer.num_channels if stem == "GroupNorm" else layer.num_features,)
        affine = layer.affine
        if stem == "GroupNorm":
            groups = {"num_groups": layer.num_groups}
        if getattr(layer, "track_running_stats", False):
            measured = 0
    if not affine:
        return d.Norm(kind=stem.lower(), measured=measured, **groups)
    if groups:
        groups["num_channels"] = layer.num_channels
    for size in trained:
        checked_number("normalized_shape" if len(trained) > 1 else "features", size, 1)
    shifted = stem != "RMSNorm" and layer.bias is not None and layer.bias is not False
    count = prod(trained) * (1 + shifted)
    return d.Norm(kind=stem.lower(), trained=count, measured=measured, **groups)


def _flattens_all(layer: Any) -> bool:
    return (getattr(layer, "start_dim", 1), getattr(layer, "end_dim", -1)) == (1, -1)
