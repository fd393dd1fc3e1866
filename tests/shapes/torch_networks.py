"""Networks in plain torch.nn: the well-known ones, and any description turned into modules."""

import torch
from torch import nn

from cnnnotes.shapes import (
    AdaptivePool,
    Branches,
    Conv,
    ConvTranspose,
    Elementwise,
    Flatten,
    Pool,
)


def alexnet() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 64, 11, stride=4, padding=2),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(3, 2),
        nn.Conv2d(64, 192, 5, padding=2),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(3, 2),
        nn.Conv2d(192, 384, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.Conv2d(384, 256, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.Conv2d(256, 256, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(3, 2),
        nn.AdaptiveAvgPool2d((6, 6)),
        nn.Flatten(),
        nn.Dropout(),
        nn.Linear(256 * 6 * 6, 4096),
        nn.ReLU(inplace=True),
        nn.Dropout(),
        nn.Linear(4096, 4096),
        nn.ReLU(inplace=True),
        nn.Linear(4096, 1000),
    )


def vgg(convolutions: tuple[int, ...]) -> nn.Module:
    layers: list[nn.Module] = []
    before = 3
    for count, channels in zip(convolutions, (64, 128, 256, 512, 512), strict=True):
        for _ in range(count):
            layers += [nn.Conv2d(before, channels, 3, padding=1), nn.ReLU(inplace=True)]
            before = channels
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(
        *layers,
        nn.Flatten(),
        nn.Linear(512 * 7 * 7, 4096),
        nn.ReLU(inplace=True),
        nn.Dropout(),
        nn.Linear(4096, 4096),
        nn.ReLU(inplace=True),
        nn.Dropout(),
        nn.Linear(4096, 1000),
    )


class BasicBlock(nn.Module):
    growth = 1

    def __init__(self, before: int, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(before, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = shortcut(before, channels, stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += x if self.downsample is None else self.downsample(x)
        return self.relu(out)


class Bottleneck(nn.Module):
    growth = 4
    stride_on_3x3 = True

    def __init__(self, before: int, channels: int, stride: int) -> None:
        super().__init__()
        first, second = (1, stride) if self.stride_on_3x3 else (stride, 1)
        self.conv1 = nn.Conv2d(before, channels, 1, first, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, second, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, 4 * channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * channels)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = shortcut(before, 4 * channels, stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        return self.relu(out + (x if self.downsample is None else self.downsample(x)))


class PaperBottleneck(Bottleneck):
    stride_on_3x3 = False


def shortcut(before: int, after: int, stride: int) -> nn.Module | None:
    if before == after and stride == 1:
        return None
    return nn.Sequential(nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after))


class ResNet(nn.Module):
    def __init__(self, block: type, counts: tuple[int, ...]) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        before = 64
        for stage, (count, channels) in enumerate(
            zip(counts, (64, 128, 256, 512), strict=True), start=1
        ):
            blocks = []
            for number in range(count):
                blocks.append(block(before, channels, 2 if stage > 1 and number == 0 else 1))
                before = channels * block.growth
            setattr(self, f"layer{stage}", nn.Sequential(*blocks))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(before, 1000)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(self.avgpool(x), 1))


def mobilenet() -> nn.Module:
    layers: list[nn.Module] = []

    def convolution(before: int, after: int, kernel: int, stride: int, groups: int = 1) -> None:
        layers.extend(
            [
                nn.Conv2d(before, after, kernel, stride, kernel // 2, groups=groups, bias=False),
                nn.BatchNorm2d(after),
                nn.ReLU(inplace=True),
            ]
        )

    convolution(3, 32, 3, 2)
    before = 32
    for channels, stride in [
        *[(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)],
        *[(512, 1)] * 5,
        *[(1024, 2), (1024, 1)],
    ]:
        convolution(before, before, 3, stride, groups=before)
        convolution(before, channels, 1, 1)
        before = channels
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, 1000))


WELL_KNOWN = {
    "alexnet": alexnet,
    "vgg11": lambda: vgg((1, 1, 2, 2, 2)),
    "vgg16": lambda: vgg((2, 2, 3, 3, 3)),
    "resnet18": lambda: ResNet(BasicBlock, (2, 2, 2, 2)),
    "resnet50": lambda: ResNet(Bottleneck, (3, 4, 6, 3)),
    "resnet50-paper": lambda: ResNet(PaperBottleneck, (3, 4, 6, 3)),
    "mobilenet": mobilenet,
}


class Add(nn.Module):
    def __init__(self, paths: list[nn.Module]) -> None:
        super().__init__()
        self.paths = nn.ModuleList(paths)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        total = self.paths[0](x)
        for path in self.paths[1:]:
            total = total + path(x)
        return total


class Cat(Add):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([path(x) for path in self.paths], 1)


def as_module(layers, channels: int) -> nn.Module:
    """Return the modules that the descriptions describe, for so many input channels."""
    made, _ = _modules(layers, channels)
    return made


def _modules(layers, channels):
    modules = []
    for layer in layers:
        module, channels = _module(layer, channels)
        modules.append(module)
    return nn.Sequential(*modules), channels


def _module(layer, channels):
    match layer:
        case Conv():
            (top, bottom), (left, right) = layer.padding
            made = layer.out_channels or channels
            convolution = nn.Conv2d(
                channels,
                made,
                layer.kernel_size,
                layer.stride,
                (top, left),
                layer.dilation,
                layer.groups or channels,
                layer.bias,
            )
            assert (top, left) == (bottom, right)
            return convolution, made
        case ConvTranspose():
            (top, bottom), (left, right) = layer.padding
            assert (top, left) == (bottom, right)
            convolution = nn.ConvTranspose2d(
                channels,
                layer.out_channels,
                layer.kernel_size,
                layer.stride,
                (top, left),
                layer.output_padding,
                layer.groups,
                layer.bias,
                layer.dilation,
            )
            return convolution, layer.out_channels
        case Pool():
            (top, _), (left, _) = layer.padding
            settings = (layer.kernel_size, layer.stride, (top, left))
            if layer.kind == "maxpool":
                return nn.MaxPool2d(*settings, layer.dilation, ceil_mode=layer.ceil_mode), channels
            return nn.AvgPool2d(*settings, layer.ceil_mode), channels
        case AdaptivePool():
            return nn.AdaptiveAvgPool2d(layer.target), channels
        case Elementwise(kind="relu"):
            return nn.ReLU(), channels
        case Flatten():
            return nn.Flatten(), channels
        case Branches():
            paths = [_modules(path, channels) for path in layer.paths]
            parts = [path for path, _ in paths]
            if layer.join == "cat":
                return Cat(parts), sum(after for _, after in paths)
            return Add(parts), paths[0][1]
    raise AssertionError(layer)
