"""Images of another size, and max pooling that is blurred before it leaves values out."""

import numpy as np
import pytest
import torch.nn.functional as F
from hypothesis import assume, given
from hypothesis import strategies as st
from property_cases import arrays, cases, dtypes
from torch_compare import compare_with_torch

from cnnnotes.pool import max_pool2d
from cnnnotes.pool_variants import blur_pool2d, max_blur_pool2d, max_blur_pool2d_backward
from cnnnotes.resize import interpolate, interpolate_backward

images = st.tuples(st.integers(0, 2), st.integers(1, 3), st.integers(1, 6), st.integers(1, 6))
lengths, factors = st.integers(1, 9), st.floats(0.3, 3.5) | st.integers(1, 3)


def test_nearest_by_hand():
    image = np.arange(4.0).reshape(1, 1, 2, 2)
    assert interpolate(image, scale_factor=2)[0, 0].tolist() == [
        [0, 0, 1, 1],
        [0, 0, 1, 1],
        [2, 2, 3, 3],
        [2, 2, 3, 3],
    ]
    grad = interpolate_backward(np.ones((1, 1, 4, 6)), image, (4, 6))
    assert grad[0, 0].tolist() == [[6, 6], [6, 6]]


def test_bilinear_by_hand():
    row = np.array([0.0, 4]).reshape(1, 1, 1, 2)
    assert interpolate(row, (1, 4), mode="bilinear").ravel().tolist() == [0, 1, 3, 4]
    corners = interpolate(row, (1, 5), mode="bilinear", align_corners=True)
    assert corners.ravel().tolist() == [0, 1, 2, 3, 4]


@cases(2_000)
@given(st.data(), images, dtypes, st.sampled_from(["nearest", "bilinear"]))
def test_interpolate_is_torchs(data, shape, dtype, mode):
    input = data.draw(arrays(shape, dtype))
    input.flags.writeable = False
    corners = data.draw(st.sampled_from([None, True, False])) if mode == "bilinear" else None
    if data.draw(st.booleans()):
        both = data.draw(st.tuples(lengths, lengths) | lengths)
        arguments = {"size": both}
    else:
        both = data.draw(st.tuples(factors, factors) | factors)
        smallest = min(both) if isinstance(both, tuple) else both
        assume(int(min(shape[2:]) * smallest) > 0)
        arguments = {"scale_factor": both}
    assume(shape[0])  # torch refuses an empty batch
    arguments |= {"mode": mode, "align_corners": corners}
    compare_with_torch(interpolate, interpolate_backward, F.interpolate, [input], **arguments)


@pytest.mark.parametrize("mode", ["nearest", "bilinear"])
def test_no_images_stay_none(mode):
    input = np.zeros((0, 2, 3, 4))
    assert interpolate(input, 5, mode=mode).shape == (0, 2, 5, 5)
    assert interpolate_backward(np.zeros((0, 2, 5, 5)), input, 5, mode=mode).shape == input.shape


@cases(2_000)
@given(
    st.data(),
    st.tuples(st.integers(1, 2), st.integers(1, 3), st.integers(4, 8), st.integers(4, 8)),
    dtypes,
    st.integers(1, 5),
    st.integers(1, 3) | st.tuples(st.integers(1, 3), st.integers(1, 3)),
    st.integers(1, 2) | st.tuples(st.integers(1, 2), st.integers(1, 2)),
)
def test_max_blur_pool_is_torchs(data, shape, dtype, kernel, stride, window):
    input = data.draw(arrays(shape, dtype))
    input.flags.writeable = False
    taps = np.array([1.0])
    for _ in range(kernel - 1):
        taps = np.convolve(taps, [0.5, 0.5])

    def theirs(input):
        maxima = F.max_pool2d(input, window, 1)
        sides = (kernel - 1) // 2, kernel // 2
        padded = F.pad(maxima, (*sides, *sides), mode="reflect")
        weight = input.new_tensor(np.outer(taps, taps)).expand(shape[1], 1, kernel, kernel)
        return F.conv2d(padded, weight, stride=stride, groups=shape[1])

    compare_with_torch(
        lambda input: max_blur_pool2d(input, kernel, stride, window),
        lambda grad, input: max_blur_pool2d_backward(grad, input, kernel, stride, window),
        theirs,
        [input],
    )


def test_max_blur_pool_is_its_two_halves():
    image = np.random.default_rng(0).normal(size=(2, 3, 9, 8))
    halves = blur_pool2d(max_pool2d(image, 2, 1), 3, 2)
    assert (max_blur_pool2d(image) == halves).all()


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({}, ValueError, "size and scale_factor are both None"),
        ({"size": 2, "scale_factor": 2}, ValueError, "size and scale_factor are both given"),
        ({"size": 0}, ValueError, r"size \(=0\)"),
        ({"scale_factor": 0}, ValueError, r"scale_factor \(=0\) must be above 0"),
        ({"scale_factor": 0.1}, ValueError, r"scale_factor \(=0.1\) must leave a pixel"),
        ({"scale_factor": (1, 2, 3)}, ValueError, "must be a number or"),
        ({"scale_factor": "2"}, TypeError, "scale_factor .* must be a number"),
        ({"size": 2, "mode": "cubic"}, ValueError, "mode .*cubic.* must be"),
        ({"size": 2, "align_corners": True}, ValueError, "align_corners .* None with mode"),
        ({"size": 10**6}, ValueError, "size"),
    ],
)
def test_wrong_calls(arguments, error, words):
    with pytest.raises(error, match=words):
        interpolate(np.zeros((50, 30, 4, 4)), **arguments)


def test_a_gradient_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"grad_output .* \(1, 1, 4, 4\)"):
        interpolate_backward(np.zeros((1, 1, 4, 3)), np.zeros((1, 1, 2, 2)), scale_factor=2)
