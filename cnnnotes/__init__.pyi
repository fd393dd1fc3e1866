# Every public name, once: read by Python (`cnnnotes/__init__.py`), type checkers and editors.

from cnnnotes import (
    activations as activations,
    conv as conv,
    conv_columns as conv_columns,
    data as data,
    dense as dense,
    inspection as inspection,
    layers as layers,
    losses as losses,
    norm as norm,
    optim as optim,
    pool as pool,
    pool_variants as pool_variants,
    report as report,
    resize as resize,
    shapes as shapes,
    training as training,
)
from cnnnotes.activations import (
    gelu as gelu,
    gelu_backward as gelu_backward,
    leaky_relu as leaky_relu,
    leaky_relu_backward as leaky_relu_backward,
    log_softmax as log_softmax,
    log_softmax_backward as log_softmax_backward,
    relu as relu,
    relu_backward as relu_backward,
    softmax as softmax,
    softmax_backward as softmax_backward,
)
from cnnnotes.conv import (
    conv2d as conv2d,
    conv2d_backward as conv2d_backward,
    conv_transpose2d as conv_transpose2d,
    conv_transpose2d_backward as conv_transpose2d_backward,
)
from cnnnotes.conv_columns import (
    col2im as col2im,
    col2im_backward as col2im_backward,
    conv2d_loops as conv2d_loops,
    conv2d_matrix as conv2d_matrix,
    im2col as im2col,
    im2col_backward as im2col_backward,
)
from cnnnotes.dense import (
    dropout as dropout,
    dropout_backward as dropout_backward,
    dropout_mask as dropout_mask,
    flatten as flatten,
    flatten_backward as flatten_backward,
    linear as linear,
    linear_backward as linear_backward,
)
from cnnnotes.losses import (
    cross_entropy as cross_entropy,
    cross_entropy_backward as cross_entropy_backward,
    mse_loss as mse_loss,
    mse_loss_backward as mse_loss_backward,
)
from cnnnotes.norm import (
    batch_norm as batch_norm,
    batch_norm_backward as batch_norm_backward,
    group_norm as group_norm,
    group_norm_backward as group_norm_backward,
)
from cnnnotes.pool import (
    avg_pool2d as avg_pool2d,
    avg_pool2d_backward as avg_pool2d_backward,
    max_pool2d as max_pool2d,
    max_pool2d_backward as max_pool2d_backward,
)
from cnnnotes.pool_variants import (
    adaptive_avg_pool2d as adaptive_avg_pool2d,
    adaptive_avg_pool2d_backward as adaptive_avg_pool2d_backward,
    adaptive_max_pool2d as adaptive_max_pool2d,
    adaptive_max_pool2d_backward as adaptive_max_pool2d_backward,
    blur_pool2d as blur_pool2d,
    blur_pool2d_backward as blur_pool2d_backward,
    lp_pool2d as lp_pool2d,
    lp_pool2d_backward as lp_pool2d_backward,
    max_blur_pool2d as max_blur_pool2d,
    max_blur_pool2d_backward as max_blur_pool2d_backward,
    max_unpool2d as max_unpool2d,
    max_unpool2d_backward as max_unpool2d_backward,
)
from cnnnotes.resize import (
    interpolate as interpolate,
    interpolate_backward as interpolate_backward,
)

__version__: str
