"""Layers that give what they pass on mean 0 and deviation 1."""

import numpy as np
import numpy.typing as npt

from cnnnotes import checks
from cnnnotes.checks import Array
from cnnnotes.layers.base import Buffer, Layer, Parameter, Seed, filled
from cnnnotes.norm import gradients_through, normalise_batch, normalise_groups, scale_channels
from cnnnotes.shapes import diagnoses
from cnnnotes.shapes.diagnosis import ShapeError

__all__ = ["BatchNorm2d", "GroupNorm"]


class _Norm(Layer):
    """A layer that normalises, then scales and shifts each channel if it is `affine`."""

    affine: bool
    dtype: str
    weight: Parameter
    bias: Parameter

    def _scale(self, channels: int, affine: bool, dtype: npt.DTypeLike) -> None:
        self.affine = checks.flag("affine", affine)
        self.dtype = checks.float_dtype("dtype", dtype).name
        if affine:
            self.weight = Parameter(filled((channels,), 1, self.dtype))
            self.bias = Parameter(filled((channels,), 0, self.dtype))

    def reset_parameters(self, seed: Seed = None) -> None:
        """Start again from weight 1 and bias 0, with no batch seen; nothing is drawn."""
        for name, value in self._state().items():
            value.data[...] = name in ("weight", "running_var")

    def backward(self, grad_output: Array, needs_input_grad: bool = True) -> Array | None:
        """Set the gradients of weight and bias; return that of the input."""
        grad_input, *grads = gradients_through(grad_output, self._recall(), *self._weights())
        for parameter, grad in zip(self.parameters(), grads, strict=False):
            parameter.grad = grad
        return grad_input if needs_input_grad else None

    def _weights(self) -> tuple[Array | None, Array | None]:
        return (self.weight.data, self.bias.data) if self.affine else (None, None)


class BatchNorm2d(_Norm):
    """Normalise each channel over batch and places: (N, num_features, H, W) → same.

    Arguments are those of `torch.nn.BatchNorm2d`; see `cnnnotes.batch_norm`. With momentum None
    the running statistics are the plain mean of all batches. Without `track_running_stats` each
    batch is measured, in eval mode too.
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        *,
        dtype: npt.DTypeLike = "float32",
    ) -> None:
        self.num_features = checks.integer("num_features", num_features, 1)
        self.eps = checks.positive("eps", eps)
        self.momentum = None if momentum is None else checks.probability("momentum", momentum)
        self.track_running_stats = checks.flag("track_running_stats", track_running_stats)
        checks.possible("num_features", num_features, (self.num_features,))
        self._scale(num_features, affine, dtype)
        if track_running_stats:
            self.running_mean = Buffer(filled((num_features,), 0, self.dtype))
            self.running_var = Buffer(filled((num_features,), 1, self.dtype))
            self.num_batches_tracked = Buffer(np.zeros((), np.int64))

    def forward(self, input: Array) -> Array:
        """Return the output, and remember what `backward` will need."""
        checks.images("input", input, self.num_features)
        if input.shape[1] != self.num_features:
            raise ShapeError(diagnoses.batchnorm_features(self.num_features, input.shape[1]))
        running: tuple[Array | None, Array | None] = None, None
        momentum = self.momentum
        if self.track_running_stats:
            running = self.running_mean.data, self.running_var.data
            seen = int(self.num_batches_tracked.data) + 1
            momentum = 1 / seen if momentum is None else momentum
        self._saved = normalise_batch(
            input, *running, *self._weights(), self.training, momentum or 0.0, self.eps
        )
        if self.training and self.track_running_stats:
            self.num_batches_tracked.data += 1
        return scale_channels(self._saved.values, *self._weights())


class GroupNorm(_Norm):
    """Normalise each image by itself, groups of channels apart: (N, num_channels, ...) → same.

    Arguments are those of `torch.nn.GroupNorm`; see `cnnnotes.group_norm`.
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        *,
        dtype: npt.DTypeLike = "float32",
    ) -> None:
        self.num_groups = checks.integer("num_groups", num_groups, 1)
        self.num_channels = checks.integer("num_channels", num_channels, 1)
        self.eps = checks.positive("eps", eps)
        checks.possible("num_channels", num_channels, (self.num_channels,))
        if num_channels % num_groups:
            raise ShapeError(
                diagnoses.groups_divide("num_channels", self.num_channels, self.num_groups)
            )
        self._scale(num_channels, affine, dtype)

    def forward(self, input: Array) -> Array:
        """Return the output, and remember what `backward` will need."""
        checks.floats("input", input, "N C *")
        if self.affine and input.shape[1] != self.num_channels:
            raise ShapeError(diagnoses.batchnorm_features(self.num_channels, input.shape[1]))
        self._saved = normalise_groups(input, self.num_groups, *self._weights(), self.eps)
        return scale_channels(self._saved.values, *self._weights())
