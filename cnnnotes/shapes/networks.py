"""Well-known networks as layer descriptions.

Sources are the papers; where PyTorch's torchvision departs from them, its version is meant, since
those are the numbers that people compare with, and the entry says so.
"""

from dataclasses import dataclass
from functools import cache

from cnnnotes.shapes.descriptions import (
    AdaptivePool,
    BatchNorm,
    Branches,
    Conv,
    Elementwise,
    Flatten,
    Layer,
    Linear,
    Pool,
    Shape,
)

Layers = tuple[Layer, ...]


@dataclass(frozen=True)
class Network:
    """A network that `trace` takes.

    Attributes
    ----------
    title, source
        Its name and where it is described.
    input_shape
        (channels, height, width) it was made for.
    layers
        Its layers.
    """

    title: str
    source: str
    input_shape: Shape
    layers: Layers


@cache
def catalogue() -> dict[str, Network]:
    """Return the well-known networks by short name, such as ``"vgg16"``."""
    imagenet = (3, 224, 224)
    return {
        "lenet5": Network(
            "LeNet-5",
            "LeCun, Bottou, Bengio and Haffner (1998), section II.B; C3 connects 60 of 96 pairs "
            "of maps, and the output's centres are fixed by hand",
            (1, 32, 32),
            _lenet5(),
        ),
        "alexnet": Network(
            "AlexNet",
            "Krizhevsky (2014), 'One weird trick', as in torchvision",
            imagenet,
            _alexnet(),
        ),
        "vgg11": Network(
            "VGG-11", "Simonyan and Zisserman (2015), table 1, A", imagenet, _vgg((1, 1, 2, 2, 2))
        ),
        "vgg16": Network(
            "VGG-16", "Simonyan and Zisserman (2015), table 1, D", imagenet, _vgg((2, 2, 3, 3, 3))
        ),
        "resnet18": Network(
            "ResNet-18", "He, Zhang, Ren and Sun (2016), table 1", imagenet, _resnet18()
        ),
        "resnet50": Network(
            "ResNet-50",
            "He, Zhang, Ren and Sun (2016), table 1; stride on the 3×3, as in torchvision",
            imagenet,
            _resnet50(stride_on_3x3=True),
        ),
        "resnet50-paper": Network(
            "ResNet-50 (paper)",
            "He, Zhang, Ren and Sun (2016), table 1; stride on the first 1×1",
            imagenet,
            _resnet50(stride_on_3x3=False),
        ),
        "mobilenet": Network(
            "MobileNet v1", "Howard et al. (2017), table 1", imagenet, _mobilenet()
        ),
    }


def _relu(name: str) -> Elementwise:
    return Elementwise(kind="relu", name=name)


def _lenet5() -> Layers:
    return (
        Conv(6, 5, name="C1"),
        Pool(2, kind="avgpool", name="S2"),
        BatchNorm(name="S2.scale"),
        Elementwise(kind="tanh", name="S2.tanh"),
        Conv(16, 5, connections=60, name="C3"),
        Pool(2, kind="avgpool", name="S4"),
        BatchNorm(name="S4.scale"),
        Elementwise(kind="tanh", name="S4.tanh"),
        Conv(120, 5, name="C5"),
        Elementwise(kind="tanh", name="C5.tanh"),
        Flatten(name="flatten"),
        Linear(84, name="F6"),
        Elementwise(kind="tanh", name="F6.tanh"),
        Linear(10, bias=False, trained=False, name="output"),
    )


def _alexnet() -> Layers:
    def block(number: int, channels: int, kernel: int, stride: int, padding: int) -> Layers:
        return (
            Conv(channels, kernel, stride, padding, name=f"conv{number}"),
            _relu(f"relu{number}"),
        )

    return (
        *block(1, 64, 11, 4, 2),
        Pool(3, 2, name="pool1"),
        *block(2, 192, 5, 1, 2),
        Pool(3, 2, name="pool2"),
        *block(3, 384, 3, 1, 1),
        *block(4, 256, 3, 1, 1),
        *block(5, 256, 3, 1, 1),
        Pool(3, 2, name="pool5"),
        AdaptivePool(6, name="avgpool"),
        Flatten(name="flatten"),
        Elementwise(kind="dropout", name="dropout6"),
        Linear(4096, name="fc6"),
        _relu("relu6"),
        Elementwise(kind="dropout", name="dropout7"),
        Linear(4096, name="fc7"),
        _relu("relu7"),
        Linear(1000, name="fc8"),
    )


def _vgg(convolutions: tuple[int, ...]) -> Layers:
    layers: list[Layer] = []
    for stage, (count, channels) in enumerate(
        zip(convolutions, (64, 128, 256, 512, 512), strict=True), start=1
    ):
        for number in range(1, count + 1):
            layers += [
                Conv(channels, 3, padding=1, name=f"conv{stage}_{number}"),
                _relu(f"relu{stage}_{number}"),
            ]
        layers.append(Pool(2, name=f"pool{stage}"))
    return (
        *layers,
        Flatten(name="flatten"),
        Linear(4096, name="fc6"),
        _relu("relu6"),
        Elementwise(kind="dropout", name="dropout6"),
        Linear(4096, name="fc7"),
        _relu("relu7"),
        Elementwise(kind="dropout", name="dropout7"),
        Linear(1000, name="fc8"),
    )


def _conv_norm(
    channels: int, kernel: int, stride: int = 1, *, conv: str, norm: str, padding: int | None = None
) -> Layers:
    if padding is None:
        padding = kernel // 2
    return (
        Conv(channels, kernel, stride, padding, bias=False, name=conv),
        BatchNorm(name=norm),
    )


def _resnet(stages: list[list[Layers]]) -> Layers:
    blocks = (layer for stage in stages for block in stage for layer in block)
    return (
        *_conv_norm(64, 7, 2, conv="conv1", norm="bn1"),
        _relu("relu"),
        Pool(3, 2, 1, name="maxpool"),
        *blocks,
        AdaptivePool(1, name="avgpool"),
        Flatten(name="flatten"),
        Linear(1000, name="fc"),
    )


def _residual(body: Layers, channels: int, stride: int, name: str, *, project: bool) -> Layers:
    shortcut = (
        _conv_norm(channels, 1, stride, conv=f"{name}.downsample.0", norm=f"{name}.downsample.1")
        if project
        else ()
    )
    return Branches((body, shortcut), name=f"{name}.add"), _relu(f"{name}.relu")


def _resnet18() -> Layers:
    def block(name: str, channels: int, stride: int) -> Layers:
        body = (
            *_conv_norm(channels, 3, stride, conv=f"{name}.conv1", norm=f"{name}.bn1"),
            _relu(f"{name}.relu"),
            *_conv_norm(channels, 3, conv=f"{name}.conv2", norm=f"{name}.bn2"),
        )
        return _residual(body, channels, stride, name, project=stride > 1)

    return _resnet(
        [
            [
                block(f"layer{stage}.{number}", channels, 2 if stage > 1 and number == 0 else 1)
                for number in range(2)
            ]
            for stage, channels in enumerate((64, 128, 256, 512), start=1)
        ]
    )


def _resnet50(*, stride_on_3x3: bool) -> Layers:
    def block(name: str, channels: int, stride: int, *, first: bool) -> Layers:
        before, within = (1, stride) if stride_on_3x3 else (stride, 1)
        body = (
            *_conv_norm(channels, 1, before, conv=f"{name}.conv1", norm=f"{name}.bn1"),
            _relu(f"{name}.relu"),
            *_conv_norm(channels, 3, within, conv=f"{name}.conv2", norm=f"{name}.bn2"),
            _relu(f"{name}.relu"),
            *_conv_norm(4 * channels, 1, conv=f"{name}.conv3", norm=f"{name}.bn3"),
        )
        return _residual(body, 4 * channels, stride, name, project=first)

    return _resnet(
        [
            [
                block(
                    f"layer{stage}.{number}",
                    channels,
                    2 if stage > 1 and number == 0 else 1,
                    first=number == 0,
                )
                for number in range(count)
            ]
            for stage, (count, channels) in enumerate(
                zip((3, 4, 6, 3), (64, 128, 256, 512), strict=True), start=1
            )
        ]
    )


def _mobilenet() -> Layers:
    layers: list[Layer] = [*_conv_norm(32, 3, 2, conv="conv1", norm="bn1"), _relu("relu1")]
    plan = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5]
    for number, (channels, stride) in enumerate([*plan, (1024, 2), (1024, 1)], start=2):
        layers += [
            Conv(None, 3, stride, 1, groups=None, bias=False, name=f"dw{number}"),
            BatchNorm(name=f"dw{number}.bn"),
            _relu(f"dw{number}.relu"),
            *_conv_norm(channels, 1, conv=f"pw{number}", norm=f"pw{number}.bn"),
            _relu(f"pw{number}.relu"),
        ]
    return (
        *layers,
        AdaptivePool(1, name="avgpool"),
        Flatten(name="flatten"),
        Linear(1000, name="fc"),
    )
