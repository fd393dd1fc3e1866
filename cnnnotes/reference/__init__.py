"""Trained networks that the chapters look into, small enough to come with the package."""

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from cnnnotes.layers import (
    AdaptiveAvgPool2d,
    BatchNorm2d,
    Conv2d,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    Residual,
    Sequential,
)
from cnnnotes.saving import load_model

HOME = Path(__file__).parent
WIDTHS = (24, 48, 80)


def reference(name: str) -> Sequential:
    """Return a network with its trained weights, in eval mode; `card` tells what it can do.

    "cifar10" takes photographs (N, 3, 32, 32) from 0 to 1 and gives ten logits, in the order of
    `cnnnotes.official.CIFAR10_CLASSES`. "digits" and "digits_pooled" take digits (N, 1, 28, 28):
    the chapters' network, and one that ends in the mean of each map; "digits_cued" is the latter,
    trained where a mark in the corner tells the class and the digit does not.

    Raises `ValueError` if there is no such network.
    """
    model = load_model(_file(name, "npz"))
    assert isinstance(model, Sequential)
    return model.eval()


def card(name: str) -> dict[str, Any]:
    """Return how a network was trained and what it reached, as recorded with its weights.

    Raises `ValueError` if there is no such network.
    """
    found: dict[str, Any] = json.loads(_file(name, "json").read_text())
    return found


def small_resnet(seed: int | None = None) -> Sequential:
    """Return a residual network for (N, 3, 32, 32): three steps, each followed by half the size.

    Its first layer standardises colours, so images come as they are, from 0 to 1.

    Source: He, Zhang, Ren, Sun 2016, "Deep residual learning for image recognition", section 4.2,
    with one block a stage where theirs has three.
    """
    first = WIDTHS[0]
    layers = [BatchNorm2d(3, affine=False), *_normalised(3, first), ReLU()]
    layers += [_block(first, first), ReLU()]
    for before, after in pairwise(WIDTHS):
        layers += [_block(before, after, stride=2), ReLU()]
    head = [AdaptiveAvgPool2d(1), Flatten(), Linear(WIDTHS[-1], 10)]
    return Sequential(*layers, *head, seed=seed)


def chapter_network(seed: int | None = None) -> Sequential:
    """Return the network of the chapter on the minimal pipeline, for digits (N, 1, 28, 28)."""
    return Sequential(
        Conv2d(1, 8, 3, padding=1),
        ReLU(),
        MaxPool2d(2),
        Conv2d(8, 16, 3, padding=1),
        ReLU(),
        MaxPool2d(2),
        Flatten(),
        Linear(16 * 7 * 7, 10),
        seed=seed,
    )


def pooled_network(seed: int | None = None) -> Sequential:
    """Return a network for digits (N, 1, 28, 28) that ends in the mean of each map.

    Its second and third convolutions see far enough to know a digit by its parts.
    """
    return Sequential(
        Conv2d(1, 16, 3, padding=1, init="he"),
        ReLU(),
        MaxPool2d(2),
        Conv2d(16, 32, 3, padding=1, init="he"),
        ReLU(),
        MaxPool2d(2),
        Conv2d(32, 32, 3, padding=1, init="he"),
        ReLU(),
        AdaptiveAvgPool2d(1),
        Flatten(),
        Linear(32, 10),
        seed=seed,
    )


NETWORKS: dict[str, Callable[..., Sequential]] = {
    "cifar10": small_resnet,
    "digits": chapter_network,
    "digits_pooled": pooled_network,
    "digits_cued": pooled_network,
}


def _normalised(before: int, after: int, stride: int = 1, kernel: int = 3) -> list[Any]:
    convolution = Conv2d(
        before, after, kernel, stride=stride, padding=kernel // 2, bias=False, init="he"
    )
    return [convolution, BatchNorm2d(after)]


def _block(before: int, after: int, stride: int = 1) -> Residual:
    branch = [*_normalised(before, after, stride), ReLU(), *_normalised(after, after)]
    if (before, stride) == (after, 1):
        return Residual(Sequential(*branch))
    return Residual(Sequential(*branch), Sequential(*_normalised(before, after, stride, kernel=1)))


def _file(name: str, ending: str) -> Path:
    if name not in NETWORKS:
        raise ValueError(f"name (={name!r}) must be one of {', '.join(NETWORKS)}")
    return HOME / f"{name}.{ending}"
