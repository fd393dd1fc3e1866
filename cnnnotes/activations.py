"""Functions of single values, and the softmax along an axis; with gradients."""

import math
from functools import cache
from typing import Any

import numpy as np

from cnnnotes import checks
from cnnnotes.checks import Array

__all__ = [
    "gelu",
    "gelu_backward",
    "leaky_relu",
    "leaky_relu_backward",
    "log_softmax",
    "log_softmax_backward",
    "relu",
    "relu_backward",
    "softmax",
    "softmax_backward",
]


def relu(input: Array) -> Array:
    """Replace what is negative by zero; any shape.

    Source: Nair, Hinton 2010, "Rectified linear units improve restricted Boltzmann machines".
    """
    checks.floats("input", input)
    # With zeros for one image NumPy's maximum is three times as quick as with the number 0.
    return np.maximum(input, np.zeros(input.shape[1:], input.dtype))


def relu_backward(grad_output: Array, input: Array) -> Array:
    """Return the gradient of `relu` with respect to its input; at 0 it is 0, as in PyTorch.

    The output of `relu` may be given as `input`: both are positive in the same places.
    """
    _check_grad(grad_output, input)
    return grad_output * (input > 0)


def leaky_relu(input: Array, negative_slope: float = 0.01) -> Array:
    """Multiply what is negative by `negative_slope`; any shape.

    Raises `TypeError` if an argument is of the wrong kind, `ValueError` for a slope that is not
    finite.

    Source: Maas, Hannun, Ng 2013, "Rectifier nonlinearities improve neural network acoustic
    models", section 2.1.
    """
    checks.floats("input", input)
    slope = checks.number("negative_slope", negative_slope)
    leaked = np.multiply(input, input.dtype.type(slope), out=np.empty_like(input))
    if 0 <= slope <= 1:
        return np.maximum(input, leaked, out=leaked)
    np.copyto(leaked, input, where=input > 0)
    return leaked


def leaky_relu_backward(grad_output: Array, input: Array, negative_slope: float = 0.01) -> Array:
    """Return the gradient of `leaky_relu` with respect to its input; at 0 it is the slope's."""
    _check_grad(grad_output, input)
    slope = checks.number("negative_slope", negative_slope)
    slope_of = grad_output.dtype.type(slope)
    grad_input = np.multiply(grad_output, slope_of, out=np.empty_like(grad_output))
    np.copyto(grad_input, grad_output, where=input > 0)
    return grad_input


def gelu(input: Array) -> Array:
    """Multiply each value by the share Φ of a normal distribution that lies below it; any shape.

    Exact to the last digits, as in PyTorch without `approximate`.

    Source: Hendrycks, Gimpel 2016, "Gaussian error linear units", section 2.
    """
    checks.floats("input", input)
    below, _ = _normal(input)
    below *= input
    return below


def gelu_backward(grad_output: Array, input: Array) -> Array:
    """Return the gradient of `gelu` with respect to its input, Φ(x) + x φ(x) of each value."""
    _check_grad(grad_output, input)
    below, density = _normal(input)
    density *= input
    density += below
    density *= grad_output
    return density


def softmax(input: Array, dim: int) -> Array:
    """Return shares that add up to 1 along `dim`, in proportion to exp(input); any shape.

    Raises `TypeError` if the input is no array of floats, `ValueError` if it has no such axis, or
    nothing along it.

    Source: Bridle 1990, "Probabilistic interpretation of feedforward classification network
    outputs", equation 2.
    """
    exponentials = _shifted(input, dim)
    np.exp(exponentials, out=exponentials)
    exponentials /= exponentials.sum(axis=dim, keepdims=True)
    return exponentials


def softmax_backward(grad_output: Array, input: Array, dim: int) -> Array:
    """Return the gradient of `softmax` with respect to its input."""
    shares = softmax(input, dim)
    checks.same_shape("grad_output", grad_output, input.shape, input)
    return gradient_from_shares(grad_output, shares, dim)


def gradient_from_shares(grad_output: Array, shares: Array, dim: int) -> Array:
    """Return the gradient of `softmax` from its output."""
    weighted = grad_output * shares
    return weighted - shares * weighted.sum(axis=dim, keepdims=True)


def log_softmax(input: Array, dim: int) -> Array:
    """Return the logarithm of the softmax along `dim`, safe for large values; any shape.

    Raises as `softmax`.
    """
    shifted = _shifted(input, dim)
    return shifted - np.log(np.exp(shifted).sum(axis=dim, keepdims=True))


def log_softmax_backward(grad_output: Array, input: Array, dim: int) -> Array:
    """Return the gradient of `log_softmax` with respect to its input."""
    shares = np.exp(log_softmax(input, dim))
    checks.same_shape("grad_output", grad_output, input.shape, input)
    return grad_output - shares * grad_output.sum(axis=dim, keepdims=True)


def _shifted(input: Array, dim: int) -> Array:
    checks.floats("input", input)
    dim = checks.axis("dim", dim, input.ndim)
    if input.shape[dim] == 0:
        raise ValueError(f"input (shape {input.shape}) must not be empty along dim (={dim})")
    return input - input.max(axis=dim, keepdims=True)


def _check_grad(grad_output: Array, input: Array) -> None:
    checks.floats("input", input)
    checks.same_shape("grad_output", grad_output, input.shape, input)


_STEPS = 64  # points of the table to 1
_END = 9  # beyond ±9, Φ is 0 or 1 in float64


def _normal(input: Array) -> tuple[Array, Array]:
    """Return Φ and φ of a standard normal distribution: how much lies below, and its density.

    NumPy has no error function. So Φ is looked up at the nearest of 1,153 points that
    `math.erf` gave, and continued from there by Taylor's series, whose terms
    are φ times Hermite polynomials; |offset| ≤ 1/128 makes the first term left out 10⁻¹⁵.
    """
    table, densities = _tables(input.dtype.char)
    clipped = np.clip(input, -_END, _END)
    place = np.rint(clipped * _STEPS)
    offset = clipped - place / _STEPS
    with np.errstate(invalid="ignore"):  # NaN has no place, and stays NaN by its offset
        index = np.add(place, _END * _STEPS, dtype=np.int64, casting="unsafe")
    at = place / _STEPS
    square = at * at
    terms: list[Any] = [-at / 2, (square - 1) / 6]
    if input.dtype == np.float64:
        terms += [(3 - square) * at / 24, ((square - 6) * square + 3) / 120]
    series = terms[-1]
    for term in reversed(terms[:-1]):
        series = series * offset + term
    series = (1 + series * offset) * offset
    below = table.take(index, mode="clip") + densities.take(index, mode="clip") * series
    return below, np.exp(clipped * clipped / -2) * input.dtype.type(1 / math.sqrt(2 * math.pi))


@cache
def _tables(char: str) -> tuple[Array, Array]:
    points = [step / _STEPS for step in range(-_END * _STEPS, _END * _STEPS + 1)]
    below = [math.erfc(-point / math.sqrt(2)) / 2 for point in points]
    density = [math.exp(-point * point / 2) / math.sqrt(2 * math.pi) for point in points]
    return np.array(below, char), np.array(density, char)
