"""Wrong calls: each gets one error that names the argument, its value and what was expected."""

import re

import numpy as np
import pytest

import cnnnotes as cn
from cnnnotes.shapes import ShapeError

IMAGE = np.zeros((2, 4, 5, 6))
WEIGHT = np.zeros((6, 4, 3, 3))
TURNED = np.zeros((4, 6, 3, 3))
COLUMNS = np.zeros((2, 36, 12))
MAXIMA, INDICES = np.zeros((2, 4, 2, 3)), np.zeros((2, 4, 2, 3), int)


def conv2d(input=IMAGE, weight=WEIGHT, **arguments):
    return cn.conv2d(input, weight, **arguments)


def backward(grad_output, input=IMAGE, weight=WEIGHT, **arguments):
    return cn.conv2d_backward(grad_output, input, weight, **arguments)


def transpose(input=IMAGE, weight=TURNED, **arguments):
    return cn.conv_transpose2d(input, weight, **arguments)


def unpool(input=MAXIMA, indices=INDICES, kernel_size=2, **arguments):
    return cn.max_unpool2d(input, indices, kernel_size, **arguments)


WRONG = [
    # ranks, kinds and dtypes
    (
        lambda: conv2d(IMAGE[0]),
        ValueError,
        "input (shape (4, 5, 6)) must have 4 axes, (N, C, H, W)",
    ),
    (
        lambda: conv2d(IMAGE[0]),
        ValueError,
        "add the batch axis, for one picture of 4 channels: input[None]",
    ),
    (lambda: conv2d(IMAGE[0, 0]), ValueError, "input (shape (5, 6)) must have 4 axes"),
    (lambda: conv2d(IMAGE.tolist()), TypeError, "input (a list) must be a NumPy array; try np.as"),
    (lambda: conv2d("image"), TypeError, "input (a str) must be a NumPy array"),
    (lambda: conv2d(None), TypeError, "input (a NoneType) must be a NumPy array"),
    (
        lambda: conv2d(IMAGE.astype(int)),
        TypeError,
        "input (dtype int64) must be float32 or float64",
    ),
    (lambda: conv2d(IMAGE.astype(np.uint8)), TypeError, "try input.astype(np.float32)"),
    (lambda: conv2d(IMAGE.astype(np.float16)), TypeError, "input (dtype float16) must be float32"),
    (lambda: conv2d(IMAGE.astype(complex)), TypeError, "input (dtype complex128) must be float32"),
    (
        lambda: conv2d(weight=WEIGHT.astype(np.float32)),
        TypeError,
        "weight (dtype float32) must have the dtype of the input, float64; "
        "try weight.astype(np.float64)",
    ),
    (lambda: conv2d(weight=WEIGHT[0]), ValueError, "weight (shape (4, 3, 3)) must have 4 axes"),
    (lambda: conv2d(weight=3), TypeError, "weight (a int) must be a NumPy array"),
    (
        lambda: conv2d(IMAGE.astype(">f8")),
        TypeError,
        "input (dtype >f8) must be float32 or float64",
    ),
    (lambda: conv2d(IMAGE.astype(object)), TypeError, "input (dtype object) must be float32 or"),
    (
        lambda: conv2d(WEIGHT, IMAGE),
        ValueError,
        "3 < 5 for kernel_size (=5)",
    ),
    (
        lambda: conv2d(np.moveaxis(IMAGE, 1, -1)),
        ValueError,
        "your last axis is 4; input.transpose(0, 3, 1, 2)",
    ),
    # channels, groups, bias
    (
        lambda: conv2d(weight=WEIGHT[:, :3]),
        ValueError,
        "weight (6, 3, 3, 3) with groups (=1) reads 3",
    ),
    (
        lambda: conv2d(groups=2),
        ValueError,
        "weight (6, 4, 3, 3) with groups (=2) reads 8",
    ),
    (lambda: conv2d(groups=3), ValueError, "in_channels (=4) must be divisible by groups (=3)"),
    (lambda: conv2d(groups=4), ValueError, "out_channels (=6) must be divisible by groups (=4)"),
    (lambda: conv2d(groups=0), ValueError, "groups (=0) must be at least 1"),
    (lambda: conv2d(groups="2"), TypeError, "groups (='2') must be an int"),
    (lambda: conv2d(groups=None), TypeError, "groups (=None) must be an int"),
    (
        lambda: conv2d(bias=np.zeros(5)),
        ValueError,
        "bias (shape (5,)) must be an array of shape (6,",
    ),
    (lambda: conv2d(bias=0.5), ValueError, "bias (float) must be an array of shape (6,)"),
    (lambda: conv2d(bias=np.zeros(6, np.float32)), TypeError, "bias (dtype float32) must have the"),
    (
        lambda: conv2d(IMAGE[:, :0], WEIGHT[:, :0]),
        ValueError,
        "weight (shape (6, 0, 3, 3)) must not",
    ),
    (
        lambda: conv2d(weight=WEIGHT[:0]),
        ValueError,
        "weight (shape (0, 4, 3, 3)) must not be empty",
    ),
    (lambda: conv2d(weight=WEIGHT[..., :0]), ValueError, "weight (shape (6, 4, 3, 0)) must not be"),
    (lambda: conv2d(bias=[0.0] * 6), ValueError, "bias (list) must be an array of shape (6,)"),
    (lambda: conv2d(bias=np.zeros((6, 1))), ValueError, "bias (shape (6, 1)) must be an array of"),
    (
        lambda: conv2d(groups=10**30),
        ValueError,
        "groups (=1000000000000000000000000000000) must be at most 9223",
    ),
    (lambda: conv2d(groups=-2), ValueError, "groups (=-2) must be at least 1"),
    (
        lambda: cn.conv2d_backward(np.zeros((2, 6, 3, 4)), IMAGE, WEIGHT, np.zeros(5)),
        ValueError,
        "bias (shape (5,)) must be an array of shape (6,)",
    ),
    # strides, dilations, padding
    (lambda: conv2d(stride=0), ValueError, "stride (=0) must be at least 1"),
    (lambda: conv2d(stride=-1), ValueError, "stride (=-1) must be at least 1"),
    (lambda: conv2d(stride=(1, -2)), ValueError, "stride (=-2) must be at least 1"),
    (lambda: conv2d(stride=1.5), TypeError, "stride (=1.5) must be an int"),
    (lambda: conv2d(stride=True), TypeError, "stride (=True) must be an int"),
    (lambda: conv2d(stride=None), TypeError, "stride (=None) must be an int"),
    (lambda: conv2d(stride="2"), TypeError, "stride (='2') must be an int"),
    (lambda: conv2d(stride=float("nan")), TypeError, "stride (=nan) must be an int"),
    (lambda: conv2d(stride=(1, 2, 3)), ValueError, "stride (=(1, 2, 3)) must be an int or a pair"),
    (lambda: conv2d(dilation=0), ValueError, "dilation (=0) must be at least 1"),
    (lambda: conv2d(dilation=[1]), ValueError, "dilation (=[1]) must be an int or a pair"),
    (
        lambda: conv2d(dilation=3),
        ValueError,
        "it spans 7, and the input has 5 in height",
    ),
    (lambda: conv2d(weight=np.zeros((6, 4, 3, 7))), ValueError, "7 for kernel_size (=7)"),
    (
        lambda: conv2d(IMAGE[..., :0]),
        ValueError,
        "(shape (2, 4, 5, 0)) must not have an empty height or width",
    ),
    (lambda: conv2d(padding=-1), ValueError, "padding (=-1) must be at least 0"),
    (lambda: conv2d(padding=0.5), TypeError, "padding (=0.5) must be an int"),
    (lambda: conv2d(padding="full"), ValueError, "padding (='full') must be 'same', 'valid' or a"),
    (
        lambda: conv2d(padding="same", stride=2),
        ValueError,
        "padding 'same' keeps the size, and stride 2 does not",
    ),
    (
        lambda: conv2d(padding=(1, 2, 3)),
        ValueError,
        "padding (=(1, 2, 3)) must be an int or a pair",
    ),
    (lambda: conv2d(padding=((1, 1), (1, -1))), ValueError, "padding (=-1) must be at least 0"),
    (lambda: conv2d(padding=((1, 1),)), ValueError, "must be ((top, bottom), (left, right))"),
    (lambda: conv2d(padding=((1, 1), 2, 3)), ValueError, "must be ((top, bottom), (left, right))"),
    (lambda: conv2d(padding="SAME"), ValueError, "padding (='SAME') must be 'same', 'valid' or a"),
    (lambda: conv2d(padding=None), TypeError, "padding (=None) must be an int"),
    (lambda: conv2d(padding={1, 2}), TypeError, "padding (={1, 2}) must be an int"),
    (lambda: conv2d(padding=(1, 1, 1, 1)), ValueError, "padding (=(1, 1, 1, 1)) must be an int or"),
    (lambda: conv2d(stride=np.ones(2, int)), TypeError, "stride (=array([1, 1])) must be an int"),
    (
        lambda: conv2d(dilation=10**30),
        ValueError,
        "dilation (=1000000000000000000000000000000) must be at most 9223372036854775807",
    ),
    (
        lambda: conv2d(IMAGE[:, :, :4], padding=((0, 0), (9, 9)), dilation=2),
        ValueError,
        "it spans 5, and the input has 4 in height",
    ),
    # gradients
    (
        lambda: backward(np.zeros((2, 6, 3, 3))),
        ValueError,
        "grad_output (shape (2, 6, 3, 3)) must be an array of shape (2, 6, 3, 4)",
    ),
    (lambda: backward(1.0), ValueError, "grad_output (float) must be an array of shape"),
    (
        lambda: backward(np.zeros((2, 6, 3, 4), np.float32)),
        TypeError,
        "grad_output (dtype float32) must have the dtype of the input, float64",
    ),
    # transposed
    (lambda: transpose(IMAGE[0]), ValueError, "input (shape (4, 5, 6)) must have 4 axes"),
    (
        lambda: transpose(weight=WEIGHT),
        ValueError,
        "weight (6, 4, 3, 3) with groups (=1) reads 6",
    ),
    (lambda: transpose(groups=3), ValueError, "in_channels (=4) must be divisible by groups (=3)"),
    (
        lambda: transpose(bias=np.zeros(5)),
        ValueError,
        "bias (shape (5,)) must be an array of shape",
    ),
    (
        lambda: transpose(padding="same"),
        ValueError,
        "padding (='same') must be a number in a trans",
    ),
    (
        lambda: transpose(padding=9),
        ValueError,
        "padding crops, and 9 + 9 takes all of the 7 outputs",
    ),
    (
        lambda: transpose(output_padding=1),
        ValueError,
        "output_padding (=1) must be smaller than st",
    ),
    (lambda: transpose(output_padding=-1), ValueError, "output_padding (=-1) must be at least 0"),
    (
        lambda: transpose(weight=TURNED[:, :0]),
        ValueError,
        "weight (shape (4, 0, 3, 3)) must not be",
    ),
    (
        lambda: cn.conv_transpose2d_backward(IMAGE, IMAGE, TURNED),
        ValueError,
        "grad_output (shape (2, 4, 5, 6)) must be an array of shape (2, 6, 7, 8)",
    ),
    (lambda: transpose(output_padding="1"), TypeError, "output_padding (='1') must be an int"),
    (
        lambda: transpose(padding=((1, 1), (9, 9))),
        ValueError,
        "9 + 9 takes all of the 8 outputs",
    ),
    (
        lambda: cn.conv_transpose2d_backward(
            np.zeros((2, 6, 7, 8)), IMAGE, TURNED, bias=np.zeros(5)
        ),
        ValueError,
        "bias (shape (5,)) must be an array of shape (6,)",
    ),
    (lambda: transpose(IMAGE[0]), ValueError, "must have 4 axes, (N, C, H, W)"),
    (
        lambda: transpose(weight=TURNED.astype(np.float32), stride=2),
        TypeError,
        "weight (dtype float32) must have the dtype of the input, float64",
    ),
    (lambda: transpose(groups="2"), TypeError, "groups (='2') must be an int"),
    (lambda: transpose(stride=0), ValueError, "stride (=0) must be at least 1"),
    (lambda: transpose(dilation=0), ValueError, "dilation (=0) must be at least 1"),
    # columns
    (lambda: cn.im2col(IMAGE[0], 3), ValueError, "input (shape (4, 5, 6)) must have 4 axes"),
    (lambda: cn.im2col(IMAGE, 0), ValueError, "kernel_size (=0) must be at least 1"),
    (lambda: cn.im2col(IMAGE, 6), ValueError, "6 for kernel_size (=6)"),
    (lambda: cn.col2im(IMAGE, 5, 3), ValueError, "must have 3 axes, (N, C×area, H'×W')"),
    (
        lambda: cn.col2im(COLUMNS, (5, 5), 3),
        ValueError,
        "must be (N, a multiple of 9, 9) for",
    ),
    (
        lambda: cn.col2im(COLUMNS[:, :35], (5, 6), 3),
        ValueError,
        "must be (N, a multiple of 9, 12",
    ),
    (lambda: cn.col2im(COLUMNS, 0, 3), ValueError, "output_size (=0) must be at least 1"),
    (lambda: cn.col2im(COLUMNS, "5", 3), TypeError, "output_size (='5') must be an int"),
    (
        lambda: cn.col2im_backward(np.zeros((2, 4, 5, 5)), COLUMNS, (5, 6), 3),
        ValueError,
        "grad_output (shape (2, 4, 5, 5)) must be an array of shape (2, 4, 5, 6)",
    ),
    (
        lambda: cn.im2col_backward(IMAGE, IMAGE, 3),
        ValueError,
        "grad_output (shape (2, 4, 5, 6))",
    ),
    (
        lambda: cn.im2col_backward(COLUMNS, IMAGE[0], 3),
        ValueError,
        "input (shape (4, 5, 6)) must",
    ),
    (
        lambda: cn.col2im_backward(IMAGE, IMAGE, 5, 3),
        ValueError,
        "input (shape (2, 4, 5, 6)) must",
    ),
    (
        lambda: cn.col2im_backward(IMAGE, COLUMNS, 5, 0),
        ValueError,
        "kernel_size (=0) must be at",
    ),
    (
        lambda: cn.col2im_backward(IMAGE, COLUMNS, 0, 3),
        ValueError,
        "output_size (=0) must be at",
    ),
    (
        lambda: cn.conv2d_matrix(WEIGHT[0], 5),
        ValueError,
        "weight (shape (4, 3, 3)) must have 4",
    ),
    (
        lambda: cn.conv2d_matrix(WEIGHT[:0], 5),
        ValueError,
        "weight (shape (0, 4, 3, 3)) must not",
    ),
    (lambda: cn.conv2d_matrix(WEIGHT, 2), ValueError, "3 for kernel_size (=3)"),
    (
        lambda: cn.conv2d_matrix(WEIGHT, (5, 5, 5)),
        ValueError,
        "input_size (=(5, 5, 5)) must be",
    ),
    (
        lambda: cn.conv2d_matrix(WEIGHT, 5, groups="2"),
        TypeError,
        "groups (='2') must be an int",
    ),
    (
        lambda: cn.conv2d_loops(IMAGE, WEIGHT, stride=0),
        ValueError,
        "stride (=0) must be at least",
    ),
    (
        lambda: cn.im2col(IMAGE[0], 3),
        ValueError,
        "must have 4 axes, (N, C, H, W)",
    ),
    (
        lambda: cn.im2col_backward(COLUMNS, IMAGE[0], 3),
        ValueError,
        "must have 4 axes, (N, C, H, W)",
    ),
    (
        lambda: cn.im2col_backward(IMAGE, IMAGE, 3),
        ValueError,
        "must have 3 axes, (N, C×area, H'×W')",
    ),
    (
        lambda: cn.im2col_backward(COLUMNS.astype(np.float32), IMAGE, 3),
        TypeError,
        "grad_output (dtype float32) must have the dtype of the input, float64",
    ),
    (lambda: cn.col2im("columns", 5, 3), TypeError, "input (a str) must be a NumPy array"),
    (lambda: cn.col2im(COLUMNS, None, 3), TypeError, "output_size (=None) must be an int"),
    (
        lambda: cn.col2im_backward(IMAGE, IMAGE, 5, 3),
        ValueError,
        "must have 3 axes, (N, C×area, H'×W')",
    ),
    (lambda: cn.conv2d_matrix(WEIGHT, -5), ValueError, "input_size (=-5) must be at least 1"),
    (
        lambda: cn.conv2d_matrix(WEIGHT.astype(int), 5),
        TypeError,
        "weight (dtype int64) must be",
    ),
    (
        lambda: cn.conv2d_matrix(WEIGHT[0], 5),
        ValueError,
        "must have 4 axes, (out_channels, in_channels/groups, height, width)",
    ),
    (
        lambda: cn.conv2d_loops(IMAGE, WEIGHT, np.zeros(5)),
        ValueError,
        "bias (shape (5,)) must be an array of shape (6,)",
    ),
    # pooling
    (
        lambda: cn.max_pool2d(IMAGE[0], 2),
        ValueError,
        "input (shape (4, 5, 6)) must have 4 axes",
    ),
    (
        lambda: cn.max_pool2d(IMAGE.astype(int), 2),
        TypeError,
        "input (dtype int64) must be float",
    ),
    (lambda: cn.max_pool2d(IMAGE, 0), ValueError, "kernel_size (=0) must be at least 1"),
    (lambda: cn.max_pool2d(IMAGE, 6), ValueError, "6 for kernel_size (=6)"),
    (lambda: cn.max_pool2d(IMAGE, 2, 0), ValueError, "stride (=0) must be at least 1"),
    (
        lambda: cn.max_pool2d(IMAGE, 2, padding=2),
        ValueError,
        "2 is more than half of 2",
    ),
    (lambda: cn.max_pool2d(IMAGE, "2"), TypeError, "kernel_size (='2') must be an int"),
    (
        lambda: cn.max_pool2d(IMAGE, (2, 2, 2)),
        ValueError,
        "kernel_size (=(2, 2, 2)) must be an",
    ),
    (
        lambda: cn.max_pool2d_backward(IMAGE, IMAGE, 2),
        ValueError,
        "grad_output (shape (2, 4, 5, 6)) must be an array of shape (2, 4, 2, 3)",
    ),
    (
        lambda: cn.max_pool2d(IMAGE, 2, dilation=0),
        ValueError,
        "dilation (=0) must be at least 1",
    ),
    (lambda: cn.max_pool2d(IMAGE, None), TypeError, "kernel_size (=None) must be an int"),
    (lambda: cn.max_pool2d(IMAGE, 2.0), TypeError, "kernel_size (=2.0) must be an int"),
    (
        lambda: cn.max_pool2d(IMAGE[..., :0], 1),
        ValueError,
        "(shape (2, 4, 5, 0)) must not have an empty height or width",
    ),
    (
        lambda: cn.max_pool2d(IMAGE[0], 2),
        ValueError,
        "must have 4 axes, (N, C, H, W)",
    ),
    (
        lambda: cn.avg_pool2d(IMAGE[0], 2),
        ValueError,
        "must have 4 axes, (N, C, H, W)",
    ),
    (
        lambda: cn.avg_pool2d(IMAGE, 2, divisor_override=2.0),
        TypeError,
        "divisor_override (=2.0) must be an int",
    ),
    (
        lambda: cn.avg_pool2d(IMAGE, 2, padding=-1),
        ValueError,
        "padding (=-1) must be at least 0",
    ),
    (
        lambda: cn.avg_pool2d(IMAGE, 2, divisor_override=0),
        ValueError,
        "divisor_override (=0) must be at least 1",
    ),
    (
        lambda: cn.avg_pool2d_backward(IMAGE, IMAGE, 2),
        ValueError,
        "grad_output (shape (2, 4, 5, 6)) must be an array of shape (2, 4, 2, 3)",
    ),
    (
        lambda: transpose(weight=TURNED[0]),
        ValueError,
        "weight (shape (6, 3, 3)) must have 4 axes, (in_channels, out_channels/groups, ",
    ),
    (
        lambda: transpose(weight=TURNED.astype(np.float32)),
        TypeError,
        "weight (dtype float32) must have the dtype of the input, float64",
    ),
    (lambda: cn.lp_pool2d([[1.0]], 2, 2), TypeError, "input (a list) must be a NumPy array"),
    (
        lambda: cn.lp_pool2d(IMAGE, 0, 2),
        ValueError,
        "norm_type (=0) must be above 0 and finite",
    ),
    (
        lambda: cn.lp_pool2d(IMAGE, float("nan"), 2),
        ValueError,
        "norm_type (=nan) must be above 0",
    ),
    (
        lambda: cn.lp_pool2d(IMAGE, float("inf"), 2),
        ValueError,
        "norm_type (=inf) must be above 0",
    ),
    (
        lambda: cn.lp_pool2d(IMAGE[0], 2, 2),
        ValueError,
        "must have 4 axes, (N, C, H, W)",
    ),
    (lambda: cn.lp_pool2d(IMAGE, 2, 0), ValueError, "kernel_size (=0) must be at least 1"),
    (
        lambda: cn.lp_pool2d_backward(MAXIMA, IMAGE, 0, 2),
        ValueError,
        "norm_type (=0) must be above 0 and finite",
    ),
    (
        lambda: cn.lp_pool2d_backward(MAXIMA, IMAGE, 2, 0),
        ValueError,
        "kernel_size (=0) must be at least 1",
    ),
    (
        lambda: cn.lp_pool2d(IMAGE, -1, 2),
        ValueError,
        "norm_type (=-1) must be above 0 and finite",
    ),
    (lambda: cn.lp_pool2d(IMAGE, 1j, 2), TypeError, "norm_type (=1j) must be a number"),
    (lambda: cn.lp_pool2d(IMAGE, "2", 2), TypeError, "norm_type (='2') must be a number"),
    (lambda: cn.lp_pool2d(IMAGE, True, 2), TypeError, "norm_type (=True) must be a number"),
    (
        lambda: cn.lp_pool2d(IMAGE[0], 2, 2),
        ValueError,
        "input (shape (4, 5, 6)) must have 4 axes",
    ),
    (
        lambda: cn.lp_pool2d_backward(IMAGE, IMAGE, 2, 2),
        ValueError,
        "grad_output (shape (2, 4, 5, 6)) must be an array of shape (2, 4, 2, 3)",
    ),
    (
        lambda: cn.adaptive_avg_pool2d(IMAGE, 0),
        ValueError,
        "output_size (=0) must be at least 1",
    ),
    (
        lambda: cn.adaptive_avg_pool2d(IMAGE, None),
        TypeError,
        "output_size (=None) must be an int",
    ),
    (
        lambda: cn.adaptive_max_pool2d(IMAGE, (1, 2, 3)),
        ValueError,
        "output_size (=(1, 2, 3)) must",
    ),
    (
        lambda: cn.adaptive_max_pool2d(IMAGE[0], 1),
        ValueError,
        "must have 4 axes, (N, C, H, W)",
    ),
    (
        lambda: cn.adaptive_avg_pool2d_backward(IMAGE, IMAGE, 1),
        ValueError,
        "grad_output (shape (2, 4, 5, 6)) must be an array of shape (2, 4, 1, 1)",
    ),
    (
        lambda: cn.adaptive_max_pool2d_backward(IMAGE, IMAGE, 1),
        ValueError,
        "grad_output (shape (2, 4, 5, 6)) must be an array of shape (2, 4, 1, 1)",
    ),
    (
        lambda: cn.adaptive_avg_pool2d(IMAGE, ((1, 1), 1)),
        TypeError,
        "output_size (=(1, 1)) must be an int",
    ),
    (
        lambda: unpool(indices=INDICES.astype(bool)),
        TypeError,
        "indices (of bool) must be an array of integers; take them from "
        "max_pool2d(..., return_indices=True)",
    ),
    (
        lambda: cn.adaptive_avg_pool2d("image", 1),
        TypeError,
        "input (a str) must be a NumPy array",
    ),
    (lambda: unpool("maxima"), TypeError, "input (a str) must be a NumPy array"),
    (lambda: unpool(MAXIMA[0]), ValueError, "must have 4 axes, (N, C, H, W)"),
    (lambda: unpool(kernel_size=0), ValueError, "kernel_size (=0) must be at least 1"),
    (lambda: unpool(padding=-1), ValueError, "padding (=-1) must be at least 0"),
    (lambda: unpool(output_size="big"), TypeError, "output_size (='big') must be an int"),
    (
        lambda: unpool(indices=MAXIMA),
        TypeError,
        "indices (of float64) must be an array of integers",
    ),
    (lambda: unpool(indices=[0]), TypeError, "indices (of list) must be an array of integers"),
    (
        lambda: unpool(indices=INDICES[:1]),
        ValueError,
        "indices (shape (1, 4, 2, 3)) must have input",
    ),
    (
        lambda: unpool(indices=INDICES + 24),
        ValueError,
        "indices (from 24 to 24) must lie within the output's 4 × 6 pixels; give",
    ),
    (
        lambda: unpool(indices=INDICES - 1),
        ValueError,
        "indices (from -1 to -1) must lie within the",
    ),
    (
        lambda: unpool(output_size=(6, 6)),
        ValueError,
        "output_size's height (=6) must be less than st",
    ),
    (
        lambda: unpool(output_size=(4, 4)),
        ValueError,
        "output_size's width (=4) must be less than str",
    ),
    (lambda: unpool(stride=0), ValueError, "stride (=0) must be at least 1"),
    (
        lambda: cn.max_unpool2d_backward(IMAGE, MAXIMA, INDICES, 2),
        ValueError,
        "grad_output (shape (2, 4, 5, 6)) must be an array of shape (2, 4, 4, 6)",
    ),
    (lambda: cn.blur_pool2d(IMAGE, 0), ValueError, "kernel_size (=0) must be at least 1"),
    (
        lambda: cn.blur_pool2d(IMAGE, 10),
        ValueError,
        "kernel_size (=10) must be at most 9 for an",
    ),
    (
        lambda: cn.blur_pool2d(IMAGE[0]),
        ValueError,
        "input (shape (4, 5, 6)) must have 4 axes",
    ),
    (lambda: cn.blur_pool2d(IMAGE, 3, 0), ValueError, "stride (=0) must be at least 1"),
    (lambda: cn.blur_pool2d(IMAGE[0]), ValueError, "must have 4 axes, (N, C, H, W)"),
    (
        lambda: cn.blur_pool2d_backward(IMAGE, IMAGE),
        ValueError,
        "grad_output (shape (2, 4, 5, 6)) must be an array of shape (2, 4, 3, 3)",
    ),
]


@pytest.mark.parametrize(("call", "error", "message"), WRONG)
def test_wrong_calls_say_what_is_wrong(call, error, message):
    with pytest.raises(error, match=re.escape(message)) as caught:
        call()
    assert type(caught.value) in (error, ShapeError)
    assert "\n" not in str(caught.value) or type(caught.value) is ShapeError
