"""Centred differences: what every hand-written gradient is held against."""

import numpy as np


def numeric_gradient(function, array, step=1e-5):
    """The gradient of a function of one float64 array that returns a number, entry by entry."""
    gradient = np.zeros_like(array)
    for index in np.ndindex(array.shape):
        up, down = array.copy(), array.copy()
        up[index] += step
        down[index] -= step
        gradient[index] = (function(up) - function(down)) / (2 * step)
    return gradient


def relative_error(ours, numeric):
    """The largest difference, relative to the largest entry."""
    return np.abs(ours - numeric).max() / max(1e-3, np.abs(ours).max(), np.abs(numeric).max())


def assert_gradients(function, arrays, gradients, output_gradient):
    """Check the gradients of sum(function(*arrays) * output_gradient) by each of the arrays."""
    for position, gradient in enumerate(gradients):

        def loss(changed, position=position):
            inputs = [*arrays[:position], changed, *arrays[position + 1 :]]
            return float((function(*inputs) * output_gradient).sum())

        assert relative_error(gradient, numeric_gradient(loss, arrays[position])) < 1e-7
