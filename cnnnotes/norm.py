"""Batch and group normalisation: subtract a mean, divide by a deviation; with gradients.

They differ in what is measured together. Batch normalisation measures each channel over all images
of a batch and all places; group normalisation measures each image by itself, some channels at a
time. Both are one computation on (sets, members, places) or its transpose.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from cnnnotes import checks
from cnnnotes.checks import Array

__all__ = ["batch_norm", "batch_norm_backward", "group_norm", "group_norm_backward"]


class Normalised(NamedTuple):
    """An input of mean 0 and deviation 1, and what its gradient needs.

    Attributes
    ----------
    values
        The normalised input, of its shape.
    scale
        What was multiplied by, 1 / √(variance + eps), with an axis of length 1 for each that was
        measured over.
    axes
        The axes of the view (N, groups, members, places) that were measured over; empty where
        the statistics were given.
    """

    values: Array
    scale: Array
    axes: tuple[int, ...]


def batch_norm(
    input: Array,
    running_mean: Array | None,
    running_var: Array | None,
    weight: Array | None = None,
    bias: Array | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Array:
    """Give each channel mean 0 and deviation 1, then `weight` and `bias`; (N, C, ...) → same.

    In training the statistics are those of this batch, over all its images and places, and the
    running ones move towards them, in place: by `momentum` of the way, the variance as that of a
    sample (divided by one less). Otherwise the running ones are used, as fixed numbers.

    Parameters
    ----------
    input
        (N, C, ...), float32 or float64.
    running_mean, running_var
        (C,), or None: then the batch is measured in any case.
    weight, bias
        (C,), or None for 1 and 0.
    momentum
        How much of the new statistics the running ones take in, from 0 to 1.
    eps
        Is added to the variance, so that a channel without any is not divided by 0.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind or dtype.
    ValueError
        If shapes do not fit, or a batch that is to be measured has a single value a channel.

    Source: Ioffe, Szegedy 2015, "Batch normalization", algorithms 1 and 2.
    """
    statistics = running_mean, running_var
    normalised = normalise_batch(input, *statistics, weight, bias, training, momentum, eps)
    return scale_channels(normalised.values, weight, bias)


def batch_norm_backward(
    grad_output: Array,
    input: Array,
    running_mean: Array | None,
    running_var: Array | None,
    weight: Array | None = None,
    bias: Array | None = None,
    training: bool = False,
    eps: float = 1e-5,
) -> tuple[Array, Array | None, Array | None]:
    """Return the gradients of `batch_norm` with respect to input, weight and bias.

    Those of weight and bias are None where there are none. Running statistics do not move.

    Source: Ioffe, Szegedy 2015, "Batch normalization", section 3, the equations before 3.1.
    """
    statistics = running_mean, running_var
    normalised = normalise_batch(input, *statistics, weight, bias, training, 0.0, eps)
    return gradients_through(grad_output, normalised, weight, bias)


def group_norm(
    input: Array,
    num_groups: int,
    weight: Array | None = None,
    bias: Array | None = None,
    eps: float = 1e-5,
) -> Array:
    """Normalise each image by itself, `num_groups` sets of channels apart; (N, C, ...) → same.

    One group is layer normalisation over (C, ...), as many as channels is instance normalisation.

    Parameters
    ----------
    input
        (N, C, ...), float32 or float64.
    num_groups
        Must divide C.
    weight, bias
        (C,), or None for 1 and 0.
    eps
        Is added to the variance.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind or dtype.
    ValueError
        If shapes do not fit.

    Source: Wu, He 2018, "Group normalization", section 3.1, equations 1 to 3 and 7.
    """
    normalised = normalise_groups(input, num_groups, weight, bias, eps)
    return scale_channels(normalised.values, weight, bias)


def group_norm_backward(
    grad_output: Array,
    input: Array,
    num_groups: int,
    weight: Array | None = None,
    bias: Array | None = None,
    eps: float = 1e-5,
) -> tuple[Array, Array | None, Array | None]:
    """Return the gradients of `group_norm` with respect to input, weight and bias.

    Those of weight and bias are None where there are none.
    """
    normalised = normalise_groups(input, num_groups, weight, bias, eps)
    return gradients_through(grad_output, normalised, weight, bias)


def normalise_batch(
    input: Array,
    running_mean: Array | None,
    running_var: Array | None,
    weight: Array | None,
    bias: Array | None,
    training: bool,
    momentum: float,
    eps: float,
) -> Normalised:
    """Return what `batch_norm` scales; in training the running statistics move."""
    channels = _check(input, weight, bias, eps)
    if (running_mean is None) != (running_var is None):
        raise ValueError("running_mean and running_var must both be given, or both be None")
    for name, array in (("running_mean", running_mean), ("running_var", running_var)):
        if array is not None:
            checks.same_shape(name, array, (channels,), input)
    momentum = checks.probability("momentum", momentum)
    rows = input.reshape(len(input), channels, 1, math.prod(input.shape[2:]))
    if not checks.flag("training", training) and running_mean is not None:
        assert running_var is not None
        scale = (1 / np.sqrt(running_var + eps)).astype(input.dtype).reshape(-1, 1, 1)
        values = (rows - running_mean.reshape(-1, 1, 1)) * scale
        return Normalised(values.reshape(input.shape), scale, ())
    count = len(input) * rows.shape[3]
    if count == 1:
        raise ValueError(
            f"input (shape {input.shape}) must have more than one value a channel, for its "
            "statistics are taken from them; give a larger batch, or training=False"
        )
    mean, variance, normalised = _normalised(rows, (0, 3), eps)
    if running_mean is not None and running_var is not None and training and count:
        running_mean += momentum * (mean.ravel() - running_mean)
        running_var += momentum * (variance.ravel() * (count / (count - 1)) - running_var)
    return normalised._replace(values=normalised.values.reshape(input.shape))


def normalise_groups(
    input: Array, num_groups: int, weight: Array | None, bias: Array | None, eps: float
) -> Normalised:
    """Return what `group_norm` scales."""
    channels = _check(input, weight, bias, eps)
    groups = checks.integer("num_groups", num_groups, 1)
    if channels % groups:
        raise ValueError(
            f"num_groups (={groups}) must divide the {channels} channels of input, "
            f"of shape {input.shape}"
        )
    rows = input.reshape(len(input), groups, channels // groups, math.prod(input.shape[2:]))
    *_, normalised = _normalised(rows, (2, 3), eps)
    return normalised._replace(values=normalised.values.reshape(input.shape))


def scale_channels(values: Array, weight: Array | None, bias: Array | None) -> Array:
    """Return values (N, C, ...) times the weight plus the bias of each channel, as a new array."""
    lined_up = (-1, *[1] * (values.ndim - 2))
    output = values.copy() if weight is None else values * weight.reshape(lined_up)
    if bias is not None:
        output += bias.reshape(lined_up)
    return output


def gradients_through(
    grad_output: Array, normalised: Normalised, weight: Array | None, bias: Array | None
) -> tuple[Array, Array | None, Array | None]:
    """Return the gradients of a normalisation by input, weight and bias.

    Mean and deviation moved with the input, so what in the gradient is constant over a set, or
    in proportion to the normalised values, has no effect and is taken out.
    """
    values, scale, axes = normalised
    checks.same_shape("grad_output", grad_output, values.shape, values)
    by_channel = (*values.shape[:2], math.prod(values.shape[2:]))
    grad, plain = grad_output.reshape(by_channel), values.reshape(by_channel)
    of_values, sums = np.vecdot(grad, plain), grad.sum(axis=2)  # (N, C)
    grad_weight = None if weight is None else of_values.sum(axis=0)
    grad_bias = None if bias is None else sums.sum(axis=0)
    if weight is not None:
        of_values, sums = of_values * weight, sums * weight
        grad = grad * weight.reshape(-1, 1)
    groups = scale.shape[1] if len(axes) and axes[0] == 2 else by_channel[1]
    in_sets = (len(values), groups, by_channel[1] // groups, by_channel[2])
    grad, plain = grad.reshape(in_sets), plain.reshape(in_sets)
    if axes:
        over = tuple(axis for axis in axes if axis < 3)
        count = math.prod(in_sets[axis] for axis in axes)
        sums = sums.reshape(in_sets[:3]).sum(axis=over, keepdims=True)[..., None]
        of_values = of_values.reshape(in_sets[:3]).sum(axis=over, keepdims=True)[..., None]
        grad_input = plain * (of_values / -count if count else of_values)
        grad_input += grad
        grad_input -= sums / count if count else sums
        grad_input *= scale
    else:
        grad_input = grad * scale
    return grad_input.reshape(values.shape), grad_weight, grad_bias


def _normalised(rows: Array, axes: tuple[int, int], eps: float) -> tuple[Array, Array, Normalised]:
    """Return mean and variance of sets of rows (N, groups, members, places), and the values."""
    count = math.prod(rows.shape[axis] for axis in axes) or 1
    mean = (rows.sum(axis=3, keepdims=True).sum(axis=axes[0], keepdims=True)) / count
    values = rows - mean
    squares = np.vecdot(values, values)[..., None]
    variance = squares.sum(axis=axes[0], keepdims=True) / count
    scale = 1 / np.sqrt(variance + eps)
    values *= scale
    return mean, variance, Normalised(values, scale, axes)


def _check(input: Any, weight: Any, bias: Any, eps: Any) -> int:
    checks.floats("input", input, "N C *")
    channels = int(input.shape[1])
    for name, array in (("weight", weight), ("bias", bias)):
        if array is not None:
            checks.same_shape(name, array, (channels,), input)
    checks.positive("eps", eps)
    return channels
