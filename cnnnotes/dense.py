"""What stands between convolutions: linear maps, dropout, flattening; with gradients."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cnnnotes import checks
from cnnnotes.checks import Array
from cnnnotes.shapes import diagnoses
from cnnnotes.shapes.diagnosis import ShapeError

__all__ = [
    "dropout",
    "dropout_backward",
    "dropout_mask",
    "flatten",
    "flatten_backward",
    "linear",
    "linear_backward",
]


def linear(input: Array, weight: Array, bias: Array | None = None) -> Array:
    """Map (..., in_features) to (..., out_features): `input @ weight.T + bias`.

    `weight` is (out_features, in_features) and `bias` (out_features,). Raises `TypeError` for an
    argument of the wrong kind or dtype, and `ShapeError`, a `ValueError`, where they don't fit.
    """
    _check_linear(input, weight, bias)
    output = input @ weight.T
    if bias is not None:
        output += bias
    return output


def linear_backward(
    grad_output: Array,
    input: Array,
    weight: Array,
    bias: Array | None = None,
    *,
    needs_input_grad: bool = True,
) -> tuple[Array | None, Array, Array | None]:
    """Return the gradients of `linear` with respect to input, weight and bias.

    The bias's is None where there is no bias, the input's where `needs_input_grad` is False.
    """
    _check_linear(input, weight, bias)
    out_features, in_features = weight.shape
    checks.same_shape("grad_output", grad_output, (*input.shape[:-1], out_features), input)
    wanted = checks.flag("needs_input_grad", needs_input_grad)
    grad_rows = grad_output.reshape(-1, out_features)
    grad_weight = grad_rows.T @ input.reshape(-1, in_features)
    grad_bias = None if bias is None else grad_rows.sum(axis=0)
    return grad_output @ weight if wanted else None, grad_weight, grad_bias


def _check_linear(input: Array, weight: Array, bias: Array | None) -> None:
    checks.floats("input", input, "* in_features")
    checks.floats("weight", weight, "out_features in_features", like=input)
    out_features, in_features = weight.shape
    if input.shape[-1] != in_features:
        if input.ndim > 2:
            raise ShapeError(diagnoses.flatten_missing(input.shape[1:], in_features, array="input"))
        raise ShapeError(diagnoses.linear_features(in_features, input.shape))
    if bias is not None:
        checks.same_shape("bias", bias, (out_features,), input)


def dropout_mask(
    shape: Sequence[int],
    p: float,
    rng: np.random.Generator | int,
    dtype: npt.DTypeLike = np.float32,
) -> Array:
    """Draw what `dropout` multiplies by: 0 with probability `p`, otherwise 1 / (1 - p).

    Raises `TypeError` if `rng` is neither a NumPy generator nor a seed, and `ValueError` if `p` is
    no probability.
    """
    p, dtype = checks.probability("p", p), checks.float_dtype("dtype", dtype)
    shape = checks.lengths("shape", shape)
    kept = checks.generator("rng", rng).random(shape, dtype=np.float32) >= p
    return np.multiply(kept, 1 / (1 - p) if p < 1 else 0, dtype=dtype)


def dropout(
    input: Array, p: float = 0.5, training: bool = True, *, rng: np.random.Generator | int
) -> Array:
    """Zero each value with probability `p` and scale the rest by 1 / (1 - p); any shape.

    The mean stays what it was, so nothing is left to do when `training` is False. `rng` is a
    NumPy generator or a seed: dropout here never draws from hidden state, so None is refused.

    Raises `TypeError` for an argument of the wrong kind, `ValueError` for another `p`.

    Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov 2014, "Dropout", section 10
    for the scaling.
    """
    checks.floats("input", input)
    p, rng = checks.probability("p", p), checks.generator("rng", rng)
    if not checks.flag("training", training):
        return input.copy()
    return input * dropout_mask(input.shape, p, rng, input.dtype)


def dropout_backward(grad_output: Array, mask: Array) -> Array:
    """Return the gradient of `dropout` with respect to its input, from its `dropout_mask`."""
    checks.floats("mask", mask)
    checks.same_shape("grad_output", grad_output, mask.shape, mask)
    return grad_output * mask


def flatten(input: Array, start_dim: int = 0, end_dim: int = -1) -> Array:
    """Join the axes from `start_dim` to `end_dim`, both included, into one; any shape and dtype.

    Raises `TypeError` if the input is no array or a dim no whole number, `ValueError` if it is no
    axis of the input.
    """
    start, end = _check_axes(input, start_dim, end_dim)
    joined = math.prod(input.shape[start : end + 1])
    return input.reshape(*input.shape[:start], joined, *input.shape[end + 1 :])


def flatten_backward(
    grad_output: Array, input: Array, start_dim: int = 0, end_dim: int = -1
) -> Array:
    """Return the gradient of `flatten` with respect to its input: the same numbers, unfolded."""
    checks.same_shape("grad_output", grad_output, flatten(input, start_dim, end_dim).shape, input)
    return grad_output.reshape(input.shape)


def _check_axes(input: Array, start_dim: int, end_dim: int) -> tuple[int, int]:
    axes = checks.array("input", input).ndim
    start = checks.axis("start_dim", start_dim, axes)
    end = checks.axis("end_dim", end_dim, axes)
    if start > end:
        raise ValueError(f"start_dim (={start_dim}) must not come after end_dim (={end_dim})")
    return start, end
