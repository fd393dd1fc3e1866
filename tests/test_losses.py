import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from gradient_check import assert_gradients
from hypothesis import given
from hypothesis import strategies as st
from property_cases import arrays, cases, dtypes
from torch_compare import compare_with_torch

from cnnnotes.activations import log_softmax, log_softmax_backward
from cnnnotes.losses import (
    cross_entropy,
    cross_entropy_backward,
    mse_loss,
    mse_loss_backward,
)


def normal(*shape, seed=0, dtype=np.float64):
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


def classes(*shape, count=4):
    return np.random.default_rng(0).integers(0, count, shape)


def close(ours, theirs):
    np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=1e-10, atol=1e-15)


reductions = st.sampled_from(["mean", "sum", "none"])


@cases(120)
@given(st.data(), st.lists(st.integers(1, 3), max_size=2), dtypes, reductions, st.floats(0, 1))
def test_cross_entropy_is_torchs(data, rest, dtype, reduction, label_smoothing):
    least = 1 if reduction == "mean" else 0
    images, count = data.draw(st.integers(least, 4)), data.draw(st.integers(1, 5))
    input = data.draw(arrays((images, count, *rest), dtype))
    target = classes(images, *rest, count=count)
    options = {"reduction": reduction, "label_smoothing": label_smoothing}
    compare_with_torch(
        lambda input: cross_entropy(input, target, **options),
        lambda grad_output, input: cross_entropy_backward(grad_output, input, target, **options),
        lambda input: F.cross_entropy(input, torch.tensor(target), **options),
        [input],
    )


@cases(60)
@given(st.data(), st.lists(st.integers(1, 4), min_size=2, max_size=4), dtypes, reductions)
def test_mse_loss_is_torchs(data, shape, dtype, reduction):
    pair = [data.draw(arrays(shape, dtype)) for _ in range(2)]
    compare_with_torch(mse_loss, mse_loss_backward, F.mse_loss, pair, reduction=reduction)


def test_cross_entropy_by_hand():
    equal_logits = np.zeros((3, 10))
    assert cross_entropy(equal_logits, np.array([0, 5, 9])) == pytest.approx(math.log(10))
    sure = np.array([[math.log(3), 0.0]])
    assert cross_entropy(sure, np.array([0])) == pytest.approx(-math.log(3 / 4))
    gradient = cross_entropy_backward(1.0, sure, np.array([0]))
    np.testing.assert_allclose(gradient, [[-1 / 4, 1 / 4]])


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("label_smoothing", [0.0, 0.1, 1])
@pytest.mark.parametrize("rest", [(), (3,), (2, 3)])
def test_cross_entropy_as_torch(reduction, label_smoothing, rest):
    input, target = normal(5, 4, *rest), classes(5, *rest)
    options = {"reduction": reduction, "label_smoothing": label_smoothing}
    tensor = torch.tensor(input, requires_grad=True)
    expected = F.cross_entropy(tensor, torch.tensor(target), **options)
    grad_output = 3 * normal(*expected.shape, seed=1)
    expected.backward(torch.tensor(grad_output))
    close(cross_entropy(input, target, **options), expected)
    close(cross_entropy_backward(grad_output, input, target, **options), tensor.grad)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("label_smoothing", [0.0, 0.1])
def test_cross_entropy_gradient(reduction, label_smoothing):
    input, target = normal(3, 4, 2), classes(3, 2)
    options = {"reduction": reduction, "label_smoothing": label_smoothing}
    grad = normal(3, 2, seed=1) if reduction == "none" else np.array(2.0)
    gradient = cross_entropy_backward(grad, input, target, **options)
    assert_gradients(lambda x: cross_entropy(x, target, **options), [input], [gradient], grad)


def test_cross_entropy_of_an_impossible_class_is_infinite_elsewhere():
    input = np.array([[0.0, -np.inf]])
    assert cross_entropy(input, np.array([0])) == 0
    assert cross_entropy(input, np.array([1])) == np.inf


def test_empty_batch():
    input, target = np.zeros((0, 4)), np.zeros(0, int)
    assert cross_entropy(input, target, reduction="sum") == 0
    assert cross_entropy(input, target, reduction="none").shape == (0,)
    assert cross_entropy_backward(1.0, input, target, reduction="sum").shape == (0, 4)
    with pytest.raises(ValueError, match=r"target \(shape \(0,\)\).*reduction='sum'"):
        cross_entropy(input, target)
    with pytest.raises(ValueError, match="mean of no losses"):
        cross_entropy_backward(1.0, input, target)
    with pytest.raises(ValueError, match="mean of no losses"):
        mse_loss(np.zeros(0), np.zeros(0))


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_mse_loss_as_torch(reduction):
    input, target = normal(3, 4), normal(3, 4, seed=1)
    tensors = [torch.tensor(array, requires_grad=True) for array in (input, target)]
    expected = F.mse_loss(*tensors, reduction=reduction)
    grad_output = 3 * normal(*expected.shape, seed=2)
    expected.backward(torch.tensor(grad_output))
    close(mse_loss(input, target, reduction), expected)
    gradients = mse_loss_backward(grad_output, input, target, reduction)
    for ours, tensor in zip(gradients, tensors, strict=True):
        close(ours, tensor.grad)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept_and_input_left_alone(dtype):
    input, target = normal(5, 4, dtype=dtype), classes(5)
    for array in (input, target):
        array.flags.writeable = False
    for reduction in ("mean", "sum", "none"):
        options = {"reduction": reduction, "label_smoothing": 0.1}
        grad = np.ones(5 if reduction == "none" else ())
        assert cross_entropy(input, target, **options).dtype == dtype
        assert cross_entropy_backward(grad, input, target, **options).dtype == dtype
        grad = np.ones(input.shape if reduction == "none" else ())
        assert mse_loss(input, input, reduction).dtype == dtype
        assert mse_loss_backward(grad, input, input, reduction)[0].dtype == dtype
    assert log_softmax(input, 1).dtype == dtype
    assert log_softmax_backward(input, input, 1).dtype == dtype


LOGITS, TARGET = normal(5, 4), classes(5)


@pytest.mark.parametrize(
    "loss", [cross_entropy, lambda *a, **k: cross_entropy_backward(1.0, *a, **k)]
)
@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ([[[1.0, 2.0]], TARGET], TypeError, r"input \(a list\)"),
        (
            [normal(4), classes(4)],
            ValueError,
            r"input \(shape \(4,\)\) must have 2 axes or more, \(N, C, \*\)",
        ),
        ([LOGITS, TARGET.tolist()], TypeError, r"target \(list\).*whole numbers"),
        (
            [LOGITS, TARGET.astype(float)],
            TypeError,
            r"target \(dtype float64\).*astype\(np.int64\)",
        ),
        (
            [LOGITS, np.eye(4, dtype=int)[TARGET]],
            ValueError,
            r"target .*: shape \(5,\); if it is one-hot, try target.argmax\(1\)$",
        ),
        ([LOGITS, TARGET[:3]], ValueError, r"target \(shape \(3,\)\).*shape \(5,\)$"),
        ([LOGITS, TARGET + 3], ValueError, r"target \(holding \d\).*from 0 to 3.*have 4"),
        ([LOGITS, np.arange(5) - 1], ValueError, r"target \(holding -1\)"),
        ([LOGITS, np.arange(5)], ValueError, r"target \(holding 4\)"),
    ],
)
def test_cross_entropy_with_bad_arrays(loss, arguments, error, words):
    with pytest.raises(error, match=f"^{words}"):
        loss(*arguments)


@pytest.mark.parametrize(
    "loss", [cross_entropy, lambda *a, **k: cross_entropy_backward(1.0, *a, **k)]
)
@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"reduction": "average"}, r"reduction \(='average'\) must be 'none', 'mean' or 'sum'"),
        ({"label_smoothing": 1.1}, r"label_smoothing \(=1.1\)"),
        ({"label_smoothing": -0.1}, r"label_smoothing \(=-0.1\)"),
    ],
)
def test_cross_entropy_with_bad_options(loss, option, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        loss(LOGITS, TARGET, **option)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: log_softmax([1.0], 0), TypeError, r"input \(a list\)"),
        (lambda: log_softmax(LOGITS, 2), ValueError, r"dim \(=2\) must be an axis.*has 2"),
        (lambda: log_softmax(LOGITS, -3), ValueError, r"dim \(=-3\)"),
        (
            lambda: log_softmax(normal(3, 0), 1),
            ValueError,
            r"input .* must not be empty along dim \(=1\)",
        ),
        (lambda: log_softmax(LOGITS, 1.0), TypeError, r"dim \(=1.0\) must be an int"),
        (lambda: log_softmax_backward(LOGITS[:1], LOGITS, 1), ValueError, "grad_output"),
        (lambda: mse_loss(normal(3, 1), normal(3)), ValueError, r"target \(shape \(3,\)\)"),
        (lambda: mse_loss(normal(3), [1, 2, 3]), ValueError, r"target \(list\)"),
        (lambda: mse_loss([1.0], [1.0]), TypeError, "input"),
        (lambda: mse_loss(normal(3), normal(3), "avg"), ValueError, "reduction"),
        (lambda: mse_loss_backward(1.0, normal(3, 1), normal(3)), ValueError, "target"),
        (lambda: mse_loss_backward(1.0, normal(3), normal(3), "avg"), ValueError, "reduction"),
        (lambda: mse_loss_backward(normal(3), normal(3), normal(3)), ValueError, "grad_output"),
        (
            lambda: cross_entropy_backward(None, LOGITS, TARGET),
            TypeError,
            r"grad_output \(=None\) must be a number",
        ),
        (
            lambda: cross_entropy_backward("2", LOGITS, TARGET),
            TypeError,
            r"grad_output \(='2'\) must be a number",
        ),
        (
            lambda: cross_entropy(LOGITS, np.eye(4)[TARGET]),
            TypeError,
            r"target .*one-hot, try target.argmax\(1\)",
        ),
        (
            lambda: cross_entropy(LOGITS, TARGET + 1 + (TARGET.max() < 3)),
            ValueError,
            r"target \(holding \d\)",
        ),
        (
            lambda: cross_entropy_backward(1.0, LOGITS, TARGET, reduction="none"),
            ValueError,
            r"grad_output \(shape \(\)\) must have the shape of the loss.*\(5,\)",
        ),
    ],
)
def test_other_bad_arguments(call, error, words):
    with pytest.raises(error, match=f"^{words}"):
        call()
