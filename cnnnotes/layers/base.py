"""What all layers share, the base of those with weights, and layers one after another."""

import json
import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from inspect import Parameter as Argument
from inspect import signature
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

from cnnnotes import checks
from cnnnotes.checks import Array, shown
from cnnnotes.files import Archive, load_arrays, save_arrays
from cnnnotes.shapes import diagnoses
from cnnnotes.shapes.diagnosis import ShapeError

__all__ = [
    "LAYERS",
    "Buffer",
    "Init",
    "Layer",
    "Parameter",
    "Residual",
    "Seed",
    "Sequential",
    "Weighted",
    "filled",
    "unfilled",
]

Init = Literal["pytorch", "he"]
Seed = int | np.random.Generator | None

# The kinds that a file may name, by name: `layers` fills it.
LAYERS: dict[str, Any] = {}

_UNFILLED = ContextVar("unfilled", default=False)


@contextmanager
def unfilled() -> Iterator[None]:
    """Give the layers made in this block weights of the right shape that take up no memory."""
    token = _UNFILLED.set(True)
    try:
        yield
    finally:
        _UNFILLED.reset(token)


@dataclass(eq=False)
class Parameter:
    """Numbers that training changes.

    Attributes
    ----------
    data
        The numbers themselves.
    grad
        The gradient of the loss by them, from the last `backward`; None before the first.
    """

    data: Array
    grad: Array | None = None


@dataclass(eq=False)
class Buffer:
    """Numbers that belong to a layer's state but are not trained, such as running statistics.

    Attributes
    ----------
    data
        The numbers themselves.
    """

    data: Array


class Layer:
    """What all layers share.

    A layer of your own subclasses this, defines `forward` and `backward`, and keeps its
    constructor's arguments as attributes of the same name. Parameters, buffers and layers among
    its attributes are found by themselves.
    """

    training = True
    _saved: Any = None
    _arguments: Mapping[str, Argument]

    def __init_subclass__(cls) -> None:
        cls._arguments = signature(cls).parameters

    def forward(self, input: Array) -> Array:
        """Return the output, and remember what `backward` will need."""
        raise NotImplementedError

    def backward(self, grad_output: Array, needs_input_grad: bool = True) -> Array | None:
        """Go back through the last `forward`, from the gradient of its output.

        Sets (does not add to) the `grad` of all parameters, and returns the gradient of the input,
        or None if that is not needed.
        """
        raise NotImplementedError

    def __call__(self, input: Array) -> Array:
        """Do `forward`."""
        return self.forward(input)

    def children(self) -> dict[str, "Layer"]:
        """Return the layers inside this one, as a dict by name."""
        return {name: value for name, value in vars(self).items() if isinstance(value, Layer)}

    def modules(self) -> Iterator["Layer"]:
        """Go through this layer and all layers inside it."""
        yield self
        for child in self.children().values():
            yield from child.modules()

    def named_parameters(self) -> dict[str, Parameter]:
        """Return all parameters, as a dict by PyTorch's names, such as "0.weight"."""
        return {n: value for n, value in self._state().items() if isinstance(value, Parameter)}

    def parameters(self) -> list[Parameter]:
        """Return all parameters, for an optimiser."""
        return list(self.named_parameters().values())

    def reset_parameters(self, seed: Seed = None) -> None:
        """Draw all weights anew from a seed or a NumPy generator."""
        rng = checks.generator("seed", seed, needed=False)
        for child in self.children().values():
            child.reset_parameters(rng)

    def train(self, mode: bool = True) -> Self:
        """Turn on what happens in training only, such as dropout; return the layer."""
        mode = checks.flag("mode", mode)
        for layer in self.modules():
            layer.training = mode
        return self

    def eval(self) -> Self:
        """Turn off what happens in training only; return the layer."""
        return self.train(False)

    def to(self, dtype: npt.DTypeLike) -> Self:
        """Convert all parameters to `dtype`, float32 or float64; return the layer."""
        dtype = checks.float_dtype("dtype", dtype)
        for layer in self.modules():
            if hasattr(layer, "dtype"):
                layer.dtype = dtype.name
        for value in self._state().values():
            if value.data.dtype.kind == "f":
                value.data = value.data.astype(dtype)
        for parameter in self.parameters():
            parameter.grad = None
        return self

    @contextmanager
    def undisturbed(self) -> Iterator[Self]:
        """Put back, after the block, modes, gradients, and what is remembered for `backward`."""
        layers = [(layer, layer.training, layer._saved) for layer in self.modules()]
        gradients = [(parameter, parameter.grad) for parameter in self.parameters()]
        try:
            yield self
        finally:
            for layer, training, saved in layers:
                layer.training, layer._saved = training, saved
            for parameter, grad in gradients:
                parameter.grad = grad

    def state_dict(self) -> dict[str, Array]:
        """Return a copy of all parameters' and buffers' numbers, by name."""
        return {name: value.data.copy() for name, value in self._state().items()}

    def load_state_dict(self, state: Mapping[str, npt.ArrayLike]) -> None:
        """Copy numbers into parameters and buffers, from a `state_dict` of names and shapes alike.

        Raises `ValueError`, and changes nothing, if names or shapes differ.
        """
        if not isinstance(state, Mapping):
            raise TypeError(
                f"state (a {type(state).__name__}) must be a dict of arrays by name, such as "
                "state_dict() returns"
            )
        own = self._state()
        arrays = {name: checks.as_array(f"state[{name!r}]", value) for name, value in state.items()}
        self.check_state({name: array.shape for name, array in arrays.items()})
        for name, value in own.items():
            value.data[...] = arrays[name]

    def check_state(self, shapes: Mapping[str, tuple[int, ...]]) -> None:
        """Raise `ValueError` if a state with arrays of these shapes is none of this network's."""
        own = self._state()
        if own.keys() != shapes.keys():
            missing, unexpected = own.keys() - shapes.keys(), shapes.keys() - own.keys()
            raise ValueError(
                f"state does not fit this network: missing {shown(sorted(missing, key=str))}, "
                f"unexpected {shown(sorted(unexpected, key=str))}"
            )
        for name, value in own.items():
            if shapes[name] != value.data.shape:
                kind = type(value).__name__.lower()
                raise ValueError(
                    f"state[{name!r}] (shape {shapes[name]}) must have the shape of the "
                    f"{kind}, {value.data.shape}"
                )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write weights and architecture to one `.npz` file, for `load` and `load_model`."""
        architecture = np.asarray(json.dumps(self.architecture()))
        save_arrays(path, {**self.state_dict(), "architecture": architecture})

    def load(self, path: str | os.PathLike[str]) -> None:
        """Read the weights from a file that `save` wrote, for the same architecture."""
        arrays = load_arrays(path, lambda archive: self.check_state(weight_shapes(archive)))
        arrays.pop("architecture", None)
        self.load_state_dict(arrays)

    def arguments(self) -> dict[str, Any]:
        """Return the arguments that make such a layer again, all but seeds."""
        return {name: getattr(self, name) for name in self._arguments if hasattr(self, name)}

    def architecture(self) -> dict[str, Any]:
        """Return the kind of the layer, its arguments and its inner layers, without weights.

        Raises `TypeError` for a layer that is not one of `cnnnotes.layers`.
        """
        if LAYERS.get(type(self).__name__) is not type(self):
            raise TypeError(
                f"{self!r} is not one of cnnnotes.layers, so a file cannot say how to build it; "
                "keep its state_dict() instead"
            )
        return {"kind": type(self).__name__, "arguments": self.arguments()}

    def __repr__(self) -> str:
        """Return the call that makes such a layer."""
        shown = []
        for name, argument in self._arguments.items():
            value = self.arguments().get(name, argument.default)
            if argument.default is Argument.empty:
                shown.append(repr(value))
            elif value != argument.default:
                shown.append(f"{name}={value!r}")
        return f"{type(self).__name__}({', '.join(shown)})"

    def _state(self) -> dict[str, Parameter | Buffer]:
        """Return all that training changes, as a dict by PyTorch's names, in PyTorch's order."""
        own = vars(self).items()
        found = {name: value for name, value in own if isinstance(value, Parameter | Buffer)}
        for name, child in self.children().items():
            found |= {f"{name}.{key}": value for key, value in child._state().items()}
        return found

    def _recall(self) -> Any:
        if self._saved is None:
            raise ValueError(f"{self!r} has seen no input; call forward before backward")
        return self._saved


def filled(shape: tuple[int, ...], value: float, dtype: str) -> Array:
    """Return an array of one value; inside `unfilled` it takes up no memory."""
    one = np.full((), value, dtype)
    return np.broadcast_to(one, shape) if _UNFILLED.get() else np.full(shape, one)


class Weighted(Layer):
    """A layer with a weight, and perhaps a bias."""

    weight: Parameter
    bias: Parameter | None
    init: Init
    dtype: str

    def _make(
        self,
        weight_shape: tuple[int, ...],
        bias_shape: tuple[int, ...] | None,
        init: Init,
        dtype: npt.DTypeLike,
        seed: Seed,
    ) -> None:
        checks.one_of("init", init, ("pytorch", "he"))
        self.init, self.dtype = init, checks.float_dtype("dtype", dtype).name
        checks.possible("weight", weight_shape, weight_shape)
        self.weight = Parameter(filled(weight_shape, 0, self.dtype))
        self.bias = None if bias_shape is None else Parameter(filled(bias_shape, 0, self.dtype))
        if not _UNFILLED.get():
            self.reset_parameters(seed)

    def fan_in(self) -> int:
        """Return how many inputs each output adds up, as PyTorch counts them."""
        return math.prod(self.weight.data.shape[1:])

    def reset_parameters(self, seed: Seed = None) -> None:
        """Draw all weights anew from a seed or a NumPy generator.

        With init "pytorch" weights and biases are uniform within ±1 / √fan_in. With "he" weights
        are normal with variance 2 / fan_in and biases zero.

        Source: He, Zhang, Ren, Sun 2015, "Delving deep into rectifiers", section 2.2.
        """
        rng = checks.generator("seed", seed, needed=False)
        fan_in = self.fan_in()
        bound = 1 / math.sqrt(fan_in)
        for parameter in self.parameters():
            shape = parameter.data.shape
            if self.init == "pytorch":
                parameter.data[...] = rng.uniform(-bound, bound, shape)
            elif parameter is self.weight:
                parameter.data[...] = rng.normal(0, math.sqrt(2 / fan_in), shape)
            else:
                parameter.data[...] = 0

    def arguments(self) -> dict[str, Any]:
        """Return the arguments that make such a layer again, all but seeds."""
        return super().arguments() | {"bias": self.bias is not None}

    def _weights(self) -> tuple[Array, Array | None]:
        return self.weight.data, None if self.bias is None else self.bias.data

    def _keep(self, grads: tuple[Array | None, Array, Array | None]) -> Array | None:
        grad_input, self.weight.grad, grad_bias = grads
        if self.bias is not None:
            self.bias.grad = grad_bias
        return grad_input


class Sequential(Layer):
    """Layers one after another.

    With a `seed`, all weights are drawn anew from it, so that one number fixes the whole network;
    without, the layers stay as they are. `network[0]` is a layer, `network[:3]` a network that
    shares the first three.

    Raises `TypeError` if something is not a layer and `ValueError` if one is there twice.
    """

    def __init__(self, *layers: Layer, seed: Seed = None) -> None:
        for index, layer in enumerate(layers):
            if not isinstance(layer, Layer):
                fix = f"; try {layer.__name__}()" if isinstance(layer, type) else ""
                raise TypeError(f"layers[{index}] (={shown(layer)}) must be a layer{fix}")
            if any(layer is earlier for earlier in layers[:index]):
                raise ValueError(
                    f"layers[{index}] (={layer!r}) is there twice, but a layer remembers only one "
                    "input; make a second one"
                )
        self.layers = layers
        if seed is not None:
            self.reset_parameters(seed)

    def children(self) -> dict[str, Layer]:
        """Return the layers, by their number."""
        return {str(index): layer for index, layer in enumerate(self.layers)}

    def forward(self, input: Array) -> Array:
        """Return the output of the last layer."""
        for index, layer in enumerate(self.layers):
            try:
                input = layer.forward(input)
            except (TypeError, ValueError) as error:
                error.add_note(f"in layer {index}: {layer!r}")
                raise
        return input

    def backward(self, grad_output: Array, needs_input_grad: bool = False) -> Array | None:
        """Go back through all layers and set the gradients of all parameters.

        Training needs no gradient of the images, so nothing is spent on it, and the answer is None
        unless `needs_input_grad` asks for it.
        """
        first = 0
        if not needs_input_grad:
            trained = [bool(layer.parameters()) for layer in self.layers]
            first = trained.index(True) if True in trained else len(trained)
        grad: Array | None = grad_output
        for index in reversed(range(first, len(self.layers))):
            assert grad is not None
            grad = self.layers[index].backward(grad, needs_input_grad or index > first)
        return grad if needs_input_grad else None

    def architecture(self) -> dict[str, Any]:
        """Return the kind of the layer, its arguments and its inner layers, without weights."""
        return {"kind": "Sequential", "layers": [layer.architecture() for layer in self.layers]}

    def __len__(self) -> int:
        """Return the number of layers."""
        return len(self.layers)

    def __iter__(self) -> Iterator[Layer]:
        """Go through the layers."""
        return iter(self.layers)

    def __getitem__(self, index: Any) -> Any:
        """Return one layer, or for a slice a network that shares its layers."""
        return Sequential(*self.layers[index]) if isinstance(index, slice) else self.layers[index]

    def __repr__(self) -> str:
        """Print as PyTorch does: one numbered layer a line."""
        return _with_inner(self)


class Residual(Layer):
    """A branch and a shortcut past it, added up: the step from which a ResNet is built.

    Both take the same input and must give the same shape. `shortcut` is a layer, such as a 1×1
    convolution where the branch changes the shape, or None for the input itself.

    Raises `TypeError` if one is not a layer, `ValueError` if both are the same, and in `forward`
    `ShapeError` if their shapes differ.

    Source: He, Zhang, Ren, Sun 2016, "Deep residual learning for image recognition", section 3.2.
    """

    def __init__(self, branch: Layer, shortcut: Layer | None = None) -> None:
        self.branch, self.shortcut = branch, shortcut
        for name, layer in (("branch", branch), ("shortcut", shortcut)):
            if not isinstance(layer, Layer) and not (layer is None and name == "shortcut"):
                raise TypeError(f"{name} (={shown(layer)}) must be a layer")
        if branch is shortcut:
            raise ValueError(f"shortcut (={shortcut!r}) must be another layer than the branch")

    def forward(self, input: Array) -> Array:
        """Return the sum of branch and shortcut."""
        ends = [layer.forward(input) for layer in self.children().values()]
        if self.shortcut is None:
            ends.append(input)
        branch, shortcut = ends
        if branch.shape != shortcut.shape:
            raise ShapeError(diagnoses.branches_differ("add", [end.shape[1:] for end in ends]))
        return branch + shortcut

    def backward(self, grad_output: Array, needs_input_grad: bool = True) -> Array | None:
        """Go back through both, and return the sum of their gradients of the input."""
        grad_input = self.branch.backward(grad_output, needs_input_grad)
        beside: Array | None = grad_output
        if self.shortcut is not None:
            beside = self.shortcut.backward(grad_output, needs_input_grad)
        if not needs_input_grad:
            return None
        assert grad_input is not None and beside is not None
        return grad_input + beside

    def architecture(self) -> dict[str, Any]:
        """Return the kind of the layer and its inner layers, without weights."""
        inner = {name: layer.architecture() for name, layer in self.children().items()}
        return {"kind": "Residual", **inner}

    def __repr__(self) -> str:
        """Print as PyTorch does: one named layer a line."""
        return _with_inner(self)


def _with_inner(layer: Layer) -> str:
    kind = type(layer).__name__
    lines = [f"({name}): {inner!r}" for name, inner in layer.children().items()]
    text = "".join("\n  " + line.replace("\n", "\n  ") for line in lines)
    return f"{kind}({text}\n)" if lines else f"{kind}()"


def weight_shapes(archive: Archive) -> dict[str, tuple[int, ...]]:
    """Return the shapes of a file's weights by name: of all that it holds but its architecture."""
    for name, dtype in archive.dtypes.items():
        if dtype.kind not in "biuf" and name != "architecture":
            raise ValueError(f"{shown(name)} (dtype {dtype}) must hold numbers")
    return {name: shape for name, shape in archive.shapes.items() if name != "architecture"}
