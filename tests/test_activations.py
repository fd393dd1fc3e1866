import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from property_cases import arrays, cases, dtypes
from torch_compare import compare_with_torch

from cnnnotes.activations import (
    gelu,
    gelu_backward,
    leaky_relu,
    leaky_relu_backward,
    log_softmax,
    log_softmax_backward,
    relu,
    relu_backward,
    softmax,
    softmax_backward,
)

shapes = st.lists(st.integers(0, 4), min_size=2, max_size=4)
filled_shapes = st.lists(st.integers(1, 4), min_size=2, max_size=4)


def normal(*shape, seed=0, dtype=np.float64):
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


def close(ours, theirs):
    np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=1e-10, atol=1e-15)


def read_only(array):
    array.flags.writeable = False
    return array


def test_relu_by_hand():
    assert relu(np.array([-1.0, -0.0, 0.0, 2.0])).tolist() == [0, 0, 0, 2]
    assert relu_backward(np.array([3.0, 4, 5]), np.array([-1.0, 0, 2])).tolist() == [0, 0, 5]


def test_relu_backward_may_be_given_the_output():
    input, grad = normal(3, 4), normal(3, 4, seed=1)
    assert (relu_backward(grad, relu(input)) == relu_backward(grad, input)).all()


@cases(60)
@given(st.data(), shapes, dtypes)
def test_relu_is_torchs(data, shape, dtype):
    input = data.draw(arrays(shape, dtype, ties=True))
    compare_with_torch(relu, relu_backward, F.relu, [input])


def test_leaky_relu_by_hand():
    input = np.array([-2.0, -0.0, 0.0, 3.0])
    assert leaky_relu(input, 0.5).tolist() == [-1, 0, 0, 3]
    assert leaky_relu(input, 4.0).tolist() == [-8, 0, 0, 3]
    assert leaky_relu_backward(np.full(4, 2.0), input, 0.5).tolist() == [1, 1, 1, 2]


@cases(2_000)
@given(st.data(), shapes, dtypes, st.floats(-2, 2) | st.sampled_from([0.0, 1.0, 0.01]))
def test_leaky_relu_is_torchs(data, shape, dtype, slope):
    input = read_only(data.draw(arrays(shape, dtype, ties=data.draw(st.booleans()))))
    compare_with_torch(
        lambda input: leaky_relu(input, slope),
        lambda grad, input: leaky_relu_backward(grad, input, slope),
        lambda input: F.leaky_relu(input, slope),
        [input],
    )


def test_gelu_by_hand():
    assert gelu(np.array([0.0, 20.0, -20.0])).tolist() == pytest.approx([0, 20, 0])
    assert gelu(np.array([1.0])) == pytest.approx(0.8413447460685429)  # Φ(1)
    assert gelu_backward(np.array([3.0]), np.array([0.0])) == pytest.approx(1.5)


@cases(2_000)
@given(st.data(), shapes, dtypes, st.sampled_from([0.1, 1, 3, 30]))
def test_gelu_is_torchs(data, shape, dtype, spread):
    input = read_only(data.draw(arrays(shape, dtype)) * dtype(spread))
    compare_with_torch(gelu, gelu_backward, F.gelu, [input])


def test_gelu_is_exact_between_all_points_of_its_table():
    input = np.linspace(-9.5, 9.5, 40_001)
    expected = [x * math.erfc(-x / math.sqrt(2)) / 2 for x in input.tolist()]
    np.testing.assert_allclose(gelu(input), expected, rtol=0, atol=1e-14)


def test_what_is_no_number_stays_none():
    with np.errstate(all="raise"):
        assert np.isnan(gelu(np.array([np.nan])))[0]
        assert np.isnan(leaky_relu(np.array([np.nan])))[0]


def test_softmax_by_hand():
    assert softmax(np.log([[1.0, 3.0]]), 1).ravel().tolist() == pytest.approx([0.25, 0.75])
    assert softmax(np.array([1e4, 0, 1e4]), 0).tolist() == [0.5, 0, 0.5]
    grad = softmax_backward(np.array([[1.0, 0.0]]), np.log([[1.0, 3.0]]), 1)
    assert grad.ravel().tolist() == pytest.approx([3 / 16, -3 / 16])


@pytest.mark.parametrize(
    ("ours", "backward", "theirs"),
    [
        (softmax, softmax_backward, F.softmax),
        (log_softmax, log_softmax_backward, F.log_softmax),
    ],
)
def test_softmax_is_torchs(ours, backward, theirs):
    @cases(2_000)
    @given(st.data(), filled_shapes, dtypes)
    def compare(data, shape, dtype):
        input = read_only(data.draw(arrays(shape, dtype)))
        dim = {"dim": data.draw(st.integers(-len(shape), len(shape) - 1))}
        compare_with_torch(ours, backward, theirs, [input], **dim)

    compare()


@pytest.mark.parametrize(("shape", "dim"), [((3, 4), 1), ((3, 4), -2), ((2, 3, 4), 2), ((5,), 0)])
def test_log_softmax_as_torch(shape, dim):
    input, grad_output = 5 * normal(*shape), normal(*shape, seed=1)
    tensor = torch.tensor(input, requires_grad=True)
    expected = F.log_softmax(tensor, dim)
    expected.backward(torch.tensor(grad_output))
    close(log_softmax(input, dim), expected)
    close(log_softmax_backward(grad_output, input, dim), tensor.grad)


def test_log_softmax_bears_large_values():
    for input, expected in (([1000, 0], [0, -1000]), ([-1000, -1000], [-math.log(2)] * 2)):
        np.testing.assert_allclose(log_softmax(np.array(input, float), 0), expected, rtol=1e-14)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda x: gelu(x.astype(int)), TypeError, r"input \(dtype int64\)"),
        (lambda x: gelu_backward(x[1:], x), ValueError, "grad_output"),
        (lambda x: leaky_relu(x, np.inf), ValueError, r"negative_slope \(=inf\) must be finite"),
        (lambda x: leaky_relu(x, "0.1"), TypeError, "negative_slope .*must be a number"),
        (lambda x: leaky_relu_backward(x[1:], x), ValueError, "grad_output"),
        (lambda x: softmax(x, 2), ValueError, r"dim \(=2\) must be an axis"),
        (lambda x: softmax(x[:, :0], 1), ValueError, "must not be empty along dim"),
        (lambda x: softmax_backward(x[1:], x, 1), ValueError, "grad_output"),
    ],
)
def test_wrong_calls(call, error, words):
    with pytest.raises(error, match=words):
        call(normal(3, 2))
