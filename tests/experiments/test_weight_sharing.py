"""C4 and C6: the rules can fail, and what they rest on is counted rightly."""

import numpy as np
import pytest

from cnnnotes.experiments import convolution_as_matrix as as_matrix
from cnnnotes.experiments import counting_parameters as counting
from cnnnotes.experiments.experiment import Runs

TO_TRAIN = {
    "fully_connected": 1e12,
    "locally_connected": 1e8,
    "convolution": 1e3,
    "few_units": 2e8,
}
EXPONENTS = {**counting.EXPONENTS, "few_units": 2}


def counted(mismatches=0, exponents=EXPONENTS, to_train=TO_TRAIN):
    return Runs(
        [
            {
                "arm": arm,
                "metrics": {
                    "mismatches": mismatches,
                    "exponent": exponents[arm],
                    "bytes_to_train_large": to_train[arm],
                },
            }
            for arm in counting.ARMS
        ]
    )


@pytest.mark.parametrize(
    "changed, verdict",
    [
        ({}, "partly"),
        ({"to_train": TO_TRAIN | {"few_units": 1e12}}, "shown exactly"),
        ({"to_train": TO_TRAIN | {"fully_connected": 1e9}}, "refuted"),
        ({"exponents": EXPONENTS | {"convolution": 1}}, "not supported"),
        ({"mismatches": 1}, "not supported"),
    ],
)
def test_counting_parameters(changed, verdict):
    assert counting.decide(counted(**changed)).verdict == verdict


def test_costs_worked_by_hand():
    assert counting.cost("fully_connected", (1, 2, 2)) == (8 * 4 * 4 + 32, 8 * 16, 8 * 16)
    assert counting.cost("locally_connected", (3, 4, 4)) == (128 * 27 + 128, 128 * 27, 128 * 27)
    assert counting.cost("convolution", (3, 4, 4)) == (8 * 27 + 8, 8 * 27, 128 * 27)
    assert counting.cost("few_units", (1, 2, 2)) == (128 * 5, 128 * 4, 128 * 4)


def test_exponent():
    assert counting.exponent((2, 4, 8), [8, 64, 512]) == pytest.approx(3)


RIGHT = {
    "largest_difference": 1e-15,
    "entries_unlike_conv2d_matrix": 0,
    "zero_share": 0.9,
    "distinct": 9,
    "weights": 9,
    "rows_with_a_value_twice": 0,
    "values_of_other_filters": 0,
}


@pytest.mark.parametrize(
    "changed, verdict",
    [
        ({}, "shown exactly"),
        ({"largest_difference": 1e-3}, "refuted"),
        ({"entries_unlike_conv2d_matrix": 1}, "refuted"),
        ({"zero_share": 0.5}, "partly"),
        ({"distinct": 10}, "partly"),
        ({"rows_with_a_value_twice": 1}, "partly"),
        ({"values_of_other_filters": 1}, "partly"),
        ({"zero_share": 0, "distinct": 10, "values_of_other_filters": 1}, "not supported"),
    ],
)
def test_convolution_as_matrix(changed, verdict):
    runs = [{"arm": arm, "metrics": RIGHT} for arm in as_matrix.ARMS for _ in range(5)]
    runs[7] = {"arm": runs[7]["arm"], "metrics": RIGHT | changed}
    assert as_matrix.decide(Runs(runs)).verdict == verdict


def test_probing_finds_the_matrix_of_a_linear_map():
    known = np.random.default_rng(0).normal(size=(5, 6))
    found = as_matrix.probe(lambda images: images.reshape(-1, 6) @ known.T, (1, 2, 3))
    np.testing.assert_array_equal(found, known)  # a one and zeros: exact in floats


def test_values_out_of_place_are_counted():
    matrix = np.array([[1.0, 2, 0], [1, 1, 0], [0, 0, 0], [3, 0, 4]])
    assert as_matrix.rows_with_a_value_twice(matrix) == 1
    weight = np.array([[1.0, 2], [3, 5]])
    assert as_matrix.values_of_other_filters(matrix, weight) == 1
