"""No silently wrong count: tied, lazy, unused and hand-made parameters; what is not known."""

import json

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from work import calls

from cnnnotes.shapes import AdaptivePool, Conv, ShapeError, trace


def size(module):
    return sum(weight.numel() for weight in module.parameters())


class Own(nn.Module):
    """Parameters of its own, used by hand."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(3, 1, 1))
        self.mix = nn.Parameter(torch.zeros(8, 8))
        self.register_buffer("mean", torch.zeros(3, 8, 8))
        self.head = nn.Linear(4, 2)  # never run

    def forward(self, x):
        return torch.matmul((x - self.mean) * self.scale, self.mix)


def test_a_users_own_parameters():
    module = Own()
    traced = trace(module, (3, 8, 8))
    assert traced["Own.mul"].parameters == 3
    assert traced["Own.mul"].macs == 0
    assert traced["Own.matmul"].parameters == 64
    assert traced["Own.matmul"].macs is None
    assert traced["Own.matmul"].receptive_field is None
    assert traced.unused == 10
    assert traced.parameters == size(module)


def test_totals_say_what_is_not_known():
    traced = trace(nn.Sequential(nn.Conv2d(1, 3, 1, bias=False), Own()), (1, 8, 8))
    assert traced.macs is None
    assert traced.least_macs == 3 * 64
    assert traced.cells()[-1][3:5] == ("80", "≥ 192")
    assert traced.cells()[-2][:4] == ("not read", "", "", "10")
    assert traced["1.matmul"].cells()[4] == "–"
    totals = json.loads(traced.to_json())["totals"]
    assert (totals["macs"], totals["least_macs"]) == (None, 192)


def test_tied_weights_count_once():
    first, second = nn.Linear(6, 6), nn.Linear(6, 6)
    second.weight = first.weight
    module = nn.Sequential(first, second, first)
    traced = trace(module, (6,))
    assert module[0].weight is first.weight is second.weight
    assert not any(weight.is_meta for weight in module.parameters())
    assert [row.parameters for row in traced.rows] == [0, 42, 6, 0]
    assert traced.parameters == size(module)
    assert traced.macs == 3 * 36


@pytest.mark.parametrize(
    "wrapped", [nn.utils.parametrizations.weight_norm, nn.utils.parametrizations.spectral_norm]
)
def test_parametrized_weights(wrapped):
    module = wrapped(nn.Conv2d(3, 4, 3))
    traced = trace(nn.Sequential(module), (3, 8, 8))
    assert traced.parameters == size(module)
    assert traced.macs == 4 * 3 * 9 * 36
    assert traced.rows[-1].receptive_field == 3


class Standardised(nn.Conv2d):
    def forward(self, x):
        weight = self.weight - self.weight.mean((1, 2, 3), keepdim=True)
        return F.conv2d(x, weight, self.bias)


def test_weights_that_are_made_on_the_way():
    traced = trace(nn.Sequential(Standardised(3, 4, 3)), (3, 8, 8))
    assert (traced.parameters, traced.macs) == (112, 4 * 3 * 9 * 36)


def test_fixed_kernels_are_no_parameters():
    class Blur(nn.Module):
        def forward(self, x):
            return F.conv2d(x, torch.ones(1, 1, 3, 3))

    traced = trace(Blur(), (1, 8, 8))
    assert (traced.parameters, traced.macs) == (0, 9 * 36)


def test_lazy_layers_take_their_shapes_on_a_copy():
    def made():
        convolution = [nn.LazyConv2d(4, 3), nn.LazyBatchNorm2d(), nn.ReLU()]
        return nn.Sequential(*convolution, nn.Flatten(), nn.LazyLinear(2))

    module, known = made(), made()
    hooks = [len(part._forward_pre_hooks) for part in module.modules()]
    state = torch.get_rng_state()
    traced = trace(module, (3, 6, 6))
    assert torch.equal(state, torch.get_rng_state())
    assert hooks == [len(part._forward_pre_hooks) for part in module.modules()]
    assert all(nn.parameter.is_lazy(weight) for weight in module.parameters())
    assert isinstance(module[0], nn.LazyConv2d)
    assert module.training
    known(torch.zeros(2, 3, 6, 6))
    assert traced.parameters == size(known) == 112 + 8 + 130
    assert traced.output_shape == (2,)


def test_lazy_layers_that_do_not_fit():
    module = nn.Sequential(nn.LazyConv2d(4, 3), nn.Conv2d(5, 1, 1))
    with pytest.raises(ShapeError, match="made for 5 channels"):
        trace(module, (3, 6, 6))


def test_a_class_that_borrows_a_known_name_is_looked_into():
    class ReLU(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(4, 4)

        def forward(self, x):
            return self.linear(x)

    assert trace(nn.Sequential(ReLU()), (4,)).parameters == 20


@pytest.mark.parametrize(
    "module, shape",
    [
        (nn.Conv2d(1, 1, 3, stride=10**30), (1, 8, 8)),
        (nn.MaxPool2d(2, stride=10**30), (1, 8, 8)),
    ],
)
def test_a_stride_far_beyond_the_picture(module, shape):
    assert trace(module, shape).output_shape == (1, 1, 1)
    assert trace([module], shape).rows[-1].effective_stride == 10**30


def test_numbers_that_make_no_layer():
    with pytest.raises(ValueError, match=r"target \(=0\) must be at least 1"):
        AdaptivePool(0)
    with pytest.raises(ValueError, match=r"target \(=0\) must be at least 1"):
        trace(nn.Sequential(nn.AdaptiveAvgPool2d(0)), (1, 8, 8))
    with pytest.raises(ShapeError, match=r"\(N, C, L\)"):
        trace(nn.Conv1d(1, 2, 3), (1, 8, 8))
    with pytest.raises(ValueError, match=r"LPPool2d: .*too large"):
        trace(nn.LPPool2d(10**400, 2), (1, 8, 8))


def test_ten_times_the_layers_are_ten_times_the_work():
    def work(layers):
        return calls(trace, [Conv(1, 3, padding=1)] * layers, (1, 8, 8))

    assert work(5000) < 11 * work(500)


def test_nested_fifty_deep():
    module = nn.Conv2d(1, 1, 3, padding=1)
    for _ in range(50):
        module = nn.Sequential(module)
    assert trace(module, (1, 8, 8)).parameters == 10


def test_behind_a_norm_over_all_places_the_field_does_not_move():
    row = trace(nn.Sequential(nn.GroupNorm(1, 2), nn.MaxPool2d(2)), (2, 8, 6)).rows[-1]
    assert row.receptive_field == (8, 6)
    assert (row.effective_stride, row.effective_padding) == (0, 0)
    assert row.centre == (3.5, 2.5)
