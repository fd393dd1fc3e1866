"""Convolution against PyTorch, forward and backward, and against answers worked by hand."""

import sys
import tracemalloc

import numpy as np
import pytest
import torch.nn.functional as F
from gradient_check import assert_gradients
from hypothesis import given
from hypothesis import strategies as st
from property_cases import both, cases, conv_cases, dtypes, pairs
from torch_compare import assert_agree, compare_with_torch

from cnnnotes import (
    checks,
    col2im,
    col2im_backward,
    conv2d,
    conv2d_backward,
    conv2d_loops,
    conv2d_matrix,
    conv_blocks,
    conv_transpose2d,
    conv_transpose2d_backward,
    im2col,
    im2col_backward,
)


def test_by_hand_on_arange():
    image = np.arange(9.0).reshape(1, 1, 3, 3)
    kernel = np.array([[1.0, 0.0], [0.0, -1.0]]).reshape(1, 1, 2, 2)
    assert conv2d(image, kernel).tolist() == [[[[-4.0, -4.0], [-4.0, -4.0]]]]
    assert conv2d(image, kernel, np.array([4.5])).tolist() == [[[[0.5, 0.5], [0.5, 0.5]]]]
    assert conv2d(image, kernel, stride=2, padding=1).tolist() == [[[[0.0, -2.0], [-6.0, -4.0]]]]


def test_transposed_by_hand():
    image = np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 1, 2, 2)
    ones = np.ones((1, 1, 2, 2))
    spread = conv_transpose2d(image, ones, stride=2)[0, 0]
    assert spread.tolist() == [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]
    assert conv_transpose2d(image, ones)[0, 0].tolist() == [[1, 3, 2], [4, 10, 6], [3, 7, 4]]


def test_defaults_are_torchs():
    rng = np.random.default_rng(0)
    image, weight = rng.normal(size=(2, 3, 6, 5)), rng.normal(size=(4, 3, 3, 2))
    compare_with_torch(conv2d, conv2d_backward, F.conv2d, [image, weight])
    compare_with_torch(
        conv_transpose2d,
        conv_transpose2d_backward,
        F.conv_transpose2d,
        [image, weight.swapaxes(0, 1)],
    )
    compare_with_torch(im2col, im2col_backward, F.unfold, [image], kernel_size=2)
    window = {"output_size": (6, 5), "kernel_size": 2}
    compare_with_torch(col2im, col2im_backward, F.fold, [im2col(image, 2)], **window)
    output = conv2d(image[:1], weight)
    assert_agree(conv2d_loops(image[:1], weight), output)
    assert_agree(conv2d_matrix(weight, (6, 5)) @ image[0].ravel(), output.ravel())


@cases(250)
@given(conv_cases())
def test_conv2d_is_torchs(case):
    parameters, arguments = case
    compare_with_torch(conv2d, conv2d_backward, F.conv2d, parameters, **arguments)


@cases(60)
@given(conv_cases(dtype=np.float32))
def test_conv2d_is_torchs_in_float32(case):
    parameters, arguments = case
    compare_with_torch(conv2d, conv2d_backward, F.conv2d, parameters, **arguments)


@cases(100)
@given(conv_cases(), pairs(0, 2), pairs(0, 2))
def test_padding_may_differ_by_side(case, rows, columns):
    parameters, arguments = case
    least = both(arguments["padding"])
    rows, columns = (
        [p + extra for extra in sides] for p, sides in zip(least, (rows, columns), strict=True)
    )
    sides = {**arguments, "padding": (rows, columns)}

    def torchs(input, *others, padding, **rest):
        return F.conv2d(F.pad(input, (*padding[1], *padding[0])), *others, **rest)

    compare_with_torch(conv2d, conv2d_backward, torchs, parameters, **sides)


@cases(60)
@given(conv_cases(), st.sampled_from(["same", "valid"]))
@pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning")
def test_padding_by_name_is_torchs(case, padding):
    parameters, arguments = case
    arguments = {**arguments, "padding": padding, "stride": 1}
    if padding == "valid":
        arguments["dilation"] = 1
        parameters[0] = np.pad(parameters[0], ((0, 0), (0, 0), (2, 2), (2, 2)))
    compare_with_torch(conv2d, conv2d_backward, F.conv2d, parameters, **arguments)


@cases(200)
@given(conv_cases(transposed=True))
def test_conv_transpose2d_is_torchs(case):
    parameters, arguments = case
    compare_with_torch(
        conv_transpose2d, conv_transpose2d_backward, F.conv_transpose2d, parameters, **arguments
    )


@cases(40)
@given(conv_cases(transposed=True, dtype=np.float32))
def test_conv_transpose2d_is_torchs_in_float32(case):
    parameters, arguments = case
    compare_with_torch(
        conv_transpose2d, conv_transpose2d_backward, F.conv_transpose2d, parameters, **arguments
    )


@cases(100)
@given(dtypes.flatmap(conv_cases))
def test_im2col_and_col2im_are_torchs(case):
    (image, weight, *_), arguments = case
    arguments = {name: arguments[name] for name in ("dilation", "padding", "stride")}
    window = {"kernel_size": weight.shape[2:], **arguments}
    compare_with_torch(im2col, im2col_backward, F.unfold, [image], **window)
    if len(image):
        columns = im2col(image, **window)
        window = {"output_size": image.shape[2:], **window}
        compare_with_torch(col2im, col2im_backward, F.fold, [columns], **window)


@cases(60)
@given(dtypes.flatmap(conv_cases))
def test_loops_are_the_definition(case):
    parameters, arguments = case
    assert_agree(conv2d_loops(*parameters, **arguments), conv2d(*parameters, **arguments))


@cases(60)
@given(conv_cases())
def test_the_matrix_is_the_convolution(case):
    (image, weight, *_), arguments = case
    matrix = conv2d_matrix(weight, image.shape[2:], **arguments)
    output = conv2d(image, weight, **arguments)
    product = matrix @ image.reshape(len(image), matrix.shape[1]).T
    assert_agree(product.T.reshape(output.shape), output)
    assert matrix.dtype == weight.dtype


def test_the_matrix_holds_only_real_pixels():
    weight = np.ones((1, 1, 3, 3), np.float32)
    matrix = conv2d_matrix(weight, (4, 4), padding=1)
    assert matrix.shape == (16, 16)
    assert matrix.nnz == 4 * 4 + 8 * 6 + 4 * 9  # corners, edges, middle
    assert type(matrix).__name__ == "csr_array"


def test_without_scipy_the_matrix_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.sparse", None)
    with pytest.raises(ImportError, match=r"^conv2d_matrix needs SciPy; try pip install scipy"):
        conv2d_matrix(np.ones((1, 1, 1, 1)), (2, 2))


@cases(15)
@given(conv_cases(small=True))
def test_conv2d_gradients_by_centred_differences(case):
    parameters, arguments = case
    output = conv2d(*parameters, **arguments)
    grad_output = np.cos(np.arange(output.size)).reshape(output.shape)
    assert_gradients(
        lambda *changed: conv2d(*changed, **arguments),
        parameters,
        conv2d_backward(grad_output, *parameters, **arguments)[: len(parameters)],
        grad_output,
    )


@cases(15)
@given(conv_cases(small=True, transposed=True))
def test_conv_transpose2d_gradients_by_centred_differences(case):
    parameters, arguments = case
    output = conv_transpose2d(*parameters, **arguments)
    grad_output = np.cos(np.arange(output.size)).reshape(output.shape)
    assert_gradients(
        lambda *changed: conv_transpose2d(*changed, **arguments),
        parameters,
        conv_transpose2d_backward(grad_output, *parameters, **arguments)[: len(parameters)],
        grad_output,
    )


@pytest.mark.parametrize("shape", [(3, 8, 40, 50), (40, 8, 12, 12), (1, 40, 9, 100)])
@pytest.mark.parametrize("stride", [1, 2])
def test_many_blocks_are_as_one(shape, stride):
    """Large enough to be cut, by images and by rows, with a rest."""
    rng = np.random.default_rng(0)
    parameters = [rng.normal(size=s) for s in (shape, (6, shape[1] // 2, 5, 5), (6,))]
    arguments = {"stride": stride, "padding": 2, "groups": 2}
    compare_with_torch(conv2d, conv2d_backward, F.conv2d, parameters, **arguments)
    weight = rng.normal(size=(shape[1], 3, 5, 5))
    compare_with_torch(
        conv_transpose2d,
        conv_transpose2d_backward,
        F.conv_transpose2d,
        [parameters[0], weight, parameters[2]],
        **arguments,
    )


@pytest.mark.parametrize("needs_input_grad", [True, False])
def test_gradients_not_asked_for_are_none(needs_input_grad):
    image, weight = np.ones((1, 1, 4, 4)), np.ones((2, 1, 3, 3))
    grads = conv2d_backward(np.ones((1, 2, 2, 2)), image, weight, needs_input_grad=needs_input_grad)
    assert (grads[0] is not None) == needs_input_grad
    assert grads[1].shape == weight.shape
    assert grads[2] is None


def test_transposed_gradient_by_bias_is_none_without_bias():
    image, weight = np.ones((1, 1, 2, 2)), np.ones((1, 1, 3, 3))
    assert conv_transpose2d_backward(np.ones((1, 1, 4, 4)), image, weight)[2] is None


def test_read_only_arrays_work():
    image, weight = np.ones((1, 1, 4, 4)), np.ones((1, 1, 3, 3))
    grad_output = np.ones((1, 1, 2, 2))
    for array in (image, weight, grad_output):
        array.flags.writeable = False
    assert conv2d(image, weight).tolist() == [[[[9.0, 9.0], [9.0, 9.0]]]]
    assert conv2d_backward(grad_output, image, weight)[1].tolist() == [[[[4.0] * 3] * 3]]
    assert conv_transpose2d(grad_output, weight).sum() == 36
    assert im2col(image, 3).sum() == 36


def test_the_output_is_never_the_input():
    image, one = np.ones((1, 1, 3, 3)), np.ones((1, 1, 1, 1))
    for output in (conv2d(image, one), conv_transpose2d(image, one), im2col(image, 1)):
        assert not np.shares_memory(output, image)


@pytest.mark.parametrize("stride", [10**6, 10**12])
def test_a_huge_stride_leaves_one_window(stride):
    image, weight = np.ones((1, 1, 4, 4)), np.ones((1, 1, 3, 3))
    assert conv2d(image, weight, stride=stride).tolist() == [[[[9.0]]]]


def test_nan_stays_where_it_is_seen():
    image = np.ones((1, 1, 5, 5))
    image[0, 0, 0, 0] = np.nan
    assert np.isnan(conv2d(image, np.ones((1, 1, 3, 3)))).sum() == 1


def test_memory_stays_in_blocks():
    """At most 3 × (input + output) at once, results included; plain im2col needs 9 × the input."""
    rng = np.random.default_rng(0)
    image = rng.normal(size=(8, 64, 56, 56)).astype(np.float32)
    weight = rng.normal(size=(64, 64, 3, 3)).astype(np.float32)
    tracemalloc.start()
    try:
        output = conv2d(image, weight, padding=1)
        conv2d_backward(output, image, weight, padding=1)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= 3 * (image.nbytes + output.nbytes)


@pytest.mark.parametrize("shape", [(300, 3, 12, 12), (2, 64, 90, 90), (3, 2, 4, 100_000)])
def test_blocks_fill_but_do_not_exceed_the_cache(shape):
    """Columns of a block take half to all of the room, unless one row takes more."""
    windows = conv_blocks.windows_of(
        np.zeros(shape), checks.window(3), (shape[2] - 2, shape[3] - 2)
    )
    sizes = [windows[images, ..., rows, :].nbytes for images, rows in conv_blocks.blocks(windows)]
    row = windows[:1, ..., :1, :].nbytes
    assert sum(sizes) == windows.nbytes
    assert max(sizes) <= max(row, conv_blocks._BLOCK_BYTES)
    assert max(sizes) > conv_blocks._BLOCK_BYTES / 2
