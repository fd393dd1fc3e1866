"""What functions do to a flow: ``F.relu(x)``, ``x.view(-1, 400)``, ``torch.cat([a, b], 1)``."""

from collections.abc import Callable
from typing import Any

from cnnnotes.shapes.flow import Flow, Part, joined

BATCH = object()  # what x.size(0) gives
SIZES = object()  # x.shape


class Refused(Exception):
    """What a function does is not known; the text says which."""


_CLASSES = {
    "relu": "ReLU",
    "relu_": "ReLU",
    "relu6": "ReLU6",
    "leaky_relu": "LeakyReLU",
    "elu": "ELU",
    "selu": "SELU",
    "celu": "CELU",
    "gelu": "GELU",
    "silu": "SiLU",
    "mish": "Mish",
    "sigmoid": "Sigmoid",
    "logsigmoid": "LogSigmoid",
    "tanh": "Tanh",
    "softplus": "Softplus",
    "hardswish": "Hardswish",
    "hardsigmoid": "Hardsigmoid",
    "hardtanh": "Hardtanh",
    "softmax": "Softmax",
    "log_softmax": "LogSoftmax",
    "dropout": "Dropout",
    "dropout2d": "Dropout2d",
    "alpha_dropout": "AlphaDropout",
    "max_pool2d": "MaxPool2d",
    "avg_pool2d": "AvgPool2d",
    "lp_pool2d": "LPPool2d",
    "adaptive_avg_pool2d": "AdaptiveAvgPool2d",
    "adaptive_max_pool2d": "AdaptiveMaxPool2d",
}
_SAME = ("contiguous", "to", "float", "double", "half", "clone", "detach", "cuda", "cpu")
FUNCTIONS = frozenset(
    {*_CLASSES, *_SAME, "flatten", "view", "reshape", "mean", "cat", "concat", "concatenate"}
    | {"add", "add_", "size"}
)


def applied(name: str, args: list[Any], kwargs: dict[str, Any], place: str) -> Any:
    """Return what a function makes of a flow, its first argument.

    Raises
    ------
    Refused
        If it cannot be told.
    """
    flow, *rest = args or [kwargs.pop("input", None)]
    if name in ("cat", "concat", "concatenate"):
        return _cat(flow if args else kwargs.pop("tensors", None), rest, kwargs)
    if name == "add" and isinstance(flow, list | tuple):
        return _joined(list(flow), "add")
    if name in ("add", "add_"):
        return _joined([flow, *rest], "add")
    if not isinstance(flow, Flow):
        raise Refused(f"{name}() of no layer's output")
    if name in _SAME:
        return flow
    if name == "size":
        return BATCH if rest == [0] or kwargs == {"dim": 0} else SIZES
    if name in _OF_SHAPE:
        return _OF_SHAPE[name](flow, rest, kwargs)
    kind = _CLASSES[name]
    if "Pool" not in kind:
        rest, kwargs = [], {}
    if name == "max_pool2d":  # the function has these two the other way round than the class
        kwargs = dict(zip(("ceil_mode", "return_indices"), rest[4:], strict=False)) | kwargs
        rest = rest[:4]
    return flow.then(Part(kind, tuple(rest), kwargs, place))


def _cat(parts: Any, rest: list[Any], kwargs: dict[str, Any]) -> Flow:
    dim = (rest or [kwargs.get("dim", kwargs.get("axis", 0))])[0]
    if dim not in (1, -3) or not isinstance(parts, list | tuple):
        raise Refused(f"cat along axis {dim!r}")
    return _joined(list(parts), "cat")


def _joined(parts: list[Any], kind: str) -> Flow:
    if not parts or not all(isinstance(part, Flow) for part in parts):
        raise Refused(f"{kind} of anything but layers' outputs")
    return joined(parts, kind)


def _viewed(flow: Flow, rest: list[Any], kwargs: dict[str, Any]) -> Flow:
    sizes = rest[0] if len(rest) == 1 and isinstance(rest[0], tuple | list) else rest
    first_is_batch = len(sizes) == 2 and (sizes[0] is BATCH or sizes[0] == -1)
    if kwargs or not first_is_batch or not (type(sizes[1]) is int or sizes[1] is BATCH):
        raise Refused("a view that is no flattening")
    return flow.then(Part("Flatten"))


def _flattened(flow: Flow, rest: list[Any], kwargs: dict[str, Any]) -> Flow:
    start = (rest or [kwargs.get("start_dim", 0)])[0]
    end = (rest[1:] or [kwargs.get("end_dim", -1)])[0]
    if start != 1 or end != -1:
        raise Refused("flattening of other axes than 1 to the last (the batch axis stays)")
    return flow.then(Part("Flatten"))


def _averaged(flow: Flow, rest: list[Any], kwargs: dict[str, Any]) -> Flow:
    axes = kwargs.get("dim", kwargs.get("axis", rest[0] if len(rest) == 1 else rest))
    axes = tuple(axes) if isinstance(axes, tuple | list) else (axes,)
    if sorted(axes, key=str) not in ([2, 3], [-1, -2]):
        raise Refused("a mean over other axes than height and width")
    pooled = flow.then(Part("AdaptiveAvgPool2d", (1,)))
    return pooled if kwargs.get("keepdim") else pooled.then(Part("Flatten"))


_OF_SHAPE: dict[str, Callable[[Flow, list[Any], dict[str, Any]], Flow]] = {
    "view": _viewed,
    "reshape": _viewed,
    "flatten": _flattened,
    "mean": _averaged,
}
