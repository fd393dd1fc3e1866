"""Layers: operations that keep their weights, remember their input, and know their gradient."""

from cnnnotes.layers.base import LAYERS, Buffer, Layer, Parameter, Residual, Seed, Sequential
from cnnnotes.layers.between import (
    GELU,
    Dropout,
    Dropout2d,
    Flatten,
    LeakyReLU,
    Linear,
    ReLU,
    Softmax,
)
from cnnnotes.layers.convolution import Conv2d, ConvTranspose2d, LocallyConnected2d
from cnnnotes.layers.norm import BatchNorm2d, GroupNorm
from cnnnotes.layers.pooling import (
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    AvgPool2d,
    BlurPool2d,
    MaxBlurPool2d,
    MaxPool2d,
    Upsample,
)

__all__ = [
    "GELU",
    "LAYERS",
    "AdaptiveAvgPool2d",
    "AdaptiveMaxPool2d",
    "AvgPool2d",
    "BatchNorm2d",
    "BlurPool2d",
    "Buffer",
    "Conv2d",
    "ConvTranspose2d",
    "Dropout",
    "Dropout2d",
    "Flatten",
    "GroupNorm",
    "Layer",
    "LeakyReLU",
    "Linear",
    "LocallyConnected2d",
    "MaxBlurPool2d",
    "MaxPool2d",
    "Parameter",
    "ReLU",
    "Residual",
    "Seed",
    "Sequential",
    "Softmax",
    "Upsample",
]

LAYERS |= {
    kind.__name__: kind
    for kind in (
        Conv2d,
        ConvTranspose2d,
        LocallyConnected2d,
        Linear,
        MaxPool2d,
        AvgPool2d,
        BlurPool2d,
        MaxBlurPool2d,
        AdaptiveAvgPool2d,
        AdaptiveMaxPool2d,
        Upsample,
        BatchNorm2d,
        GroupNorm,
        ReLU,
        LeakyReLU,
        GELU,
        Softmax,
        Dropout,
        Dropout2d,
        Flatten,
    )
}
