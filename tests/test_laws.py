"""What must hold of convolution and pooling whatever the numbers are."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from property_cases import arrays, both, cases, conv_cases, pairs, pool_cases, sizes
from torch_compare import assert_agree

from cnnnotes import (
    adaptive_avg_pool2d,
    avg_pool2d,
    blur_pool2d,
    blur_pool2d_backward,
    col2im,
    conv2d,
    conv2d_backward,
    conv2d_matrix,
    conv_transpose2d,
    conv_transpose2d_backward,
    im2col,
    lp_pool2d,
    max_pool2d,
    max_pool2d_backward,
    max_unpool2d,
)


@cases(60)
@given(conv_cases(), st.floats(-3, 3))
def test_convolution_is_linear_in_the_image_and_in_the_filters(case, factor):
    (image, weight, *_), arguments = case
    others = np.cos(image), np.cos(weight)
    output = conv2d(image, weight, **arguments)
    assert_agree(
        conv2d(image + factor * others[0], weight, **arguments),
        output + factor * conv2d(others[0], weight, **arguments),
    )
    assert_agree(
        conv2d(image, weight + factor * others[1], **arguments),
        output + factor * conv2d(image, others[1], **arguments),
    )


@cases(60)
@given(st.data(), pairs(1, 3), pairs(1, 2), pairs(-2, 2))
def test_a_shifted_image_gives_a_shifted_map_away_from_borders(data, kernel, dilation, shift):
    image = data.draw(arrays((1, 2, 12, 12)))
    weight = data.draw(arrays((2, 2, *kernel)))
    moved = conv2d(np.roll(image, shift, (2, 3)), weight, dilation=dilation)
    expected = np.roll(conv2d(image, weight, dilation=dilation), shift, (2, 3))
    assert_agree(moved[..., 2:-2, 2:-2], expected[..., 2:-2, 2:-2])


@cases(60)
@given(st.data(), pairs(0, 2), pairs(4, 9), sizes(1, 2))
def test_a_delta_is_the_identity(data, half, size, dilation):
    image = data.draw(arrays((2, 3, *size)))
    delta = np.zeros((3, 1, 2 * half[0] + 1, 2 * half[1] + 1))
    delta[:, :, half[0], half[1]] = 1
    same = conv2d(image, delta, padding="same", dilation=dilation, groups=3)
    assert np.array_equal(same, image)  # a one and zeros: exact in floats


@cases(100)
@given(conv_cases())
def test_the_transpose_is_the_adjoint(case):
    """⟨conv(x), y⟩ = ⟨x, conv_transpose(y)⟩, and the gradient is that transpose."""
    (image, weight, *_), arguments = case
    output = conv2d(image, weight, **arguments)
    other = np.cos(np.arange(output.size)).reshape(output.shape)
    back = conv2d_backward(other, image, weight, **arguments)[0]
    assert np.isclose((output * other).sum(), (image * back).sum(), rtol=1e-10, atol=1e-10)
    unread = [
        (n + 2 * p - d * (k - 1) - 1) % s
        for n, k, s, p, d in zip(
            image.shape[2:],
            weight.shape[2:],
            *(both(arguments[name]) for name in ("stride", "padding", "dilation")),
            strict=True,
        )
    ]
    assert_agree(back, conv_transpose2d(other, weight, output_padding=unread, **arguments))


@cases(60)
@given(conv_cases(transposed=True))
def test_the_gradient_of_the_transpose_is_its_adjoint(case):
    (image, weight, *_), arguments = case
    output = conv_transpose2d(image, weight, **arguments)
    other = np.cos(np.arange(output.size)).reshape(output.shape)
    back = conv_transpose2d_backward(other, image, weight, **arguments)[0]
    assert np.isclose((output * other).sum(), (image * back).sum(), rtol=1e-10, atol=1e-10)


@cases(60)
@given(conv_cases())
def test_col2im_is_the_adjoint_of_im2col(case):
    (image, weight, *_), arguments = case
    window = {name: arguments[name] for name in ("dilation", "padding", "stride")}
    columns = im2col(image, weight.shape[2:], **window)
    other = np.cos(np.arange(columns.size)).reshape(columns.shape)
    back = col2im(other, image.shape[2:], weight.shape[2:], **window)
    assert np.isclose((columns * other).sum(), (image * back).sum(), rtol=1e-10, atol=1e-10)


@cases(60)
@given(conv_cases())
def test_matrix_times_image_is_convolution_and_its_transpose_the_way_back(case):
    (image, weight, *_), arguments = case
    image = np.concatenate([image, np.ones((1, *image.shape[1:]))])[-1:]
    matrix = conv2d_matrix(weight, image.shape[2:], **arguments)
    output = conv2d(image, weight, **arguments)
    assert_agree(matrix @ image.ravel(), output.ravel())
    back = conv2d_backward(output, image, weight, **arguments)[0]
    assert_agree(matrix.T @ output.ravel(), back.ravel())


@cases(60)
@given(conv_cases())
def test_groups_are_convolutions_side_by_side(case):
    (image, weight, *_), arguments = case
    groups = arguments.pop("groups")
    apart = [
        conv2d(part, filters, **arguments)
        for part, filters in zip(
            np.split(image, groups, axis=1), np.split(weight, groups), strict=True
        )
    ]
    together = conv2d(image, weight, groups=groups, **arguments)
    assert_agree(together, np.concatenate(apart, axis=1))


@cases(80)
@given(sizes(1, 5), sizes(1, 3), pairs(3, 9), st.floats(-100, 100))
def test_blurring_a_constant_gives_the_constant(kernel_size, stride, size, value):
    blurred = blur_pool2d(np.full((1, 2, *size), value), kernel_size, stride)
    steps = stride if isinstance(stride, tuple) else (stride, stride)
    assert blurred.shape[2:] == tuple(-(-n // s) for n, s in zip(size, steps, strict=True))
    np.testing.assert_allclose(blurred, value, rtol=1e-14, atol=1e-300)


@cases(60)
@given(st.data(), sizes(1, 5), sizes(1, 3), pairs(3, 9))
def test_blurring_has_an_adjoint(data, kernel_size, stride, size):
    image = data.draw(arrays((1, 2, *size)))
    blurred = blur_pool2d(image, kernel_size, stride)
    other = np.cos(np.arange(blurred.size)).reshape(blurred.shape)
    back = blur_pool2d_backward(other, image, kernel_size, stride)
    assert np.isclose((blurred * other).sum(), (image * back).sum(), rtol=1e-10, atol=1e-10)


@cases(100)
@given(pool_cases(ties=True))
def test_maxima_lie_where_the_indices_say_and_get_all_of_the_gradient(case):
    image, arguments = case
    maxima, indices = max_pool2d(image, **arguments, return_indices=True)
    pixels, windows = math.prod(image.shape[2:]), math.prod(maxima.shape[2:])
    planes, places = image.reshape(-1, pixels), indices.reshape(-1, windows)
    found = np.take_along_axis(planes, places, 1)
    assert np.array_equal(found.reshape(maxima.shape), maxima)
    assert np.array_equal(maxima, max_pool2d(image, **arguments))
    counts = max_pool2d_backward(np.ones_like(maxima), image, **arguments)
    wins = np.zeros(planes.shape)
    for plane, where in zip(wins, places, strict=True):
        np.add.at(plane, where, 1)
    assert np.array_equal(counts, wins.reshape(image.shape))


@cases(60)
@given(pool_cases(dilated=False, padded=False), st.floats(-3, 3))
def test_averages_are_linear_and_maxima_rise_with_the_image(case, shift):
    image, arguments = case
    averages, maxima = avg_pool2d(image, **arguments), max_pool2d(image, **arguments)
    assert_agree(avg_pool2d(2 * image + shift, **arguments), 2 * averages + shift)
    assert_agree(max_pool2d(image + shift, **arguments), maxima + shift)
    assert (averages <= maxima + 1e-12).all()


@cases(40)
@given(pool_cases(dilated=False, padded=False))
def test_the_power_mean_nears_the_maximum(case):
    image, arguments = case
    arguments["ceil_mode"] = False
    image = 1 + np.abs(image)  # a small number to the power of 300 would vanish in float64
    np.testing.assert_allclose(
        lp_pool2d(image, 300, **arguments), max_pool2d(image, **arguments), rtol=0.01
    )


@cases(40)
@given(st.data(), pairs(1, 3), pairs(1, 4))
def test_adaptive_pooling_is_pooling_where_the_grid_divides(data, kernel, grid):
    size = [k * n for k, n in zip(kernel, grid, strict=True)]
    image = data.draw(arrays((1, 2, *size)))
    assert_agree(adaptive_avg_pool2d(image, grid), avg_pool2d(image, kernel))


@cases(40)
@given(st.data(), pairs(1, 3), pairs(1, 4))
def test_pooling_undoes_unpooling(data, kernel, grid):
    size = [k * n for k, n in zip(kernel, grid, strict=True)]
    image = np.abs(data.draw(arrays((1, 2, *size))))
    maxima, indices = max_pool2d(image, kernel, return_indices=True)
    assert np.array_equal(max_pool2d(max_unpool2d(maxima, indices, kernel), kernel), maxima)
