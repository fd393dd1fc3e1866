import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from property_cases import arrays, cases, dtypes
from torch import nn
from torch_compare import assert_agree, compare_with_torch

from cnnnotes.layers import BatchNorm2d, Conv2d, Flatten, Linear, ReLU, Sequential
from cnnnotes.norm import batch_norm, batch_norm_backward, group_norm, group_norm_backward
from cnnnotes.shapes import ShapeError
from cnnnotes.torch_twin import to_torch

places = st.lists(st.integers(1, 4), max_size=3)


def normal(*shape, seed=0, dtype=np.float64):
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


def with_parameters(data, input, channels, dtype):
    """Draw an input's weight and bias, or neither."""
    if data.draw(st.booleans()):
        return [input, *(data.draw(arrays((1, channels), dtype))[0] for _ in "wb")]
    return [input]


def spread(values):
    """Keep apart what is measured: nearly equal values magnify rounding, torch's as ours."""
    values *= 0.3
    values += (np.arange(values.size, dtype=values.dtype) % 7 - 3).reshape(values.shape)
    values.flags.writeable = False
    return values


def test_batch_norm_by_hand():
    input = np.array([[1.0, 10], [3, 10]])
    mean, variance = np.zeros(2), np.ones(2)
    output = batch_norm(input, mean, variance, training=True, momentum=0.5, eps=1e-12)
    assert output.ravel() == pytest.approx([-1, 0, 1, 0])
    assert mean == pytest.approx([1, 5])  # half of the way from 0
    assert variance == pytest.approx([1.5, 0.5])  # from 1 to 2 and to 0
    output = batch_norm(input, mean, variance, np.array([2.0, 1]), np.array([0.0, 1]))
    assert output[:, 0] == pytest.approx((input[:, 0] - 1) / np.sqrt(1.5) * 2, rel=1e-5)
    assert output[:, 1] == pytest.approx((input[:, 1] - 5) / np.sqrt(0.5) + 1, rel=1e-4)


def test_group_norm_by_hand():
    input = np.array([[[1.0], [3], [5], [5]]])
    output = group_norm(input, 2, np.array([1.0, 1, 2, 2]), np.arange(4.0), eps=1e-12)
    assert output.ravel() == pytest.approx([-1, 2, 2, 3])


@cases(2_000)
@given(st.data(), st.integers(1, 3), st.integers(1, 4), places, dtypes, st.booleans())
def test_batch_norm_is_torchs(data, images, channels, shape, dtype, training):
    if training and images * np.prod(shape) < 3:
        images = 3
    input = spread(data.draw(arrays((images, channels, *shape), dtype)))
    momentum = data.draw(st.floats(0, 1))
    given = with_parameters(data, input, channels, dtype)
    start = normal(channels, dtype=dtype), np.abs(normal(channels, seed=1, dtype=dtype)) + 0.1
    running, theirs = [a.copy() for a in start], [torch.tensor(a) for a in start]

    def ours(input, weight=None, bias=None):
        return batch_norm(input, *running, weight, bias, training, momentum)

    def backward(grad, input, weight=None, bias=None):
        return batch_norm_backward(grad, input, *start, weight, bias, training)

    def of_torch(input, weight=None, bias=None):
        return F.batch_norm(input, *theirs, weight, bias, training, momentum)

    compare_with_torch(ours, backward, of_torch, given)
    for mine, other in zip(running, theirs, strict=True):
        assert_agree(mine, other.numpy())


@cases(2_000)
@given(st.data(), st.integers(0, 3), st.integers(1, 3), st.integers(1, 3), places, dtypes)
def test_group_norm_is_torchs(data, images, groups, each, shape, dtype):
    if each * np.prod(shape) < 3:
        each = 3
    input = spread(data.draw(arrays((images, groups * each, *shape), dtype)))
    compare_with_torch(
        lambda input, *others: group_norm(input, groups, *others),
        lambda grad, input, *others: group_norm_backward(grad, input, groups, *others),
        lambda input, *others: F.group_norm(input, groups, *others),
        with_parameters(data, input, groups * each, dtype),
    )


def test_a_channel_without_variance_becomes_its_bias():
    input = np.full((3, 2, 4), 5.0)
    output = batch_norm(input, None, None, bias=np.array([1.0, 2]), training=True)
    assert (output == np.array([1.0, 2])[:, None]).all()


@pytest.mark.parametrize("momentum", [0.1, 0.0, 1.0, None])
def test_statistics_after_50_steps_are_those_of_torch(momentum):
    ours, theirs = BatchNorm2d(3, momentum=momentum), nn.BatchNorm2d(3, momentum=momentum)
    for step in range(50):
        batch = normal(4, 3, 5, 5, seed=step, dtype=np.float32) * (1 + step) + step
        output, expected = ours(batch), theirs(torch.tensor(batch))
        assert_agree(output, expected.detach().numpy())
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for name, value in theirs.state_dict().items():
        np.testing.assert_allclose(ours.state_dict()[name], value, rtol=1e-5)
    batch = normal(1, 3, 5, 5, dtype=np.float32)
    assert_agree(ours.eval()(batch), theirs.eval()(torch.tensor(batch)).detach().numpy())


def test_a_network_with_batch_norm_trains_as_its_twin():
    from cnnnotes import training
    from cnnnotes.optim import SGD
    from cnnnotes.torch_twin import fit

    layers = Conv2d(1, 4, 3, bias=False), BatchNorm2d(4), ReLU(), Flatten(), Linear(144, 3)
    ours = Sequential(*layers, seed=0).to(np.float64)
    twin = to_torch(ours)
    images, labels = normal(40, 1, 8, 8), np.arange(40) % 3
    arguments = {"epochs": 5, "batch_size": 8, "progress": False}
    mine = training.fit(ours, images, labels, optimizer=SGD(ours.parameters(), 0.05), **arguments)
    other = fit(
        twin, images, labels, optimizer=torch.optim.SGD(twin.parameters(), 0.05), **arguments
    )
    np.testing.assert_allclose(mine.losses, other.losses, rtol=1e-9)
    for name, value in twin.state_dict().items():
        np.testing.assert_allclose(ours.state_dict()[name], value, rtol=1e-8)


def test_statistics_move_in_training_only():
    layer = BatchNorm2d(2)
    before = layer.state_dict()
    layer.eval()(normal(3, 2, 4, 4, dtype=np.float32))
    assert all((layer.state_dict()[name] == value).all() for name, value in before.items())
    layer.train()(normal(3, 2, 4, 4, dtype=np.float32))
    assert layer.num_batches_tracked.data == 1 and layer.running_mean.data.any()


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda x: batch_norm(x[:1, :, :1, :1], None, None, training=True), ValueError,
         r"input \(shape \(1, 6, 1, 1\)\) must have more than one value a channel"),
        (lambda x: batch_norm(x, np.zeros(6), None), ValueError,
         "running_mean and running_var must both be given"),
        (lambda x: batch_norm(x, np.zeros(5), np.ones(5)), ValueError,
         r"running_mean \(shape \(5,\)\) must be an array of shape \(6,\)"),
        (lambda x: batch_norm(x, None, None, momentum=1.1), ValueError, r"momentum \(=1.1\)"),
        (lambda x: batch_norm(x, None, None, eps=0), ValueError, r"eps \(=0\) must be above 0"),
        (lambda x: batch_norm(x[0, 0, 0], None, None), ValueError, "input .* 2 axes or more"),
        (lambda x: group_norm(x, 4), ValueError, r"num_groups \(=4\) must divide the 6 channels"),
        (lambda x: group_norm(x, 2, np.ones(6, np.float32)), TypeError, "weight .*float32"),
        (lambda x: BatchNorm2d(3)(x), ShapeError, "made for 3"),
        (lambda x: BatchNorm2d(3, momentum=2), ValueError, "momentum"),
        (lambda x: BatchNorm2d(0), ValueError, "num_features"),
    ],
)  # fmt: skip
def test_wrong_calls(call, error, words):
    with pytest.raises(error, match=words):
        call(normal(2, 6, 3, 3))
