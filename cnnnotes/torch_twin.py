"""The same network in PyTorch and back, weights included, to the bit."""

from typing import Any

from cnnnotes.layers import LAYERS, Layer, Sequential

try:
    import torch
    from torch import nn
except ImportError as error:
    raise ImportError(
        'PyTorch is not installed; run: pip install "cnnnotes[torch]"', name="torch"
    ) from error


def to_torch(model: Layer) -> nn.Module:
    """Return the `torch.nn` twin of a network: same modules, names, weights and mode.

    Raises `TypeError` for a layer that PyTorch does not have.
    """
    twin = _module(model).train(model.training)
    twin.load_state_dict(
        {name: torch.from_numpy(array) for name, array in model.state_dict().items()}
    )
    return twin


def from_torch(module: nn.Module) -> Any:
    """Return the twin of a `torch.nn` layer, or of an `nn.Sequential` of them.

    Raises `TypeError` for a module that has no layer here.
    """
    twin = _layer(module).train(module.training)
    twin.load_state_dict({name: value.cpu().numpy() for name, value in module.state_dict().items()})
    return twin


def _module(layer: Layer) -> nn.Module:
    if isinstance(layer, Sequential):
        return nn.Sequential(*map(_module, layer))
    kind, arguments = type(layer).__name__, layer.arguments()
    padding = arguments.get("padding")
    by_side = isinstance(padding, tuple | list) and isinstance(padding[0], tuple | list)
    if by_side or type(layer) is not LAYERS.get(kind) or not hasattr(nn, kind):
        raise TypeError(f"{layer!r} has no counterpart in torch.nn")
    arguments.pop("init", None)
    if "dtype" in arguments:
        arguments["dtype"] = getattr(torch, arguments["dtype"])
    module: nn.Module = getattr(nn, kind)(**arguments)
    return module


def _layer(module: nn.Module) -> Layer:
    kind = type(module).__name__
    if type(module) is nn.Sequential:
        names = [name for name, _ in module.named_children()]
        if names != [str(number) for number in range(len(names))]:
            raise TypeError(f"nn.Sequential with names {names} has no twin: ours only numbers")
        return Sequential(*map(_layer, module))
    if kind not in LAYERS or type(module) is not getattr(nn, kind, None):
        raise TypeError(f"{module!r} has no counterpart in cnnnotes.layers")
    if getattr(module, "return_indices", False):
        raise TypeError(f"{module!r} with return_indices=True has no counterpart here")
    arguments = {
        name: _plain(getattr(module, name))
        for name in LAYERS[kind]._arguments
        if hasattr(module, name)
    }
    if "bias" in arguments:
        arguments["bias"] = module.bias is not None
        arguments["dtype"] = str(module.weight.dtype).removeprefix("torch.")
    layer: Layer = LAYERS[kind](**arguments)
    return layer


def _plain(value: Any) -> Any:
    """Write (3, 3) as 3, which is how most people make such a layer."""
    return value[0] if isinstance(value, tuple) and len(set(value)) == 1 else value
