"""Output sizes against PyTorch's own, one axis at a time, exhaustively."""

from itertools import product

import pytest
import torch
import torch.nn.functional as F

from cnnnotes.shapes import (
    conv_output_size,
    conv_transpose_output_size,
    pool_output_size,
    same_padding,
    unread_positions,
)

SIZES = range(1, 41)
SETTINGS = list(product(range(1, 8), range(1, 5), range(4), range(1, 4)))  # k, s, p, d


def size_or_none(call, *arguments, **options):
    try:
        return call(*arguments, **options)
    except (ValueError, RuntimeError):
        return None


@pytest.fixture(scope="module")
def columns():
    return {size: torch.zeros(1, 1, size, 1) for size in SIZES}


def test_convolution_equals_torch(columns):
    lines = {size: column[..., 0] for size, column in columns.items()}
    for kernel, stride, padding, dilation in SETTINGS:
        weight = torch.zeros(1, 1, kernel)
        for size, line in lines.items():
            ours = size_or_none(conv_output_size, size, kernel, stride, padding, dilation)
            theirs = size_or_none(F.conv1d, line, weight, None, stride, padding, dilation)
            theirs = theirs if theirs is None else theirs.shape[-1]
            assert ours == theirs, (size, kernel, stride, padding, dilation)


@pytest.mark.parametrize("output_padding", [0, 1, 2])
def test_transposed_convolution_equals_torch(columns, output_padding):
    lines = {size: column[..., 0] for size, column in columns.items()}
    for kernel, stride, padding, dilation in SETTINGS:
        weight = torch.zeros(1, 1, kernel)
        for size, line in lines.items():
            setting = (kernel, stride, padding, output_padding, dilation)
            ours = size_or_none(conv_transpose_output_size, size, *setting)
            theirs = size_or_none(
                F.conv_transpose1d, line, weight, None, stride, padding, output_padding, 1, dilation
            )
            theirs = theirs if theirs is None else theirs.shape[-1]
            assert ours == theirs, (size, *setting)


@pytest.mark.parametrize("ceil_mode", [False, True])
def test_pooling_equals_torch(columns, ceil_mode):
    for kernel, stride, padding, dilation in SETTINGS:
        for size, column in columns.items():
            setting = (kernel, stride, padding, dilation, ceil_mode)
            ours = size_or_none(pool_output_size, size, *setting)
            theirs = size_or_none(
                F.max_pool2d, column, (kernel, 1), (stride, 1), (padding, 0), dilation, ceil_mode
            )
            theirs = theirs if theirs is None else theirs.shape[2]
            assert ours == theirs, (size, *setting)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
def test_same_padding_equals_torch(columns):
    for kernel, dilation, size in product(range(1, 8), range(1, 4), SIZES):
        line, weight = columns[size][..., 0], torch.zeros(1, 1, kernel)
        assert F.conv1d(line, weight, padding="same", dilation=dilation).shape[-1] == size
        before, after = same_padding(size, kernel, 1, dilation)
        assert conv_output_size(size, kernel, 1, (before, after), dilation) == size
        assert 0 <= after - before <= 1


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
def test_torch_puts_the_odd_padding_after():
    ramp = torch.arange(1.0, 4.0).reshape(1, 1, 3)
    summed = F.conv1d(ramp, torch.ones(1, 1, 2), padding="same")
    assert summed.tolist() == [[[3.0, 5.0, 3.0]]]
    assert same_padding(3, 2) == (0, 1)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding"),
    # worked by hand from TensorFlow's rule: ceil(size / stride) outputs, the odd one after
    [
        (28, 3, 2, (0, 1)),
        (224, 7, 2, (2, 3)),
        (5, 3, 2, (1, 1)),
        (6, 2, 2, (0, 0)),
        (7, 1, 3, (0, 0)),
    ],
)
def test_tensorflow_same(size, kernel, stride, padding):
    assert same_padding(size, kernel, stride, convention="tensorflow") == padding
    made = conv_output_size(size, kernel, stride, "same", convention="tensorflow")
    assert made == -(-size // stride)


def test_tensorflow_same_makes_ceil_size_over_stride():
    for size, kernel, stride, dilation in product(SIZES, range(1, 8), range(1, 5), range(1, 4)):
        made = conv_output_size(size, kernel, stride, "same", dilation, convention="tensorflow")
        assert made == -(-size // stride)
        pooled = pool_output_size(size, kernel, stride, "same", convention="tensorflow")
        assert pooled == -(-size // stride)


def test_caffe_rounds_pooling_up_and_convolution_down():
    assert conv_output_size(10, 3, 2, convention="caffe") == 4
    assert pool_output_size(10, 3, 2, convention="caffe") == 5
    assert pool_output_size(10, 3, 2) == 4


def test_valid_is_no_padding():
    assert conv_output_size(10, 3, 1, "valid") == 8


def test_sides_may_differ():
    assert conv_output_size(5, 3, 2, (0, 1)) == 2
    assert conv_output_size(5, 2, 1, (0, 1)) == 5
    assert conv_transpose_output_size(5, 3, 2, (0, 1)) == 10


def test_unread_positions_by_hand():
    assert unread_positions(10, 3, 2) == (9,)
    assert unread_positions(10, 3, 2, ceil_mode=True) == ()
    assert unread_positions(7, 1, 3) == (1, 2, 4, 5)
    assert unread_positions(7, 2, 5, dilation=3) == (1, 2, 4, 5, 6)
    assert unread_positions(9, 2, 2, (0, 1)) == ()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: conv_output_size(0, 3), r"size \(=0\) must be at least 1"),
        (lambda: conv_output_size(5, 0), r"kernel_size \(=0\) must be at least 1"),
        (lambda: conv_output_size(5, 3, 0), r"stride \(=0\) must be at least 1"),
        (lambda: conv_output_size(5, 3, 1, -1), r"padding \(=-1\) must be at least 0"),
        (lambda: conv_output_size(5, 3, 1, 0, 0), r"dilation \(=0\) must be at least 1"),
        (lambda: conv_output_size(5, 3, 1, (1, 1, 1)), r"padding \(=\(1, 1, 1\)\)"),
        (lambda: conv_output_size(5, 3, 1, "full"), r"padding \(='full'\)"),
        (lambda: conv_output_size(5, 3, 2, "same"), r"stride \(=2\) must be 1"),
        (lambda: conv_output_size(5, 7), r"kernel_size \(=7\) must fit .* pad by 1"),
        (
            lambda: conv_output_size(5, 3, 1, 1, 4),
            r"\(=3, spanning 9 with dilation 4\) must fit .*\(=5 \+ 1 \+ 1 = 7\)",
        ),
        (lambda: conv_output_size(5, 3, convention="keras"), r"convention \(='keras'\)"),
        (lambda: pool_output_size(5, 2, padding=2), r"padding \(=2\) must be at most half"),
        (lambda: pool_output_size(1, 4), r"kernel_size \(=4\) must fit"),
        (
            lambda: pool_output_size(5, 2, ceil_mode=True, convention="tensorflow"),
            r"ceil_mode \(=True\)",
        ),
        (lambda: same_padding(5, 3, convention="caffe"), "does not exist in Caffe"),
        (
            lambda: conv_transpose_output_size(5, 3, 2, output_padding=2),
            r"output_padding \(=2\) must be smaller than stride \(=2\)",
        ),
        (lambda: conv_transpose_output_size(1, 3, 1, 2), r"padding \(=2 before, 2 after\)"),
        (lambda: conv_transpose_output_size(5, 3, 1, "same"), r"padding \(='same'\)"),
    ],
)
def test_wrong_numbers_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("wrong", [2.0, "3", None, True])
def test_only_integers(wrong):
    with pytest.raises(TypeError, match=r"kernel_size \(=.*\) must be an integer"):
        conv_output_size(5, wrong)
