"""The benchmark says which limit falls short, and what was recorded; it asserts no time itself."""

import copy
import io

import pytest
from rich.console import Console

from cnnnotes import bench
from cnnnotes.experiments.results import benchmark


@pytest.fixture
def measured():
    return copy.deepcopy(benchmark())


def test_every_recorded_limit_is_kept(measured):
    assert bench.falls_short(measured) == []


def test_what_falls_short_is_named_with_its_limit(measured):
    measured["comparisons"][0] |= {"ratio": 0.8123}
    measured["memory"] |= {"times_input_and_output": 3.5}
    assert bench.falls_short(measured) == [
        "training step: 0.81 of PyTorch's time, at most 0.75 is allowed",
        "memory: 3.50 times input and output, at most 3.0 is allowed",
    ]


def test_the_table_names_both_kernels_and_both_ratios(measured):
    measured["machine"]["blas"] = "openblas Nehalem"
    measured["comparisons"][0]["ratio"] = 0.4321
    recorded = benchmark()
    console = Console(width=150, record=True, file=io.StringIO())
    console.print(bench.table(measured, recorded))
    said = console.export_text()
    assert (
        f"Under openblas Nehalem; recorded under {recorded['machine'].get('blas', 'unknown')}"
        in said
    )
    (row,) = (line for line in said.splitlines() if "training step" in line)
    assert "0.43" in row and f"{recorded['comparisons'][0]['ratio']:.2f}" in row


def test_each_comparison_has_a_recorded_ratio(measured):
    assert {row["name"] for row in measured["comparisons"]} == set(bench.comparisons())
