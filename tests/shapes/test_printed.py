"""Printed modules: the same parameters and output as the module that was printed."""

import pytest
import torch
from printed_networks import ResNet, networks
from torch import nn

from cnnnotes.shapes import trace
from cnnnotes.shapes.reading import read_network
from cnnnotes.shapes.source import ReadError

NETWORKS = networks()


@pytest.mark.parametrize("shape", [(3, 64, 64), (3, 49, 71)])
@pytest.mark.parametrize("name", NETWORKS)
def test_a_print_has_the_parameters_and_output_of_its_module(name, shape):
    module = NETWORKS[name].eval()
    reading = read_network(str(module), shape)
    traced = trace(reading.layers, reading.input_shape)
    with torch.no_grad():
        output = module(torch.zeros(1, *shape))
    assert reading.form == "print"
    assert traced.output_shape == tuple(output.shape[1:])
    assert traced.parameters == sum(weights.numel() for weights in module.parameters())


def test_a_print_may_stand_in_a_terminal():
    printed = str(nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU()))
    for around in (">>> print(net)\n{}\n>>> net.train()", "In [3]: net\nOut[3]: {}\n", "\n{}\n\n"):
        layers = read_network(around.format(printed)).layers
        assert [str(layer) for layer in layers] == ["conv 1->8 3x3", "relu"]


def test_what_pytorch_leaves_out_of_a_print_is_noted():
    pool = nn.Sequential(nn.AvgPool2d(3, 2, ceil_mode=True))
    assert "ceil_mode" in read_network(str(pool)).note
    assert not read_network(str(NETWORKS["resnet of bottlenecks"])).note


def test_only_blocks_that_keep_size_and_channels_add_their_input():
    layers = read_network(str(NETWORKS["mobilenet"])).layers
    sums = [layer for layer in layers if layer.kind == "add"]
    assert len(sums) == 1
    assert sums[0].paths[0][0].name == "features.1.0.0"


def test_layers_bear_the_names_of_the_print():
    layers = read_network(str(NETWORKS["resnet of basic blocks"])).layers
    assert layers[0].name == "conv1"
    assert layers[4].paths[0][0].name == "layer1.0.conv1"


class Block(nn.Module):
    def __init__(self, inside, out, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(inside, out, 3, stride, 1)


class BasicBlock(Block):
    """Not torchvision's, though of the same name."""


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        (str(Block(1, 2)), "Block: a print does not tell what Block does with its parts"),
        (str(nn.Sequential(nn.ReLU(), Block(1, 2))), "1 (Block): a print does not tell"),
        (str(ResNet(Block)), "layer1.0 (Block): a print does not tell"),
        (str(ResNet(BasicBlock)), "layer1.0 (BasicBlock): a print does not tell"),
        (str(nn.ModuleList(nn.ReLU() for _ in range(3))), "--torch module:callable"),
        (str(nn.Sequential(nn.LSTM(8, 8))), "LSTM is no layer of torch.nn that is modelled here"),
        (str(nn.Sequential(nn.ReLU(), nn.Tanh()))[:-1], "the print is cut off"),
        ("Sequential(\n  (0): Conv2d(1, 8, kernel_size=(3", "is cut off"),
        ("Sequential(\n  (0): ReLU()\n  what is this\n)", "is no line of a printed module"),
        ("Sequential(\n  (0): ReLU()\n  (0): ReLU()\n)", "0 is printed twice"),
        ("Sequential(\n  (0): Conv2d(1, 8, kernel_size=9**9**9)\n)", "too large for a layer"),
        ("Sequential(\n" + "  (0): Sequential(\n" * 500, "nested more than 60 deep"),
    ],
)
def test_what_a_print_does_not_tell_is_said(printed, said):
    with pytest.raises(ReadError) as caught:
        read_network(printed)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
