"""Gradients and outputs of layers: ours, and of their torch twins, alike; nothing is disturbed."""

import numpy as np
import pytest
import torch
from networks_to_inspect import SmallResNet, noise
from torch import nn

from cnnnotes.layers import (
    AdaptiveAvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    Residual,
    Sequential,
)
from cnnnotes.running import gradients, run
from cnnnotes.shapes import ShapeError
from cnnnotes.torch_twin import to_torch

LAYERS = ["input", "0", "1", "2", "3", "4", "5", "6", "7"]


def network():
    return Sequential(
        *(Conv2d(1, 4, 3, padding=1), ReLU(), MaxPool2d(2), Conv2d(4, 6, 3, stride=2), ReLU()),
        *(Flatten(), Dropout(0.5, seed=0), Linear(54, 5)),
        seed=0,
    )


def with_shortcuts():
    inner = Residual(Sequential(Conv2d(4, 4, 3, padding=1), BatchNorm2d(4), ReLU()))
    return Sequential(
        Conv2d(1, 4, 3, padding=1),
        Residual(Sequential(inner, MaxPool2d(2)), Conv2d(4, 4, 1, 2)),
        *(AdaptiveAvgPool2d(1), Flatten(), Linear(4, 5)),
        seed=0,
    )


def first_class(output):
    signal = np.zeros_like(output)
    signal[:, 0] = 1
    return signal


@pytest.mark.parametrize("at", LAYERS)
def test_ours_and_the_twin_have_the_same_gradients(at):
    ours, images = network(), noise(3, 1, 14, 14)
    signal = np.random.default_rng(1).normal(size=(3, 5)).astype(np.float32)
    found = gradients(ours, images, signal, at=at)
    assert found.shape == {**run(ours, images).maps(), "input": images}[at].shape
    assert np.abs(found).max() > 0.01
    np.testing.assert_allclose(found, gradients(to_torch(ours), images, signal, at=at), atol=1e-5)


def test_beside_a_shortcut_too():
    ours, images = with_shortcuts(), noise(3, 1, 14, 14)
    signal = np.random.default_rng(1).normal(size=(3, 5)).astype(np.float32)
    mine, twin = run(ours, images), run(to_torch(ours), images)
    assert list(mine.maps()) == list(twin.maps()) and "1.branch.0.add" in mine.maps()
    for name, output in {"input": images, **mine.maps()}.items():
        found = gradients(ours, images, signal, at=name)
        assert found.shape == output.shape and np.abs(found).max() > 1e-3
        expected = gradients(to_torch(ours), images, signal, at=name)
        np.testing.assert_allclose(found, expected, atol=1e-5)
        if name != "input":
            np.testing.assert_allclose(output, twin.maps()[name], atol=1e-5)
    for layer, weight in zip(mine.trace.rows, mine.weights, strict=True):
        assert (weight is not None) == layer.layer.startswith("conv")


def test_ours_and_the_twin_give_the_same_layers():
    ours, images = network(), noise(40, 1, 14, 14)  # more than a batch
    twin = run(to_torch(ours), images).maps()
    assert list(twin) == LAYERS[1:]
    for name, output in run(ours, images).maps().items():
        np.testing.assert_allclose(output, twin[name], atol=1e-5)


def test_a_gradient_is_the_slope_of_the_output():
    model, images = network().to("float64"), noise(1, 1, 14, 14).astype(float)
    found = gradients(model, images, first_class)[0, 0, 5, 6]
    step = np.zeros_like(images)
    step[0, 0, 5, 6] = 1e-6
    above, below = (run(model, images + moved).outputs[-1][0, 0] for moved in (step, -step))
    assert found == pytest.approx((above - below) / 2e-6, rel=1e-5)


def test_a_layer_that_is_written_over_has_the_gradient_of_what_it_gave():
    torch.manual_seed(0)
    conv, head = nn.Conv2d(1, 4, 3), nn.Linear(4 * 36, 2)
    images = noise(2, 1, 8, 8)
    apart, over = (
        nn.Sequential(nn.ReLU(inplace), conv, nn.ReLU(inplace), nn.Flatten(), head)
        for inplace in (False, True)
    )
    for at in ("input", "0", "1", "2"):
        expected = gradients(apart, images, first_class, at=at)
        np.testing.assert_allclose(gradients(over, images, first_class, at=at), expected)
    assert not np.allclose(*(gradients(over, images, first_class, at=at) for at in "12"))


def test_gradients_reach_into_a_residual_network():
    model, images, kept = SmallResNet().eval(), noise(2, 3, 32, 32), []
    found = gradients(model, images, first_class, at="one.conv1")
    hook = model.one.conv1.register_forward_hook(lambda *given: kept.append(given[2]))
    score = model(torch.from_numpy(images))[:, 0].sum()
    hook.remove()
    (expected,) = torch.autograd.grad(score, kept)
    assert expected.abs().max() > 0
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-6)


def test_what_nothing_depends_on_has_a_zero_gradient():
    class Deaf(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(1, 2, 3)

        def forward(self, x):
            return torch.zeros(len(x), 2) + 0 * self.conv(x).detach().mean(dim=(2, 3))

    found = gradients(Deaf(), noise(2, 1, 8, 8), first_class, at="conv")
    assert found.shape == (2, 2, 6, 6) and not found.any()


def test_gradients_leave_the_network_as_it_was():
    ours, images = network().train(), noise(2, 1, 14, 14)
    ours.backward(np.ones_like(ours.forward(images)))
    kept = [(parameter, parameter.grad) for parameter in ours.parameters()]
    gradients(ours, images + 1, first_class)
    assert all(parameter.grad is grad for parameter, grad in kept)
    assert ours.training and ours[6].training
    ours.backward(np.ones((2, 5), np.float32))  # goes back through the forward before
    for parameter, grad in kept:
        np.testing.assert_array_equal(parameter.grad, grad)
    twin = to_torch(ours).train()
    gradients(twin, images, first_class)
    assert twin.training and twin[6].training
    assert all(parameter.grad is None for parameter in twin.parameters())


@pytest.mark.parametrize("make", [network, lambda: to_torch(network())], ids=["ours", "torch"])
@pytest.mark.parametrize(
    "side, signal, at, error, message",
    [
        (14, first_class, "conv", ValueError, r"at \(='conv'\) must be one of .*: input, 0, 1"),
        (14, np.ones((2, 4)), "input", ValueError, r"signal \(shape \(2, 4\)\) must have .*5\)"),
        (12, first_class, "input", ShapeError, "made for 54 features"),
    ],
)
def test_bad_arguments(make, side, signal, at, error, message):
    with pytest.raises(error, match=message):
        gradients(make(), noise(2, 1, side, side), signal, at=at)


def test_a_module_that_returns_no_tensor():
    class Two(nn.Module):
        def forward(self, x):
            return {"out": x}

    with pytest.raises(TypeError, match="must return one tensor; it returns a dict"):
        gradients(Two(), noise(1, 1, 4, 4), first_class)
