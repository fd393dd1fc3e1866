"""The graph of a PyTorch module, found by running it once on the meta device.

PyTorch is never imported here: whoever holds a module has imported it.
"""

import copy
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from typing import Any

from cnnnotes.shapes import descriptions as d
from cnnnotes.shapes.classes import describe_seen
from cnnnotes.shapes.descriptions import Layer, Shape
from cnnnotes.shapes.diagnosis import ShapeError
from cnnnotes.shapes.graph import Graph
from cnnnotes.shapes.messages import read_message
from cnnnotes.shapes.torch_functions import (
    ARITHMETIC,
    FREE,
    FUNCTIONS,
    TRANSPARENT,
    function_layers,
    writes_in_place,
)

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
    kinds = [weight.dtype for weight in module.parameters() if weight.is_floating_point()]
    x = torch.empty((BATCH, *shape), device="meta", dtype=kinds[0] if kinds else None)
    module = _with_its_shapes(module, x)
    recorder = _Recorder(Graph(shape), torch.Tensor, module)
    names = {part: name or type(part).__name__ for name, part in module.named_modules()}

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
        recorder.same |= stack.enter_context(_weights_on_meta(module))
        recorder.produced(x, 0)
        stack.enter_context(Mode())
        try:
            module(x)
        except ShapeError:
            raise
        except (ArithmeticError, RuntimeError, ValueError, IndexError) as error:
            diagnosis = read_message(str(error))
            if diagnosis is None:
                raise ValueError(f"{recorder.here()}: {error}") from error
            raise ShapeError(diagnosis.at(recorder.here())) from error
    return recorder.finished()


def run_module(
    module: Any, inputs: Any, keep: Callable[[int, Any], object], *, differentiable: bool = False
) -> tuple[Graph, Any]:
    """Return the graph of a module as `build_from_module` does, and its output, on inputs (N, …).

    ``keep(number, tensor)`` is told what each step makes; the tensor may be written over later, and
    that of a mean's first step is flat already.
    The module runs in eval mode, without gradients if not ``differentiable``; its modes are put
    back. Steps of a layer that is used again are numbered: "relu", "relu (2)".
    """
    torch: Any = sys.modules["torch"]
    recorder = _Runner(Graph(tuple(inputs.shape[1:])), torch.Tensor, module, keep)

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
        except (ArithmeticError, RuntimeError, ValueError, IndexError) as error:
            diagnosis = read_message(str(error))
            if diagnosis is None:
                raise ValueError(f"{recorder.here()}: {error}") from error
            raise ShapeError(diagnosis.at(recorder.here())) from error
    graph = recorder.finished()
    uses: Counter[str] = Counter()
    for number, step in enumerate(graph.steps):
        uses[step.name] += 1
        if uses[step.name] > 1:
            graph.steps[number] = replace(step, name=f"{step.name} ({uses[step.name]})")
    return graph, output


def _with_its_shapes(module: Any, x: Any) -> Any:
    """Return a module without lazy layers: itself, or a copy that took its shapes from ``x``.

    The copy's weights are on the meta device, so that nothing is allocated or drawn. Where a
    layer refuses ``x`` the copy stays as it is: the trace will meet that layer, and name it.
    """
    torch: Any = sys.modules["torch"]
    weights = [*module.parameters(), *module.buffers()]
    if not any(map(torch.nn.parameter.is_lazy, weights)):
        return module
    taken = copy.deepcopy(module, {id(weight): _on_meta(weight) for weight in weights})
    with torch.no_grad(), torch.random.fork_rng(devices=[]), suppress(Exception):
        taken(x)
    return taken


@contextmanager
def _weights_on_meta(module: Any) -> Iterator[dict[int, int]]:
    """Put stand-ins on the meta device for all weights inside the block; yield whose they are.

    Not by ``functional_call``: that leaves its stand-ins in a layer that has two names.
    """
    stand_ins: dict[int, Any] = {}
    kept = []
    for part in module.modules():
        for table in (part._parameters, part._buffers):
            for name, weight in table.items():
                if weight is not None:
                    kept.append((table, name, weight))
                    stand_ins.setdefault(id(weight), weight if weight.is_meta else _on_meta(weight))
    try:
        for table, name, weight in kept:
            table[name] = stand_ins[id(weight)]
        yield {id(stand_in): weight for weight, stand_in in stand_ins.items()}
    finally:
        for table, name, weight in kept:
            table[name] = weight


def _on_meta(weight: Any) -> Any:
    torch: Any = sys.modules["torch"]
    if torch.nn.parameter.is_lazy(weight):
        return type(weight)(weight.requires_grad, device="meta", dtype=weight.dtype)
    there = weight.detach().to("meta")
    if isinstance(weight, torch.nn.Parameter):
        return torch.nn.Parameter(there, requires_grad=weight.requires_grad)
    return there


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

    def __init__(self, graph: Graph, tensor: Any, module: Any) -> None:
        self.graph, self.tensor = graph, tensor
        self.weights = {id(weight): weight for weight in module.parameters()}
        self.uncounted = set(self.weights)
        self.same = {weight: weight for weight in self.weights}  # ids that stand for a parameter
        self.parts = {
            id(part): [
                [id(weight) for weight in part.parameters(recurse=recurse)]
                for recurse in (False, True)
            ]
            for part in module.modules()
        }
        self.steps: dict[int, int] = {}
        self.kept: list[Any] = []  # or a later tensor could be given the same id
        self.open: list[tuple[str, Layer | None, tuple[int, ...], int]] = []

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
        return any(layer is not None for _, layer, *_ in self.open)

    def enter(self, module: Any, name: str, args: Any, kwargs: Any) -> None:
        layer = None
        read = tuple(step for _, step in self.inputs([args, kwargs]))
        if not self.inside_a_layer() and len(read) == 1:
            try:
                layer = describe_seen(module, self.graph.shape(read[0]))
            except TypeError:  # not a layer we know: look inside
                layer = None
        self.open.append((name, layer, read, len(self.graph.steps)))
        if layer is not None:
            self.graph.check(name, layer, read)

    def leave(self, module: Any, output: Any) -> None:
        name, layer, read, first = self.open[-1]
        own, all_of_it = self.parts[id(module)]
        output = output[0] if isinstance(output, tuple) and output else output
        if layer is not None and isinstance(output, self.tensor):
            shape = tuple(output.shape[1:])
            expected = layer.output_shape(self.graph.shape(*read))
            if expected != shape and not isinstance(layer, d.Other):
                layer = d.Other(kind=layer.kind, free=layer.macs(expected) == 0)
            step = self.graph.add(name, layer, read, shape, parameters=self.count(all_of_it))
            self.produced(output, step)
        elif not self.inside_a_layer() and len(self.graph.steps) > first:
            last = self.graph.steps[-1]  # weights that reached no layer by themselves
            self.graph.steps[-1] = replace(last, parameters=last.parameters + self.count(own))
        self.open.pop()

    def count(self, weights: Iterable[int]) -> int:
        """Return how many numbers are in those parameters that were not counted before."""
        new = {self.same[weight] for weight in weights if weight in self.same}
        new &= self.uncounted
        self.uncounted -= new
        return sum(self.weights[weight].numel() for weight in new)

    def weights_in(self, arguments: Any) -> list[int]:
        """Return the ids of tensors among ``arguments``."""
        if isinstance(arguments, dict):
            arguments = list(arguments.values())
        if isinstance(arguments, tuple | list):
            return [found for part in arguments for found in self.weights_in(part)]
        return [id(arguments)]

    def finished(self) -> Graph:
        """Return the graph, once it knows how many parameters no step has read."""
        self.graph.unused = sum(self.weights[weight].numel() for weight in self.uncounted)
        return self.graph

    def call(self, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        read = self.inputs([args, kwargs])
        name = getattr(function, "__name__", "function").strip("_")
        if name in FUNCTIONS and len(read) == 1:
            output = self.known(name, read[0], args, kwargs)
        elif name in ARITHMETIC and self.alike(args) and not kwargs:
            tensor = next(part for part in args if isinstance(part, self.tensor))
            output = tensor if writes_in_place(function) else tensor.new_empty(tensor.shape)
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
        names, make = FUNCTIONS[name]
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
        parameters = self.count(self.weights_in([args, kwargs]))
        alone = name in ARITHMETIC and len(steps) == 1
        if (name in TRANSPARENT or alone) and before == after and not parameters:
            self.produced(made, steps[0])
            return
        title = f"{self.here()}.{name}" if self.open else name
        layers = [] if alone else function_layers(name, args, kwargs, before, after)
        if not layers or not self.agree(layers, steps, after):
            pointwise = alone and before == after
            free = pointwise or name in FREE or name in TRANSPARENT
            layers = [d.Other(kind=name, free=free, pointwise=pointwise)]
        for layer in layers:
            shape = after if isinstance(layer, d.Other) else None
            steps = (self.graph.add(title, layer, steps, shape, parameters=parameters),)
            parameters = 0
            self.produced(made, steps[0])  # a mean is two steps, of the same values

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

    def __init__(
        self, graph: Graph, tensor: Any, module: Any, keep: Callable[[int, Any], object]
    ) -> None:
        super().__init__(graph, tensor, module)
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
