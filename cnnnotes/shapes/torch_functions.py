"""What calls of PyTorch's functions stand for, by name and arguments."""

from collections.abc import Callable
from typing import Any

from cnnnotes.shapes import descriptions as d
from cnnnotes.shapes.descriptions import Layer, Shape


def function_layers(name: str, args: Any, kwargs: Any, before: Shape, after: Shape) -> list[Layer]:
    """Return the layers that a function call stands for; none if it is not known."""
    plain = name.removesuffix("2d").replace("_", "")
    if plain in d.ELEMENTWISE:
        return [d.Elementwise(kind=plain)]
    if name in ARITHMETIC:
        return [d.Join(kind="add")]
    if name in ("cat", "concat", "concatenate"):
        return [d.Join(kind="cat")]
    if name in ("flatten", "view", "reshape") and len(after) == 1:
        return [d.Flatten()]
    if name in ("mean", "amax") and len(before) == 3 and after in ((before[0],), (before[0], 1, 1)):
        pool = d.AdaptivePool(1, "adaptiveavg" if name == "mean" else "adaptivemax")
        return [pool, d.Flatten()] if len(after) == 1 else [pool]
    if name in FUNCTIONS:
        names, make = FUNCTIONS[name]
        return [make(dict(zip(names.split(), args, strict=False)) | kwargs)]
    return []


def _conv(given: dict[str, Any]) -> Layer:
    weight, groups = given["weight"], given.get("groups", 1)
    return d.Conv(
        weight.shape[0],
        tuple(weight.shape[2:]),
        _flat(given.get("stride", 1)),
        _flat(given.get("padding", 0)),
        _flat(given.get("dilation", 1)),
        groups,
        bias=given.get("bias") is not None,
        in_channels=weight.shape[1] * groups,
    )


def _conv_transpose(given: dict[str, Any]) -> Layer:
    weight, groups = given["weight"], given.get("groups", 1)
    return d.ConvTranspose(
        weight.shape[1] * groups,
        tuple(weight.shape[2:]),
        _flat(given.get("stride", 1)),
        _flat(given.get("padding", 0)),
        _flat(given.get("output_padding", 0)),
        groups,
        given.get("bias") is not None,
        _flat(given.get("dilation", 1)),
        weight.shape[0],
    )


def _pool(kind: str, axes: int) -> Callable[[dict[str, Any]], Layer]:
    return lambda given: d.Pool(
        _on_each(given["kernel_size"], axes),
        _flat(given.get("stride") or None),
        _flat(given.get("padding", 0)),
        _flat(given.get("dilation", 1)),
        bool(given.get("ceil_mode", False)),
        kind,
    )


def _adaptive(kind: str, axes: int) -> Callable[[dict[str, Any]], Layer]:
    return lambda given: d.AdaptivePool(_on_each(given["output_size"], axes), kind)


def _on_each(value: Any, axes: int) -> tuple[int, ...]:
    numbers = tuple(value) if isinstance(value, tuple | list) else (value,)
    return numbers * axes if len(numbers) == 1 else numbers


def writes_in_place(function: Callable[..., Any]) -> bool:
    """Say whether a function of arithmetic writes over its first argument, as ``add_`` does."""
    name = function.__name__
    return name.startswith("__i") or (name.endswith("_") and not name.startswith("__"))


def _flat(value: Any) -> Any:
    """Return ``(3,)`` as ``3``, as PyTorch's functions take it."""
    return value[0] if isinstance(value, tuple | list) and len(value) == 1 else value


TRANSPARENT = ("contiguous", "clone", "detach", "to", "float", "double", "view", "reshape")
ARITHMETIC = (
    "add",
    "iadd",
    "radd",
    "sub",
    "isub",
    "rsub",
    "mul",
    "imul",
    "rmul",
    "div",
    "truediv",
)

FREE = (
    *("cat", "chunk", "dropout", "expand", "flatten", "flip", "getitem", "max", "amax", "mean"),
    *("min", "movedim", "pad", "permute", "pixel_shuffle", "pixel_unshuffle", "repeat", "roll"),
    *("rot90", "select", "softmax", "split", "squeeze", "stack", "sum", "swapaxes", "tile"),
    *("batch_norm", "group_norm", "layer_norm", "instance_norm", "rms_norm", "normalize"),
    *("interpolate", "upsample", "local_response_norm", "lp_pool2d", "fold", "unfold", "glu"),
    *("transpose", "unbind", "unflatten", "unsqueeze", "narrow", "T", "mT"),
)

FUNCTIONS: dict[str, tuple[str, Callable[[dict[str, Any]], Layer]]] = {
    "linear": (
        "input weight bias",
        lambda given: d.Linear(
            given["weight"].shape[0],
            given.get("bias") is not None,
            in_features=given["weight"].shape[1],
        ),
    ),
    "batch_norm": (
        "input running_mean running_var weight",
        lambda given: d.BatchNorm(
            None if given.get("running_mean") is None else given["running_mean"].shape[0],
            given.get("weight") is not None,
        ),
    ),
}
for _axes in (1, 2, 3):
    FUNCTIONS |= {
        f"conv{_axes}d": ("input weight bias stride padding dilation groups", _conv),
        f"conv_transpose{_axes}d": (
            "input weight bias stride padding output_padding groups dilation",
            _conv_transpose,
        ),
        f"max_pool{_axes}d": (
            "input kernel_size stride padding dilation ceil_mode",
            _pool("maxpool", _axes),
        ),
        f"avg_pool{_axes}d": (
            "input kernel_size stride padding ceil_mode",
            _pool("avgpool", _axes),
        ),
        f"adaptive_avg_pool{_axes}d": ("input output_size", _adaptive("adaptiveavg", _axes)),
        f"adaptive_max_pool{_axes}d": ("input output_size", _adaptive("adaptivemax", _axes)),
    }
