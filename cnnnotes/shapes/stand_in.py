"""Stands in for ``descriptions.described`` until that lands; then this file goes."""

from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Any

from cnnnotes.shapes import descriptions as d
from cnnnotes.shapes.descriptions import Layer

NEEDED = Parameter.empty


def described(kind: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Layer:
    """Return the description of a layer from its class in ``torch.nn`` and its call.

    Raises
    ------
    TypeError
        If the class is not known or has no such argument.
    ValueError
        If a value is out of range.
    """
    lazy = kind.startswith("Lazy")
    plain = kind.removeprefix("Lazy")
    function = plain.lower().removesuffix("1d").removesuffix("2d")
    if function in d.ELEMENTWISE:
        return d.Elementwise(kind=function)
    if plain not in _CALLS:
        raise TypeError(f"{kind} is not a layer of torch.nn that is known here")
    arguments, make = _CALLS[plain]
    if lazy:
        args = (None, *args)
    signature = Signature(
        [Parameter(n, Parameter.POSITIONAL_OR_KEYWORD, default=v) for n, v in arguments.items()]
    )
    try:
        bound = signature.bind(*args, **kwargs)
    except TypeError as error:
        raise TypeError(f"{kind}: {error}") from None
    bound.apply_defaults()
    return make(bound.arguments)


def _conv(given: dict[str, Any]) -> Layer:
    return d.Conv(
        given["out_channels"],
        given["kernel_size"],
        given["stride"],
        given["padding"],
        given["dilation"],
        given["groups"],
        bool(given["bias"]),
        given["in_channels"],
    )


def _transpose(given: dict[str, Any]) -> Layer:
    return d.ConvTranspose(
        given["out_channels"],
        given["kernel_size"],
        given["stride"],
        given["padding"],
        given["output_padding"],
        given["groups"],
        bool(given["bias"]),
        given["dilation"],
        given["in_channels"],
    )


def _pool(kind: str) -> Callable[[dict[str, Any]], Layer]:
    return lambda given: d.Pool(
        given["kernel_size"],
        given["stride"],
        given["padding"],
        given.get("dilation", 1),
        bool(given["ceil_mode"]),
        kind,
    )


_CONV = {"in_channels": NEEDED, "out_channels": NEEDED, "kernel_size": NEEDED, "stride": 1}
_CALLS: dict[str, tuple[dict[str, Any], Callable[[dict[str, Any]], Layer]]] = {
    "Conv2d": (
        _CONV | {"padding": 0, "dilation": 1, "groups": 1, "bias": True, "padding_mode": "zeros"},
        _conv,
    ),
    "ConvTranspose2d": (
        _CONV | {"padding": 0, "output_padding": 0, "groups": 1, "bias": True, "dilation": 1},
        _transpose,
    ),
    "MaxPool2d": (
        {"kernel_size": NEEDED, "stride": None, "padding": 0, "dilation": 1}
        | {"return_indices": False, "ceil_mode": False},
        _pool("maxpool"),
    ),
    "AvgPool2d": (
        {"kernel_size": NEEDED, "stride": None, "padding": 0, "ceil_mode": False}
        | {"count_include_pad": True, "divisor_override": None},
        _pool("avgpool"),
    ),
    "AdaptiveAvgPool2d": (
        {"output_size": NEEDED},
        lambda given: d.AdaptivePool(given["output_size"]),
    ),
    "AdaptiveMaxPool2d": (
        {"output_size": NEEDED, "return_indices": False},
        lambda given: d.AdaptivePool(given["output_size"], "adaptivemax"),
    ),
    "Linear": (
        {"in_features": NEEDED, "out_features": NEEDED, "bias": True},
        lambda given: d.Linear(given["out_features"], bool(given["bias"]), given["in_features"]),
    ),
    **{
        f"BatchNorm{axes}d": (
            {"num_features": NEEDED, "eps": 1e-5, "momentum": 0.1, "affine": True}
            | {"track_running_stats": True},
            lambda given: d.BatchNorm(given["num_features"], bool(given["affine"])),
        )
        for axes in (1, 2)
    },
    "Flatten": ({"start_dim": 1, "end_dim": -1}, lambda given: d.Flatten()),
    "Identity": ({}, lambda given: Layer()),
}
