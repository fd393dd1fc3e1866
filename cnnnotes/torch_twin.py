"""The same network in PyTorch and back, weights included, to the bit; and the same training."""

from collections.abc import Callable
from math import comb
from typing import Any

import numpy as np

from cnnnotes import layers, training
from cnnnotes.checks import Array, Size, integer, pair
from cnnnotes.layers import LAYERS, Layer, Sequential
from cnnnotes.shapes.torch_modules import in_eval_mode
from cnnnotes.training import Evaluation, History, shuffled_batches

try:
    import torch
    from torch import nn
    from torch.nn.functional import conv2d, cross_entropy, max_pool2d, pad, relu
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


def fit(
    module: nn.Module,
    images: Array,
    labels: Array,
    *,
    epochs: int,
    optimizer: torch.optim.Optimizer,
    batch_size: int = 64,
    seed: int = 0,
    validation: tuple[Array, Array] | None = None,
    schedule: torch.optim.lr_scheduler.LRScheduler | None = None,
    label_smoothing: float = 0.0,
    augment: training.Augment | None = None,
    progress: bool = True,
    callback: Callable[[History], object] | None = None,
) -> History:
    """Train a classifier on the same batches as `cnnnotes.training.fit`, and leave it in eval mode.

    From the same weights, with the same optimiser, each loss is that of the NumPy run up to
    rounding. Dropout is the exception: its random numbers are PyTorch's.

    Parameters
    ----------
    module
        Any module that ends in logits (N, classes), on whatever device.
    images, labels
        (N, …) floats of the dtype of the module's weights, and (N,) whole numbers from 0.
    optimizer, schedule
        PyTorch's, such as `torch.optim.SGD(module.parameters(), lr=0.05, momentum=0.9)`.
        The schedule is stepped once a batch.

    The other arguments are those of `cnnnotes.training.fit`. To go on later, save the `state_dict`
    of module and optimiser with `torch.save`.

    Raises
    ------
    TypeError, ValueError
        If images and labels do not fit together, or a number is too small.
    FloatingPointError
        If the loss is no longer finite.
    """
    training._check_data(images, labels)
    integer("epochs", epochs, 1)
    integer("seed", seed, 0)
    history = History()
    steps = -(-len(images) // integer("batch_size", batch_size, 1))
    with training._progress(progress, epochs * steps, 0) as show:
        while history.epochs < epochs:
            module.train()
            vary = np.random.default_rng([seed, history.epochs, 1])
            total_loss = total_right = 0.0
            for batch in shuffled_batches(len(images), batch_size, seed=seed, epoch=history.epochs):
                shown = images[batch] if augment is None else augment(images[batch], vary)
                inputs, targets = _tensors(module, shown, labels[batch])
                optimizer.zero_grad()
                outputs = module(inputs)
                loss = cross_entropy(outputs, targets, label_smoothing=label_smoothing)
                rate = float(optimizer.param_groups[0]["lr"])
                if not loss.isfinite():
                    raise FloatingPointError(
                        f"the loss is {loss.item()} after {len(history.losses)} steps; "
                        f"try a learning rate lower than {rate:g}"
                    )
                loss.backward()
                optimizer.step()
                history.losses.append(loss.item())
                history.learning_rates.append(rate)
                total_loss += loss.item() * len(batch)
                total_right += int((outputs.argmax(dim=1) == targets).sum())
                if schedule is not None:
                    schedule.step()
                show(f"epoch {history.epochs + 1}/{epochs}, loss {loss.item():.4f}", 1)
            history.train_loss.append(total_loss / len(images))
            history.train_accuracy.append(total_right / len(images))
            module.eval()
            if validation is not None:
                result = evaluate(module, *validation)
                history.validation_loss.append(result.loss)
                history.validation_accuracy.append(result.accuracy)
            show(training._summary(history, epochs), 0)
            if callback is not None:
                callback(history)
    module.eval()
    return history


def logits(module: nn.Module, images: Array, batch_size: int = 256) -> Array:
    """Return the output of a module in eval mode for all images, (N, classes), batch by batch.

    The modes of all layers are put back after.
    """
    integer("batch_size", batch_size, 1)
    parts = torch.from_numpy(images).split(batch_size)
    with torch.no_grad(), in_eval_mode(module):
        outputs = [module(*_tensors(module, part)).cpu() for part in parts]
    array: Array = torch.cat(outputs).numpy()
    return array


def predict(module: nn.Module, images: Array, batch_size: int = 256) -> Array:
    """Return the likeliest class of each image, (N,)."""
    return logits(module, images, batch_size).argmax(axis=1)


def evaluate(module: nn.Module, images: Array, labels: Array, batch_size: int = 256) -> Evaluation:
    """Return loss and accuracy over all images, in eval mode."""
    training._check_data(images, labels)
    outputs = logits(module, images, batch_size)
    accuracy = float((outputs.argmax(axis=1) == labels).mean())
    loss = cross_entropy(torch.from_numpy(outputs), torch.from_numpy(labels))
    return Evaluation(float(loss), accuracy)


class Residual(nn.Module):
    """The twin of `cnnnotes.layers.Residual`: a branch and a shortcut past it, added up."""

    def __init__(self, branch: nn.Module, shortcut: nn.Module | None = None) -> None:
        super().__init__()
        self.branch, self.shortcut = branch, shortcut

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the sum of branch and shortcut."""
        through: torch.Tensor = self.branch(images)
        return through + (images if self.shortcut is None else self.shortcut(images))


class BlurPool2d(nn.Module):
    """The twin of `cnnnotes.layers.BlurPool2d`: blur, then keep every second pixel."""

    def __init__(self, kernel_size: Size = 3, stride: Size = 2) -> None:
        super().__init__()
        self.kernel_size, self.stride = kernel_size, stride

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return (N, C, ⌈H / stride⌉, ⌈W / stride⌉)."""
        channels = images.shape[1]
        shares, sides = [], []
        for kernel in pair("kernel_size", self.kernel_size):
            row = images.new_tensor([comb(kernel - 1, place) for place in range(kernel)])
            shares.append(row / row.sum())
            sides += [kernel // 2, (kernel - 1) // 2]
        weight = torch.outer(*shares).expand(channels, 1, -1, -1)
        bordered = pad(images, sides[::-1], mode="reflect")
        return conv2d(bordered, weight, stride=self.stride, groups=channels)


class MaxBlurPool2d(nn.Sequential):
    """The twin of `cnnnotes.layers.MaxBlurPool2d`: maxima one step apart, then blur pooling."""

    def __init__(self, kernel_size: Size = 3, stride: Size = 2, max_pool_size: Size = 2) -> None:
        super().__init__(
            nn.MaxPool2d(pair("max_pool_size", max_pool_size), 1), BlurPool2d(kernel_size, stride)
        )
        self.kernel_size, self.stride, self.max_pool_size = kernel_size, stride, max_pool_size


class MinimalPipeline(nn.Module):
    """The network of the chapter "A minimal pipeline", as one writes a module: for 28×28 digits."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 16, 3, padding=1)
        self.linear = nn.Linear(16 * 7 * 7, 10)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the logits, (N, 10), of images (N, 1, 28, 28)."""
        maps = max_pool2d(relu(self.conv1(images)), 2)
        maps = max_pool2d(relu(self.conv2(maps)), 2)
        logits: torch.Tensor = self.linear(maps.flatten(1))
        return logits


def minimal_pipeline() -> nn.Sequential:
    """Return the network of the chapter "A minimal pipeline", for 28×28 digits."""
    return two_stages(3)


def first_layer() -> nn.Sequential:
    """Return the network of "What the first layer learns": 16 filters of 7×7, for digits."""
    return two_stages(7, filters=16)


def feature_maps() -> nn.Sequential:
    """Return the network of "Feature maps as an instrument": 8 filters of 5×5, for digits."""
    return two_stages(5)


def two_stages(kernel_size: int, filters: int = 8) -> nn.Sequential:
    """Return two times convolution, ReLU and pooling, and a linear layer, for 28×28 digits."""
    return nn.Sequential(
        nn.Conv2d(1, filters, kernel_size, padding=kernel_size // 2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(filters, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(16 * 7 * 7, 10),
    )


def levels() -> nn.Sequential:
    """Return the network of "Depth builds levels": three stages, for 28×28 digits."""
    stages: list[nn.Module] = []
    for channels in (1, 16, 16):
        stages += [nn.Conv2d(channels, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*stages, nn.Flatten(), nn.Linear(16 * 3 * 3, 10))


def receptive_field(depth: int = 4, channels: int = 8) -> nn.Sequential:
    """Return the network of "Seeing further": 3×3 convolutions, and a 4×4 grid of maxima."""
    layers: list[nn.Module] = []
    for number in range(depth):
        layers += [nn.Conv2d(channels if number else 1, channels, 3, padding=1), nn.ReLU()]
    head = nn.AdaptiveMaxPool2d(4), nn.Flatten(), nn.Linear(16 * channels, 10)
    return nn.Sequential(*layers, *head)


def strided() -> nn.Sequential:
    """Return the convolutional network of "Architecture as prior", for 28×28 digits."""
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(8, 16, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(16 * 7 * 7, 10),
    )


def mlp(width: int = 11) -> nn.Sequential:
    """Return the fully connected network of "Architecture as prior", for 28×28 digits."""
    return nn.Sequential(nn.Flatten(), nn.Linear(784, width), nn.ReLU(), nn.Linear(width, 10))


def _module(layer: Layer) -> nn.Module:
    if type(layer) is Sequential:
        return nn.Sequential(*map(_module, layer))
    if type(layer) is layers.Residual:
        return Residual(*map(_module, layer.children().values()))
    kind, arguments = type(layer).__name__, layer.arguments()
    padding = arguments.get("padding")
    by_side = isinstance(padding, tuple | list) and isinstance(padding[0], tuple | list)
    if by_side or type(layer) is not LAYERS.get(kind) or not _class(kind):
        raise TypeError(f"{layer!r} has no counterpart in torch.nn")
    arguments.pop("init", None)
    if "dtype" in arguments:
        arguments["dtype"] = getattr(torch, arguments["dtype"])
    module: nn.Module = _class(kind)(**arguments)
    return module


def _class(kind: str) -> Any:
    own = {twin.__name__: twin for twin in (BlurPool2d, MaxBlurPool2d)}
    return own.get(kind) or getattr(nn, kind, None)


# Arguments of modules that have no counterpart, with the values that mean nothing is different.
_USUAL = {"return_indices": False, "approximate": "none", "recompute_scale_factor": None}


def _layer(module: nn.Module) -> Layer:
    kind = type(module).__name__
    if type(module) is nn.Sequential:
        names = [name for name, _ in module.named_children()]
        if names != [str(number) for number in range(len(names))]:
            raise TypeError(f"nn.Sequential with names {names} has no twin: ours only numbers")
        return Sequential(*map(_layer, module))
    if type(module) is Residual:
        return layers.Residual(*map(_layer, module.children()))
    if kind not in LAYERS or type(module) is not _class(kind):
        raise TypeError(f"{module!r} has no counterpart in cnnnotes.layers")
    for name, usual in _USUAL.items():
        if (value := getattr(module, name, usual)) != usual:
            raise TypeError(f"{module!r} with {name}={value!r} has no counterpart here")
    arguments = {
        name: _plain(getattr(module, name))
        for name in LAYERS[kind]._arguments
        if hasattr(module, name)
    }
    if "bias" in arguments:
        arguments["bias"] = module.bias is not None
    if "dtype" in LAYERS[kind]._arguments:
        kinds = [value.dtype for value in module.state_dict().values() if value.is_floating_point()]
        arguments["dtype"] = str(*kinds[:1] or [torch.float32]).removeprefix("torch.")
    try:
        layer: Layer = LAYERS[kind](**arguments)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{module!r} has no counterpart here: {error}") from error
    if layer.state_dict().keys() != module.state_dict().keys():
        raise TypeError(f"{module!r} with {', '.join(module.state_dict())} has no counterpart here")
    return layer


def _plain(value: Any) -> Any:
    """Write (3, 3) as 3, which is how most people make such a layer."""
    return value[0] if isinstance(value, tuple) and len(set(value)) == 1 else value


def _tensors(module: nn.Module, *arrays: Any) -> list[torch.Tensor]:
    """Return arrays as tensors where the module's weights are."""
    device = next(module.parameters(), torch.empty(0)).device
    return [torch.as_tensor(array).to(device) for array in arrays]
