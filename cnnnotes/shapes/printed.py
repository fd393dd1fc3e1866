"""Printed modules: what ``print(model)`` shows, and what it keeps to itself.

A print names parts, not what ``forward`` does with them. ``Sequential`` says it all; of the
classes of torchvision listed here it is known. Any other class needs the module itself.
"""

import ast
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cnnnotes.shapes.flow import Flow, Part, Step, joined
from cnnnotes.shapes.reader import Reader
from cnnnotes.shapes.source import ReadError, Source, short

_LINE = re.compile(r"\s*(?:\(([\w.-]+)\): )?(?:\d+ x )?([A-Za-z_][\w.]*)\((.*)$")
PRINT = re.compile(r"^\s+\([\w.-]+\): (?:\d+ x )?[A-Za-z_]\w*\(", re.MULTILINE)
DEEPEST = 60


@dataclass(eq=False)
class Module:
    """One module of a print: its class, and either arguments or parts by name."""

    kind: str
    name: str
    arguments: str = ""
    line: str = ""
    parts: dict[str, "Module"] = field(default_factory=dict)


def read_print(text: str) -> tuple[Step, ...]:
    """Return what happens to the input of a printed module.

    Raises
    ------
    ReadError
        If the print does not tell; the message names the part, and the way on.
    """
    return _through(_tree(text), Flow(), "").steps


def _tree(text: str) -> Module:
    """Return the module that a print shows, all others inside it."""
    root: Module | None = None
    open_now: list[Module] = []
    for line in text.expandtabs().splitlines():
        stripped = line.strip()
        if not stripped or stripped.startswith((">>>", "```", "In [", "#")):
            continue
        if stripped == ")":
            if not open_now:
                break  # the print was closed: what follows is something else
            open_now.pop()
            continue
        match = _LINE.fullmatch(re.sub(r"^Out\[\d+\]: ", "", line))
        if match is None:
            if root is None:
                continue  # what stands before the print
            raise ReadError(f"line {short(line)} is no line of a printed module")
        name, kind, rest = match.groups()
        module = Module(kind, name or "", line=line)
        if open_now:
            holder = open_now[-1]
            module.name = module.name or str(len(holder.parts))
            if module.name in holder.parts:
                raise ReadError(f"line {short(line)}: {module.name} is printed twice")
            holder.parts[module.name] = module
        elif root is not None:
            raise ReadError(f"line {short(line)} begins another module; paste one")
        root = root or module
        if rest.rstrip().endswith(")"):
            module.arguments = rest.rstrip()[:-1]
        elif not rest.strip():
            open_now.append(module)
            if len(open_now) > DEEPEST:
                raise ReadError(f"modules are nested more than {DEEPEST} deep")
        else:
            raise ReadError(f"line {short(line)} is cut off")
    if root is None:
        raise ReadError("the print holds no module")
    if open_now:
        raise ReadError(
            f"the print is cut off: {open_now[-1].kind}( is not closed; paste all of it"
        )
    return root


def _through(module: Module, flow: Flow, name: str) -> Flow:
    """Return what comes out of a module."""
    if re.search(r"\((\d+)-(\d+)\): \d+ x ", module.line):
        raise _unknown(module, name, "a ModuleList's parts, of which the print shows one,")
    if module.parts:
        rule = _RULES.get(module.kind)
        if rule is None:
            raise _unknown(module, name, f"what {module.kind} does with its parts")
        return rule(module, flow, name)
    if module.kind == "Sequential":
        return flow
    return flow.then(_part(module), name)


def _part(module: Module) -> Part:
    words = re.sub(r"=([a-z_]+)(?=\s*[,)]|$)", r"='\1'", module.arguments)  # padding=same
    try:
        tree = ast.parse(f"f({words})", mode="eval")
        if not isinstance(tree.body, ast.Call):
            raise SyntaxError
        source = Source(ast.Module([], []), (module.line,))
        args, kwargs = Reader(source).arguments(tree.body, {})
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        if isinstance(error, ReadError):
            raise
        raise ReadError(f"line {short(module.line)} is no line of a printed module") from None
    if module.kind.startswith("Upsampling"):
        kwargs.pop("mode", None)  # printed, though the class has it from its name
    if module.kind.startswith("Lazy"):  # what is left open is printed as 0
        args = args[1:] if args[:1] == [0] else args
        kwargs = {name: value for name, value in kwargs.items() if name != "in_features"}
    return Part(module.kind, tuple(args), kwargs, f"line {short(module.line)}: ")


def _unknown(module: Module, name: str, what: str) -> ReadError:
    part = f"{name} ({module.kind})" if name else module.kind
    return ReadError(
        f"{part}: a print does not tell {what}; paste the class's source, "
        "or give --torch module:callable"
    )


# What forward does in the classes of torchvision.


def _below(name: str, part: str) -> str:
    return f"{name}.{part}" if name else part


def _in_order(module: Module, flow: Flow, name: str, names: Sequence[str] | None = None) -> Flow:
    for part in module.parts if names is None else names:
        if part == "flatten" and part not in module.parts:
            flow = flow.then(Part("Flatten"))
        elif part == "globalavg":
            flow = flow.then(Part("AdaptiveAvgPool2d", (1,)))
        else:
            flow = _through(module.parts[part], flow, _below(name, part))
    return flow


def _only(module: Module, name: str, *wanted: str, maybe: Sequence[str] = ()) -> None:
    """Raise if this is not torchvision's class of that name."""
    if set(module.parts) - set(maybe) != set(wanted):
        raise _unknown(module, name, f"what this {module.kind} does with its parts")


def _network(*order: str) -> Callable[[Module, Flow, str], Flow]:
    def rule(module: Module, flow: Flow, name: str) -> Flow:
        _only(module, name, *(part for part in order if part not in ("flatten", "globalavg")))
        return _in_order(module, flow, name, order)

    return rule


def _residual(*order: str) -> Callable[[Module, Flow, str], Flow]:
    def rule(module: Module, flow: Flow, name: str) -> Flow:
        _only(module, name, *order, maybe=("downsample",))
        body = _in_order(module, flow, name, order)
        shortcut = flow
        if "downsample" in module.parts:
            shortcut = _through(module.parts["downsample"], flow, _below(name, "downsample"))
        return _through(module.parts["relu"], joined([body, shortcut], "add"), _below(name, "relu"))

    return rule


def _inverted(module: Module, flow: Flow, name: str) -> Flow:
    """MobileNetV2's block: it adds its input if it changes neither size nor channels."""
    _only(module, name, "conv")
    body = _through(module.parts["conv"], flow, name)
    convs = [
        step.part
        for step in body.steps[len(flow.steps) :]
        if isinstance(step.part, Part) and step.part.kind == "Conv2d"
    ]
    if not convs or any(len(conv.args) < 2 for conv in convs):
        raise _unknown(module, name, "whether this InvertedResidual adds its input")
    strides = {conv.kwargs.get("stride", 1) for conv in convs}
    adds = strides <= {1, (1, 1)} and convs[0].args[0] == convs[-1].args[1]
    return joined([body, flow], "add") if adds else body


def _fire(module: Module, flow: Flow, name: str) -> Flow:
    """SqueezeNet's block: two convolutions of the squeezed input, side by side."""
    sides = ("expand1x1", "expand3x3")
    activations = tuple(f"{side}_activation" for side in sides)
    _only(module, name, "squeeze", "squeeze_activation", *sides, *activations)
    squeezed = _in_order(module, flow, name, ("squeeze", "squeeze_activation"))
    pairs = zip(sides, activations, strict=True)
    return joined([_in_order(module, squeezed, name, pair) for pair in pairs], "cat")


def _squeezenet(module: Module, flow: Flow, name: str) -> Flow:
    _only(module, name, "features", "classifier")
    return _in_order(module, flow, name, ("features", "classifier")).then(Part("Flatten"))


_SEQUENTIAL = ["Sequential", "Conv2dNormActivation", "ConvNormActivation", "ConvBNReLU"]
_SEQUENTIAL += ["ConvBNActivation", "DataParallel", "DistributedDataParallel", "OptimizedModule"]
_CLASSIC = _network("features", "avgpool", "flatten", "classifier")
_RULES: dict[str, Callable[[Module, Flow, str], Flow]] = {
    **dict.fromkeys(_SEQUENTIAL, _in_order),
    "AlexNet": _CLASSIC,
    "VGG": _CLASSIC,
    "ResNet": _network(
        *("conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4"),
        *("avgpool", "flatten", "fc"),
    ),
    "BasicBlock": _residual("conv1", "bn1", "relu", "conv2", "bn2"),
    "Bottleneck": _residual("conv1", "bn1", "relu", "conv2", "bn2", "relu", "conv3", "bn3"),
    "MobileNetV2": _network("features", "globalavg", "flatten", "classifier"),
    "InvertedResidual": _inverted,
    "SqueezeNet": _squeezenet,
    "Fire": _fire,
}
