"""Small networks with the class names, part names and forward methods of torchvision's."""

import torch
from torch import nn


class AlexNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 4, 5, 2, 2), nn.ReLU(True), nn.MaxPool2d(3, 2))
        self.avgpool = nn.AdaptiveAvgPool2d((3, 3))
        self.classifier = nn.Sequential(nn.Dropout(), nn.Linear(36, 8), nn.ReLU(), nn.Linear(8, 5))

    def forward(self, x):
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


class VGG(AlexNet):
    pass


class BasicBlock(nn.Module):
    def __init__(self, inside, out, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(inside, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.downsample = None
        if stride != 1 or inside != out:
            self.downsample = nn.Sequential(
                nn.Conv2d(inside, out, 1, stride, bias=False), nn.BatchNorm2d(out)
            )

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        body = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.relu(body + shortcut)


class Bottleneck(nn.Module):
    def __init__(self, inside, out, stride=1):
        super().__init__()
        middle = out // 4
        self.conv1 = nn.Conv2d(inside, middle, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(middle)
        self.conv2 = nn.Conv2d(middle, middle, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(middle)
        self.conv3 = nn.Conv2d(middle, out, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride != 1 or inside != out:
            self.downsample = nn.Sequential(
                nn.Conv2d(inside, out, 1, stride, bias=False), nn.BatchNorm2d(out)
            )

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        body = self.relu(self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x))))))
        return self.relu(self.bn3(self.conv3(body)) + shortcut)


class ResNet(nn.Module):
    def __init__(self, block):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = nn.Sequential(block(8, 8), block(8, 8))
        self.layer2 = nn.Sequential(block(8, 16, 2), block(16, 16))
        self.layer3 = nn.Sequential(block(16, 16, 2))
        self.layer4 = nn.Sequential(block(16, 32, 2))
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(32, 5)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(self.avgpool(x), 1))


class Conv2dNormActivation(nn.Sequential):
    def __init__(self, inside, out, kernel, stride=1, groups=1):
        conv = nn.Conv2d(inside, out, kernel, stride, kernel // 2, groups=groups, bias=False)
        super().__init__(conv, nn.BatchNorm2d(out), nn.ReLU6(inplace=True))


class InvertedResidual(nn.Module):
    def __init__(self, inside, out, stride):
        super().__init__()
        self.adds = stride == 1 and inside == out
        self.conv = nn.Sequential(
            Conv2dNormActivation(inside, 12, 1),
            Conv2dNormActivation(12, 12, 3, stride, groups=12),
            nn.Conv2d(12, out, 1, bias=False),
            nn.BatchNorm2d(out),
        )

    def forward(self, x):
        return x + self.conv(x) if self.adds else self.conv(x)


class MobileNetV2(nn.Module):
    def __init__(self):
        super().__init__()
        blocks = [InvertedResidual(*sizes) for sizes in ((6, 6, 1), (6, 6, 2), (6, 8, 1))]
        self.features = nn.Sequential(Conv2dNormActivation(3, 6, 3, 2), *blocks)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(8, 5))

    def forward(self, x):
        x = nn.functional.adaptive_avg_pool2d(self.features(x), (1, 1))
        return self.classifier(torch.flatten(x, 1))


class Fire(nn.Module):
    def __init__(self, inside, squeezed, out):
        super().__init__()
        self.squeeze = nn.Conv2d(inside, squeezed, 1)
        self.squeeze_activation = nn.ReLU(inplace=True)
        self.expand1x1 = nn.Conv2d(squeezed, out, 1)
        self.expand1x1_activation = nn.ReLU(inplace=True)
        self.expand3x3 = nn.Conv2d(squeezed, out, 3, padding=1)
        self.expand3x3_activation = nn.ReLU(inplace=True)

    def forward(self, x):
        x = self.squeeze_activation(self.squeeze(x))
        sides = self.expand1x1(x), self.expand3x3(x)
        return torch.cat([nn.functional.relu(side) for side in sides], 1)


class SqueezeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 8, 3, 2), nn.ReLU(True), Fire(8, 2, 4))
        self.classifier = nn.Sequential(
            nn.Dropout(), nn.Conv2d(8, 5, 1), nn.ReLU(True), nn.AdaptiveAvgPool2d((1, 1))
        )

    def forward(self, x):
        return torch.flatten(self.classifier(self.features(x)), 1)


def networks():
    """Return all of them, and containers, by name."""
    every_argument = nn.Sequential()
    every_argument.add_module("conv", nn.Conv2d(3, 8, (3, 5), (2, 1), (1, 0), (1, 2)))
    every_argument.add_module("act", nn.LeakyReLU(0.2))
    every_argument.add_module("same", nn.Conv2d(8, 8, 3, padding="same", padding_mode="reflect"))
    every_argument.add_module("up", nn.ConvTranspose2d(8, 4, 4, 2, 1, (1, 0)))
    every_argument.add_module("pool", nn.AvgPool2d(3, 2, 1))
    return {
        "alexnet": AlexNet(),
        "vgg": VGG(),
        "resnet of basic blocks": ResNet(BasicBlock),
        "resnet of bottlenecks": ResNet(Bottleneck),
        "mobilenet": MobileNetV2(),
        "squeezenet": SqueezeNet(),
        "every argument": every_argument,
        "nested": nn.Sequential(nn.Sequential(nn.Conv2d(3, 2, 3)), nn.Sequential(), nn.GELU()),
        "data parallel": nn.DataParallel(nn.Sequential(nn.Conv2d(3, 2, 3), nn.Flatten())),
    }
