"""Shape errors in PyTorch's own words: each reproduced, diagnosed, mended, and run again."""

import json

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch_networks import BasicBlock

from cnnnotes import layers as ours
from cnnnotes.shapes import ShapeError, diagnose, parse, trace

EXPRESSIONS = {"torch": torch}


def message_of(run, **settings):
    with pytest.raises((RuntimeError, ValueError, IndexError)) as caught:
        run(**settings)
    return str(caught.value)


def mended(fix, settings):
    """Return the settings with one fix applied, as a reader would."""
    value = fix.value
    if fix.argument in ("input", "target"):
        letter = "x" if fix.argument == "input" else "y"
        value = eval(value, EXPRESSIONS, {letter: settings[fix.argument]})
    return settings | {fix.argument: value}


def conv(
    input, in_channels=3, kernel_size=3, padding=0, dilation=1, stride=1, groups=1, more_padding=0
):
    layer = nn.Conv2d(
        in_channels,
        8,
        kernel_size,
        padding=padding if isinstance(padding, str) else padding + more_padding,
        dilation=dilation,
        stride=stride,
        groups=groups,
    )
    return layer(input)


def linear(input, in_features=784):
    return nn.Linear(in_features, 10)(input)


def batch_norm(input, num_features=16):
    return nn.BatchNorm2d(num_features)(input)


def max_pool(input, kernel_size=2, padding=0, stride=2):
    return F.max_pool2d(input, kernel_size, stride, padding)


def average_pool(input, kernel_size=2, padding=0):
    return F.avg_pool2d(input, kernel_size, 2, padding)


def transposed(input, in_channels=8, output_size=None, output_padding=0, padding=1):
    layer = nn.ConvTranspose2d(in_channels, 4, 3, 2, padding, output_padding)
    return layer(input, output_size=output_size)


def cross_entropy(target, input=None, out_features=10):
    input = torch.zeros(4, out_features) if input is None else input
    return F.cross_entropy(input, target)


def zeros(*shape, dtype=torch.float32):
    return torch.zeros(*shape, dtype=dtype)


CLASSES, TARGET = torch.long, "cross-entropy target"
CASES = [
    # the eight classic ones, in the order of the issue, with their variants
    ("conv channels", conv, {"input": zeros(4, 1, 28, 28)}, "change in_channels to 1"),
    ("conv channels", conv, {"input": zeros(4, 28, 28, 3)}, "your last axis is 3"),
    (
        "conv channels",
        conv,
        {"input": zeros(32, 28, 28), "in_channels": 1},
        "give them a channel axis: x[:, None]",
    ),
    ("conv rank", conv, {"input": zeros(28, 28), "in_channels": 1}, "x[None, None]"),
    ("conv rank", conv, {"input": zeros(4, 1, 3, 28, 28)}, "x.squeeze(1)"),
    ("kernel larger than input", conv, {"input": zeros(4, 3, 3, 3), "kernel_size": 5}, "pad 1"),
    (
        "kernel larger than input",
        conv,
        {"input": zeros(4, 3, 9, 4), "kernel_size": 7, "padding": 1},
        "pad 1 more than now",
    ),
    ("kernel larger than input", max_pool, {"input": zeros(4, 16, 1, 1)}, "kernel_size 1"),
    ("linear features", linear, {"input": zeros(64, 3136)}, "change in_features to 3136"),
    ("linear features", linear, {"input": zeros(3 * 784)}, "x.flatten(1), not x.flatten()"),
    ("flatten missing", linear, {"input": zeros(4, 16, 7, 7)}, "put flatten before it"),
    ("batch-norm features", batch_norm, {"input": zeros(4, 8, 5, 5)}, "num_features to 8"),
    ("batch-norm rank", batch_norm, {"input": zeros(16, 5, 5)}, "add the batch axis: x[None]"),
    ("batch-norm batch", batch_norm, {"input": zeros(1, 16, 1, 1)}, "at least 2"),
    ("pooling padding", max_pool, {"input": zeros(1, 2, 8, 8), "padding": 2}, "pad 1"),
    ("pooling padding", average_pool, {"input": zeros(1, 2, 8, 8), "padding": 2}, "pad 1"),
    (
        "transposed conv output size",
        transposed,
        {"input": zeros(1, 8, 7, 7), "output_size": (16, 16)},
        "ask for output_size 14",
    ),
    (
        "transposed conv output size",
        transposed,
        {"input": zeros(1, 8, 7, 7), "output_padding": 2},
        "output_padding 1",
    ),
    ("conv channels", transposed, {"input": zeros(1, 4, 7, 7)}, "change in_channels to 4"),
    (
        TARGET,
        cross_entropy,
        {"target": zeros(4, 1, dtype=CLASSES)},
        "y.reshape(-1)",
    ),
    (TARGET, cross_entropy, {"target": zeros(4, 10, dtype=CLASSES)}, "y.argmax(1)"),
    (TARGET, cross_entropy, {"target": zeros(4)}, "y.long()"),
    (TARGET, cross_entropy, {"target": zeros(40, dtype=CLASSES)}, "argmax(1)"),
    (
        TARGET,
        cross_entropy,
        {"target": zeros(4, dtype=CLASSES), "input": zeros(8, 5)},
        "8 = 2 · 4",
    ),
    (
        TARGET,
        cross_entropy,
        {"target": zeros(4, dtype=CLASSES), "input": zeros(4, 10, 8, 8)},
        "x.mean((2, 3))",
    ),
    (
        TARGET,
        cross_entropy,
        {"target": zeros(4, dtype=CLASSES) + 10},
        "the last layer 11 outputs",
    ),
    # and some more that readers meet
    ("groups", conv, {"input": zeros(1, 3, 8, 8), "groups": 2}, "groups 1"),
    (
        "same with stride",
        conv,
        {"input": zeros(1, 3, 8, 8), "stride": 2, "padding": "same"},
        "1 for a 3×3 kernel",
    ),
    ("dtype", conv, {"input": zeros(1, 3, 8, 8, dtype=torch.float64)}, "x.float()"),
    (
        "reshape",
        lambda input: linear(input) if input.dim() == 2 else linear(input.reshape(4, 400)),
        {"input": zeros(4, 16, 7, 7)},
        "x.flatten(1)",
    ),
]


@pytest.mark.parametrize(("problem", "run", "settings", "fix"), CASES)
def test_torch_error_is_diagnosed_and_the_fix_runs(problem, run, settings, fix):
    diagnosis = diagnose(message_of(run, **settings))
    assert diagnosis.problem == problem
    assert fix in diagnosis.fixes[0].text
    assert diagnosis.reason.endswith(".")
    run(**mended(diagnosis.fixes[0], settings))


@pytest.mark.parametrize(("problem", "run", "settings", "fix"), CASES)
def test_every_fix_that_has_a_value_runs(problem, run, settings, fix):
    for other in diagnose(message_of(run, **settings)).fixes:
        usable = other.argument in run.__code__.co_varnames and other.value is not None
        if usable and not (other.argument == "input" and not isinstance(other.value, str)):
            if "cross-entropy" in problem and "x.flatten(1)" in str(other.value):
                continue  # which batch is meant, only the reader knows
            run(**mended(other, settings))


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (lambda: zeros(4, 16, 14, 14) + zeros(4, 16, 28, 28), "stride 2 in the branch of size 28"),
        (lambda: zeros(4, 16, 14, 14) + zeros(4, 32, 14, 14), "conv 16 1x1"),
        (lambda: torch.cat([zeros(4, 16, 14, 14), zeros(4, 16, 7, 7)], 1), "stride 2"),
        (lambda: zeros(6, 10).reshape(5, 10), "x.flatten(1)"),
        (lambda: zeros(64, 16, 13, 13).view(64, 400), "x.flatten(1)"),
        (lambda: nn.BatchNorm2d(3)(zeros(4, 3)), "BatchNorm1d"),
        (lambda: nn.BatchNorm2d(3)(zeros(4, 3, 2, 2, 2)), "reshape the input"),
    ],
)
def test_more_messages(run, words):
    assert words in str(diagnose(message_of(run)))


def test_the_last_error_of_a_whole_traceback_counts():
    text = (
        "Traceback (most recent call last):\n"
        '  File "train.py", line 3, in <module>\n'
        "RuntimeError: running_mean should contain 8 elements not 16\n\n"
        "During handling of the above exception, another exception occurred:\n\n"
        "RuntimeError: mat1 and mat2 shapes cannot be multiplied (64x3136 and 784x10)\n"
    )
    assert diagnose(text).problem == "linear features"


# Layers and an input


def network(**changes):
    settings = {"channels": 8, "features": 16 * 7 * 7, "norm": 8, "input_channels": 1} | changes
    return nn.Sequential(
        nn.Conv2d(settings["input_channels"], 8, 3, padding=1),
        nn.BatchNorm2d(settings["norm"]),
        nn.MaxPool2d(2),
        nn.Conv2d(settings["channels"], 16, 3, padding=1),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(settings["features"], 10),
    )


@pytest.mark.parametrize(
    ("changes", "shape", "layer", "problem", "fix"),
    [
        ({"features": 784 * 4}, (1, 28, 28), "6", "linear features", "change in_features to 784"),
        ({"channels": 16}, (1, 28, 28), "3", "conv channels", "change in_channels to 8"),
        ({"norm": 16}, (1, 28, 28), "1", "batch-norm features", "change num_features to 8"),
        ({"input_channels": 3}, (28, 28, 3), "0", "conv channels", "swap to (N, C, H, W)"),
        ({}, (28, 28), "0", "conv rank", "add batch and channel axes: x[None, None]"),
        ({}, (784,), "0", "conv rank", "x.reshape(-1, 1, 28, 28)"),
        ({}, (1, 1, 1), "2", "kernel larger than input", "kernel_size 1"),
    ],
)
def test_modules_and_an_input(changes, shape, layer, problem, fix):
    diagnosis = diagnose(network(**changes), shape)
    assert (diagnosis.layer, diagnosis.problem) == (layer, problem)
    assert fix in diagnosis.fixes[0].text
    with pytest.raises((RuntimeError, ValueError)):
        network(**changes)(zeros(2, *shape))


def test_arithmetic_at_the_flatten_is_the_readers():
    diagnosis = diagnose(network(features=3136), (1, 28, 28))
    assert str(diagnosis) == (
        "6: The layer was made for 3136 features, and 784 arrive.\n"
        "  16 × 7 × 7 = 784 ≠ 3136\n"
        "  fix: change in_features to 784"
    )
    assert network(features=diagnosis.fixes[0].value)(zeros(2, 1, 28, 28)).shape == (2, 10)


def test_layers_that_fit():
    diagnosis = diagnose(network(), (1, 28, 28))
    assert not diagnosis.problem
    assert str(diagnosis) == "These layers fit together: 1 × 28 × 28 becomes 10."


@pytest.mark.parametrize(
    ("text", "shape", "problem", "words"),
    [
        ("linear 784->10", (1, 28, 28), "flatten missing", "put flatten before it"),
        ("conv 8 3x3 | linear 10", (1, 28, 28), "flatten missing", "8 × 26 × 26 = 5408"),
        ("linear 100->10", (1, 28, 28), "linear features", "100"),
        ("conv 6 3x3 groups 4", (8, 9, 9), "groups", "out_channels (=6)"),
        ("conv 6 3x3 groups 4", (6, 9, 9), "groups", "in_channels (=6)"),
        ("conv 6 3x3 stride 2 pad same", (1, 9, 9), "same with stride", "pad 1"),
        ("conv 6 4x4 stride 2 pad same", (1, 9, 9), "same with stride", "pad 1"),
        ("conv 6 3x3 dilation 5", (1, 9, 9), "kernel larger than input", "dilation 4"),
        ("conv 6 1x11", (1, 9, 9), "kernel larger than input", "in width"),
        ("maxpool 9", (1, 4, 4), "kernel larger than input", "spans 9"),
        ("maxpool 2 pad 2", (1, 4, 4), "pooling padding", "pad 1"),
        (
            "convtranspose 4 3x3 outpad 1",
            (1, 4, 4),
            "transposed conv output size",
            "must be smaller",
        ),
        ("convtranspose 4 3x3 pad 3", (1, 4, 4), "transposed conv output size", "crops"),
        ("convtranspose 3->4 3x3", (1, 4, 4), "conv channels", "change in_channels to 1"),
        ("convtranspose 4 3x3 groups 3", (4, 4, 4), "groups", "in_channels (=4)"),
        ("add(conv 4 3x3 ; )", (4, 9, 9), "branches", "4 × 7 × 7 and 4 × 9 × 9"),
        ("add(conv 4 3x3 stride 2 pad 1 ; )", (4, 8, 8), "branches", "conv 4 1x1 stride 2"),
        ("cat(flatten ; )", (4, 8, 8), "branches", "256 and 4 × 8 × 8"),
        ("flatten | maxpool 2", (4, 8, 8), "conv rank", "reshape the input"),
        ("batchnorm 3", (4, 8, 8), "batch-norm features", "num_features to 4"),
    ],
)
def test_text_and_an_input(text, shape, problem, words):
    diagnosis = diagnose(text, shape)
    assert diagnosis.problem == problem
    assert diagnosis.layer
    assert words in str(diagnosis)
    with pytest.raises(ShapeError) as caught:
        trace(text, shape)
    assert caught.value.diagnosis == diagnosis == diagnose(caught.value)


@pytest.mark.parametrize(
    ("broken", "mended_text", "shape"),
    [
        ("conv 6 3x3 dilation 5", "conv 6 3x3 dilation 4", (1, 9, 9)),
        ("conv 6 3x3 dilation 5", "conv 6 3x3 dilation 5 pad 1", (1, 9, 9)),
        ("maxpool 2 pad 2", "maxpool 2 pad 1", (1, 4, 4)),
        ("convtranspose 4 3x3 pad 3", "convtranspose 4 3x3 pad 2", (1, 4, 4)),
        (
            "add(conv 4 3x3 stride 2 pad 1 ; )",
            "add(conv 4 3x3 stride 2 pad 1 ; conv 4 1x1 stride 2)",
            (4, 8, 8),
        ),
    ],
)
def test_fixes_of_text_run(broken, mended_text, shape):
    wanted = [fix.text for fix in diagnose(broken, shape).fixes]
    change = mended_text.removeprefix(broken.removesuffix(" ; )")).strip(" ;)")
    assert any(change in text or text in mended_text for text in wanted)
    trace(mended_text, shape)


class Net(nn.Module):
    """A network that fails between its layers."""

    def __init__(self, features):
        super().__init__()
        self.block = BasicBlock(1, 4, 1)
        self.block.downsample = nn.Conv2d(1, 4, 1, 2)
        self.features = features

    def forward(self, x):
        if self.features:
            return F.linear(x.flatten(1), torch.zeros(10, self.features, device=x.device))
        return self.block(x)


def test_failures_between_layers_are_placed():
    branch = diagnose(Net(0), (1, 8, 8))
    assert branch.layer.startswith("block")
    function = diagnose(Net(100), (1, 8, 8))
    assert (function.problem, function.layer) == ("linear features", "Net")


def test_other_errors_of_a_module_are_passed_on():
    class Breaks(nn.Module):
        def forward(self, x):
            raise ValueError("no luck today")

    with pytest.raises(ValueError, match="Breaks: no luck today"):
        diagnose(Breaks(), (1, 8, 8))


# Our own package


@pytest.mark.parametrize(
    ("layer", "shape", "problem", "fix"),
    [
        (ours.Conv2d(3, 8, 3, seed=0), (4, 1, 28, 28), "conv channels", "in_channels to 1"),
        (ours.Conv2d(3, 8, 3, seed=0), (28, 28), "conv rank", "x[None, None]"),
        (ours.Conv2d(3, 8, 5, seed=0), (4, 3, 3, 3), "kernel larger than input", "pad 1"),
        (ours.Linear(784, 10, seed=0), (4, 3136), "linear features", "in_features to 3136"),
        (ours.MaxPool2d(2), (4, 3, 1, 1), "kernel larger than input", "kernel_size 1"),
        (ours.MaxPool2d(2, 2, 2), (4, 3, 8, 8), "pooling padding", "pad 1"),
    ],
)
def test_our_layers(layer, shape, problem, fix):
    diagnosis = diagnose([layer], shape)
    assert (diagnosis.problem, diagnosis.layer) == (problem, "0")
    assert fix in diagnosis.fixes[0].text
    with pytest.raises(ValueError) as caught:
        layer.forward(np.zeros(shape, np.float32))
    assert diagnose(caught.value).reason


def test_our_messages_keep_their_advice():
    diagnosis = diagnose("ValueError: stride (=0) must be at least 1; use 1")
    assert diagnosis.reason == "stride (=0) must be at least 1."
    assert str(diagnosis.fixes[0]) == "use 1"


# The edges


def test_what_cannot_be_diagnosed():
    with pytest.raises(ValueError, match=r"problem \(='hello'\) must hold an error about shapes"):
        diagnose("hello")
    with pytest.raises(ValueError, match=r"problem \(=''\)"):
        diagnose("")
    with pytest.raises(TypeError, match="input_shape is needed to diagnose a Sequential"):
        diagnose(network())


def test_as_dict_is_ready_for_json():
    diagnosis = diagnose(parse("conv 3->8 3x3"), (28, 28, 3))
    assert json.loads(json.dumps(diagnosis.as_dict())) == diagnosis.as_dict()
    assert diagnosis.as_dict()["layer"] == "conv1"
