"""Run any network, ours or PyTorch's, and keep what each layer gave; gradients of both."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from cnnnotes import checks
from cnnnotes.activations import softmax
from cnnnotes.checks import Array
from cnnnotes.layers import Layer, Residual, Sequential
from cnnnotes.shapes import Trace
from cnnnotes.shapes.classes import describe
from cnnnotes.shapes.descriptions import Join, Other
from cnnnotes.shapes.graph import Graph
from cnnnotes.shapes.torch_modules import in_eval_mode, is_torch_module, run_module
from cnnnotes.shapes.tracing import trace_of

BATCH = 32
MANY = 256
MOST_VALUES = 2**29  # 2 GiB of maps in float32


@dataclass(frozen=True)
class Run:
    """What a network did with images.

    Attributes
    ----------
    trace
        Shapes and costs; its first row is the input.
    outputs
        What each row of the trace made, (N, …); the input comes first.
    weights
        The filters of each row, (out, in, height, width), where it is a convolution.
    inputs
        Which rows each row reads, by number.
    """

    trace: Trace
    outputs: list[Array]
    weights: list[Array | None]
    inputs: list[tuple[int, ...]]

    def maps(self) -> dict[str, Array]:
        """Return the output of every layer by its name in the trace, without the input."""
        names = [row.name for row in self.trace.rows]
        return dict(zip(names[1:], self.outputs[1:], strict=True))


def run(model: Any, images: Array) -> Run:
    """Run a network of ours or a PyTorch module on images (N, C, H, W), in eval mode.

    Whatever mode it was in, it is in that mode after; nothing of it is changed.

    Raises
    ------
    ShapeError
        If layers and images do not fit together; the message is the doctor's.
    TypeError
        If `model` is neither a layer of ours nor a module.
    ValueError
        If the maps would take more than 2 GiB.
    """
    _check(model, images)
    run_batch = _run_layers if isinstance(model, Layer) else _run_module
    batches = np.array_split(images, -(-len(images) // BATCH))
    found: list[list[Array]] = []
    with undisturbed(model):
        for batch in batches:
            graph, outputs, weights = run_batch(model, batch)
            values = len(images) * sum(prod(step.output_shape) for step in graph.steps)
            if values > MOST_VALUES:
                fewer = max(1, len(images) * MOST_VALUES // values)
                raise ValueError(
                    f"images (={len(images)} of them) would make {values * 4 / 2**30:.1f} GiB of "
                    f"maps; give at most {fewer}"
                )
            found.append(outputs)
    joined = [np.concatenate(parts) for parts in zip(*found, strict=True)]
    return Run(trace_of(graph), joined, weights, [step.inputs for step in graph.steps])


def outputs(model: Any, images: Array) -> Array:
    """Return what a network of ours or a PyTorch module gives for images, in eval mode: (N, …).

    As `run`, but nothing between is kept, so there may be many images.

    Raises
    ------
    TypeError
        If `model` is neither a layer of ours nor a module, or does not return one tensor.
    """
    _check(model, images)
    if not isinstance(model, Layer):
        run(model, images[:1])  # what does not fit is told in the doctor's words
    parts = []
    with undisturbed(model):
        for start in range(0, len(images), MANY):
            batch = images[start : start + MANY]
            parts.append(_ours(model, batch) if isinstance(model, Layer) else _torchs(model, batch))
    return np.concatenate(parts)


def probabilities(model: Any, images: Array) -> Array:
    """Return the probability of each class for images, (N, classes), in eval mode.

    Of a network that ends in a softmax that is its output; of another, the softmax of it. Raises as
    `outputs`, and `ValueError` if there is not one score a class.
    """
    scores = outputs(model, images)
    if scores.ndim != 2:
        raise ValueError(
            f"model must give one score a class, (N, classes); it gives shape {scores.shape}"
        )
    last = run(model, images[:1]).trace.rows[-1].layer
    return scores if last.startswith("softmax") else softmax(scores, dim=1)


def state_of(model: Any) -> dict[str, Array]:
    """Return copies of a network's weights and statistics by name, in arrays."""
    state = model.state_dict()
    if isinstance(model, Layer):
        return {name: value.copy() for name, value in state.items()}
    return {name: value.detach().to("cpu", copy=True).numpy() for name, value in state.items()}


def _ours(model: Layer, images: Array) -> Array:
    parameters = model.parameters()
    return model.forward(images.astype(parameters[0].data.dtype) if parameters else images)


def _torchs(module: Any, images: Array) -> Array:
    torch: Any = sys.modules["torch"]
    with torch.no_grad():
        output = module(_tensor(module, images))
    if not isinstance(output, torch.Tensor):
        raise TypeError(f"model must return one tensor; it returns a {type(output).__name__}")
    return _array(output)


def gradients(
    model: Any,
    images: Array,
    signal: Array | Callable[[Array], Array],
    *,
    at: str = "input",
    of: str = "",
) -> Array:
    """Return how the output of a network changes with its images, or with what one layer gave.

    That is the gradient of the sum of output × signal, in eval mode: for a class score let the
    signal be 1 at that class and 0 elsewhere. The network is left as it was, its gradients too.

    Parameters
    ----------
    model
        A network or layer of ours, or a PyTorch module that returns one tensor.
    images
        (N, C, H, W).
    signal
        Of the output's shape, (N, …); or a function that makes it from the output.
    at
        A name of the trace: by that layer's output. "input": by the images.
    of
        A name of the trace: of that layer's output, instead of the network's.

    Returns
    -------
    (N, …), of the shape of the images, or of that layer's output. Zero where nothing depends on it.

    Raises
    ------
    ShapeError
        If layers and images do not fit together.
    TypeError
        If `model` is neither a layer of ours nor a module, or does not return one tensor.
    ValueError
        If there is no such layer, or the signal is not of the output's shape.
    """
    _check(model, images)
    differentiate = _differentiate_layers if isinstance(model, Layer) else _differentiate_module
    return differentiate(model, images, signal, at, of)


def _check(model: Any, images: Array) -> None:
    checks.floats("images", images, "N C H W")
    checks.not_empty("images", images)
    if not np.isfinite(images).all():
        raise ValueError("images must be finite; look for NaN with np.isnan(images).any()")
    if not (isinstance(model, Layer) or is_torch_module(model)):
        raise TypeError(
            f"model (={type(model).__name__}) must be a Sequential of cnnnotes.layers, or a "
            'PyTorch module; for those, PyTorch must be installed: pip install "cnnnotes[torch]"'
        )


def _run_module(module: Any, images: Array) -> tuple[Graph, list[Array], list[Array | None]]:
    outputs: dict[int, Array] = {}

    def keep(step: int, tensor: Any) -> None:
        outputs[step] = _array(tensor)

    graph, _ = run_module(module, _tensor(module, images), keep)
    parts = dict(module.named_modules())
    parts[type(module).__name__] = module
    weights = [
        _array(weight) if getattr(weight, "ndim", 0) == 4 else None
        for weight in (getattr(parts.get(step.name), "weight", None) for step in graph.steps)
    ]
    made = [
        outputs[number].reshape(len(images), *step.output_shape)
        for number, step in enumerate(graph.steps)
    ]
    return graph, made, weights


def _differentiate_module(
    module: Any, images: Array, signal: Array | Callable[[Array], Array], at: str, of: str
) -> Array:
    torch: Any = sys.modules["torch"]
    made: dict[int, Any] = {}
    found: dict[int, Any] = {}
    wanted: list[int] = []

    def keep(step: int, tensor: Any) -> None:
        # Set before a later layer may write over the tensor, so of what this step made.
        def arrived(gradient: Any) -> None:
            if step in wanted:
                found[step] = gradient

        if of:
            made[step] = tensor.clone()  # a later layer may write over it
        if tensor.requires_grad:
            tensor.register_hook(arrived)

    images_of_it = _tensor(module, images).requires_grad_()
    inputs = images_of_it.clone()  # a leaf must not be written over, and ReLU(inplace=True) would
    graph, output = run_module(module, inputs, keep, differentiable=True)
    names = [step.name for step in graph.steps]
    output = made[_step_called("of", of, names)] if of else output
    if not isinstance(output, torch.Tensor):
        raise TypeError(f"model must return one tensor; it returns a {type(output).__name__}")
    wanted.append(_step_called("at", at, names))
    given = torch.from_numpy(_signal(signal, _array(output))).to(output)
    if output.requires_grad:
        torch.autograd.grad(output, images_of_it, given, allow_unused=True)
    shape = len(images), *graph.steps[wanted[0]].output_shape
    if wanted[0] not in found:
        return np.zeros(shape, images.dtype)
    return _array(found[wanted[0]]).reshape(shape)


def _differentiate_layers(
    model: Layer, images: Array, signal: Array | Callable[[Array], Array], at: str, of: str
) -> Array:
    with undisturbed(model):
        graph, outputs, layers = _walk(model, images)
        names = [step.name for step in graph.steps]
        wanted = _step_called("at", at, names)
        last = _step_called("of", of, names) if of else len(names) - 1
        gradients = [np.zeros_like(output) for output in outputs]
        gradients[last] += _signal(signal, outputs[last])
        for number in reversed(range(wanted + 1, last + 1)):
            layer, gradient = layers[number], gradients[number]
            if layer is not None:
                before = layer.backward(gradient)
                assert before is not None
                gradient = before
            for source in graph.steps[number].inputs:
                gradients[source] += gradient
    return gradients[wanted]


def _step_called(argument: str, name: str, names: list[str]) -> int:
    if name not in names:
        raise ValueError(
            f"{argument} (={name!r}) must be one of the network's layers: {', '.join(names)}"
        )
    return names.index(name)


def _signal(signal: Array | Callable[[Array], Array], output: Array) -> Array:
    made = signal(output) if callable(signal) else signal
    if np.shape(made) != output.shape:
        raise ValueError(
            f"signal (shape {np.shape(made)}) must have the shape of the output, {output.shape}"
        )
    return np.ascontiguousarray(made, output.dtype)


def _run_layers(model: Layer, images: Array) -> tuple[Graph, list[Array], list[Array | None]]:
    graph, outputs, layers = _walk(model, images)
    weights = [getattr(getattr(layer, "weight", None), "data", None) for layer in layers]
    return graph, outputs, [w if getattr(w, "ndim", 0) == 4 else None for w in weights]


def _walk(model: Layer, images: Array) -> tuple[Graph, list[Array], list[Layer | None]]:
    """Run layer by layer: return the graph, and each step's output and layer (a sum has none)."""
    graph = Graph(images.shape[1:])
    parameters = model.parameters()
    outputs: list[Array] = [images.astype(parameters[0].data.dtype) if parameters else images]
    layers: list[Layer | None] = [None]

    def go(layer: Layer, name: str, before: int) -> int:
        if isinstance(layer, Sequential | Residual):
            outer = f"{name}." if name else ""
            inner = {f"{outer}{end}": part for end, part in layer.children().items()}
            if isinstance(layer, Sequential):
                for part_name, part in inner.items():
                    before = go(part, part_name, before)
                return before
            ends = [go(part, part_name, before) for part_name, part in inner.items()]
            ends += [before] * (layer.shortcut is None)
            step = graph.add(f"{outer}add", Join(), tuple(ends))
            return kept(step, outputs[ends[0]] + outputs[ends[1]], None)
        name = name or type(layer).__name__
        try:
            description = describe(layer)
            graph.check(name, description, (before,))
            known = True
        except TypeError:  # a layer of the reader's own: what it does is seen, not known
            description, known = Other(kind=type(layer).__name__), False
        output = layer.forward(outputs[before])
        count = None if known else sum(p.data.size for p in layer.parameters())
        shape = output.shape[1:]
        step = graph.add(name, description, (before,), shape, parameters=count, known=known)
        return kept(step, output, layer)

    def kept(step: int, output: Array, layer: Layer | None) -> int:
        outputs.append(output)
        layers.append(layer)
        return step

    go(model, "", 0)
    return graph, outputs, layers


@contextmanager
def undisturbed(model: Any) -> Iterator[None]:
    """Put a network, ours or PyTorch's, in eval mode; put back modes and memories after."""
    if is_torch_module(model):
        with in_eval_mode(model):
            yield
        return
    with model.undisturbed():
        model.eval()
        yield


def _tensor(module: Any, images: Array) -> Any:
    """Return images as a tensor where the module's weights are, and of their dtype."""
    torch: Any = sys.modules["torch"]
    first = next((p for p in module.parameters() if p.is_floating_point()), torch.empty(0))
    return torch.from_numpy(np.ascontiguousarray(images)).to(first.device, first.dtype, copy=True)


def _array(tensor: Any) -> Array:
    """Return a tensor's values in float32, or float64 if they are, in an array of their own."""
    values = tensor.detach().to("cpu")
    wide = str(values.dtype) == "torch.float64"
    array: Array = (values if wide else values.float()).numpy().copy()
    return array
