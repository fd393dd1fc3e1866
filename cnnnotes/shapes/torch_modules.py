"""The graph of a PyTorch module, found by running it once on the meta device.

PyTorch is never imported here: whoever holds a module has imported it.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from cnnnotes.shapes import descriptions as d
from cnnnotes.shapes.descriptions import Layer, Shape
from cnnnotes.shapes.diagnosis import ShapeError
from cnnnotes.shapes.graph import Graph, describe
from cnnnotes.shapes.messages import read_message

BATCH = 2  # of a batch of one, squeeze() would drop the batch axis too


def is_torch_module(network: Any) -> bool:
    """Say whether ``network`` is a ``torch.nn.Module``."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(network, torch.nn.Module)


def build_from_module(module: Any, shape: Shape) -> Graph:
    """Return the graph of a module for one input of ``shape``.

    Layers are noticed by hooks; what happens between them (adding a shortcut, a functional
    pooling) by a function mode, which sees every call of PyTorch.

    Raises
    ------
    ShapeError
        If a layer refuses its input.
    """
    torch: Any = sys.modules["torch"]
    recorder = _Recorder(Graph(shape), torch.Tensor)
    names = {part: name or type(part).__name__ for name, part in module.named_modules()}
    weights = {
        name: weight.to("meta")
        for group in (module.named_parameters(), module.named_buffers())
        for name, weight in group
    }

    class Mode(torch.overrides.TorchFunctionMode):
        def __torch_function__(
            self, function: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            return recorder.call(function, args, kwargs or {})

    with ExitStack() as stack:
        for part, name in names.items():
            stack.enter_context(_hooked(part, recorder, name))
        stack.enter_context(torch.no_grad())
        stack.enter_context(torch.random.fork_rng(devices=[]))
        x = torch.empty((BATCH, *shape), device="meta")
        recorder.produced(x, 0)
        stack.enter_context(Mode())
        try:
            torch.func.functional_call(module, weights, (x,))
        except ShapeError:
            raise
        except (RuntimeError, ValueError, IndexError) as error:
            diagnosis = read_message(str(error))
            if diagnosis is None:
                raise ValueError(f"{recorder.here()}: {error}") from error
            raise ShapeError(diagnosis.at(recorder.here())) from error
    return recorder.graph


def run_module(
    module: Any, inputs: Any, keep: Callable[[int, Any], object], *, differentiable: bool = False
) -> tuple[Graph, Any]:
    """Return the graph of a module as `build_from_module` does, and its output, on inputs (N, …).

    ``keep(number, tensor)`` is told what each step makes; the tensor may be written over later.
    The module runs in eval mode, without gradients if not ``differentiable``; its modes are put
    back. Steps of a layer that is used again are numbered: "relu", "relu (2)".
    """
    torch: Any = sys.modules["torch"]
    recorder = _Runner(Graph(tuple(inputs.shape[1:])), torch.Tensor, keep)

    class Mode(torch.overrides.TorchFunctionMode):
        def __torch_function__(
            self, function: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            return recorder.call(function, args, kwargs or {})

    with ExitStack() as stack:
        stack.enter_context(in_eval_mode(module))
        for name, part in module.named_modules():
            stack.enter_context(_hooked(part, recorder, name or type(part).__name__))
        stack.enter_context(torch.set_grad_enabled(differentiable))
        stack.enter_context(torch.random.fork_rng(devices=[]))
        recorder.produced(inputs, 0)
        stack.enter_context(Mode())
        try:
            output = module(inputs)
        except ShapeError:
            raise
        except (RuntimeError, ValueError, IndexError) as error:
            diagnosis = read_message(str(error))
            if diagnosis is None:
                raise ValueError(f"{recorder.here()}: {error}") from error
            raise ShapeError(diagnosis.at(recorder.here())) from error
    graph = recorder.graph
    uses: Counter[str] = Counter()
    for number, step in enumerate(graph.steps):
        uses[step.name] += 1
        if uses[step.name] > 1:
            graph.steps[number] = replace(step, name=f"{step.name} ({uses[step.name]})")
    return graph, output


@contextmanager
def in_eval_mode(module: Any) -> Iterator[None]:
    """Turn dropout and the like off inside the block; each layer's mode is put back after."""
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, training in modes:
            part.training = training


@contextmanager
def _hooked(part: Any, recorder: "_Recorder", name: str) -> Iterator[None]:
    before = part.register_forward_pre_hook(
        lambda module, args, kwargs: recorder.enter(module, name, args, kwargs), with_kwargs=True
    )
    after = part.register_forward_hook(lambda module, args, out: recorder.leave(module, out))
    try:
        yield
    finally:
        before.remove()
        after.remove()


class _Recorder:
    """Adds a step to the graph for each layer and function, and knows which made each tensor."""

    def __init__(self, graph: Graph, tensor: Any) -> None:
        self.graph, self.tensor = graph, tensor
        self.steps: dict[int, int] = {}
        self.kept: list[Any] = []  # or a later tensor could be given the same id
        self.open: list[tuple[str, Layer | None, tuple[int, ...]]] = []
        self.used: set[int] = set()

    def produced(self, tensor: Any, step: int) -> None:
        self.steps[id(tensor)] = step
        self.kept.append(tensor)

    def here(self) -> str:
        return self.open[-1][0] if self.open else "network"

    def inputs(self, arguments: Any) -> list[tuple[Any, int]]:
        """Return the tensors among ``arguments`` that some step has made, with that step."""
        if isinstance(arguments, dict):
            arguments = list(arguments.values())
        if isinstance(arguments, tuple | list):
            return [found for part in arguments for found in self.inputs(part)]
        if isinstance(arguments, self.tensor) and id(arguments) in self.steps:
            return [(arguments, self.steps[id(arguments)])]
        return []

    def inside_a_layer(self) -> bool:
        return any(layer is not None for _, layer, _ in self.open)

    def enter(self, module: Any, name: str, args: Any, kwargs: Any) -> None:
        layer = None
        read = tuple(step for _, step in self.inputs([args, kwargs]))
        if not self.inside_a_layer() and len(read) == 1:
            try:
                layer = describe(module)
            except TypeError:  # not a layer we know: look inside
                layer = None
        self.open.append((name, layer, read))
        if layer is not None:
            self.graph.check(name, layer, read)

    def leave(self, module: Any, output: Any) -> None:
        name, layer, read = self.open[-1]
        if layer is not None:
            again = id(module) in self.used
            self.used.add(id(module))
            output = output[0] if isinstance(output, tuple) else output
            step = self.graph.add(
                name,
                layer,
                read,
                tuple(output.shape[1:]),
                parameters=0 if again else None,
            )
            self.produced(output, step)
        self.open.pop()

    def call(self, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        read = self.inputs([args, kwargs])
        name = getattr(function, "__name__", "function").strip("_")
        if name in _FUNCTIONS and len(read) == 1:
            output = self.known(name, read[0], args, kwargs)
        elif name in _ARITHMETIC and self.alike(args) and not kwargs:
            tensor = next(part for part in args if isinstance(part, self.tensor))
            output = tensor if _in_place(function) else tensor.new_empty(tensor.shape)
        else:
            output = function(*args, **kwargs)
        if not read or self.inside_a_layer():
            return output
        made = output[0] if isinstance(output, tuple | list) and output else output
        if isinstance(made, self.tensor):
            self.record(name, read, args, kwargs, made)
        return output

    def known(self, name: str, read: tuple[Any, int], args: Any, kwargs: Any) -> Any:
        """Return an output of the right shape, without asking PyTorch for it.

        Its meta kernels would first load its compiler and SymPy, which takes seconds.
        """
        names, make = _FUNCTIONS[name]
        layer = make(dict(zip(names.split(), args, strict=False)) | kwargs)
        tensor, step = read
        shape = self.graph.check(self.here(), layer, (step,))
        return tensor.new_empty((tensor.shape[0], *shape))

    def alike(self, args: Any) -> bool:
        """Say whether all are plain numbers, or tensors of one shape without values."""
        tensors = [part for part in args if isinstance(part, self.tensor)]
        numbers = [part for part in args if isinstance(part, int | float)]
        return (
            len(tensors) + len(numbers) == len(args)
            and len({tuple(part.shape) for part in tensors}) == 1
            and all(part.is_meta for part in tensors)
        )

    def record(self, name: str, read: Any, args: Any, kwargs: Any, made: Any) -> None:
        steps = tuple(dict.fromkeys(step for _, step in read))
        before, after = self.graph.shape(steps[0]), tuple(made.shape[1:])
        changes_nothing = name in _TRANSPARENT or (name in _ARITHMETIC and len(steps) == 1)
        if changes_nothing and before == after:
            self.produced(made, steps[0])
            return
        title = f"{self.here()}.{name}" if self.open else name
        layers = _function_layers(name, args, kwargs, before, after)
        for layer in layers if self.agree(layers, steps, after) else []:
            steps = (self.graph.add(title, layer, steps),)
        if not self.agree([], steps, after) or not layers:
            steps = (self.graph.add(title, d.Other(kind=name), steps, after, known=False),)
        self.produced(made, steps[0])

    def agree(self, layers: list[Layer], steps: tuple[int, ...], after: Shape) -> bool:
        """Say whether the layers make the shape that PyTorch made."""
        if len(steps) > 1 and not (layers and isinstance(layers[0], d.Join)):
            return False
        try:
            shape = self.graph.shape(steps[0])
            if layers and isinstance(layers[0], d.Join):
                shape, layers = self.graph.check("", layers[0], steps), layers[1:]
            for layer in layers:
                shape = layer.output_shape(shape)
        except ShapeError:
            return False
        return shape == after


class _Runner(_Recorder):
    """Lets PyTorch compute, and tells what each step makes."""

    def __init__(self, graph: Graph, tensor: Any, keep: Callable[[int, Any], object]) -> None:
        super().__init__(graph, tensor)
        self.keep = keep
        self.told: set[int] = set()
        self.function: Callable[..., Any] | None = None

    def produced(self, tensor: Any, step: int) -> None:
        if step not in self.told:
            self.told.add(step)
            self.keep(step, tensor)
        super().produced(tensor, step)

    def call(self, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        self.function = function
        return super().call(function, args, kwargs)

    def known(self, name: str, read: tuple[Any, int], args: Any, kwargs: Any) -> Any:
        super().known(name, read, args, kwargs)  # the doctor at the door
        assert self.function is not None
        return self.function(*args, **kwargs)


def _function_layers(name: str, args: Any, kwargs: Any, before: Shape, after: Shape) -> list[Layer]:
    """Return the layers that a function call stands for; none if it is not known."""
    plain = name.removesuffix("2d").replace("_", "")
    if plain in d.ELEMENTWISE:
        return [d.Elementwise(kind=plain)]
    if name in _ARITHMETIC:
        return [d.Join(kind="add")]
    if name in ("cat", "concat", "concatenate"):
        return [d.Join(kind="cat")]
    if name in ("flatten", "view", "reshape") and len(after) == 1:
        return [d.Flatten()]
    if name in ("mean", "amax") and len(before) == 3 and after in ((before[0],), (before[0], 1, 1)):
        pool = d.AdaptivePool(1, "adaptiveavg" if name == "mean" else "adaptivemax")
        return [pool, d.Flatten()] if len(after) == 1 else [pool]
    if name in _FUNCTIONS:
        names, make = _FUNCTIONS[name]
        return [make(dict(zip(names.split(), args, strict=False)) | kwargs)]
    return []


def _conv(given: dict[str, Any]) -> Layer:
    weight, groups = given["weight"], given.get("groups", 1)
    return d.Conv(
        weight.shape[0],
        tuple(weight.shape[2:]),
        _flat(given.get("stride", 1)),
        _flat(given.get("padding", 0)),
        _flat(given.get("dilation", 1)),
        groups,
        bias=given.get("bias") is not None,
        in_channels=weight.shape[1] * groups,
    )


def _conv_transpose(given: dict[str, Any]) -> Layer:
    weight, groups = given["weight"], given.get("groups", 1)
    return d.ConvTranspose(
        weight.shape[1] * groups,
        tuple(weight.shape[2:]),
        _flat(given.get("stride", 1)),
        _flat(given.get("padding", 0)),
        _flat(given.get("output_padding", 0)),
        groups,
        given.get("bias") is not None,
        _flat(given.get("dilation", 1)),
        weight.shape[0],
    )


def _pool(kind: str) -> Callable[[dict[str, Any]], Layer]:
    return lambda given: d.Pool(
        _flat(given["kernel_size"]),
        _flat(given.get("stride") or None),
        _flat(given.get("padding", 0)),
        _flat(given.get("dilation", 1)),
        bool(given.get("ceil_mode", False)),
        kind,
    )


def _in_place(function: Callable[..., Any]) -> bool:
    """Say whether a function of arithmetic writes over its first argument, as ``add_`` does."""
    name = function.__name__
    return name.startswith("__i") or (name.endswith("_") and not name.startswith("__"))


def _flat(value: Any) -> Any:
    """Return ``(3,)`` as ``3``, as PyTorch's functions take it."""
    return value[0] if isinstance(value, tuple | list) and len(value) == 1 else value


_TRANSPARENT = ("contiguous", "clone", "detach", "to", "float", "double", "view", "reshape")
_ARITHMETIC = (
    "add",
    "iadd",
    "radd",
    "sub",
    "isub",
    "rsub",
    "mul",
    "imul",
    "rmul",
    "div",
    "truediv",
)

_FUNCTIONS: dict[str, tuple[str, Callable[[dict[str, Any]], Layer]]] = {
    "conv2d": ("input weight bias stride padding dilation groups", _conv),
    "conv_transpose2d": (
        "input weight bias stride padding output_padding groups dilation",
        _conv_transpose,
    ),
    "max_pool2d": ("input kernel_size stride padding dilation ceil_mode", _pool("maxpool")),
    "avg_pool2d": ("input kernel_size stride padding ceil_mode", _pool("avgpool")),
    "adaptive_avg_pool2d": (
        "input output_size",
        lambda given: d.AdaptivePool(_flat(given["output_size"])),
    ),
    "adaptive_max_pool2d": (
        "input output_size",
        lambda given: d.AdaptivePool(_flat(given["output_size"]), "adaptivemax"),
    ),
    "linear": (
        "input weight bias",
        lambda given: d.Linear(
            given["weight"].shape[0],
            given.get("bias") is not None,
            in_features=given["weight"].shape[1],
        ),
    ),
    "batch_norm": (
        "input running_mean running_var weight",
        lambda given: d.BatchNorm(
            None if given.get("running_mean") is None else given["running_mean"].shape[0],
            given.get("weight") is not None,
        ),
    ),
}
