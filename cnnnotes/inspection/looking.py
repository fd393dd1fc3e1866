"""Where a network looks: what a class's score depends on, pixel by pixel and place by place.

`target` is always a class, or one for each image, (N,). Its score is what the network's output
says of it: a logit, unless the network ends in a softmax.
"""

from typing import Any

import numpy as np

from cnnnotes import checks
from cnnnotes.checks import Array
from cnnnotes.resize import interpolate
from cnnnotes.running import Run, gradients, probabilities, run

AT_ONCE = 64  # images whose gradients are held together
_BEHIND_THE_MAPS = ("globalavg", "avgpool", "flatten", "dropout", "identity", "linear")


def occlusion(
    model: Any, images: Array, target: Any, size: int = 4, stride: int = 1, fill: float = 0.0
) -> Array:
    """Return how far the class's probability falls where a patch covers the image, (N, H, W).

    A patch of `size` × `size` pixels of the value `fill` is laid over every `stride`-th place, and
    over the last. A pixel's value is the mean fall over all patches that cover it: above 0 where
    what is covered spoke for the class.

    It tells what the answer can't do without, one patch at a time. It can't tell what is there
    twice: with either covered the other still speaks. And a patch is itself something to see.

    Raises `ValueError` if the patch is larger than the image.

    Source: Zeiler, Fergus 2014, "Visualizing and understanding convolutional networks", section
    4.2.
    """
    whole = _probability(model, images, target)
    size, stride = checks.integer("size", size, 1), checks.integer("stride", stride, 1)
    value = checks.number("fill", fill)
    height, width = images.shape[2:]
    if size > min(height, width):
        raise ValueError(f"size (={size}) must be at most that of the image, {height} × {width}")
    if stride > size:
        raise ValueError(f"stride (={stride}) must be at most size (={size}), or pixels are missed")
    falls = np.zeros((len(images), height, width))
    patches = np.zeros((height, width))
    for top in _places(height, size, stride):
        for left in _places(width, size, stride):
            there = (..., slice(top, top + size), slice(left, left + size))
            covered = images.copy()
            covered[there] = value
            falls[there] += (whole - _probability(model, covered, target))[:, None, None]
            patches[there] += 1
    return falls / patches


def saliency(model: Any, images: Array, target: Any) -> Array:
    """Return how strongly the score changes with each pixel, (N, H, W): the gradient's size.

    Of several channels the largest counts. It tells which pixels the score is sensitive to, not
    which made it large; and it is rough, because gradients are.

    Source: Simonyan, Vedaldi, Zisserman 2014, "Deep inside convolutional networks", section 3.
    """
    return _size(_of_score(model, images, target))


def smooth_grad(
    model: Any,
    images: Array,
    target: Any,
    samples: int = 16,
    noise: float = 0.15,
    *,
    seed: int = 0,
) -> Array:
    """Return the size of the mean gradient over noisy copies of each image, (N, H, W).

    `noise` is the standard deviation of what is added, as a part of the range of each image's
    values. It is calmer than `saliency`, and tells the same: sensitivity, not evidence.

    Raises `ValueError` for fewer than one sample, or noise below 0.

    Source: Smilkov, Thorat, Kim, Viégas, Wattenberg 2017, "SmoothGrad: removing noise by adding
    noise", section 3.
    """
    checks.floats("images", images, "N C H W")
    spread = checks.at_least_zero("noise", noise) * np.ptp(images, axis=(1, 2, 3), keepdims=True)
    rng = np.random.default_rng(checks.integer("seed", seed, 0))
    total = np.zeros(images.shape)
    for _ in range(checks.integer("samples", samples, 1)):
        noisy = images + (spread * rng.normal(size=images.shape)).astype(images.dtype)
        total += _of_score(model, noisy, target)
    return _size(total / samples)


def input_times_gradient(model: Any, images: Array, target: Any) -> Array:
    """Return what each pixel adds to the score, to first order: value × gradient, (N, H, W).

    Summed over channels; above 0 speaks for the class. Blank paper, at 0, never adds anything: so
    on line drawings the map is mostly the drawing, whatever the network.

    Source: Shrikumar, Greenside, Shcherbina, Kundaje 2016, "Not just a black box", section 2.
    """
    return (images * _of_score(model, images, target)).sum(axis=1)


def class_activation_map(model: Any, images: Array, target: Any) -> Array:
    """Return what each place of the last maps adds to the score, (N, h, w): exact, not estimated.

    Only for a network that ends in the mean of each map and one linear layer: then the score is
    the mean of this map over its places, plus the class's bias. `resized` lays it over the image.

    Raises `ValueError` for a network that ends otherwise.

    Source: Zhou, Khosla, Lapedriza, Oliva, Torralba 2016, "Learning deep features for
    discriminative localization", equation 2.
    """
    found = run(model, images)
    row = _pooled_maps(found)
    return _weighted(model, images, target, found, row)


def grad_cam(model: Any, images: Array, target: Any, layer: str | None = None) -> Array:
    """Return where a layer's maps speak for the class, (N, h, w): 0 or above.

    Each map counts with the sum of the score's gradient over its places. At the maps below a mean
    and a linear layer that makes `class_activation_map` with what is below 0 cut off. The paper
    takes the mean of the gradient: the same map, divided by the number of places.

    What speaks against the class is not shown, and one number a map can't tell places apart: the
    deeper the layer, the coarser; the earlier, the less it says.

    Parameters
    ----------
    layer
        A name of the trace. None: the last layer that gives maps.

    Raises `ValueError` if there is no such layer, or it gives no maps.

    Source: Selvaraju, Cogswell, Das, Vedantam, Parikh, Batra 2017, "Grad-CAM", equations 1 and 2.
    """
    found = run(model, images)
    if layer is None:
        row = _last_maps(found)
    else:
        names = [row.name for row in found.trace.rows]
        if layer not in names:
            raise ValueError(f"layer (={layer!r}) must be one of {', '.join(names[1:])}")
        row = names.index(layer)
        if found.outputs[row].ndim != 4:
            shape = found.outputs[row].shape[1:]
            raise ValueError(f"layer (={layer!r}) must give maps; it gives {shape}")
    return np.maximum(_weighted(model, images, target, found, row), 0)


def resized(maps: Array, images: Array) -> Array:
    """Return maps (N, h, w) at the size of images (N, C, H, W), between their places linearly."""
    checks.floats("maps", maps, "N H W")
    height, width = images.shape[2:]
    return interpolate(maps[:, None], size=(height, width), mode="bilinear")[:, 0]


def _weighted(model: Any, images: Array, target: Any, found: Run, row: int) -> Array:
    """Return the sum of a row's maps, each with the sum of the score's gradient over it."""
    at = found.trace.rows[row].name
    weights = _of_score(model, images, target, at=at).sum(axis=(2, 3), dtype=np.float64)
    return np.einsum("nchw,nc->nhw", found.outputs[row], weights)


def _pooled_maps(found: Run) -> int:
    """Return the row whose maps are averaged for a linear layer that ends the network."""
    kinds = [row.layer.partition(" ")[0] for row in found.trace.rows]
    last = _last_maps(found)
    behind = kinds[last + 1 :]
    averages = [kind for kind in behind if kind in ("globalavg", "avgpool")]
    if (
        not set(behind) <= set(_BEHIND_THE_MAPS)
        or behind[-1:] != ["linear"]
        or behind.count("linear") != 1
        or len(averages) != 1
    ):
        raise ValueError(
            "model must end in the mean of each map and one linear layer, such as "
            "AdaptiveAvgPool2d(1), Flatten(), Linear(…); "
            f"it ends in {', '.join(kinds[-3:])}; use grad_cam, which takes any network"
        )
    return last


def _last_maps(found: Run) -> int:
    """Return the last row whose maps have more than one place."""
    rows = [row for row, made in enumerate(found.outputs) if made.ndim == 4]
    several = [row for row in rows if found.outputs[row].shape[2:] != (1, 1)]
    if not several or several[-1] == 0:
        raise ValueError("model must have a layer that gives maps (N, C, H, W); it has none")
    return several[-1]


def _probability(model: Any, images: Array, target: Any) -> Array:
    scores = probabilities(model, images)
    return scores[np.arange(len(scores)), _targets(target, scores)].astype(np.float64)


def _of_score(model: Any, images: Array, target: Any, at: str = "input") -> Array:
    """Return the gradient of the score by the images, or by what a layer gave."""
    parts = []
    for start in range(0, max(1, len(images)), AT_ONCE):
        batch = images[start : start + AT_ONCE]

        def one(scores: Array, start: int = start) -> Array:
            if np.ndim(target) and len(target) != len(images):
                _targets(target, np.empty((len(images), scores.shape[1])))
            some = target[start : start + AT_ONCE] if np.ndim(target) else target
            signal = np.zeros_like(scores)
            signal[np.arange(len(scores)), _targets(some, scores)] = 1
            return signal

        parts.append(gradients(model, batch, one, at=at))
    return np.concatenate(parts)


def _targets(target: Any, scores: Array) -> Array:
    """Return the class of each image, (N,)."""
    if scores.ndim != 2:
        raise ValueError(
            f"model must give one score a class, (N, classes); it gives shape {scores.shape}"
        )
    if np.ndim(target) == 0:
        target = np.full(len(scores), checks.integer("target", target, 0))
    wanted = checks.classes("target", target)
    if wanted.ndim != 1:
        raise ValueError(
            f"target (shape {wanted.shape}) must be one class, or one for each image; "
            "if they are one-hot, try target.argmax(1)"
        )
    if len(wanted) != len(scores):
        raise ValueError(
            f"target (={len(wanted)} classes) must be one class, or one for each of the "
            f"{len(scores)} images"
        )
    if wanted.size and not 0 <= wanted.max() < scores.shape[1]:
        raise ValueError(
            f"target (={wanted.max()}) must be from 0 to {scores.shape[1] - 1}: the model has "
            f"{scores.shape[1]} classes"
        )
    return wanted


def _size(gradient: Array) -> Array:
    return np.abs(gradient).max(axis=1)


def _places(length: int, size: int, stride: int) -> list[int]:
    return sorted({*range(0, length - size + 1, stride), length - size})
