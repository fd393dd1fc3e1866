"""The trace: published numbers, PyTorch modules, and what units really see."""

import json
import random
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch_networks import WELL_KNOWN, as_module

from cnnnotes import layers as ours
from cnnnotes.shapes import (
    AdaptivePool,
    Branches,
    Conv,
    ConvTranspose,
    Linear,
    Pool,
    ShapeError,
    catalogue,
    parse,
    to_text,
    trace,
)

CHAPTER = (
    "conv 8 3x3 pad 1 | relu | maxpool 2 | conv 16 3x3 pad 1 | relu | maxpool 2 | flatten"
    " | linear 10"
)


# Published numbers


@pytest.mark.parametrize(
    ("row", "numbers"),
    # Araujo, Norris and Sim (2019), table of VGG16: receptive field, effective stride and padding
    [
        ("conv1_1", (3, 1, 1)),
        ("pool1", (6, 2, 2)),
        ("conv2_1", (10, 2, 4)),
        ("pool2", (16, 4, 6)),
        ("conv3_1", (24, 4, 10)),
        ("conv3_2", (32, 4, 14)),
        ("pool3", (44, 8, 18)),
        ("conv4_1", (60, 8, 26)),
        ("conv4_2", (76, 8, 34)),
        ("pool4", (100, 16, 42)),
        ("conv5_1", (132, 16, 58)),
        ("conv5_2", (164, 16, 74)),
        ("pool5", (212, 32, 90)),
    ],
)
def test_vgg16_field_stride_padding(row, numbers):
    found = trace(catalogue()["vgg16"])[row]
    assert (found.receptive_field, found.effective_stride, found.effective_padding) == numbers


@pytest.mark.parametrize(
    ("network", "rows", "fields"),
    [
        ("lenet5", ["C1", "S2", "C3", "S4", "C5"], [5, 6, 14, 16, 32]),
        ("resnet18", [f"layer{stage}.1.add" for stage in (1, 2, 3, 4)], [43, 99, 211, 435]),
        ("resnet50", ["layer4.2.add"], [427]),
        ("resnet50-paper", ["layer4.2.add"], [483]),
    ],
)
def test_receptive_fields(network, rows, fields):
    traced = trace(catalogue()[network])
    assert [traced[row].receptive_field for row in rows] == fields


@pytest.mark.parametrize(
    ("network", "parameters", "macs"),
    [
        ("alexnet", 61_100_840, 714_188_480),
        ("vgg16", 138_357_544, 15_470_264_320),
        ("resnet18", 11_689_512, 1_814_073_344),
        ("resnet50", 25_557_032, 4_089_184_256),
    ],
)
def test_parameters_and_macs(network, parameters, macs):
    traced = trace(catalogue()[network])
    assert (traced.parameters, traced.macs) == (parameters, macs)


def test_lenet5_parameters_layer_by_layer():
    traced = trace(catalogue()["lenet5"])
    rows = ["C1", "S2.scale", "C3", "S4.scale", "C5", "F6"]
    assert [traced[row].parameters for row in rows] == [156, 12, 1516, 32, 48120, 10164]
    assert traced.parameters == 60_000


def test_vgg16_activations_and_shares():
    traced = trace(catalogue()["vgg16"])
    assert traced.activations == 15_237_608
    assert round(traced.bytes / 2**20, 1) == 58.1
    assert round(100 * traced["fc6"].parameters / traced.parameters, 1) == 74.3
    convolutions = sum(row.macs for row in traced.rows if row.name.startswith("conv"))
    assert round(100 * convolutions / traced.macs, 1) == 99.2


# PyTorch modules


def without_names(traced):
    """Rows without their names, and without the input sizes that only a module fixes."""
    return [
        replace(row, name="", layer=row.layer.split("->")[-1].replace("all", ""))
        for row in traced.rows
    ]


def comparable(traced):
    return [replace(row, layer="") for row in without_names(traced)]


@pytest.mark.parametrize("network", WELL_KNOWN)
def test_module_equals_description(network):
    described = catalogue()[network]
    with torch.device("meta"):
        module = WELL_KNOWN[network]()
    found = trace(module, described.input_shape)
    assert comparable(found) == comparable(trace(described))
    assert found.parameters == sum(weight.numel() for weight in module.parameters())


def test_module_rows_carry_the_modules_names():
    with torch.device("meta"):
        traced = trace(WELL_KNOWN["resnet18"](), (3, 224, 224))
    assert traced["layer2.0.downsample.0"].layer == "conv 64->128 1x1 stride 2 nobias"
    assert traced["layer2.0.add"].output_shape == (128, 28, 28)


def test_module_is_left_as_it_was():
    module = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Dropout())
    before = {name: value.clone() for name, value in module.state_dict().items()}
    state = torch.get_rng_state()
    trace(module, (1, 8, 8))
    assert module.training
    assert all(torch.equal(before[name], value) for name, value in module.state_dict().items())
    assert torch.equal(state, torch.get_rng_state())
    assert not any(part._forward_hooks or part._forward_pre_hooks for part in module.modules())
    assert module[0].weight.device.type == "cpu"


def test_activations_are_not_allocated():
    class Spy(nn.Module):
        def forward(self, x):
            assert x.device.type == "meta"
            return x

    trace(nn.Sequential(nn.Conv2d(1, 64, 3), Spy()), (1, 30_000, 30_000))


class Functional(nn.Module):
    """Everything between its layers by function, and one layer used twice."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding="same")
        self.weight = nn.Parameter(torch.zeros(4, 1, 3, 3))
        self.norm = nn.BatchNorm2d(4)

    def forward(self, x):
        x = F.conv2d(x, self.weight, stride=2, padding=(1, 0))
        x = F.relu(self.norm(self.conv(x)), inplace=True)
        x = self.conv(x) + x
        x = F.max_pool2d(x / 2, 3, 2, ceil_mode=True)
        x = torch.cat([x, F.avg_pool2d(x, 3, 1, 1)], dim=1)
        return x.mean((2, 3))


def test_functional_calls_are_followed():
    text = """
        conv 4 3x3 stride 2 pad 1x0 nobias | conv 4 3x3 pad same | batchnorm | relu
        add(conv 4 3x3 pad same ; ) | maxpool 3 stride 2 ceil
        cat( ; avgpool 3 stride 1 pad 1) | globalavg | flatten
    """
    found, expected = trace(Functional(), (1, 29, 31)), trace(text, (1, 29, 31))
    again = [row.parameters for row in found.rows if row.name == "conv"]
    assert again == [148, 0]  # the same weights: counted once
    kept = [replace(row, parameters=0) for row in comparable(found)]
    assert kept == [replace(row, parameters=0) for row in comparable(expected)]


def test_functional_batch_norm_is_checked():
    class Wrong(nn.Module):
        def forward(self, x):
            return F.batch_norm(x, torch.zeros(3), torch.ones(3))

    with pytest.raises(ShapeError, match="Wrong: The layer was made for 3 channels"):
        trace(Wrong(), (4, 5, 5))


def test_tracing_does_not_load_torchs_compiler():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from torch_networks import WELL_KNOWN; import torch; from cnnnotes.shapes import trace\n"
        "with torch.device('meta'): module = WELL_KNOWN['resnet18']()\n"
        "trace(module, (3, 64, 64))\n"
        "assert 'sympy' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code, str(Path(__file__).parent)], check=True)


def test_squeezing_leaves_the_batch_axis():
    class Squeeze(nn.Module):
        def forward(self, x):
            return F.adaptive_avg_pool2d(x, 1).squeeze()

    module = nn.Sequential(nn.Conv2d(1, 3, 3), Squeeze(), nn.Linear(3, 2))
    assert trace(module, (1, 8, 8)).output_shape == (2,)


def test_what_is_not_known_is_not_guessed():
    class Odd(nn.Module):
        def forward(self, x):
            return torch.fft.fft2(x).real

    traced = trace(nn.Sequential(nn.Conv2d(1, 2, 3), Odd(), nn.Conv2d(2, 2, 3)), (1, 8, 8))
    assert traced.rows[1].receptive_field == 3
    assert traced.rows[-1].receptive_field is None
    assert traced.rows[-1].output_shape == (2, 4, 4)
    assert "–" in str(traced)
    assert traced.unread() == ((), ())


def test_shapes_do_not_import_torch():
    code = (
        "import sys; from cnnnotes.shapes import trace, catalogue; trace(catalogue()['vgg16']); "
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# Our layers


def test_our_layers():
    model = ours.Sequential(
        ours.Conv2d(1, 8, 3, padding=1, seed=0),
        ours.ReLU(),
        ours.MaxPool2d(2),
        ours.Conv2d(8, 16, 3, padding=1, seed=0),
        ours.ReLU(),
        ours.MaxPool2d(2),
        ours.Flatten(),
        ours.Linear(784, 10, seed=0),
    )
    traced = trace(model, (1, 28, 28))
    assert comparable(traced) == comparable(trace(CHAPTER, (1, 28, 28)))
    assert traced.parameters == sum(weight.data.size for weight in model.parameters())
    assert [row.name for row in traced.rows][1:] == [str(number) for number in range(8)]
    assert comparable(trace(list(model), (7, 1, 28, 28))) == comparable(traced)


OUR_LAYERS = [
    ours.Conv2d(4, 6, (3, 2), (1, 2), "valid", (2, 1), 2, bias=False, seed=0),
    ours.Conv2d(4, 6, 4, padding="same", seed=0),
    ours.Conv2d(4, 6, 3, padding=((0, 1), (2, 0)), padding_mode="reflect", seed=0),
    ours.ConvTranspose2d(4, 6, 3, 2, 1, 1, 2, dilation=2, seed=0),
    ours.LocallyConnected2d(4, 2, 3, (9, 11), 2, 1, seed=0),
    ours.MaxPool2d(3, 2, 1, ceil_mode=True),
    ours.MaxPool2d(2, dilation=3),
    ours.AvgPool2d((2, 3), padding=1),
    ours.BlurPool2d(),
    ours.BlurPool2d((4, 5), (1, 3)),
    ours.AdaptiveAvgPool2d((2, None)),
    ours.AdaptiveMaxPool2d(3),
    ours.Linear(11, 3, seed=0),
    ours.Dropout(0.5),
    ours.Flatten(),
]


@pytest.mark.parametrize("layer", OUR_LAYERS, ids=repr)
def test_each_of_our_layers(layer):
    traced = trace(layer, (4, 9, 11))
    made = layer.eval().forward(np.zeros((2, 4, 9, 11), np.float32))
    assert traced.output_shape == made.shape[1:]
    assert traced.parameters == sum(weight.data.size for weight in layer.parameters())


def test_a_single_layer_and_an_unknown_one():
    assert trace(ours.ReLU(), (1, 2, 2)).output_shape == (1, 2, 2)
    with pytest.raises(TypeError, match="holds a int, which is not a layer"):
        trace([3], (1, 2, 2))
    with pytest.raises(TypeError, match=r"network\[0\] \(='conv'\) must be a layer"):
        trace(["conv"], (1, 2, 2))


# What units see


def random_layers(dice: random.Random) -> list:
    """Return one to four layers of one channel, with whatever geometry the dice say."""

    def pair(low, high):
        return dice.randint(low, high), dice.randint(low, high)

    def layer():
        kind = dice.choice(["conv", "conv", "maxpool", "avgpool", "transposed", "branches"])
        kernel, stride = pair(1, 4), pair(1, 3)
        half = tuple(dice.randint(0, size // 2) for size in kernel)
        if kind == "conv":
            return Conv(1, kernel, stride, pair(0, 2), pair(1, 2), bias=False)
        if kind == "maxpool":
            return Pool(kernel, stride, half, pair(1, 2), dice.random() < 0.5)
        if kind == "avgpool":
            return Pool(kernel, stride, half, ceil_mode=dice.random() < 0.5, kind="avgpool")
        if kind == "transposed":
            return ConvTranspose(1, (2, 3), pair(1, 2), pair(0, 1), bias=False)
        same = Conv(1, (3, 5), 1, (1, 2), bias=False)
        wide = Conv(1, 3, 1, 2, 2, bias=False)
        return Branches(dice.choice([((same,), ()), ((same,), (wide,)), ((same, wide), (same,))]))

    return [layer() for _ in range(dice.randint(1, 4))]


def random_networks(count, seed, size):
    dice = random.Random(seed)
    while count:
        layers = random_layers(dice)
        try:
            traced = trace(layers, (1, *size))
        except ShapeError:
            continue
        if max(traced.output_shape) > 60:
            continue
        module = as_module(layers, 1).double()
        for weight in module.parameters():
            nn.init.uniform_(weight, 0.5, 1.0)
        yield layers, traced, module, dice
        count -= 1


def one_hot_pictures(height, width):
    """One picture a pixel, in which that pixel alone is 1."""
    return torch.eye(height * width, dtype=torch.float64).reshape(-1, 1, height, width)


def test_units_see_what_perturbing_every_pixel_shows():
    torch.manual_seed(0)
    height, width = 23, 19
    pictures = one_hot_pictures(height, width)
    inside = 0
    for layers, traced, module, dice in random_networks(200, 1, (height, width)):
        name = traced.rows[-1].name
        with torch.no_grad():
            changed = (module(pictures)[:, 0] > 0).reshape(height, width, *traced.output_shape[1:])
        field, stride, padding = (
            value if isinstance(value, tuple) else (value, value)
            for value in (
                traced[name].receptive_field,
                traced[name].effective_stride,
                traced[name].effective_padding,
            )
        )
        upsampled = any(isinstance(layer, ConvTranspose) for layer in layers)
        spans = []
        for unit in [tuple(dice.randrange(n) for n in traced.output_shape[1:]) for _ in range(6)]:
            support = changed[:, :, unit[0], unit[1]]
            rows, columns = (support.any(1 - axis).nonzero().flatten() for axis in (0, 1))
            seen = traced.seen(name, unit)
            assert seen == (tuple(rows.tolist()), tuple(columns.tolist())), to_text(layers)
        for row in range(traced.output_shape[1]):
            for column in range(traced.output_shape[2]):
                starts = [u * s - p for u, s, p in zip((row, column), stride, padding, strict=True)]
                ends = [start + size for start, size in zip(starts, field, strict=True)]
                support = changed[:, :, row, column]
                if not support.any():
                    continue
                tall, wide = (support.any(1 - axis).nonzero().flatten() for axis in (0, 1))
                spans.append((int(tall[-1] - tall[0]) + 1, int(wide[-1] - wide[0]) + 1))
                if min(starts) >= 0 and ends[0] <= height and ends[1] <= width and not upsampled:
                    assert spans[-1] == field, to_text(layers)
                    inside += 1
        for axis in (0, 1):
            assert max(span[axis] for span in spans) <= field[axis], to_text(layers)
    assert inside > 1000


def test_unread_rows_and_columns_have_no_gradient():
    torch.manual_seed(0)
    height, width = 17, 13
    some_unread = 0
    for layers, traced, module, _ in random_networks(200, 2, (height, width)):
        pictures = one_hot_pictures(height, width).requires_grad_()
        module(pictures).sum().backward()
        # each pixel's gradient where it alone is 1, so that max pooling cannot hide it
        gradient = pictures.grad.reshape(height * width, -1).diagonal().reshape(height, width)
        rows = (gradient == 0).all(1).nonzero().flatten().tolist()
        columns = (gradient == 0).all(0).nonzero().flatten().tolist()
        assert traced.unread() == (tuple(rows), tuple(columns)), to_text(layers)
        some_unread += bool(rows or columns)
    assert some_unread > 40


def test_random_modules_equal_their_descriptions():
    for layers, traced, module, _ in random_networks(60, 3, (17, 13)):
        assert comparable(trace(module, (1, 17, 13))) == comparable(traced), to_text(layers)


def test_the_widest_path_counts():
    traced = trace("add(conv 4 5x5 pad 2 | conv 4 3x3 pad 1 ; conv 4 1x1 ; )", (4, 9, 9))
    assert traced["add1"].receptive_field == 7
    shifted = trace("add(conv 4 3x3 pad 2+0 ; conv 4 3x3 pad 0+2)", (4, 9, 9))
    assert shifted["add1"].receptive_field == 5  # together they see more than either


def test_transposed_convolution_by_hand():
    row = trace("conv 1 3x3 stride 2 | convtranspose 1 2x2 stride 2", (1, 9, 9)).rows[-1]
    assert (row.output_shape, row.receptive_field, row.effective_stride) == ((1, 8, 8), 3, 1)
    half = trace("convtranspose 1 4x4 stride 2 pad 1", (1, 4, 4)).rows[-1]
    assert half.effective_stride == 0.5
    assert half.receptive_field == 2
    assert half.macs == 16 * 16
    third = trace("convtranspose 1 3x3 stride 3", (1, 4, 4))
    assert json.loads(third.to_json())["rows"][-1]["effective_stride"] == "1/3"


@pytest.mark.parametrize(
    ("text", "stride", "field"),
    [
        ("convtranspose 1 2x2 stride 2 | conv 1 3x3 stride 2", 1, 2),
        ("convtranspose 1 3x3 stride 3 | maxpool 2", Fraction(2, 3), 2),
        ("convtranspose 1 2x2 stride 2 | convtranspose 1 2x2 stride 2 | maxpool 4", 1, 1),
    ],
)
def test_up_and_down_again(text, stride, field):
    row = trace(text, (1, 6, 6)).rows[-1]
    assert (row.effective_stride, row.receptive_field) == (stride, field)


def test_axes_may_differ():
    row = trace("conv 2 1x3 stride 1x2 pad 0x1", (1, 9, 9)).rows[-1]
    assert row.receptive_field == (1, 3)
    assert row.effective_stride == (1, 2)
    assert row.effective_padding == (0, 1)
    assert row.centre == 0


def test_first_units_centre():
    traced = trace("conv 1 2x2 | maxpool 2", (1, 8, 8))
    assert [row.centre for row in traced.rows] == [0, 0.5, 1]


def test_shares_of_adaptive_pooling():
    traced = trace([AdaptivePool(3)], (1, 7, 9))
    assert traced.rows[-1].receptive_field == 3
    assert traced.seen("adaptiveavg1", (1, 0)) == ((2, 3, 4), (0, 1, 2))


# Costs, by hand


@pytest.mark.parametrize(
    ("text", "parameters", "macs"),
    [
        ("conv 8 3x3 pad 1", 8 * (27 + 1), 8 * 27 * 36),
        ("conv 8 3x3 pad 1 nobias", 8 * 27, 8 * 27 * 36),
        ("conv 6 3x3 pad 1 groups 3", 6 * (9 + 1), 6 * 9 * 36),
        ("depthwise 3x3 pad 1", 3 * (9 + 1), 3 * 9 * 36),
        ("local 2 3x3", 16 * 2 * (27 + 1), 16 * 2 * 27),
        ("convtranspose 2 2x2 stride 2", 3 * 2 * 4 + 2, 3 * 2 * 4 * 36),
        ("batchnorm", 6, 0),
        ("batchnorm plain", 0, 0),
        ("flatten | linear 5", 108 * 5 + 5, 108 * 5),
        ("maxpool 2", 0, 0),
        ("blurpool 3 stride 2 pad 1", 0, 3 * 9 * 9),
        ("conv 4 5x5 pad 2 connections 7", 7 * 25 + 4, 7 * 25 * 36),
    ],
)
def test_costs_by_hand(text, parameters, macs):
    traced = trace(text, (3, 6, 6))
    assert (traced.parameters, traced.macs) == (parameters, macs)


def test_what_works_in_place_costs_no_memory():
    traced = trace("conv 2 1x1 | relu | add(conv 2 1x1 ; ) | flatten", (1, 4, 4))
    assert [row.activations for row in traced.rows] == [16, 32, 0, 32, 0, 0]
    assert traced.bytes == 4 * 80


# Printing


def test_printed_table():
    assert str(trace("conv 2 3x3 | relu | flatten | linear 3", (1, 4, 4))) == (
        "name      layer       output     parameters  MACs  activations  bytes  field  stride  "
        "padding  centre\n" + "─" * 101 + "\n"
        "input                 1 × 4 × 4           0     0           16     64      1       1  "
        "      0       0\n"
        "conv1     conv 2 3x3  2 × 2 × 2          20    72            8     32      3       1  "
        "      0       1\n"
        "relu1     relu        2 × 2 × 2           0     0            0      0      3       1  "
        "      0       1\n"
        "flatten1  flatten     8                   0     0            0      0      3       –  "
        "      –       –\n"
        "linear1   linear 3    3                  27    24            3     12      4       –  "
        "      –       –\n" + "─" * 101 + "\n"
        "total                                    47    96           27    108"
    )


def test_markdown_and_json():
    traced = trace("add(conv 2 3x3 pad 1 ; conv 2 1x1)", (1, 4, 5))
    lines = traced.markdown().splitlines()
    assert lines[0].startswith("| name | layer | output | parameters |")
    assert lines[1].startswith("| :-- | :-- | :-- | --: |")
    assert lines[-1].startswith("| total |  |  | 24 |")
    data = json.loads(traced.to_json())
    assert data == traced.as_dict()
    assert data["rows"][-1]["output_shape"] == [2, 4, 5]
    assert data["totals"]["macs"] == 2 * 9 * 20 + 2 * 20


def test_wrong_inputs():
    with pytest.raises(TypeError, match="input_shape is needed"):
        trace("relu")
    with pytest.raises(TypeError, match=r"input_shape \(=3\) must be \(channels, height, width\)"):
        trace("relu", 3)
    with pytest.raises(ValueError, match=r"input_shape \(=0\) must be at least 1"):
        trace("relu", (1, 0, 4))
    with pytest.raises(ValueError, match=r"input_shape \(=\(\)\)"):
        trace("relu", ())
    with pytest.raises(KeyError, match="no layer named 'conv9'; there are input, relu1"):
        trace("relu", (1, 2, 2))["conv9"]
    with pytest.raises(ValueError, match=r"unit \(=\(2, 0\)\) must lie inside 2 × 2"):
        trace("relu", (1, 2, 2)).seen("relu1", (2, 0))
    with pytest.raises(ValueError, match="is a number mistyped"):
        trace("convtranspose 1 9x9 stride 99999999", (1, 28, 28))
    with pytest.raises(ValueError, match="at most 4096"):
        trace("relu", (1, 5000, 5)).unread()
    with pytest.raises(ValueError, match=r"kernel_size \(=\(1, 2, 3, 4\)\)"):
        Conv(1, (1, 2, 3, 4))
    with pytest.raises(ValueError, match=r"padding \(='full'\)"):
        Conv(1, 3, padding="full")
    with pytest.raises(ValueError, match=r"out_features \(=0\) must be at least 1"):
        Linear(0)
    with pytest.raises(ValueError, match=r"join \(='sum'\)"):
        Branches(((), ()), "sum")


def test_flat_inputs():
    traced = trace("linear 5 | relu | linear 2", (7,))
    assert traced.parameters == 40 + 12
    assert traced.rows[-1].receptive_field is None
    assert traced.unread() == ((), ())


def test_catalogue_text_round_trips():
    for network in catalogue().values():
        assert parse(to_text(network.layers)) == network.layers
