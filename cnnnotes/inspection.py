"""Instruments: what each layer of a network makes of images, and what a unit really sees."""

import numpy as np

from cnnnotes import checks
from cnnnotes.checks import Array
from cnnnotes.layers import Layer, Sequential

# Luo et al. count a pixel if its gradient is more than 1 − 95.45 % of the centre's.
ERF_THRESHOLD = 0.0455


def feature_maps(model: Sequential, images: Array) -> dict[str, Array]:
    """Return the output of every layer for the same images, by the layer's number.

    Parameters
    ----------
    model
        Layers one after another; its mode (train or eval) is left as it is.
    images
        (N, C, H, W).

    Returns
    -------
    {"0": output of the first layer, …} in order. Raises `TypeError` if `model` is no `Sequential`.
    """
    if not isinstance(model, Sequential):
        raise TypeError(f"model (={type(model).__name__}) must be a Sequential")
    maps, output = {}, images
    for number, layer in model.children().items():
        output = layer.forward(output)
        maps[number] = output
    return maps


def effective_receptive_field(
    model: Layer, images: Array, unit: tuple[int, int] | None = None, *, seed: int = 0
) -> Array:
    """Return how strongly each pixel acts on one unit of the model's last map: (H, W).

    The value of a pixel is the root mean square, over images and channels, of the gradient of the
    unit's channels in a random mix by that pixel. For an inner layer pass `model[:number]`.

    Parameters
    ----------
    model
        Ends in maps, (N, C', H', W').
    images
        (N, C, H, W).
    unit
        (row, column) of the unit; the middle one where None.
    seed
        Fixes the mix of channels, another one for each image.

    Raises
    ------
    ValueError
        If the model does not end in maps, or the unit lies outside them.

    Source: Luo, Li, Urtasun, Zemel 2016, "Understanding the effective receptive field in deep
    convolutional neural networks", section 3.
    """
    checks.floats("images", images, "N C H W")
    output = model.forward(images)
    if output.ndim != 4:
        raise ValueError(
            f"model must end in maps (N, C, H, W), not in shape {output.shape}; "
            "pass the layers before flattening, such as model[:4]"
        )
    row, column = unit or (output.shape[2] // 2, output.shape[3] // 2)
    if not (0 <= row < output.shape[2] and 0 <= column < output.shape[3]):
        raise ValueError(f"unit (={unit}) must lie inside {output.shape[2]} × {output.shape[3]}")
    signal = np.zeros_like(output)
    signal[:, :, row, column] = np.random.default_rng(seed).normal(size=output.shape[:2])
    gradient = model.backward(signal, needs_input_grad=True)
    assert gradient is not None
    strength: Array = np.sqrt(np.square(gradient).mean(axis=(0, 1)))
    return strength


def effective_size(field: Array) -> float:
    """Return the side in pixels of the square as large as the part of a field that matters.

    A pixel matters if its value is above 4.55 % of the largest, as in Luo et al. 2016, section 3.
    `field` is (H, W), from `effective_receptive_field`. Raises `ValueError` if it is zero
    throughout: then the unit sees nothing.
    """
    checks.floats("field", field, "H W")
    if not field.max() > 0:
        raise ValueError(
            "field must have a value above zero; the unit's gradient is zero throughout"
        )
    return float(np.sqrt((field > ERF_THRESHOLD * field.max()).sum()))
