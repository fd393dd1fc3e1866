"""Pooling against PyTorch, forward and backward, and against answers worked by hand."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from property_cases import arrays, batches, cases, dtypes, pairs, pool_cases, sizes
from torch_compare import assert_agree, compare_with_torch

from cnnnotes import (
    adaptive_avg_pool2d,
    adaptive_avg_pool2d_backward,
    adaptive_max_pool2d,
    adaptive_max_pool2d_backward,
    avg_pool2d,
    avg_pool2d_backward,
    blur_pool2d,
    blur_pool2d_backward,
    lp_pool2d,
    lp_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
    max_unpool2d,
    max_unpool2d_backward,
    pool,
    pool_axes,
)


def test_by_hand_on_arange():
    image = np.arange(16.0).reshape(1, 1, 4, 4)
    assert max_pool2d(image, 2).tolist() == [[[[5, 7], [13, 15]]]]
    assert avg_pool2d(image, 2).tolist() == [[[[2.5, 4.5], [10.5, 12.5]]]]
    assert max_pool2d(image, 2, return_indices=True)[1].tolist() == [[[[5, 7], [13, 15]]]]
    assert adaptive_avg_pool2d(image, 1).tolist() == [[[[7.5]]]]
    assert lp_pool2d(np.full((1, 1, 2, 2), 2.0), 2, 2).tolist() == [[[[4.0]]]]
    unpooled = max_unpool2d(*max_pool2d(image, 2, return_indices=True), 2)
    assert unpooled[0, 0].tolist() == [[0, 0, 0, 0], [0, 5, 0, 7], [0, 0, 0, 0], [0, 13, 0, 15]]


def test_the_first_of_equal_maxima_gets_the_gradient():
    image = np.array([[0.0, 1.0], [1.0, 1.0]]).reshape(1, 1, 2, 2)
    grad = np.full((1, 1, 1, 1), 3.0)
    assert max_pool2d_backward(grad, image, 2).tolist() == [[[[0, 3], [0, 0]]]]
    assert max_pool2d_backward(grad, np.zeros((1, 1, 2, 2)), 2).tolist() == [[[[3, 0], [0, 0]]]]


def test_what_is_remembered_of_maxima_takes_a_byte_each():
    maxima = pool.find_maxima(np.zeros((1, 2, 6, 6)), 3, None, 0, 1, False)
    assert maxima.in_rows.dtype == maxima.in_columns.dtype == bool
    assert maxima.in_rows.shape == (2, 1, 2, 6, 2) and maxima.in_columns.shape == (2, 1, 2, 2, 2)


def test_defaults_are_torchs():
    image = np.random.default_rng(0).normal(size=(2, 3, 7, 5))
    compare_with_torch(max_pool2d, max_pool2d_backward, F.max_pool2d, [image], kernel_size=2)
    compare_with_torch(avg_pool2d, avg_pool2d_backward, F.avg_pool2d, [image], kernel_size=2)
    powers = {"norm_type": 2.0, "kernel_size": 2}
    compare_with_torch(lp_pool2d, lp_pool2d_backward, F.lp_pool2d, [image], **powers)
    assert np.array_equal(blur_pool2d(image), blur_pool2d(image, 3, 2))
    grad = np.ones((2, 3, 4, 3))
    expected = blur_pool2d_backward(grad, image, 3, 2)
    assert np.array_equal(blur_pool2d_backward(grad, image), expected)


@cases(300)
@given(pool_cases())
def test_max_pool2d_is_torchs(case):
    image, arguments = case
    compare_with_torch(max_pool2d, max_pool2d_backward, F.max_pool2d, [image], **arguments)


@cases(200)
@given(pool_cases(ties=True))
def test_max_pool2d_breaks_ties_as_torch(case):
    image, arguments = case
    compare_with_torch(max_pool2d, max_pool2d_backward, F.max_pool2d, [image], **arguments)


@cases(50)
@given(pool_cases(dtype=np.float32, ties=True))
def test_max_pool2d_is_torchs_in_float32(case):
    image, arguments = case
    compare_with_torch(max_pool2d, max_pool2d_backward, F.max_pool2d, [image], **arguments)


@cases(150)
@given(dtypes.flatmap(lambda dtype: pool_cases(dtype, ties=True)))
def test_indices_are_torchs(case):
    image, arguments = case
    ours = max_pool2d(image, **arguments, return_indices=True)
    theirs = F.max_pool2d(torch.tensor(image.copy()), **arguments, return_indices=True)
    assert np.array_equal(ours[0], theirs[0].numpy())
    assert np.array_equal(ours[1], theirs[1].numpy())
    assert ours[0].dtype == image.dtype and ours[1].dtype == np.int64


@cases(250)
@given(pool_cases(dilated=False), st.booleans(), st.none() | st.integers(1, 7))
def test_avg_pool2d_is_torchs(case, count_include_pad, divisor):
    image, arguments = case
    arguments |= {"count_include_pad": count_include_pad, "divisor_override": divisor}
    compare_with_torch(avg_pool2d, avg_pool2d_backward, F.avg_pool2d, [image], **arguments)


@cases(40)
@given(pool_cases(dilated=False, dtype=np.float32), st.booleans())
def test_avg_pool2d_is_torchs_in_float32(case, count_include_pad):
    image, arguments = case
    arguments |= {"count_include_pad": count_include_pad}
    compare_with_torch(avg_pool2d, avg_pool2d_backward, F.avg_pool2d, [image], **arguments)


@cases(100)
@given(
    dtypes.flatmap(lambda dtype: pool_cases(dtype, dilated=False, padded=False)),
    st.sampled_from([1, 2, 3.0, 2.5, 0.5]),
)
def test_lp_pool2d_is_torchs(case, norm_type):
    image, arguments = case
    compare_with_torch(
        lambda image, **arguments: lp_pool2d(image, norm_type, **arguments),
        lambda grad, image, **arguments: lp_pool2d_backward(grad, image, norm_type, **arguments),
        lambda image, **arguments: F.lp_pool2d(image, norm_type, **arguments),
        [np.abs(image) + 0.1],
        **arguments,
    )


@pytest.mark.parametrize("norm_type", [2, 4])
def test_lp_pool2d_of_negative_numbers_is_torchs(norm_type):
    image = np.random.default_rng(0).normal(size=(1, 2, 5, 5)).astype(np.float32)
    theirs = F.lp_pool2d(torch.tensor(image), float(norm_type), 2)
    assert_agree(lp_pool2d(image, norm_type, 2), theirs.numpy())


def test_lp_pool2d_of_zeros_has_gradient_zero():
    zeros = np.zeros((1, 1, 2, 2))
    assert lp_pool2d_backward(np.ones((1, 1, 1, 1)), zeros, 2, 2).tolist() == zeros.tolist()
    assert lp_pool2d_backward(np.ones((1, 1, 1, 1)), zeros, 0.5, 2).tolist() == zeros.tolist()


def test_lp_pool2d_of_one_zero_is_infinitely_steep_below_1_as_in_torch():
    image = np.array([[0.0, 1.0], [1.0, 1.0]]).reshape(1, 1, 2, 2)
    tensor = torch.tensor(image, requires_grad=True)
    F.lp_pool2d(tensor, 0.5, 2).sum().backward()
    ours = lp_pool2d_backward(np.ones((1, 1, 1, 1)), image, 0.5, 2)
    np.testing.assert_allclose(ours, tensor.grad, rtol=1e-10)
    assert ours[0, 0, 0, 0] == np.inf


def test_lp_pool2d_is_nan_where_a_negative_number_needs_a_root():
    image = np.full((1, 1, 2, 2), -1.0)
    assert np.isnan(lp_pool2d(image, 3, 2)).all()
    assert np.isnan(lp_pool2d_backward(np.ones((1, 1, 1, 1)), image, 0.5, 2)).all()


@cases(100)
@given(st.data(), batches, pairs(1, 7), pairs(1, 9), dtypes)
def test_adaptive_pooling_is_torchs(data, images, size, output_size, dtype):
    image = data.draw(arrays((images, 2, *size), dtype, ties=True))
    arguments = {"output_size": output_size}
    compare_with_torch(
        adaptive_avg_pool2d,
        adaptive_avg_pool2d_backward,
        F.adaptive_avg_pool2d,
        [image],
        **arguments,
    )
    compare_with_torch(
        adaptive_max_pool2d,
        adaptive_max_pool2d_backward,
        F.adaptive_max_pool2d,
        [image],
        **arguments,
    )
    _, ours = adaptive_max_pool2d(image, output_size, return_indices=True)
    _, theirs = F.adaptive_max_pool2d(torch.tensor(image.copy()), output_size, return_indices=True)
    assert np.array_equal(ours, theirs.numpy())


@pytest.mark.parametrize("output_size", [3, (None, 2), (2, None), [None, None]])
def test_adaptive_output_size_as_in_torch(output_size):
    image = np.random.default_rng(0).normal(size=(1, 2, 5, 6))
    theirs = F.adaptive_avg_pool2d(torch.tensor(image), output_size)
    assert_agree(adaptive_avg_pool2d(image, output_size), theirs.numpy())


@cases(80)
@given(dtypes.flatmap(lambda dtype: pool_cases(dtype, dilated=False)))
def test_max_unpool2d_is_torchs(case):
    image, arguments = case
    arguments |= {"ceil_mode": False}
    # Windows that overlap can share a maximum; who is written last is torch's own affair.
    arguments["stride"] = None
    maxima, indices = max_pool2d(image, **arguments, return_indices=True)
    window = {name: arguments[name] for name in ("kernel_size", "stride", "padding")}
    window["output_size"] = image.shape[2:]
    compare_with_torch(
        lambda maxima, **window: max_unpool2d(maxima, indices, **window),
        lambda grad, maxima, **window: max_unpool2d_backward(grad, maxima, indices, **window),
        lambda maxima, **window: F.max_unpool2d(maxima, torch.tensor(indices), **window),
        [maxima],
        **window,
    )


def test_max_unpool2d_without_output_size_is_torchs():
    image = np.random.default_rng(0).normal(size=(2, 3, 6, 9))
    maxima, indices = max_pool2d(image, 3, (3, 3), return_indices=True)
    theirs = F.max_unpool2d(torch.tensor(maxima), torch.tensor(indices), 3, (3, 3))
    assert_agree(max_unpool2d(maxima, indices, 3, (3, 3)), theirs.numpy())


@pytest.mark.parametrize("side", [-1, 1])
def test_max_unpool2d_output_size_may_be_nearly_a_stride_away(side):
    maxima, indices = np.ones((1, 1, 2, 2)), np.zeros((1, 1, 2, 2), int)
    sizes = {"kernel_size": 2, "stride": 3, "output_size": (5 + 2 * side, 5 - 2 * side)}
    theirs = F.max_unpool2d(torch.tensor(maxima), torch.tensor(indices), **sizes)
    output = max_unpool2d(maxima, indices, **sizes)
    assert_agree(output, theirs.numpy())
    gradient = max_unpool2d_backward(2 * output, maxima, indices, **sizes)
    assert gradient.tolist() == [[[[2, 2], [2, 2]]]]


@cases(120)
@given(st.data(), batches, sizes(1, 5), sizes(1, 3), pairs(3, 9), dtypes)
def test_blur_pool2d_is_a_depthwise_convolution_in_torch(
    data, images, kernel_size, stride, size, dtype
):
    """Against the same thing in torch: reflect the border, then convolve each channel."""
    image = data.draw(arrays((images, 2, *size), dtype))

    def torchs(input, kernel_size, stride):
        kernel = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
        row, column = (np.poly1d([0.5, 0.5]) ** (k - 1) if k > 1 else [1.0] for k in kernel)
        filter = torch.tensor(np.outer(np.asarray(row), np.asarray(column)))
        (top, bottom), (left, right) = (((k - 1) // 2, k // 2) for k in kernel)
        padded = F.pad(input, (left, right, top, bottom), mode="reflect")
        weight = filter.to(input.dtype).expand(input.shape[1], 1, *kernel)
        return F.conv2d(padded, weight, stride=stride, groups=input.shape[1])

    compare_with_torch(
        blur_pool2d, blur_pool2d_backward, torchs, [image], kernel_size=kernel_size, stride=stride
    )


def test_blur_pool2d_filters_are_the_papers():
    impulse = np.zeros((1, 1, 9, 9))
    impulse[0, 0, 4, 4] = 1
    for kernel_size, filter in ((2, [1, 1]), (3, [1, 2, 1]), (5, [1, 4, 6, 4, 1])):
        blurred = blur_pool2d(impulse, kernel_size, stride=1)[0, 0]
        rows = blurred.any(1)
        expected = np.outer(filter, filter) / sum(filter) ** 2
        assert np.array_equal(blurred[rows][:, rows], expected)


@pytest.mark.parametrize("shape", [(3, 70, 40, 50), (70, 16, 20, 20)])
@pytest.mark.parametrize("window", [(2,), (3, 2, 1)])
def test_many_blocks_are_as_one(shape, window):
    image = np.random.default_rng(0).integers(0, 5, shape).astype(np.float64)
    names = dict(zip(("kernel_size", "stride", "padding"), window, strict=False))
    compare_with_torch(max_pool2d, max_pool2d_backward, F.max_pool2d, [image], **names)
    compare_with_torch(avg_pool2d, avg_pool2d_backward, F.avg_pool2d, [image], **names)


@pytest.mark.parametrize("operation", [max_pool2d, avg_pool2d, blur_pool2d])
def test_a_window_of_one_pixel_copies(operation):
    image = np.arange(4.0).reshape(1, 1, 2, 2)
    output = operation(image, 1, 1)
    assert np.array_equal(output, image)
    assert not np.shares_memory(output, image)


def test_nan_wins_as_in_torch():
    image = np.zeros((1, 1, 2, 4))
    image[0, 0, 0, 1] = np.nan
    ours, indices = max_pool2d(image, 2, return_indices=True)
    assert np.array_equal(ours, [[[[np.nan, 0.0]]]], equal_nan=True)
    assert np.array_equal(max_pool2d(image, 2), ours, equal_nan=True)
    theirs = F.max_pool2d(torch.tensor(image), 2, return_indices=True)[1]
    assert np.array_equal(indices, theirs.numpy())


def test_minus_infinity_may_be_a_maximum():
    image = np.full((1, 1, 4, 4), -np.inf)
    window = {"kernel_size": 3, "stride": 2, "padding": 1, "return_indices": True}
    ours, theirs = max_pool2d(image, **window), F.max_pool2d(torch.tensor(image), **window)
    assert np.array_equal(ours[0], theirs[0].numpy())
    assert np.array_equal(ours[1], theirs[1].numpy())


@pytest.mark.parametrize("size", [1, 3, 7, 10, 49])
def test_the_average_of_a_constant_is_the_constant(size):
    assert avg_pool2d(np.ones((1, 1, size, size)), size).item() == 1


@pytest.mark.parametrize("shape", [(300, 8, 14, 14), (2, 64, 90, 90)])
def test_blocks_fill_but_do_not_exceed_the_cache(shape):
    """Half to all of the room, unless one image takes more."""
    images = np.zeros(shape)
    sizes = [images[block].nbytes for block in pool_axes.blocks(images)]
    assert sum(sizes) == images.nbytes
    assert pool_axes._BLOCK_BYTES / 2 < max(sizes) <= max(images[0].nbytes, pool_axes._BLOCK_BYTES)
