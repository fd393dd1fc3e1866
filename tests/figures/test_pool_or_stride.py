"""What the chapters on stride and on noise draw is what can be worked out by hand."""

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot as plt

from cnnnotes.figures import learning_or_noise, pool_or_stride
from cnnnotes.figures.style import LIGHT, applied

matplotlib.use("agg")


def test_the_false_wave_has_the_length_that_the_sampling_theorem_gives():
    with applied(LIGHT):
        figure, alt = pool_or_stride.grating(LIGHT)
        plt.close(figure)
    # 16 waves in 36 pixels are 16 in 18 samples, which look like 2 waves: 18 pixels each.
    assert "a wave every 2.25 pixels" in alt and "waves of 18 pixels" in alt
    assert "stride 97%" in alt and "blur 3%" in alt


@pytest.mark.parametrize(
    "first, second, epoch",
    [
        ([[0, 3, 3, 3], [0, 2, 3, 3]], [[0, 1, 1, 1], [1, 2, 1, 1]], 2),
        ([[0, 0, 0], [0, 0, 0]], [[1, 1, 1], [2, 2, 2]], 0),
        ([[5, 0, 1], [5, 0, 0]], [[1, 1, 1], [2, 2, 2]], None),
        ([[5, 0], [5, 0]], [[1, 1], [2, 2]], 1),
    ],
)
def test_runs_are_apart_from_the_epoch_after_which_they_never_mix(first, second, epoch):
    assert learning_or_noise.apart_from(np.array(first), np.array(second)) == epoch
