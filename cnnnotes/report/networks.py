"""One form for both kinds of network: what each layer is, and what it makes of images."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from cnnnotes import checks
from cnnnotes.checks import Array
from cnnnotes.layers import Layer, Sequential
from cnnnotes.shapes import Trace
from cnnnotes.shapes.descriptions import Other
from cnnnotes.shapes.graph import Graph, describe
from cnnnotes.shapes.torch_modules import in_eval_mode, is_torch_module, run_module
from cnnnotes.shapes.tracing import trace_of

BATCH = 32
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
    """

    trace: Trace
    outputs: list[Array]
    weights: list[Array | None]


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
    checks.floats("images", images, "N C H W")
    checks.not_empty("images", images)
    if not np.isfinite(images).all():
        raise ValueError("images must be finite; look for NaN with np.isnan(images).any()")
    if not (isinstance(model, Layer) or is_torch_module(model)):
        raise TypeError(
            f"model (={type(model).__name__}) must be a Sequential of cnnnotes.layers, or a "
            'PyTorch module; for those, PyTorch must be installed: pip install "cnnnotes[torch]"'
        )
    run_batch = _run_layers if isinstance(model, Layer) else _run_module
    batches = np.array_split(images, -(-len(images) // BATCH))
    found: list[list[Array]] = []
    for batch in batches:
        graph, outputs, weights = run_batch(model, batch)
        values = len(images) * sum(prod(step.output_shape) for step in graph.steps)
        if values > MOST_VALUES:
            fewer = max(1, len(images) * MOST_VALUES // values)
            raise ValueError(
                f"images (={len(images)} of them) would make {values * 4 / 2**30:.1f} GiB of maps; "
                f"give at most {fewer}"
            )
        found.append(outputs)
    joined = [np.concatenate(parts) for parts in zip(*found, strict=True)]
    return Run(trace_of(graph), joined, weights)


def maps(module: Any, images: Array) -> dict[str, Array]:
    """Return the output of every layer of a network, by its name in the trace."""
    found = run(module, images)
    names = [row.name for row in found.trace.rows]
    return dict(zip(names[1:], found.outputs[1:], strict=True))


class Differentiable:
    """A PyTorch module with the forward and backward of our layers, for the input's gradient."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self._saved: Any = None

    def forward(self, images: Array) -> Array:
        """Return the output in eval mode; the mode is put back."""
        inputs = _tensor(self.module, images).requires_grad_()
        torch: Any = sys.modules["torch"]
        with in_eval_mode(self.module), torch.enable_grad():
            output = self.module(inputs)
        self._saved = inputs, output
        return _array(output)

    def backward(self, grad_output: Array, needs_input_grad: bool = True) -> Array:
        """Return the gradient of the input; those of the weights stay as they are."""
        inputs, output = self._saved
        torch: Any = sys.modules["torch"]
        signal = torch.from_numpy(grad_output).to(output)
        (gradient,) = torch.autograd.grad(output, inputs, signal)
        return _array(gradient)


def _run_module(module: Any, images: Array) -> tuple[Graph, list[Array], list[Array | None]]:
    outputs: dict[int, Array] = {}

    def keep(step: int, tensor: Any) -> None:
        outputs[step] = _array(tensor)

    graph = run_module(module, _tensor(module, images), keep)
    parts = dict(module.named_modules())
    parts[type(module).__name__] = module
    weights = [
        _array(weight) if getattr(weight, "ndim", 0) == 4 else None
        for weight in (getattr(parts.get(step.name), "weight", None) for step in graph.steps)
    ]
    return graph, [outputs[step] for step in range(len(graph.steps))], weights


def _run_layers(model: Layer, images: Array) -> tuple[Graph, list[Array], list[Array | None]]:
    graph = Graph(images.shape[1:])
    parameters = model.parameters()
    output = images.astype(parameters[0].data.dtype) if parameters else images
    outputs: list[Array] = [output]
    weights: list[Array | None] = [None]
    with in_a_row(model):
        for name, layer in _leaves(model):
            before = len(graph.steps) - 1
            try:
                description = describe(layer)
                graph.check(name, description, (before,))
                known = True
            except TypeError:  # a layer of the reader's own: what it does is seen, not known
                description, known = Other(kind=type(layer).__name__), False
            output = layer.forward(output)
            count = None if known else sum(p.data.size for p in layer.parameters())
            graph.add(name, description, (before,), output.shape[1:], parameters=count, known=known)
            outputs.append(output)
            weight = getattr(getattr(layer, "weight", None), "data", None)
            weights.append(weight if getattr(weight, "ndim", 0) == 4 else None)
    return graph, outputs, weights


def _leaves(model: Layer, name: str = "") -> Iterator[tuple[str, Layer]]:
    if not isinstance(model, Sequential):
        yield name or type(model).__name__, model
        return
    for number, layer in model.children().items():
        yield from _leaves(layer, f"{name}.{number}" if name else number)


@contextmanager
def in_a_row(model: Any) -> Iterator[Any]:
    """Give a network in eval mode, ours with all its layers in one `Sequential`, as `run` does.

    Modes, and what layers remember for `backward`, are put back after.
    """
    if is_torch_module(model):
        with in_eval_mode(model):
            yield model
        return
    before = [(layer, layer.training, layer._saved) for layer in model.modules()]
    model.eval()
    try:
        yield Sequential(*(layer for _, layer in _leaves(model)))
    finally:
        for layer, training, saved in before:
            layer.training, layer._saved = training, saved


def _tensor(module: Any, images: Array) -> Any:
    """Return images as a tensor where the module's weights are, and of their dtype."""
    torch: Any = sys.modules["torch"]
    first = next((p for p in module.parameters() if p.is_floating_point()), torch.empty(0))
    return torch.from_numpy(np.ascontiguousarray(images)).to(first.device, first.dtype, copy=True)


def _array(tensor: Any) -> Array:
    """Return a tensor's values in float32, in an array of their own."""
    values: Array = tensor.detach().to("cpu").float().numpy().copy()
    return values
