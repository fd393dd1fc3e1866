"""C6: find a convolution's matrix by probing it, one pixel at a time, and look at what is in it."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.conv import conv2d
from cnnnotes.conv_columns import conv2d_matrix
from cnnnotes.experiments.experiment import Decision, Details, Outcome, Report, Runs
from cnnnotes.experiments.intervals import effect
from cnnnotes.experiments.metrics import Count, Measure, Share

QUESTION = "Is a convolution a fully connected layer with most weights zero and the others shared?"
CLAIMS = ("C6",)
DATASET = "none"
ARMS = ("digit", "channels", "padded", "strided", "dilated", "grouped")
NAMES = {
    "digit": "a digit",
    "channels": "several channels",
    "padded": "padded",
    "strided": "strided",
    "dilated": "dilated",
    "grouped": "grouped",
}
METRICS = {
    "largest_difference": Measure("largest difference of an output"),
    "entries_unlike_conv2d_matrix": Count("entries unlike conv2d_matrix"),
    "entries": Count("entries"),
    "nonzero": Count("entries that are not zero"),
    "zero_share": Share("entries that are zero"),
    "distinct": Count("distinct values"),
    "weights": Count("weights of the convolution"),
    "rows_with_a_value_twice": Count("rows with a value twice"),
    "values_of_other_filters": Count("values of other filters"),
}
SEEDS = range(5)
RULE = """
The matrix of a convolution is found without its formula: column i is what the convolution answers
to an image that is 1 at pixel i and 0 elsewhere. For random filters in six settings and each seed,
four things are asked. First, matrix times image is the convolution's output for random images
(largest difference up to 1e-10), and the matrix is the one that conv2d_matrix writes down. Second,
more than half of its entries are zero. Third, the other entries take exactly as many values as the
convolution has weights. Fourth, no row holds a value twice, and each value that a row holds stands
there for one filter. Shown exactly if all four hold in every setting and seed; refuted if the first
fails anywhere; not supported if only the first holds; otherwise partly.
"""
DECIDING = ("zero_share_*",)

TOLERANCE = 1e-10


class Setting(NamedTuple):
    """An image, the filters' shape, and the arguments of the convolution."""

    image: tuple[int, int, int]
    weight: tuple[int, int, int, int]
    arguments: dict[str, Any]


SETTINGS = {
    "digit": Setting((1, 28, 28), (8, 1, 3, 3), {"padding": 1}),
    "channels": Setting((3, 10, 10), (4, 3, 3, 3), {}),
    "padded": Setting((1, 10, 10), (2, 1, 5, 5), {"padding": 2}),
    "strided": Setting((2, 11, 11), (4, 2, 3, 3), {"stride": 2}),
    "dilated": Setting((2, 12, 12), (4, 2, 3, 3), {"dilation": 2}),
    "grouped": Setting((4, 10, 10), (8, 2, 3, 3), {"groups": 2, "padding": 1}),
}


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Probe one convolution and count its matrix."""
    setting = SETTINGS[arm]
    rng = np.random.default_rng(seed)
    weight = rng.normal(size=setting.weight)

    def convolve(images: Array) -> Array:
        return conv2d(images, weight, **setting.arguments)

    matrix = probe(convolve, setting.image)
    images = rng.normal(size=(3, *setting.image))
    outputs = convolve(images).reshape(3, -1)
    written = conv2d_matrix(weight, setting.image[1:], **setting.arguments).toarray()
    rows, columns = matrix.shape
    nonzero = matrix[matrix != 0]
    counts = {
        "largest_difference": float(abs(images.reshape(3, -1) @ matrix.T - outputs).max()),
        "entries_unlike_conv2d_matrix": int((written != matrix).sum()),
        "entries": matrix.size,
        "nonzero": len(nonzero),
        "zero_share": 1 - len(nonzero) / matrix.size,
        "distinct": len(np.unique(nonzero)),
        "weights": weight.size,
        "rows_with_a_value_twice": rows_with_a_value_twice(matrix),
        "values_of_other_filters": values_of_other_filters(matrix, weight),
    }
    return Outcome(counts, {"rows": rows, "columns": columns, **counts} if seed == 0 else {})


def decide(runs: Runs) -> Decision:
    """Apply the rule."""
    same, zeros, values, rows = (
        all(held) for held in zip(*(asked(runs, arm) for arm in ARMS), strict=True)
    )
    others = (zeros, values, rows)
    verdict = "shown exactly" if all(others) else "partly" if any(others) else "not supported"
    effects = {f"zero_share_{arm}": effect(runs.of(arm, "zero_share")) for arm in ARMS}
    return Decision(effects, verdict if same else "refuted")


def asked(runs: Runs, arm: str) -> tuple[bool, bool, bool, bool]:
    """Return whether each of the rule's four points holds in a setting, with every seed."""
    of = partial(runs.of, arm)
    same = (of("largest_difference") <= TOLERANCE) & (of("entries_unlike_conv2d_matrix") == 0)
    own = (of("rows_with_a_value_twice") == 0) & (of("values_of_other_filters") == 0)
    zeros, values = of("zero_share") > 0.5, of("distinct") == of("weights")
    return bool(same.all()), bool(zeros.all()), bool(values.all()), bool(own.all())


def details(by_run: Details) -> dict[str, Any]:
    """Gather the counts of the first seed as whole numbers."""
    return {arm: by_run[arm, SEEDS[0]] for arm in ARMS}


def probe(convolve: Callable[[Array], Array], image: tuple[int, int, int]) -> Array:
    """Return the matrix (outputs, pixels) of a linear map, from its answers to single pixels."""
    pixels = int(np.prod(image))
    answers = convolve(np.eye(pixels).reshape(pixels, *image))
    return answers.reshape(pixels, -1).T


def rows_with_a_value_twice(matrix: Array) -> int:
    """Count the rows in which a value other than zero stands more than once."""
    ordered = np.sort(matrix, axis=1)
    twice = (ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] != 0)
    return int(twice.any(axis=1).sum())


def values_of_other_filters(matrix: Array, weight: Array) -> int:
    """Count entries that are no weight of the filter that their row belongs to."""
    blocks = matrix.reshape(len(weight), -1)
    return sum(
        int((~np.isin(block[block != 0], filter)).sum())
        for block, filter in zip(blocks, weight, strict=True)
    )
