"""Losses and their gradients: where training starts to go backwards."""

import math
from typing import Any, Literal

import numpy as np

from cnnnotes import checks
from cnnnotes.activations import log_softmax
from cnnnotes.checks import Array

__all__ = [
    "cross_entropy",
    "cross_entropy_backward",
    "mse_loss",
    "mse_loss_backward",
]

Reduction = Literal["none", "mean", "sum"]


def cross_entropy(
    input: Array,
    target: Array,
    *,
    reduction: Reduction = "mean",
    label_smoothing: float = 0.0,
) -> Any:
    """Return how surprised the softmax of the logits is by the true classes, in nats.

    Parameters
    ----------
    input
        Logits (N, C) or (N, C, *), such as (N, C, H, W).
    target
        Whole numbers from 0 to C - 1, of shape (N,) or (N, *).
    reduction
        "mean" or "sum" over all targets, or "none" for one loss a target.
    label_smoothing
        The share of each target that is spread evenly over all C classes.

    Raises
    ------
    TypeError
        If the logits are not floats or the targets not whole numbers.
    ValueError
        If shapes disagree, a target is no class, an option is unknown, or there is nothing to
        take the mean of.

    Source: Goodfellow, Bengio, Courville 2016, "Deep learning", section 6.2.2.3; for the smoothing
    Szegedy et al. 2016, "Rethinking the Inception architecture", section 7.
    """
    target, label_smoothing = _check_classes(input, target, label_smoothing)
    _check_reduction(reduction, target)
    log_probabilities = log_softmax(input, dim=1)
    losses = -np.take_along_axis(log_probabilities, target[:, None], axis=1)[:, 0]
    if label_smoothing:
        losses *= 1 - label_smoothing
        losses -= label_smoothing * log_probabilities.mean(axis=1)
    return _reduce(losses, reduction)


def cross_entropy_backward(
    grad_output: Array | float,
    input: Array,
    target: Array,
    *,
    reduction: Reduction = "mean",
    label_smoothing: float = 0.0,
) -> Array:
    """Return the gradient of `cross_entropy` with respect to the logits: softmax − target.

    `grad_output` is a number, 1.0 to train on the loss itself, or with reduction "none" an array
    of the shape of `target`.
    """
    target, label_smoothing = _check_classes(input, target, label_smoothing)
    _check_reduction(reduction, target)
    grad_input = np.exp(log_softmax(input, dim=1))
    classes = target[:, None]
    at_target = np.take_along_axis(grad_input, classes, axis=1) - (1 - label_smoothing)
    np.put_along_axis(grad_input, classes, at_target, axis=1)
    if label_smoothing:
        grad_input -= label_smoothing / input.shape[1]
    grad_input *= _grad_losses(grad_output, reduction, target.shape, input)[:, None]
    return grad_input


def mse_loss(input: Array, target: Array, reduction: Reduction = "mean") -> Any:
    """Return the squared difference of two arrays of one shape: its mean, its sum, or each.

    Raises `ValueError` where the shapes differ: broadcasting here is nearly always a mistake.
    """
    _check_alike(input, target, reduction)
    return _reduce((input - target) ** 2, reduction)


def mse_loss_backward(
    grad_output: Array | float, input: Array, target: Array, reduction: Reduction = "mean"
) -> tuple[Array, Array]:
    """Return the gradients of `mse_loss` with respect to input and target."""
    _check_alike(input, target, reduction)
    grad_input = 2 * (input - target) * _grad_losses(grad_output, reduction, input.shape, input)
    return grad_input, -grad_input


def _reduce(losses: Array, reduction: Reduction) -> Any:
    if reduction == "none":
        return losses
    return losses.mean() if reduction == "mean" else losses.sum()


def _grad_losses(
    grad_output: Array | float, reduction: Reduction, shape: tuple[int, ...], like: Array
) -> Array:
    """Undo the reduction: the gradient of each single loss."""
    if not isinstance(grad_output, np.ndarray | np.generic) or not np.isrealobj(grad_output):
        grad_output = checks.number("grad_output", grad_output)
    elif checks.array("grad_output", np.asanyarray(grad_output)).dtype.kind not in "iuf":
        raise TypeError(f"grad_output (dtype {grad_output.dtype}) must hold numbers")
    grad_output = np.asarray(grad_output, dtype=like.dtype)
    expected = shape if reduction == "none" else ()
    if grad_output.shape != expected:
        raise ValueError(
            f"grad_output (shape {grad_output.shape}) must have the shape of the loss with "
            f"reduction {reduction!r}, {expected}"
        )
    if reduction == "mean":
        grad_output = grad_output / np.asarray(max(1, np.prod(shape)), like.dtype)
    return np.broadcast_to(grad_output, shape)


def _check_reduction(reduction: str, target: Array) -> None:
    checks.one_of("reduction", reduction, ("none", "mean", "sum"))
    if reduction == "mean" and target.size == 0:
        raise ValueError(
            f"target (shape {target.shape}) must not be empty: the mean of no losses is undefined; "
            "take reduction='sum'"
        )


def _check_alike(input: Array, target: Array, reduction: str) -> None:
    checks.floats("input", input)
    checks.same_shape("target", target, input.shape, input)
    _check_reduction(reduction, target)


def _check_classes(input: Array, target: Array, label_smoothing: Any) -> tuple[Array, float]:
    """Check what `cross_entropy` needs; return the targets and the smoothing in plain types."""
    checks.floats("input", input, "N C *")
    smoothing = checks.probability("label_smoothing", label_smoothing)
    expected = (input.shape[0], *input.shape[2:])
    checks.classes("target", target)
    if target.shape != expected:
        fix = ""
        if target.shape == input.shape:
            fix = "; if it is one-hot, try target.argmax(1)"
        elif target.size == math.prod(expected) and target.ndim:
            fix = f"; try target.reshape{expected}"
        raise ValueError(
            f"target (shape {target.shape}) must have one class for each of the logits "
            f"(shape {input.shape}): shape {expected}{fix}"
        )
    classes = input.shape[1]
    if target.size and not 0 <= target.min() <= target.max() < classes:
        wrong = target.min() if target.min() < 0 else target.max()
        fix = (
            "; if they count from 1, try target - 1"
            if 1 <= target.min() <= wrong == classes
            else ""
        )
        raise ValueError(
            f"target (holding {wrong}) must hold classes from 0 to {classes - 1}, because the "
            f"logits (shape {input.shape}) have {classes}{fix}"
        )
    return target.astype(np.int64, copy=False), smoothing
