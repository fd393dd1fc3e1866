"""One call of every operation that has a gradient, for what must hold of all of them."""

import numpy as np

from cnnnotes import (
    activations,
    conv,
    conv_columns,
    dense,
    losses,
    norm,
    pool,
    pool_variants,
    resize,
)

MODULES = (conv, conv_columns, pool, pool_variants, resize, activations, dense, norm, losses)


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def dropout_backward(grad_output, input, p, rng):
    mask = dense.dropout_mask(input.shape, p, np.random.default_rng(rng), input.dtype)
    return dense.dropout_backward(grad_output, mask)


def batch_norm(input, weight, bias, eps):
    return norm.batch_norm(input, None, None, weight, bias, eps=eps)


def batch_norm_backward(grad_output, input, weight, bias, eps):
    return norm.batch_norm_backward(grad_output, input, None, None, weight, bias, eps=eps)


def group_norm(input, weight, bias, num_groups, eps):
    return norm.group_norm(input, num_groups, weight, bias, eps)


def group_norm_backward(grad_output, input, weight, bias, num_groups, eps):
    return norm.group_norm_backward(grad_output, input, num_groups, weight, bias, eps)


def calls():
    """Return {name: (operation, its gradient, arrays, other arguments)}; arrays are new."""
    image, filters, bias = normal(2, 2, 6, 7), normal(4, 1, 3, 2, seed=1), normal(4, seed=2)
    window = {"kernel_size": (3, 2), "padding": (1, 0), "stride": (2, 1)}
    columns = conv_columns.im2col(image, **window)
    maxima, indices = pool.max_pool2d(image, 2, return_indices=True)
    strides = {"stride": (2, 1), "padding": (1, 0), "groups": 2}
    grid = {"output_size": (4, 3)}
    unpooled = {"indices": indices, "kernel_size": 2, "output_size": (6, 7)}
    classes = {"target": np.array([1, 0]), "label_smoothing": 0.1, "reduction": "sum"}
    arguments = {
        "conv2d": ([image, filters, bias], strides | {"dilation": 2}),
        "conv_transpose2d": (
            [image, normal(2, 2, 3, 2), bias],
            strides | {"output_padding": (1, 0)},
        ),
        "im2col": ([image], window),
        "col2im": ([columns], window | {"output_size": (6, 7)}),
        "max_pool2d": ([image], window | {"ceil_mode": True}),
        "avg_pool2d": ([image], window | {"ceil_mode": True, "count_include_pad": False}),
        "lp_pool2d": ([np.abs(image) + 0.1], {"norm_type": 3, "kernel_size": 2, "stride": 1}),
        "adaptive_avg_pool2d": ([image], grid),
        "adaptive_max_pool2d": ([image], grid),
        "max_unpool2d": ([maxima], unpooled),
        "blur_pool2d": ([image], {"kernel_size": 4}),
        "relu": ([image], {}),
        "linear": ([normal(2, 3), normal(4, 3, seed=1), bias], {}),
        "dropout": ([image], {"p": 0.3, "rng": 0}),
        "flatten": ([image], {"start_dim": 1}),
        "batch_norm": ([image, normal(2), normal(2, seed=1)], {"eps": 0.01}),
        "group_norm": ([image, normal(2), normal(2, seed=1)], {"num_groups": 1, "eps": 0.01}),
        "interpolate": ([image], {"size": (5, 9), "mode": "bilinear"}),
        "max_blur_pool2d": ([image], {"kernel_size": 3, "stride": (1, 2)}),
        "leaky_relu": ([image], {"negative_slope": 0.3}),
        "gelu": ([image], {}),
        "softmax": ([normal(2, 3)], {"dim": 1}),
        "log_softmax": ([normal(2, 3)], {"dim": 1}),
        "cross_entropy": ([normal(2, 3)], classes),
        "mse_loss": ([image, np.cos(image)], {"reduction": "sum"}),
    }
    found = {name: value for module in MODULES for name, value in vars(module).items()}
    found |= globals()  # for the order of arguments, or for what else they need
    return {
        name: (found[name], found[f"{name}_backward"], arrays, others)
        for name, (arrays, others) in arguments.items()
    }
