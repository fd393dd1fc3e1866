"""Pasted source: the same parameters and output as the module that PyTorch makes of it."""

from collections import OrderedDict

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pasted_sources import NETWORKS, STRAIGHT
from torch import nn
from work import calls

from cnnnotes.shapes import trace
from cnnnotes.shapes.code import read_code
from cnnnotes.shapes.flow import build
from cnnnotes.shapes.reading import read_network
from cnnnotes.shapes.source import ReadError
from cnnnotes.shapes.torch_calls import described


def made_by_torch(source):
    """Run our own test text, to see what PyTorch makes of it."""
    names = {"nn": nn, "torch": torch, "F": nn.functional, "OrderedDict": OrderedDict}
    exec(source, names)
    return names["net"].eval()


@pytest.mark.parametrize("name", NETWORKS)
def test_source_has_the_parameters_and_output_of_the_module(name):
    source, shape = NETWORKS[name]
    traced = trace(build(read_code(source).steps), shape)
    module = made_by_torch(source)
    with torch.no_grad():
        output = module(torch.zeros(2, *shape))
    assert traced.output_shape == tuple(output.shape[1:])
    assert traced.parameters == sum(weights.numel() for weights in module.parameters())


@pytest.mark.parametrize(
    "paste",
    [
        "nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2)",
        "nn.Conv2d(1, 8, 3),\nnn.ReLU(),\nnn.MaxPool2d(2),",
        "    nn.Conv2d(1, 8, 3)\n    nn.ReLU()\n    nn.MaxPool2d(2)",
        "[nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2)]",
        "self.features = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2))",
        "net = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2)).to(device)",
        "nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2)",
        "nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2))",
        ">>> net = nn.Sequential(\n...  nn.Conv2d(1, 8, 3), nn.ReLU(),\n...  nn.MaxPool2d(2))\n"
        ">>> net(x).shape\ntorch.Size([1, 8, 13, 13])",
        "In [1]: net = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2))",
        "```python\nnn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2))\n```",
        "nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2))\r\n",
        "nn.Sequential(\n  nn.Conv2d(1, 8, 3),  # 28 → 26 (see\n  nn.ReLU(), nn.MaxPool2d(2))",
    ],
)
def test_pieces_of_code_are_read(paste):
    layers = read_network(paste).layers
    assert [str(layer) for layer in layers] == ["conv 1->8 3x3", "relu", "maxpool 2"]


def test_the_paste_may_tell_the_input():
    for line in ("net(torch.randn(1, 3, 9, 9))", "summary(net, (1, 3, 9, 9))"):
        paste = f"net = nn.Sequential(nn.Conv2d(3, 8, 3))\n{line}"
        assert read_network(paste).input_shape == (1, 3, 9, 9)


def test_layers_bear_the_names_of_the_code():
    named = [layer.name for layer in build(read_code(NETWORKS["ordered dict"][0]).steps)]
    assert named == ["conv1", "relu1", "conv2"]
    assert build(read_code(STRAIGHT).steps)[0].name == "conv1"


@pytest.mark.parametrize(
    ("paste", "said"),
    [
        ("nn.Conv2d(1, k, 3)", "k is not given in the paste"),
        ("nn.Conv2d(1, 8)", "Conv2d: missing a required argument: 'kernel_size'"),
        ("nn.Conv2d(1, 8, kernel=3, kernel_size=3)", "unexpected keyword argument 'kernel'"),
        ("nn.Conv2d(1, 0, 3)", "out_channels (=0) must be at least 1"),
        ("nn.Linear(3.5, 2)", "in_features (=3.5)"),
        ("nn.Flop2d(3)\nnn.ReLU()", "Flop2d is no layer of torch.nn"),
        ("nn.Linear(9**9**9, 3)", "too large for a layer"),
        ("nn.Linear(10**20, 3)", "too large for a layer"),
        ("nn.Linear(3 // 0, 3)", "zero"),
        ("net = nn.Sequential(3, nn.ReLU())", "'3' in a container, which is no layer"),
        ("a = nn.Sequential(nn.ReLU())\nb = nn.Sequential(nn.ReLU())", "2 networks (a, b)"),
        ("a = nn.ReLU()\nb = nn.Tanh()", "not put in order"),
        ("def f(n):\n    return f(n)\nnet = nn.Sequential(f(1))", "calls go too deep"),
        ("net = nn.Sequential(make_block(3), nn.ReLU())", "make_block() is not followed"),
        ("net = nn.Sequential(eval('nn.ReLU()'))", "eval() is not followed"),
        ("net = nn.Sequential((lambda: nn.ReLU())())", "a lambda is not followed"),
        ("c = nn.Conv2d(3, 3, 3)\nnet = nn.Sequential(c, c)", "works twice with the same weights"),
        (STRAIGHT.replace("x = x.view", "if x.sum() > 0: x = x.view"), "--torch module:callable"),
        (STRAIGHT.replace("return F", "return x, F"), "returns several things"),
        (STRAIGHT.replace("self.fc2(", "("), "forward does not use it"),
        (STRAIGHT.replace("x.view(x.size(0), -1)", "x.view(4, 2, -1)"), "a view that is no"),
        (
            STRAIGHT.replace("classes=10", "classes").replace("net = Net(classes=7)", ""),
            "needs classes",
        ),
        ("net = nn.Sequential(\n nn.ReLU(),\n nn.Conv2d(1 2))", "line 3 ('nn.Conv2d(1 2))')"),
        ("nn.Linear(" + "(" * 10_000 + "1" + ")" * 10_000 + ", 2)", "nested 10001 deep"),
        ("nn.Linear(" + "-" * 10_000 + "1, 2)", "no Python that can be read"),
        ("nn.ReLU(\0)", "null bytes"),
        ("x = [nn.ReLU()]\nfor i in range(99): x = x + x\nnn.Sequential(*x)", "more than 10,000"),
        (
            "x = 1\nfor i in range(10000):\n for j in range(10000): x = 1\nnn.Linear(x, 1)",
            "too long",
        ),
    ],
)
def test_what_cannot_be_told_is_said_in_one_line(paste, said):
    with pytest.raises(ReadError) as caught:
        read_network(paste, (1, 28, 28))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_arguments_of_a_pooling_function_stand_in_its_own_order():
    text = (
        "class Net(nn.Module):\n"
        "    def forward(self, x):\n"
        "        return F.max_pool2d(x, 2, 2, 0, 1, True)"
    )
    layers = read_network(text, (1, 5, 5)).layers
    assert trace(layers, (1, 5, 5)).output_shape == (1, 3, 3)
    assert nn.functional.max_pool2d(torch.zeros(1, 1, 5, 5), 2, 2, 0, 1, True).shape[2:] == (3, 3)


def test_ten_times_the_lines_are_ten_times_the_work():
    def source(lines):
        return "nn.Sequential(" + "nn.Conv2d(1, 1, 3, padding=1),\n" * lines + ")"

    assert len(read_network(source(5000)).layers) == 5000
    assert calls(read_network, source(5000)) < 11 * calls(read_network, source(500))


def test_classes_not_modelled_are_refused_by_name():
    with pytest.raises(TypeError, match=r"LSTM is no layer of torch\.nn that is modelled here"):
        described("LSTM", (8, 8), {})


FRAGMENTS = [
    *("(", ")", "[", "]", ",", "=", "*", "**", ":", "\n", "\n    ", "'", '"', "#", "\0", "\x1b[2J"),
    *("nn.Sequential(", "nn.Conv2d(", "self.", "lambda x: ", "for i in range(3)", "if ", "x"),
    *("9**9", "-1", "None", "class A(nn.Module):", "def forward(self, x):", "return ", "super()"),
    *("import os", "open('pasted', 'w')", "__import__('os').mkdir('pasted')", "exec('1')"),
]


@settings(deadline=None, max_examples=150, derandomize=True)
@given(
    name=st.sampled_from(sorted(NETWORKS)),
    cuts=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 30), st.sampled_from(FRAGMENTS))),
)
def test_mangled_code_is_read_or_refused_and_never_run(tmp_path_factory, name, cuts):
    text, shape = NETWORKS[name]
    for place, length, fragment in cuts:
        place %= len(text) + 1
        text = text[:place] + fragment + text[place + length :]
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.getbasetemp()
        patch.chdir(folder)
        try:
            trace(read_network(text, shape).layers, shape)
        except ValueError as error:
            assert str(error)
        assert not (folder / "pasted").exists()
