"""Convolution and pooling in NumPy, with PyTorch's names and semantics.

Names are imported on first use, so that `cnnnotes.shapes` runs where there is no NumPy.
"""

from importlib import import_module
from importlib.metadata import version
from typing import Any

__version__ = version("cnnnotes")

_NAMES = {
    "conv": (
        "conv2d",
        "conv2d_backward",
        "conv_transpose2d",
        "conv_transpose2d_backward",
    ),
    "conv_columns": (
        "col2im",
        "col2im_backward",
        "conv2d_loops",
        "conv2d_matrix",
        "im2col",
        "im2col_backward",
    ),
    "dense": (
        "dropout",
        "dropout_backward",
        "dropout_mask",
        "flatten",
        "flatten_backward",
        "linear",
        "linear_backward",
        "relu",
        "relu_backward",
    ),
    "losses": (
        "cross_entropy",
        "cross_entropy_backward",
        "log_softmax",
        "log_softmax_backward",
        "mse_loss",
        "mse_loss_backward",
    ),
    "pool": (
        "avg_pool2d",
        "avg_pool2d_backward",
        "max_pool2d",
        "max_pool2d_backward",
    ),
    "pool_variants": (
        "adaptive_avg_pool2d",
        "adaptive_avg_pool2d_backward",
        "adaptive_max_pool2d",
        "adaptive_max_pool2d_backward",
        "blur_pool2d",
        "blur_pool2d_backward",
        "lp_pool2d",
        "lp_pool2d_backward",
        "max_unpool2d",
        "max_unpool2d_backward",
    ),
}
_ROOMS = (*_NAMES, "data", "inspection", "layers", "optim", "report", "shapes", "training")

__all__ = ["__version__", *sorted(name for names in _NAMES.values() for name in names)]


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f"cnnnotes.{name}")
    for room, names in _NAMES.items():
        if name in names:
            return getattr(import_module(f"cnnnotes.{room}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_ROOMS})
