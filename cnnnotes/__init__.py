"""Convolution and pooling in NumPy, with PyTorch's names and semantics."""

from importlib.metadata import version

from cnnnotes.conv import conv2d, conv2d_backward, conv_transpose2d, conv_transpose2d_backward
from cnnnotes.conv_columns import (
    col2im,
    col2im_backward,
    conv2d_loops,
    conv2d_matrix,
    im2col,
    im2col_backward,
)
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
from cnnnotes.pool import avg_pool2d, avg_pool2d_backward, max_pool2d, max_pool2d_backward
from cnnnotes.pool_variants import (
    adaptive_avg_pool2d,
    adaptive_avg_pool2d_backward,
    adaptive_max_pool2d,
    adaptive_max_pool2d_backward,
    blur_pool2d,
    blur_pool2d_backward,
    lp_pool2d,
    lp_pool2d_backward,
    max_unpool2d,
    max_unpool2d_backward,
)

__version__ = version("cnnnotes")

__all__ = [
    "__version__",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool2d_backward",
    "adaptive_max_pool2d",
    "adaptive_max_pool2d_backward",
    "avg_pool2d",
    "avg_pool2d_backward",
    "blur_pool2d",
    "blur_pool2d_backward",
    "col2im",
    "col2im_backward",
    "conv2d",
    "conv2d_backward",
    "conv2d_loops",
    "conv2d_matrix",
    "conv_transpose2d",
    "conv_transpose2d_backward",
    "cross_entropy",
    "cross_entropy_backward",
    "dropout",
    "dropout_backward",
    "dropout_mask",
    "flatten",
    "flatten_backward",
    "im2col",
    "im2col_backward",
    "linear",
    "linear_backward",
    "log_softmax",
    "log_softmax_backward",
    "lp_pool2d",
    "lp_pool2d_backward",
    "max_pool2d",
    "max_pool2d_backward",
    "max_unpool2d",
    "max_unpool2d_backward",
    "mse_loss",
    "mse_loss_backward",
    "relu",
    "relu_backward",
]
