"""One training loop for all, and what is asked of a trained network."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from cnnnotes import checks
from cnnnotes.checks import Array
from cnnnotes.files import load_arrays, save_arrays
from cnnnotes.layers import Dropout, Layer
from cnnnotes.losses import cross_entropy, cross_entropy_backward
from cnnnotes.optim import LRScheduler, Optimizer


class Evaluation(NamedTuple):
    """What `evaluate` finds: the mean cross-entropy in nats, and the share of right answers."""

    loss: float
    accuracy: float


@dataclass
class History:
    """What happened in a training run.

    `losses` and `learning_rates` have one entry a step. All others have one an epoch; those of
    training are means over its batches, taken while the weights moved.
    """

    losses: list[float] = field(default_factory=list)
    learning_rates: list[float] = field(default_factory=list)
    train_loss: list[float] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)

    @property
    def epochs(self) -> int:
        """How many epochs are done."""
        return len(self.train_loss)


Augment = Callable[[Array, np.random.Generator], Array]


def fit(
    model: Layer,
    images: Array,
    labels: Array,
    *,
    epochs: int,
    optimizer: Optimizer,
    batch_size: int = 64,
    seed: int = 0,
    validation: tuple[Array, Array] | None = None,
    schedule: LRScheduler | None = None,
    label_smoothing: float = 0.0,
    augment: Augment | None = None,
    progress: bool = True,
    checkpoint: str | os.PathLike[str] | None = None,
    resume: bool = False,
    callback: Callable[[History], object] | None = None,
) -> History:
    """Train a classifier with cross-entropy, and leave it in eval mode.

    Parameters
    ----------
    model
        Anything with `forward` and `backward` that ends in logits (N, classes).
    images, labels
        (N, …) floats, and (N,) whole numbers from 0 to classes - 1.
    epochs
        How often to go through all images; with `resume`, those done before included.
    optimizer
        Such as `SGD(model.parameters(), lr=0.05, momentum=0.9)`.
    seed
        Fixes the order of the images, in every epoch another one.
    validation
        Other (images, labels) to evaluate after each epoch.
    schedule
        Stepped once a batch.
    label_smoothing
        As in `cross_entropy`.
    augment
        Called with the images of each batch and a generator, to move or mirror them; it returns
        as many.
    progress
        Whether to show a bar (with rich installed) or lines on stderr.
    checkpoint
        A path ending in .npz, written after each epoch with all that is needed to go on.
    resume
        Go on from `checkpoint` if that file is there. The result is that of one run, to the bit.
    callback
        Called with the history after each epoch.

    Raises
    ------
    TypeError, ValueError
        If arguments do not fit together, or the checkpoint does not fit them.
    FloatingPointError
        If the loss is no longer finite; says in which layer that began.
    """
    _check_data(images, labels)
    checks.integer("epochs", epochs, 1)
    checks.integer("batch_size", batch_size, 1)
    checks.integer("seed", seed, 0)
    _check_parts(model, optimizer, schedule, checkpoint, resume)
    history = History()
    run = _Run(model, optimizer, schedule, history, [seed, batch_size, len(images)])
    if checkpoint is not None and resume and Path(checkpoint).exists():
        run.load(checkpoint)
    batches = -(-len(images) // batch_size)
    with _progress(progress, epochs * batches, history.epochs * batches) as show:
        while history.epochs < epochs:
            model.train()
            total_loss = total_right = 0.0
            order = np.random.default_rng([seed, history.epochs]).permutation(len(images))
            vary = np.random.default_rng([seed, history.epochs, 1])
            for start in range(0, len(images), batch_size):
                batch = order[start : start + batch_size]
                shown = images[batch] if augment is None else augment(images[batch], vary)
                loss, right = _step(model, optimizer, shown, labels[batch], label_smoothing)
                history.losses.append(loss)
                history.learning_rates.append(optimizer.lr)
                total_loss += loss * len(batch)
                total_right += right
                if schedule is not None:
                    schedule.step()
                show(f"epoch {history.epochs + 1}/{epochs}, loss {loss:.4f}", 1)
            history.train_loss.append(total_loss / len(images))
            history.train_accuracy.append(total_right / len(images))
            model.eval()
            if validation is not None:
                result = evaluate(model, *validation)
                history.validation_loss.append(result.loss)
                history.validation_accuracy.append(result.accuracy)
            if checkpoint is not None:
                run.save(checkpoint)
            show(_summary(history, epochs), 0)
            if callback is not None:
                callback(history)
    model.eval()
    return history


def shuffled_batches(
    count: int, batch_size: int = 64, *, seed: int = 0, epoch: int = 0
) -> Iterator[Array]:
    """Go through one epoch's batches in the order in which `fit` visits them, for other loops.

    Parameters
    ----------
    count
        How many images there are.
    batch_size
        How many images a batch has; the last one has what is left.
    seed
        As in `fit`.
    epoch
        From 0; each has another order.

    Yields
    ------
    The numbers of a batch's images, (batch_size,). Raises `TypeError` or `ValueError` if an
    argument is no whole number or too small.
    """
    # `fit` spells this out itself, for records rest on its text; a test holds the two together.
    checks.integer("count", count, 1)
    checks.integer("batch_size", batch_size, 1)
    checks.integer("seed", seed, 0)
    checks.integer("epoch", epoch, 0)
    order = np.random.default_rng([seed, epoch]).permutation(count)
    for start in range(0, count, batch_size):
        yield order[start : start + batch_size]


def logits(model: Layer, images: Array, batch_size: int = 256) -> Array:
    """Return the output of the network in eval mode for all images, (N, classes), batch by batch.

    The mode is put back after.
    """
    checks.integer("batch_size", batch_size, 1)
    _check_images(images)
    modes = [(layer, layer.training) for layer in model.modules()]
    model.eval()
    try:
        starts = range(0, len(images), batch_size)
        return np.concatenate([model.forward(images[i : i + batch_size]) for i in starts])
    finally:
        for layer, training in modes:
            layer.training = training


def predict(model: Layer, images: Array, batch_size: int = 256) -> Array:
    """Return the likeliest class of each image, (N,)."""
    return logits(model, images, batch_size).argmax(axis=1)


def evaluate(model: Layer, images: Array, labels: Array, batch_size: int = 256) -> Evaluation:
    """Return loss and accuracy over all images, in eval mode."""
    _check_data(images, labels)
    outputs = logits(model, images, batch_size)
    accuracy = float((outputs.argmax(axis=1) == labels).mean())
    return Evaluation(float(cross_entropy(outputs, labels)), accuracy)


def _step(
    model: Layer, optimizer: Optimizer, images: Array, labels: Array, label_smoothing: float
) -> tuple[float, int]:
    """Do one step of training; return the loss before it, and the number of right answers."""
    # A diverging network ends in our error, which says more than NumPy's warnings on the way.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        outputs = model.forward(images)
        loss = float(cross_entropy(outputs, labels, label_smoothing=label_smoothing))
        if not np.isfinite(loss):
            raise FloatingPointError(
                f"the loss is {loss} after {optimizer.steps} steps: {_first_to_go(model, images)}; "
                f"try a learning rate lower than {optimizer.lr:g}"
            )
        model.backward(
            cross_entropy_backward(1.0, outputs, labels, label_smoothing=label_smoothing),
            needs_input_grad=False,
        )
        optimizer.step()
    return loss, int((outputs.argmax(axis=1) == labels).sum())


def _first_to_go(model: Layer, images: Array) -> str:
    for name, parameter in model.named_parameters().items():
        if not np.isfinite(parameter.data).all():
            return f"the parameter {name} is no longer finite"
    for name, layer in model.children().items():
        images = layer.forward(images)
        if not np.isfinite(images).all():
            return f"the output of layer {name}, {layer!r}, is the first that is not finite"
    return "the logits are too large"


@dataclass
class _Run:
    """All that a checkpoint holds."""

    model: Layer
    optimizer: Optimizer
    schedule: LRScheduler | None
    history: History
    identity: list[int]

    def save(self, path: str | os.PathLike[str]) -> None:
        states = self._states().items()
        arrays = {
            f"{part}/{name}": array for part, state in states for name, array in state.items()
        }
        save_arrays(path, {"identity": self.identity, **arrays})

    def load(self, path: str | os.PathLike[str]) -> None:
        arrays = load_arrays(path)
        before = self._states()
        try:
            found = arrays.pop("identity").tolist()
            if found != self.identity:
                raise ValueError(f"its (seed, batch_size, number of images) are {tuple(found)}")
            states = {
                part: {name: arrays.pop(f"{part}/{name}") for name in state}
                for part, state in before.items()
            }
            if arrays:
                raise ValueError(f"it has {sorted(arrays)} too many")
            self._restore(states)
        except (KeyError, TypeError, ValueError) as error:
            self._restore(before)
            raise ValueError(
                f"checkpoint {path} does not fit this run, {error}; "
                "delete it, or call fit with the same arguments"
            ) from error

    def _states(self) -> dict[str, dict[str, Any]]:
        states: dict[str, dict[str, Any]] = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "dropout": {
                str(index): json.dumps(layer.rng.bit_generator.state)
                for index, layer in enumerate(self._dropouts())
            },
            "history": asdict(self.history),
        }
        if self.schedule is not None:
            states["schedule"] = self.schedule.state_dict()
        return states

    def _restore(self, states: dict[str, dict[str, Any]]) -> None:
        self.model.load_state_dict(states["model"])
        self.optimizer.load_state_dict(states["optimizer"])
        if self.schedule is not None:
            self.schedule.load_state_dict(states["schedule"])
        for index, layer in enumerate(self._dropouts()):
            layer.rng.bit_generator.state = json.loads(str(states["dropout"][str(index)]))
        for name, values in states["history"].items():
            getattr(self.history, name)[:] = np.asarray(values).tolist()

    def _dropouts(self) -> list[Dropout]:
        return [layer for layer in self.model.modules() if isinstance(layer, Dropout)]


@contextmanager
def _progress(wanted: bool, total: int, done: int) -> Iterator[Callable[[str, int], object]]:
    """Give a function that is told what is going on, and how many steps were done since."""
    if not wanted:
        yield lambda text, steps: None
    elif find_spec("rich") is None:
        yield lambda text, steps: None if steps else print(text, file=sys.stderr)
    else:
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True)) as bar:
            task = bar.add_task("", total=total, completed=done)
            yield lambda text, steps: bar.update(task, description=text, advance=steps)


def _summary(history: History, epochs: int) -> str:
    text = f"epoch {history.epochs}/{epochs}, loss {history.train_loss[-1]:.4f}"
    if history.validation_accuracy:
        text += f", validation accuracy {history.validation_accuracy[-1]:.2%}"
    return text


def _check_images(images: Array) -> None:
    checks.floats("images", images, "N *")
    if len(images) == 0:
        raise ValueError(f"images (shape {images.shape}) must not be empty")


def _check_data(images: Array, labels: Array) -> None:
    _check_images(images)
    if not np.isfinite(images).all():
        raise ValueError("images must be finite; look for NaN with np.isnan(images).any()")
    checks.classes("labels", labels)
    if labels.shape != (len(images),):
        fix = ""
        if labels.ndim == 2 and len(labels) == len(images):
            fix = "; if they are one-hot, try labels.argmax(1)"
            if labels.shape[1] == 1:
                fix = "; try labels[:, 0]"
        raise ValueError(
            f"labels (shape {labels.shape}) must have one class an image, ({len(images)},){fix}"
        )


def _check_parts(
    model: Layer,
    optimizer: Optimizer,
    schedule: LRScheduler | None,
    checkpoint: str | os.PathLike[str] | None,
    resume: bool,
) -> None:
    own = {id(parameter) for parameter in model.parameters()}
    if any(id(parameter) not in own for parameter in optimizer.parameters):
        raise ValueError(
            f"optimizer (a {type(optimizer).__name__}) must train this model; "
            "make it with model.parameters()"
        )
    if schedule is not None and schedule.optimizer is not optimizer:
        raise ValueError(
            f"schedule (a {type(schedule).__name__}) must be made with the optimizer given here"
        )
    if resume and checkpoint is None:
        raise ValueError("resume (=True) must come with a checkpoint, the path to go on from")
