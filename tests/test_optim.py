import math

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler

from cnnnotes.layers import Linear, Parameter
from cnnnotes.optim import (
    SGD,
    Adam,
    AdamW,
    CosineAnnealingLR,
    LinearLR,
    LRScheduler,
    OneCycleLR,
    Optimizer,
    StepLR,
)


def parameter(*values):
    return Parameter(np.array(values, float), np.ones(len(values)))


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


OPTIMIZERS = [
    (SGD, {"lr": 0.1}),
    (SGD, {"lr": 0.1, "momentum": 0.9}),
    (SGD, {"lr": 0.1, "momentum": 0.9, "dampening": 0.3}),
    (SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    (SGD, {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01, "nesterov": True}),
    (SGD, {"lr": 0.1, "weight_decay": 0.01}),
    (SGD, {}),
    (Adam, {}),
    (Adam, {"lr": 0.1, "betas": (0.8, 0.95), "eps": 1e-3}),
    (Adam, {"lr": 0.1, "weight_decay": 0.1}),
    (Adam, {"lr": 0.1, "betas": (0.0, 0.0)}),
    (AdamW, {}),
    (AdamW, {"lr": 0.1, "betas": (0.8, 0.95), "eps": 1e-3, "weight_decay": 0.3}),
]


def gradient_of_step(step, shape):
    return normal(*shape, seed=step) * 10.0 ** (step % 3 - 1)


@pytest.mark.parametrize(("kind", "options"), OPTIMIZERS)
def test_updates_are_those_of_torch(kind, options):
    shapes = [(3, 4), (4,)]
    ours = [Parameter(normal(*shape)) for shape in shapes]
    theirs = [torch.tensor(normal(*shape), requires_grad=True) for shape in shapes]
    optimizer = kind(ours, **options)
    twin = getattr(torch.optim, kind.__name__)(theirs, **options)
    for step in range(50):
        for mine, tensor in zip(ours, theirs, strict=True):
            mine.grad = gradient_of_step(step, tensor.shape)
            tensor.grad = torch.tensor(mine.grad)
        optimizer.step()
        twin.step()
        for mine, tensor in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(mine.data, tensor.detach(), rtol=1e-12, atol=1e-13)


def test_sgd_by_hand():
    weight = parameter(1.0)
    optimizer = SGD([weight], lr=0.5, momentum=0.5)
    optimizer.step()
    assert weight.data == 1 - 0.5
    optimizer.step()
    assert weight.data == 0.5 - 0.5 * 1.5


def test_first_step_of_adam_is_the_learning_rate():
    weight = Parameter(np.array([1.0, 1.0]), np.array([1e-3, -1e3]))
    Adam([weight], lr=0.1, eps=0).step()
    np.testing.assert_allclose(weight.data, [0.9, 1.1])


@pytest.mark.parametrize(("kind", "options"), OPTIMIZERS)
def test_step_is_in_place_keeps_dtype_and_leaves_the_gradient_alone(kind, options):
    weight = Parameter(np.ones(3, np.float32), np.ones(3, np.float32))
    weight.grad.flags.writeable = False
    data = weight.data
    optimizer = kind([weight], **options)
    optimizer.step()
    optimizer.step()
    assert weight.data is data
    assert (data < 1).all()
    assert {array.dtype for arrays in optimizer.buffers.values() for array in arrays} <= {
        np.dtype(np.float32)
    }


@pytest.mark.parametrize(("kind", "options"), OPTIMIZERS)
def test_a_run_resumes_from_its_state(kind, options):
    def run(optimizer, weights, steps):
        for step in steps:
            for weight in weights:
                weight.grad = gradient_of_step(step, weight.data.shape)
            optimizer.step()

    whole = [Parameter(normal(3)), Parameter(normal(2))]
    first_half = [Parameter(normal(3)), Parameter(normal(2))]
    run(kind(whole, **options), whole, range(6))
    optimizer = kind(first_half, **options)
    run(optimizer, first_half, range(3))
    state = optimizer.state_dict()
    second_half = [Parameter(weight.data.copy()) for weight in first_half]
    run(optimizer, first_half, range(3))
    resumed = kind(second_half, **options | {"lr": 7})
    resumed.load_state_dict(state)
    run(resumed, second_half, range(3, 6))
    for one, other in zip(whole, second_half, strict=True):
        assert (one.data == other.data).all()


def test_state_names_are_plain():
    optimizer = Adam([parameter(1.0), parameter(2.0)], lr=0.1)
    optimizer.step()
    state = optimizer.state_dict()
    assert list(state) == [
        "steps",
        "lr",
        "exp_avg.0",
        "exp_avg.1",
        "exp_avg_sq.0",
        "exp_avg_sq.1",
    ]
    assert state["steps"] == 1
    assert state["lr"] == 0.1


def test_state_that_does_not_fit_changes_nothing():
    optimizer = SGD([parameter(1.0)], lr=0.1, momentum=0.9)
    with pytest.raises(
        ValueError,
        match=r"^state does not fit SGD: missing \['lr', 'momentum_buffer.0'\], unexpected",
    ):
        optimizer.load_state_dict({"steps": 3, "exp_avg.0": np.zeros(1)})
    with pytest.raises(ValueError, match=r"state\['momentum_buffer.0'\] \(shape \(2,\)\).*\(1,\)"):
        optimizer.load_state_dict({"steps": 3, "lr": 1.0, "momentum_buffer.0": np.zeros(2)})
    assert optimizer.steps == 0
    assert optimizer.lr == 0.1


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: SGD(Linear(2, 2, seed=0), lr=0.1),
            TypeError,
            r"parameters \(a Linear\) must be parameters; try model.parameters\(\)",
        ),
        (
            lambda: SGD([], lr=0.1),
            ValueError,
            r"parameters \(=\[\]\) must not be empty: there is nothing to train$",
        ),
        (lambda: SGD([parameter(1)], lr=-0.1), ValueError, r"lr \(=-0.1\) must be 0 or more"),
        (lambda: SGD([parameter(1)], lr=math.nan), ValueError, r"lr \(=nan\)"),
        (lambda: SGD([parameter(1)], momentum=-1), ValueError, r"momentum \(=-1\)"),
        (lambda: SGD([parameter(1)], weight_decay=-1), ValueError, r"weight_decay \(=-1\)"),
        (
            lambda: SGD([parameter(1)], nesterov=True),
            ValueError,
            r"nesterov needs momentum \(=0.0\) above 0 and dampening \(=0.0\) 0",
        ),
        (
            lambda: SGD([parameter(1)], momentum=0.9, dampening=0.1, nesterov=True),
            ValueError,
            r"nesterov needs .* and dampening \(=0.1\) 0$",
        ),
        (lambda: Adam([parameter(1)], betas=(0.9, 1)), ValueError, r"betas \(=\(0.9, 1\)\)"),
        (lambda: Adam([parameter(1)], betas=(-0.1, 0.9)), ValueError, "betas"),
        (lambda: Adam([parameter(1)], betas=(0.9,)), ValueError, "betas"),
        (lambda: Adam([parameter(1)], eps=-1), ValueError, r"eps \(=-1\)"),
        (
            lambda: SGD([parameter(1), Parameter(np.zeros(1))]).step(),
            ValueError,
            r"parameters \[1\] have no gradient; call model.backward",
        ),
    ],
)
def test_bad_arguments(call, error, words):
    with pytest.raises(error, match=f"^{words}"):
        call()


def test_zero_is_allowed():
    weight = parameter(1.0)
    SGD([weight], lr=0, momentum=0, weight_decay=0).step()
    Adam([weight], lr=0, betas=(0, 0), eps=0, weight_decay=0).step()
    assert weight.data == 1


SCHEDULES = [
    (StepLR, {"step_size": 3}),
    (StepLR, {"step_size": 1, "gamma": 0.5}),
    (LinearLR, {}),
    (LinearLR, {"start_factor": 0.1, "end_factor": 0.5, "total_iters": 7}),
    (CosineAnnealingLR, {"T_max": 20}),
    (CosineAnnealingLR, {"T_max": 10, "eta_min": 0.01}),
]


def torch_optimizer():
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.3)


@pytest.mark.parametrize(("kind", "options"), SCHEDULES)
def test_schedules_are_those_of_torch(kind, options):
    optimizer, twin = SGD([parameter(1)], lr=0.3), torch_optimizer()
    schedule = kind(optimizer, **options)
    twin_schedule = getattr(lr_scheduler, kind.__name__)(twin, **options)
    for _ in range(20):
        assert optimizer.lr == pytest.approx(twin.param_groups[0]["lr"], rel=1e-10)
        twin.step()
        schedule.step()
        twin_schedule.step()


@pytest.mark.parametrize(
    "options", [{}, {"pct_start": 0.5, "div_factor": 5, "final_div_factor": 9}]
)
def test_one_cycle_is_that_of_torch_and_then_stays(options):
    optimizer, twin = SGD([parameter(1)], lr=0.3), torch_optimizer()
    schedule = OneCycleLR(optimizer, 2.0, 20, **options)
    twin_schedule = lr_scheduler.OneCycleLR(twin, 2.0, 20, cycle_momentum=False, **options)
    for step in range(20):
        assert optimizer.lr == pytest.approx(twin.param_groups[0]["lr"], rel=1e-10)
        schedule.step()
        if step < 19:
            twin.step()
            twin_schedule.step()
    assert optimizer.lr == pytest.approx(twin.param_groups[0]["lr"], rel=1e-10)


def test_schedules_resume():
    optimizer = SGD([parameter(1)], lr=0.3)
    schedule = StepLR(optimizer, 2)
    for _ in range(5):
        schedule.step()
    assert schedule.state_dict() == {"steps": 5}
    resumed = StepLR(SGD([parameter(1)], lr=0.3), 2)
    resumed.load_state_dict(schedule.state_dict())
    assert resumed.steps == 5
    assert resumed.optimizer.lr == optimizer.lr == pytest.approx(0.003)


@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [
        (StepLR, {"step_size": 0}, r"step_size \(=0\) must be at least 1"),
        (LinearLR, {"total_iters": 0}, r"total_iters \(=0\)"),
        (CosineAnnealingLR, {"T_max": 0}, r"T_max \(=0\)"),
        (OneCycleLR, {"max_lr": 1, "total_steps": 1}, r"total_steps \(=1\) must be at least 2"),
        (OneCycleLR, {"max_lr": 1, "total_steps": 3}, r"pct_start \(=0.3\) of total_steps \(=3\)"),
        (OneCycleLR, {"max_lr": 1, "total_steps": 4, "pct_start": 0.25}, "pct_start"),
        (OneCycleLR, {"max_lr": 1, "total_steps": 9, "pct_start": 1}, r"pct_start \(=1\)"),
    ],
)
def test_bad_schedules(kind, options, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        kind(SGD([parameter(1)]), **options)


def test_shortest_steps_are_allowed():
    for kind, options in [
        (StepLR, "step_size"),
        (LinearLR, "total_iters"),
        (CosineAnnealingLR, "T_max"),
    ]:
        kind(SGD([parameter(1)]), **{options: 1})


@pytest.mark.parametrize(("total_steps", "pct_start"), [(3, 0.5), (4, 0.9)])
def test_shortest_rise_and_fall_of_one_cycle(total_steps, pct_start):
    schedule = OneCycleLR(SGD([parameter(1)]), 1.0, total_steps, pct_start)
    rates = [schedule.lr_at(step) for step in range(total_steps)]
    assert rates[0] == pytest.approx(1 / 25)
    assert rates[-1] == pytest.approx(1 / 25e4)


def test_bases_are_abstract():
    with pytest.raises(NotImplementedError):
        Optimizer([parameter(1)], 0.1, 0).step()
    with pytest.raises(NotImplementedError):
        LRScheduler(SGD([parameter(1)]))
