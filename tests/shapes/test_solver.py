"""The solver: everything in range, simplest first."""

from itertools import product

import pytest

from cnnnotes.shapes import (
    Solution,
    conv_output_size,
    conv_transpose_output_size,
    pool_output_size,
    solve,
)


def test_halving_starts_with_the_plainest():
    assert [str(solution) for solution in solve(input=28, output=14)[:3]] == [
        "kernel 2 stride 2",
        "kernel 3 stride 2 pad 1",
        "kernel 4 stride 2 pad 1",
    ]


def test_keeping_a_size():
    assert solve(28, 28)[:3] == [Solution(1, 1, 0, 1), Solution(3, 1, 1, 1), Solution(5, 1, 2, 1)]


def test_what_leaves_pixels_out_says_so():
    wasteful = next(solution for solution in solve(28, 14) if solution.kernel_size == 1)
    assert str(wasteful) == "kernel 1 stride 2 (14 unread)"


def test_dilation_is_said():
    assert "kernel 3 pad 2 dilation 2" in [str(solution) for solution in solve(28, 28)]


@pytest.mark.parametrize(
    ("operation", "size"),
    [
        ("conv", conv_output_size),
        ("pool", pool_output_size),
        ("conv_transpose", lambda n, k, s, p, d: conv_transpose_output_size(n, k, s, p, 0, d)),
    ],
)
@pytest.mark.parametrize(("before", "after"), [(28, 14), (7, 7), (14, 28), (10, 4), (5, 11)])
def test_all_and_nothing_else(operation, size, before, after):
    expected = set()
    for kernel, stride, padding, dilation in product(
        range(1, 6), range(1, 4), range(4), range(1, 3)
    ):
        try:
            made = size(before, kernel, stride, padding, dilation)
        except ValueError:
            continue
        if made == after and (kernel > 1 or dilation == 1):
            expected.add((kernel, stride, padding, dilation))
    found = solve(
        before,
        after,
        operation=operation,
        kernel_sizes=range(1, 6),
        strides=range(1, 4),
        paddings=range(4),
        dilations=range(1, 3),
    )
    assert len(found) == len(expected)
    assert {(s.kernel_size, s.stride, s.padding, s.dilation) for s in found} == expected


def test_wrong_arguments():
    with pytest.raises(ValueError, match=r"input \(=0\) must be at least 1"):
        solve(0, 1)
    with pytest.raises(TypeError, match=r"output \(=1.5\) must be an integer"):
        solve(1, 1.5)
    with pytest.raises(ValueError, match=r"operation \(='dense'\) must be one of conv, pool"):
        solve(1, 1, operation="dense")
