"""Convolution and pooling in NumPy, with PyTorch's names and semantics."""

from importlib.metadata import version

from cnnnotes.conv import conv2d, conv2d_backward
from cnnnotes.dense import (
    dropout,
    dropout_backward,
    dropout_mask,
    flatten,
    flatten_backward,
    linear,
    linear_backward,
    relu,
    relu_backward,
)
from cnnnotes.losses import (
    cross_entropy,
    cross_entropy_backward,
    log_softmax,
    log_softmax_backward,
    mse_loss,
    mse_loss_backward,
)
from cnnnotes.pool import max_pool2d, max_pool2d_backward

__version__ = version("cnnnotes")

__all__ = [
    "conv2d",
    "conv2d_backward",
    "cross_entropy",
    "cross_entropy_backward",
    "dropout",
    "dropout_backward",
    "dropout_mask",
    "flatten",
    "flatten_backward",
    "linear",
    "linear_backward",
    "log_softmax",
    "log_softmax_backward",
    "max_pool2d",
    "max_pool2d_backward",
    "mse_loss",
    "mse_loss_backward",
    "relu",
    "relu_backward",
]
