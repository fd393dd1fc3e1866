import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from property_cases import arrays, cases, dtypes
from torch_compare import compare_with_torch

from cnnnotes.activations import relu, relu_backward
from cnnnotes.dense import (
    dropout,
    dropout_backward,
    dropout_mask,
    flatten,
    flatten_backward,
    linear,
    linear_backward,
)


def normal(*shape, seed=0, dtype=np.float64):
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


shapes = st.lists(st.integers(0, 4), min_size=2, max_size=4)


def test_linear_by_hand():
    input, weight = np.array([[1.0, 2]]), np.array([[1.0, 10], [0, 1], [2, 0]])
    assert linear(input, weight).tolist() == [[21, 2, 2]]
    assert linear(input, weight, np.array([1.0, 2, 3])).tolist() == [[22, 4, 5]]


@pytest.mark.parametrize("leading", [(), (1,), (0,), (5,), (2, 3)])
@pytest.mark.parametrize("with_bias", [True, False])
def test_linear_as_torch(leading, with_bias):
    input, weight = normal(*leading, 4), normal(3, 4, seed=1)
    bias = normal(3, seed=2) if with_bias else None
    tensors = [
        None if a is None else torch.tensor(a, requires_grad=True) for a in (input, weight, bias)
    ]
    expected = F.linear(*tensors)
    grad_output = normal(*leading, 3, seed=3)
    expected.backward(torch.tensor(grad_output))
    np.testing.assert_allclose(linear(input, weight, bias), expected.detach(), rtol=1e-10)
    gradients = linear_backward(grad_output, input, weight, bias)
    for ours, tensor in zip(gradients, tensors, strict=True):
        if tensor is None:
            assert ours is None
        else:
            np.testing.assert_allclose(ours, tensor.grad, rtol=1e-10, atol=1e-14)


@cases(100)
@given(st.data(), st.lists(st.integers(0, 4), min_size=1, max_size=3), dtypes)
def test_linear_is_torchs(data, leading, dtype):
    in_features, out_features = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 5))
    parameters = [
        data.draw(arrays((*leading, in_features), dtype)),
        data.draw(arrays((out_features, in_features), dtype)),
    ]
    if data.draw(st.booleans()):
        parameters.append(data.draw(arrays((1, out_features), dtype))[0])
    compare_with_torch(linear, linear_backward, F.linear, parameters)


def test_linear_need_not_give_the_gradient_of_its_input():
    grads = linear_backward(normal(2, 3), normal(2, 4), normal(3, 4), needs_input_grad=False)
    assert grads[0] is None
    assert grads[1].shape == (3, 4)


def test_dropout_keeps_the_mean_and_scales():
    output = dropout(np.ones((200, 200)), 0.25, rng=0)
    assert np.unique(output) == pytest.approx([0, 1 / 0.75])
    assert abs(output.mean() - 1) < 0.01


def test_dropout_is_fixed_by_its_seed_and_off_in_eval():
    input = normal(4, 5)
    assert (dropout(input, rng=1) == dropout(input, rng=1)).all()
    assert (dropout(input, rng=1) != dropout(input, rng=2)).any()
    off = dropout(input, training=False, rng=1)
    assert (off == input).all()
    assert off is not input


@pytest.mark.parametrize(("p", "scale"), [(0, 1), (1, 0), (0.5, 2)])
def test_dropout_gradient_is_the_mask(p, scale):
    mask = dropout_mask((3, 4), p, np.random.default_rng(0), np.float64)
    assert mask.dtype == np.float64
    assert mask.max() == scale
    grad = normal(3, 4)
    assert (dropout_backward(grad, mask) == grad * mask).all()
    assert (dropout(grad, p, rng=0) == grad * mask).all()


@cases(60)
@given(st.data(), shapes, dtypes, st.floats(0, 1), st.integers(0, 99))
def test_dropout_is_torchs_product_with_the_mask(data, shape, dtype, p, seed):
    """Which numbers go is for our own generator to say; torch's has another."""
    mask = dropout_mask(shape, p, np.random.default_rng(seed), dtype)
    assert np.isin(mask, [0, np.asarray(1 / (1 - p) if p < 1 else 0, dtype)]).all()
    compare_with_torch(
        lambda input: dropout(input, p, rng=seed),
        lambda grad_output, input: dropout_backward(grad_output, mask),
        lambda input: input * torch.tensor(mask),
        [data.draw(arrays(shape, dtype))],
    )


@cases(60)
@given(st.data(), shapes, dtypes)
def test_flatten_is_torchs(data, shape, dtype):
    start = data.draw(st.integers(0, len(shape) - 1))
    end = data.draw(st.integers(start, len(shape) - 1))
    dims = {"start_dim": start, "end_dim": data.draw(st.sampled_from([end, end - len(shape)]))}
    input = data.draw(arrays(shape, dtype))
    compare_with_torch(flatten, flatten_backward, torch.flatten, [input], **dims)


@pytest.mark.parametrize("dims", [(0, -1), (1, -1), (1, 2), (-2, -1), (2, 2)])
def test_flatten_as_torch(dims):
    input = normal(2, 3, 4, 5)
    output = flatten(input, *dims)
    assert (output == torch.flatten(torch.tensor(input), *dims).numpy()).all()
    assert (flatten_backward(output, input, *dims) == input).all()


def test_flatten_of_an_empty_batch():
    assert flatten(normal(0, 3, 4), 1).shape == (0, 12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept_and_input_left_alone(dtype):
    input, weight, bias = (
        normal(4, 5, dtype=dtype),
        normal(5, 5, dtype=dtype),
        normal(5).astype(dtype),
    )
    for array in (input, weight, bias):
        array.flags.writeable = False
    results = [
        relu(input),
        relu_backward(input, input),
        linear(input, weight, bias),
        *linear_backward(input, input, weight, bias),
        dropout(input, rng=0),
        dropout_backward(input, input),
    ]
    assert {result.dtype for result in results} == {np.dtype(dtype)}


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: relu([1.0]), TypeError, r"input \(a list\) must be a NumPy array"),
        (lambda: relu(np.arange(3)), TypeError, r"input \(dtype int64\).*astype"),
        (lambda: relu_backward(normal(2), normal(3)), ValueError, r"grad_output \(shape \(2,\)\)"),
        (
            lambda: linear(normal(64, 16, 7, 7), normal(10, 784)),
            ValueError,
            r"The layer needs flat features(.|\n)*cnnnotes.flatten\(input, 1\)",
        ),
        (
            lambda: linear(normal(64, 500), normal(10, 784)),
            ValueError,
            r"(.|\n)*change in_features to 500",
        ),
        (lambda: linear(normal(0, 5), normal(3, 2)), ValueError, r"(.|\n)*in_features to 5$"),
        (
            lambda: linear(normal(5), normal(3, 2)),
            ValueError,
            r"The layer was made for 2 features, and 5 arrive",
        ),
        (lambda: linear(normal(2), normal(2)), ValueError, r"weight \(shape \(2,\)\)"),
        (lambda: linear(np.float64(1), normal(3, 2)), TypeError, "input"),
        (lambda: linear(np.array(1.0), normal(3, 2)), ValueError, "input"),
        (lambda: linear(normal(1, 2), normal(3, 2, dtype=np.float32)), TypeError, "weight"),
        (lambda: linear(normal(1, 2), normal(3, 2), normal(2)), ValueError, "bias"),
        (lambda: linear_backward(normal(1, 2), normal(1, 2), normal(3, 2)), ValueError, "grad_ou"),
        (lambda: dropout(normal(3), 1.5, rng=0), ValueError, r"p \(=1.5\) must be a probability"),
        (lambda: dropout(normal(3), "half", rng=0), ValueError, r"p \(='half'\)"),
        (lambda: dropout_mask((3,), -0.1, np.random.default_rng(0)), ValueError, r"p \(=-0.1\)"),
        (lambda: dropout(normal(3), rng=None), TypeError, r"rng \(=None\) .* a seed"),
        (lambda: dropout(normal(3), True, rng=0), ValueError, r"p \(=True\)"),
        (lambda: dropout(normal(3), training=1, rng=0), TypeError, r"training \(=1\)"),
        (lambda: dropout_backward(normal(2), normal(3)), ValueError, "grad_output"),
        (lambda: flatten([[1.0]]), TypeError, r"input \(a list\) must be a NumPy array"),
        (lambda: flatten(normal(2, 3), 1.0), TypeError, r"start_dim \(=1.0\) must be an int"),
        (lambda: flatten(normal(2, 3), 2), ValueError, r"start_dim \(=2\) .* has 2"),
        (lambda: flatten(normal(2, 3), 0, -3), ValueError, r"end_dim \(=-3\)"),
        (
            lambda: flatten(normal(2, 3), 1, 0),
            ValueError,
            r"start_dim \(=1\) must not come after end_dim \(=0\)",
        ),
        (lambda: flatten_backward(normal(2), normal(2, 3)), ValueError, "grad_output"),
    ],
)
def test_bad_arguments(call, error, words):
    with pytest.raises(error, match=f"^{words}"):
        call()


def test_an_empty_input_is_not_told_to_make_a_layer_for_nothing():
    with pytest.raises(ValueError, match="its input is empty") as caught:
        linear(np.zeros((2, 0)), np.zeros((4, 3)))
    assert "in_features to 0" not in str(caught.value)
