"""Optimisers and learning-rate schedules, with PyTorch's update rules."""

import math
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import numpy as np

from cnnnotes import checks
from cnnnotes.checks import Array, integer, shown


class HasGradient(Protocol):
    """What an optimiser needs of a parameter: its values, and the gradient of the loss by them."""

    data: Array
    grad: Array | None


class Optimizer:
    """What all optimisers share: parameters, a learning rate, and a state that can be saved."""

    buffer_names: tuple[str, ...] = ()

    def __init__(self, parameters: Iterable[HasGradient], lr: float, weight_decay: float) -> None:
        if hasattr(parameters, "parameters"):
            raise TypeError(
                f"parameters (a {type(parameters).__name__}) must be parameters; "
                "try model.parameters()"
            )
        self.parameters = _checked(parameters)
        self.lr = checks.at_least_zero("lr", lr)
        self.weight_decay = checks.at_least_zero("weight_decay", weight_decay)
        self.steps = 0
        self.buffers = {
            name: [np.zeros_like(parameter.data) for parameter in self.parameters]
            for name in self.buffer_names
        }

    def step(self) -> None:
        """Move every parameter, in place, by its gradient.

        Raises `ValueError` if a parameter has no gradient yet.
        """
        missing = [i for i, parameter in enumerate(self.parameters) if parameter.grad is None]
        if missing:
            raise ValueError(
                f"parameters {missing} have no gradient; call model.backward(...) before step()"
            )
        self.steps += 1
        for index, parameter in enumerate(self.parameters):
            buffers = [self.buffers[name][index] for name in self.buffer_names]
            self._update(parameter.data, parameter.grad, *buffers)

    def _update(self, data: Array, grad: Any, *buffers: Any) -> None:
        raise NotImplementedError

    def state_dict(self) -> dict[str, Any]:
        """Return all that is needed to go on later: the step, the learning rate, the buffers."""
        state: dict[str, Any] = {"steps": self.steps, "lr": self.lr}
        for name, arrays in self.buffers.items():
            state |= {f"{name}.{index}": array.copy() for index, array in enumerate(arrays)}
        return state

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a `state_dict` of the same optimiser over the same parameters.

        Raises `ValueError`, and changes nothing, if it does not fit.
        """
        own = self.state_dict()
        if own.keys() != state.keys():
            missing, unexpected = own.keys() - state.keys(), state.keys() - own.keys()
            raise ValueError(
                f"state does not fit {type(self).__name__}: missing {sorted(missing)}, "
                f"unexpected {sorted(unexpected)}"
            )
        for key, value in state.items():
            if np.shape(value) != np.shape(own[key]):
                raise ValueError(
                    f"state[{key!r}] (shape {np.shape(value)}) must have the shape of its "
                    f"parameter, {np.shape(own[key])}"
                )
        self.steps = int(state["steps"])
        self.lr = float(state["lr"])
        for name, arrays in self.buffers.items():
            for index, array in enumerate(arrays):
                array[...] = state[f"{name}.{index}"]


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum if asked for.

    As in PyTorch, the momentum buffer v holds gradients, not steps: v ← momentum · v +
    (1 − dampening) · gradient, then w ← w − lr · v. The first v is the gradient itself.

    Source: Sutskever, Martens, Dahl, Hinton 2013, "On the importance of initialization and
    momentum in deep learning", section 2, in PyTorch's form.
    """

    buffer_names = ("momentum_buffer",)

    def __init__(
        self,
        parameters: Iterable[HasGradient],
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        self.momentum = checks.at_least_zero("momentum", momentum)
        self.dampening = checks.number("dampening", dampening)
        self.nesterov = checks.flag("nesterov", nesterov)
        if self.nesterov and not (self.momentum > 0 and self.dampening == 0):
            raise ValueError(
                f"nesterov needs momentum (={momentum}) above 0 and dampening (={dampening}) 0"
            )
        super().__init__(parameters, lr, weight_decay)

    def _update(self, data: Array, grad: Any, *buffers: Any) -> None:
        (velocity,) = buffers
        if self.weight_decay:
            grad = grad + self.weight_decay * data
        if self.momentum:
            if self.steps == 1:
                velocity[...] = grad
            else:
                velocity *= self.momentum
                velocity += (1 - self.dampening) * grad
            grad = grad + self.momentum * velocity if self.nesterov else velocity
        data -= self.lr * grad


class Adam(Optimizer):
    """Adam: each parameter's step is scaled by the recent size of its gradient.

    Weight decay is added to the gradient, as in PyTorch's Adam; `AdamW` takes it off the weights.

    Source: Kingma, Ba 2015, "Adam", algorithm 1.
    """

    buffer_names = ("exp_avg", "exp_avg_sq")

    def __init__(
        self,
        parameters: Iterable[HasGradient],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        if not isinstance(betas, tuple | list) or len(betas) != 2:
            raise ValueError(f"betas (={shown(betas)}) must be two numbers, each from 0 to below 1")
        self.betas = (checks.probability("betas", betas[0]), checks.probability("betas", betas[1]))
        if max(self.betas) == 1:
            raise ValueError(f"betas (={shown(betas)}) must be two numbers, each from 0 to below 1")
        self.eps = checks.at_least_zero("eps", eps)
        super().__init__(parameters, lr, weight_decay)

    def _update(self, data: Array, grad: Any, *buffers: Any) -> None:
        if self.weight_decay:
            grad = grad + self.weight_decay * data
        self._adapt(data, grad, *buffers)

    def _adapt(self, data: Array, grad: Any, mean: Any, square: Any) -> None:
        mean_beta, square_beta = self.betas
        mean += (1 - mean_beta) * (grad - mean)
        square *= square_beta
        square += (1 - square_beta) * grad * grad
        mean_correction = 1 - mean_beta**self.steps
        square_correction = 1 - square_beta**self.steps
        scale = np.sqrt(square) / math.sqrt(square_correction) + self.eps
        data -= self.lr / mean_correction * mean / scale


class AdamW(Adam):
    """Adam with weight decay taken off the weights themselves, apart from the gradient.

    Source: Loshchilov, Hutter 2019, "Decoupled weight decay regularization", algorithm 2, with
    PyTorch's lr · weight_decay.
    """

    def __init__(
        self,
        parameters: Iterable[HasGradient],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        super().__init__(parameters, lr, betas, eps, weight_decay)

    def _update(self, data: Array, grad: Any, *buffers: Any) -> None:
        data *= 1 - self.lr * self.weight_decay
        self._adapt(data, grad, *buffers)


class LRScheduler:
    """What all schedules share: `step()` after each `optimizer.step()` sets its learning rate.

    Lengths are counted in calls of `step`. `training.fit` calls it once a batch.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"optimizer (a {type(optimizer).__name__}) must be an Optimizer")
        self.optimizer = optimizer
        self.base_lr = optimizer.lr
        self.steps = 0
        optimizer.lr = self.lr_at(0)

    def lr_at(self, step: int) -> float:
        """Return the learning rate after so many steps."""
        raise NotImplementedError

    def step(self) -> None:
        """Go one step on."""
        self.steps += 1
        self.optimizer.lr = self.lr_at(self.steps)

    def state_dict(self) -> dict[str, int]:
        """Return all that is needed to go on later: how many steps were taken."""
        return {"steps": self.steps}

    def load_state_dict(self, state: Mapping[str, int]) -> None:
        """Go on from a `state_dict`."""
        self.steps = int(state["steps"])
        self.optimizer.lr = self.lr_at(self.steps)


class StepLR(LRScheduler):
    """Multiply the learning rate by `gamma` every `step_size` steps."""

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        self.step_size = integer("step_size", step_size, 1)
        self.gamma = checks.number("gamma", gamma)
        super().__init__(optimizer)

    def lr_at(self, step: int) -> float:
        """Return the learning rate after so many steps."""
        return self.base_lr * self.gamma ** (step // self.step_size)


class LinearLR(LRScheduler):
    """Warm up: let the factor on the learning rate grow evenly over `total_iters` steps."""

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
    ) -> None:
        self.start_factor = checks.number("start_factor", start_factor)
        self.end_factor = checks.number("end_factor", end_factor)
        self.total_iters = integer("total_iters", total_iters, 1)
        super().__init__(optimizer)

    def lr_at(self, step: int) -> float:
        """Return the learning rate after so many steps."""
        done = min(step / self.total_iters, 1)
        return self.base_lr * (self.start_factor + (self.end_factor - self.start_factor) * done)


class CosineAnnealingLR(LRScheduler):
    """Let the learning rate fall to `eta_min` along half a cosine of `T_max` steps.

    Source: Loshchilov, Hutter 2017, "SGDR", equation 5, without restarts.
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0) -> None:
        self.T_max = integer("T_max", T_max, 1)
        self.eta_min = checks.number("eta_min", eta_min)
        super().__init__(optimizer)

    def lr_at(self, step: int) -> float:
        """Return the learning rate after so many steps."""
        return _half_cosine(self.base_lr, self.eta_min, step / self.T_max)


class OneCycleLR(LRScheduler):
    """Rise to `max_lr` over the first `pct_start` of the steps, then fall to almost nothing.

    As PyTorch's with `cycle_momentum=False`; after `total_steps` the learning rate stays.

    Source: Smith, Topin 2018, "Super-convergence", section 3, with PyTorch's cosines.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float,
        total_steps: int,
        pct_start: float = 0.3,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
    ) -> None:
        self.max_lr = checks.at_least_zero("max_lr", max_lr)
        self.total_steps = integer("total_steps", total_steps, 2)
        self.initial_lr = self.max_lr / checks.positive("div_factor", div_factor)
        self.min_lr = self.initial_lr / checks.positive("final_div_factor", final_div_factor)
        self.peak = checks.number("pct_start", pct_start) * total_steps - 1
        if not 0 < self.peak < total_steps - 1:
            raise ValueError(
                f"pct_start (={pct_start}) of total_steps (={total_steps}) must leave more than "
                "one step to rise and one to fall"
            )
        super().__init__(optimizer)

    def lr_at(self, step: int) -> float:
        """Return the learning rate after so many steps."""
        if step <= self.peak:
            return _half_cosine(self.initial_lr, self.max_lr, step / self.peak)
        last = self.total_steps - 1
        done = (min(step, last) - self.peak) / (last - self.peak)
        return _half_cosine(self.max_lr, self.min_lr, done)


def _half_cosine(start: float, end: float, done: float) -> float:
    return end + (start - end) / 2 * (1 + math.cos(math.pi * done))


def _checked(parameters: Any) -> list[Any]:
    """Check that an optimiser gets parameters, some, and none of them twice."""
    if not isinstance(parameters, Iterable) or isinstance(parameters, np.ndarray | str | Mapping):
        raise TypeError(
            f"parameters (a {type(parameters).__name__}) must be a list of parameters; "
            "try model.parameters()"
        )
    found = list(parameters)
    if not found:
        raise ValueError("parameters (=[]) must not be empty: there is nothing to train")
    places: dict[int, int] = {}
    for place, parameter in enumerate(found):
        name = f"parameters[{place}]"
        data = getattr(parameter, "data", None)
        if not isinstance(data, np.ndarray) or not hasattr(parameter, "grad"):
            plain = isinstance(parameter, np.ndarray)
            fix = "layers.Parameter(array)" if plain else "model.parameters()"
            raise TypeError(
                f"{name} (a {type(parameter).__name__}) must be a parameter, with data and grad; "
                f"try {fix}"
            )
        earlier = places.setdefault(id(parameter), place)
        if earlier != place:
            raise ValueError(
                f"{name} must be there once only; it is parameters[{earlier}] too, and would take "
                "two steps at once"
            )
    return found
