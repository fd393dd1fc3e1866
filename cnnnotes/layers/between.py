"""Layers that stand between convolutions: linear maps, activations, dropout, flattening."""

import numpy as np
import numpy.typing as npt

from cnnnotes import checks
from cnnnotes.activations import (
    gelu,
    gelu_backward,
    gradient_from_shares,
    leaky_relu,
    leaky_relu_backward,
    relu,
    relu_backward,
    softmax,
)
from cnnnotes.checks import Array
from cnnnotes.dense import (
    dropout_backward,
    dropout_mask,
    flatten,
    flatten_backward,
    linear,
    linear_backward,
)
from cnnnotes.layers.base import Init, Layer, Seed, Weighted

__all__ = [
    "GELU",
    "Dropout",
    "Dropout2d",
    "Flatten",
    "LeakyReLU",
    "Linear",
    "ReLU",
    "Softmax",
]


class Linear(Weighted):
    """Linear map: (..., in_features) → (..., out_features)."""

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        init: Init = "pytorch",
        dtype: npt.DTypeLike = "float32",
        seed: Seed = None,
    ) -> None:
        self.in_features = checks.integer("in_features", in_features, 1)
        self.out_features = checks.integer("out_features", out_features, 1)
        weight_shape = (out_features, in_features)
        bias = checks.flag("bias", bias)
        self._make(weight_shape, (out_features,) if bias else None, init, dtype, seed)

    def forward(self, input: Array) -> Array:
        """Return the output, and remember what `backward` will need."""
        output = linear(input, *self._weights())
        self._saved = input
        return output

    def backward(self, grad_output: Array, needs_input_grad: bool = True) -> Array | None:
        """Set the gradients of weight and bias; return that of the input."""
        return self._keep(
            linear_backward(
                grad_output, self._recall(), *self._weights(), needs_input_grad=needs_input_grad
            )
        )


class ReLU(Layer):
    """Replace what is negative by zero."""

    def forward(self, input: Array) -> Array:
        """Return the output, and remember what `backward` will need."""
        self._saved = relu(input)
        return self._saved

    def backward(self, grad_output: Array, needs_input_grad: bool = True) -> Array | None:
        """Return the gradient of the input: none where it was negative."""
        return relu_backward(grad_output, self._recall()) if needs_input_grad else None


class LeakyReLU(Layer):
    """Multiply what is negative by `negative_slope`."""

    def __init__(self, negative_slope: float = 0.01) -> None:
        self.negative_slope = checks.number("negative_slope", negative_slope)

    def forward(self, input: Array) -> Array:
        """Return the output, and remember what `backward` will need."""
        output = leaky_relu(input, self.negative_slope)
        self._saved = input
        return output

    def backward(self, grad_output: Array, needs_input_grad: bool = True) -> Array | None:
        """Return the gradient of the input: a share of it where that was negative."""
        if not needs_input_grad:
            return None
        return leaky_relu_backward(grad_output, self._recall(), self.negative_slope)


class GELU(Layer):
    """Multiply each value by the share of a normal distribution below it."""

    def forward(self, input: Array) -> Array:
        """Return the output, and remember what `backward` will need."""
        output = gelu(input)
        self._saved = input
        return output

    def backward(self, grad_output: Array, needs_input_grad: bool = True) -> Array | None:
        """Return the gradient of the input."""
        return gelu_backward(grad_output, self._recall()) if needs_input_grad else None


class Softmax(Layer):
    """Turn the values along `dim` into shares that add up to 1."""

    def __init__(self, dim: int) -> None:
        self.dim = checks.whole("dim", dim)

    def forward(self, input: Array) -> Array:
        """Return the output, and remember what `backward` will need."""
        self._saved = softmax(input, self.dim)
        return self._saved

    def backward(self, grad_output: Array, needs_input_grad: bool = True) -> Array | None:
        """Return the gradient of the input."""
        shares = self._recall()
        checks.same_shape("grad_output", grad_output, shares.shape, shares)
        return gradient_from_shares(grad_output, shares, self.dim) if needs_input_grad else None


class Dropout(Layer):
    """In training zero each value with probability `p` and scale the rest by 1 / (1 - p)."""

    def __init__(self, p: float = 0.5, *, seed: Seed = None) -> None:
        self.p = checks.probability("p", p)
        self.reset_parameters(seed)

    def reset_parameters(self, seed: Seed = None) -> None:
        """Start the layer's own random numbers anew, from a seed or a NumPy generator."""
        (self.rng,) = checks.generator("seed", seed, needed=False).spawn(1)

    def forward(self, input: Array) -> Array:
        """Return the output, and remember what `backward` will need."""
        shape = self._mask_shape(input)
        if not self.training:
            self._saved = "nothing dropped"
            return input
        self._saved = dropout_mask(shape, self.p, self.rng, input.dtype)
        return input * self._saved

    def backward(self, grad_output: Array, needs_input_grad: bool = True) -> Array | None:
        """Return the gradient of the input: none where it was dropped."""
        mask = self._recall()
        if not needs_input_grad:
            return None
        if not isinstance(mask, np.ndarray):
            return grad_output
        checks.floats("grad_output", grad_output)
        return dropout_backward(grad_output, np.broadcast_to(mask, grad_output.shape))

    def _mask_shape(self, input: Array) -> tuple[int, ...]:
        checks.floats("input", input)
        return input.shape


class Dropout2d(Dropout):
    """In training zero each map of each image as a whole with probability `p`, and scale the rest.

    Takes (N, C, H, W). Neighbouring pixels tell of each other, so single ones are hardly missed.

    Source: Tompson et al. 2015, "Efficient object localization using convolutional networks",
    section 3.2.
    """

    def _mask_shape(self, input: Array) -> tuple[int, ...]:
        checks.images("input", input)
        return (*input.shape[:2], 1, 1)


class Flatten(Layer):
    """Join axes into one: by default (N, C, H, W) → (N, C · H · W)."""

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        self.start_dim = checks.whole("start_dim", start_dim)
        self.end_dim = checks.whole("end_dim", end_dim)

    def forward(self, input: Array) -> Array:
        """Return the output, and remember what `backward` will need."""
        output = flatten(input, self.start_dim, self.end_dim)
        self._saved = input
        return output

    def backward(self, grad_output: Array, needs_input_grad: bool = True) -> Array | None:
        """Return the gradient of the input: the same numbers, unfolded."""
        if not needs_input_grad:
            return None
        return flatten_backward(grad_output, self._recall(), self.start_dim, self.end_dim)
