"""Networks in words: what is understood, and how the rest is refused."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from network_texts import CASES, any_layers, shapes, texts

from cnnnotes import layers
from cnnnotes.shapes import (
    AdaptivePool,
    BatchNorm,
    Branches,
    Conv,
    ConvTranspose,
    Elementwise,
    Flatten,
    Layer,
    Linear,
    Pool,
    ShapeError,
    TextError,
    parse,
    to_text,
    trace,
)
from cnnnotes.shapes.classes import describe
from cnnnotes.shapes.descriptions import Norm, Upsample


@pytest.mark.parametrize(
    ("text", "layer"),
    [
        ("conv 8 3x3 pad 1", Conv(8, 3, padding=1)),
        ("conv 8 3", Conv(8, 3)),
        ("CONV 8 3X5 Stride 2x1 pad 1x2 nobias", Conv(8, (3, 5), (2, 1), (1, 2), bias=False)),
        ("conv 3->8 3x3 pad 1+2 dilation 2", Conv(8, 3, 1, ((1, 2), (1, 2)), 2, in_channels=3)),
        ("conv 8 3x3 pad 0x1+2 groups 4", Conv(8, 3, 1, ((0, 0), (1, 2)), groups=4)),
        ("conv 8 3x3 pad same", Conv(8, 3, padding="same")),
        ("conv 8 3x3 padding valid", Conv(8, 3)),
        ("depthwise 3x3 stride 2 pad 1", Conv(None, 3, 2, 1, groups=None)),
        ("depthwise 32-> 3x3", Conv(None, 3, groups=None, in_channels=32)),
        ("conv 64 3x3 groups all", Conv(64, 3, groups=None)),
        ("convtranspose 8 4x4 stride 2 pad 1", ConvTranspose(8, 4, 2, 1)),
        ("convT 8 3x3 stride 2 outpad 1 nobias", ConvTranspose(8, 3, 2, 0, 1, bias=False)),
        ("local 8 3x3", Conv(8, 3, positions_share=False)),
        ("maxpool 2", Pool(2)),
        ("maxpool 3 stride 2 pad 1 dilation 2 ceil", Pool(3, 2, 1, 2, True)),
        ("avgpool 2x3", Pool((2, 3), kind="avgpool")),
        ("blurpool 3 stride 2", Pool(3, 2, kind="blurpool")),
        ("globalavg", AdaptivePool()),
        ("gap", AdaptivePool()),
        ("adaptiveavg 6", AdaptivePool(6)),
        ("adaptivemax 6xall", AdaptivePool((6, None), "adaptivemax")),
        ("globalmax", AdaptivePool(1, "adaptivemax")),
        ("linear 10", Linear(10)),
        ("fc 784->10 nobias", Linear(10, False, 784)),
        ("batchnorm", BatchNorm()),
        ("bn 16", BatchNorm(16)),
        ("batchnorm plain", BatchNorm(affine=False)),
        ("groupnorm 4", Norm(trained=None, num_groups=4)),
        ("gn 4 plain", Norm(trained=0, num_groups=4)),
        ("upsample 2", Upsample(scale_factor=2)),
        ("upsample 3 bilinear", Upsample(scale_factor=3, mode="bilinear")),
        ("pointwise 3->8 stride 2 nobias", Conv(8, 1, 2, bias=False, in_channels=3)),
        ("flatten", Flatten()),
        ("relu", Elementwise(kind="relu")),
        ("dropout 0.5", Elementwise(kind="dropout")),
        ("identity", Layer()),
        ("add(relu ; )", Branches(((Elementwise(kind="relu"),), ()))),
        ("cat(flatten;relu|flatten)", Branches(
            ((Flatten(),), (Elementwise(kind="relu"), Flatten())), "cat")),
    ],
)  # fmt: skip
def test_words_mean_layers(text, layer):
    assert parse(text) == (layer,)
    assert parse(str(layer)) == (layer,)


def test_lines_are_layers_too():
    text = "\n  conv 8 3x3\n | relu |\n\n maxpool 2\n add(\n relu\n\n tanh ;\n)\n"
    assert to_text(parse(text)) == "conv 8 3x3 | relu | maxpool 2 | add(relu | tanh ; )"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a layer, such as conv 8 3x3; got the end\n  \n  ^"),
        ("konv 8 3x3", "expected a layer, perhaps conv; got 'konv'\n  konv 8 3x3\n  ^^^^"),
        (
            "conv eight 3x3",
            "expected the number of channels, a number from 1; got 'eight'\n"
            "  conv eight 3x3\n       ^^^^^",
        ),
        (
            "relu | conv 8",
            "expected a kernel size, such as 3x3; got the end\n"
            "  relu | conv 8\n               ^",
        ),
        (
            "relu\nconv 8 3x3 pad x\nrelu",
            "expected padding, such as 1, 1x2, 0+1 or same, a number from 0; got 'x'\n"
            "  conv 8 3x3 pad x\n                 ^",
        ),
        (
            "maxpool 2 groups 3",
            "expected an option of maxpool: stride, pad, dilation, ceil; got 'groups'\n"
            "  maxpool 2 groups 3\n            ^^^^^^",
        ),
        (
            "flatten stride 2",
            "expected an option of flatten: none; got 'stride'\n"
            "  flatten stride 2\n          ^^^^^^",
        ),
        (
            "conv 8 3 stride 2 stride 2",
            "expected stride only once; got 'stride'\n"
            "  conv 8 3 stride 2 stride 2\n                    ^^^^^^",
        ),
        (
            "relu relu",
            "expected | and another layer, or the end; got 'relu'\n  relu relu\n       ^^^^",
        ),
        ("relu |", "expected a layer, such as conv 8 3x3; got the end\n  relu |\n        ^"),
        ("relu | | relu", "got '|'\n  relu | | relu\n         ^"),
        (
            "add(relu)",
            "expected ; and a second branch, which may be empty; got ')'\n"
            "  add(relu)\n          ^",
        ),
        ("add relu", "expected ( after add: add(conv 8 3x3 pad 1 ; ); got 'relu'"),
        ("add(relu ; relu", "expected | and another layer, ; and another branch, or ); got"),
        ("relu)", "expected | and another layer, or the end; got ')'\n  relu)\n      ^"),
        ("conv 8 3x3x3", "expected a kernel size, such as 3x3; got '3x3x3'"),
        ("conv 8 3x3 pad 1+2+3", "expected padding"),
        ("conv 8 3x3 pad 1x1x1", "expected padding"),
        ("adaptiveavg 1x2x3", "expected an output size, such as 6 or 6x6; got '1x2x3'"),
        ("conv 0 3", "expected the number of channels, a number from 1; got '0'"),
        ("conv 1234567890 3", "a number from 1; got '1234567890'"),
        ("conv ٣ 3", "a number from 1; got '٣'"),
        ("conv 8 3 nonsense", "expected an option of conv (stride, pad, dilation, groups,"),
        ("convtranspose 8 3 pad same", "padding (='same') must be a number in a transposed"),
        ("zzz", "expected a layer, one of conv, depthwise"),
        ("add(" * 60 + "relu", "expected at most 50 branches inside each other"),
    ],
)  # fmt: skip
def test_wrong_words_are_pointed_at(text, message):
    with pytest.raises(TextError) as caught:
        parse(text)
    assert message in str(caught.value)
    assert str(caught.value).startswith("expected")
    assert 0 <= caught.value.position <= len(text)


def test_text_is_text():
    with pytest.raises(TypeError, match=r"text \(=3\) must be a str"):
        parse(3)


@settings(max_examples=CASES, derandomize=True, deadline=None)
@given(st.lists(any_layers, min_size=1, max_size=6))
def test_text_round_trips(layers):
    assert parse(to_text(layers)) == tuple(layers)


@settings(max_examples=CASES, derandomize=True, deadline=None)
@given(texts, shapes)
@example("convtranspose 1 9x9 stride 999999999 | " * 40 + "relu", [1, 9, 9])
@example("cat(relu;relu)|" * 200 + "relu", [1, 9, 9])
def test_any_text_ends_in_a_result_or_one_clear_error(text, shape):
    try:
        traced = trace(text, shape)
    except ValueError as error:
        assert str(error)
    else:
        assert str(traced)
        assert traced.to_json()


NEW_WORDS = "conv 4 3x3 pad 1 | groupnorm 2 | pointwise 6 | maxblurpool 3 | upsample 2 | softmax"


def test_the_newest_words_mean_the_layers_of_that_name():
    network = layers.Sequential(
        *(layers.Conv2d(2, 4, 3, padding=1), layers.GroupNorm(2, 4), layers.Conv2d(4, 6, 1)),
        *(layers.MaxBlurPool2d(3), layers.Upsample(scale_factor=2), layers.Softmax(-1)),
        seed=0,
    )
    ours, words = trace(network, (2, 9, 9)), trace(NEW_WORDS, (2, 9, 9))
    assert [row.output_shape for row in ours.rows] == [row.output_shape for row in words.rows]
    assert (ours.parameters, ours.macs) == (words.parameters, words.macs)
    output = network(np.zeros((1, 2, 9, 9), np.float32))
    assert output.shape[1:] == words.output_shape


@pytest.mark.parametrize("network", ["groupnorm 3", layers.GroupNorm(3, 6)])
def test_groups_that_do_not_divide_are_refused(network):
    with pytest.raises(ShapeError, match="4"):
        trace(network, (4, 5, 5))


def test_blur_pooling_means_the_layer_of_that_name():
    [described] = parse("blurpool 3 stride 2")
    assert describe(layers.BlurPool2d(3, 2)) == described
    assert str(described) == "blurpool 3 stride 2"
    assert described.padding == ((1, 1), (1, 1))
    traced = trace("blurpool 4 stride 2", (1, 9, 9))
    pictures = np.eye(81).reshape(81, 1, 9, 9)  # in each, one pixel alone is 1
    maps = layers.BlurPool2d(4, 2)(pictures)[:, 0]
    assert traced.output_shape == (1, *maps.shape[1:])
    for unit in ((0, 0), (4, 2), (4, 4)):  # at the far border, the reflection is read too
        rows, columns = np.nonzero(maps[:, unit[0], unit[1]].reshape(9, 9))
        assert traced.seen("blurpool1", unit) == (
            tuple(sorted({int(row) for row in rows})),
            tuple(sorted({int(column) for column in columns})),
        )
