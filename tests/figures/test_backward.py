"""The numbers drawn in the chapter on the backward pass are those worked out by hand."""

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot as plt

from cnnnotes.conv import conv_transpose2d
from cnnnotes.figures import backward, optimiser
from cnnnotes.figures.style import LIGHT, applied

matplotlib.use("agg")


def drawn(function):
    """Return the alt text of a figure and the texts in its panels, in order."""
    with applied(LIGHT):
        figure, alt = function(LIGHT)
        texts = [[text.get_text() for text in axes.texts] for axes in figure.axes]
        plt.close(figure)
    return alt, texts


@pytest.mark.parametrize(
    ("function", "finding"),
    [
        (backward.matrix_both_ways, "one pixel's gradient: 2 −5 5 0 −3 9."),
        (backward.weight_touches, "All 9 outputs use the weight."),
        (backward.pixel_touches, "through the weights i h g f e d c b a;"),
        (backward.weight_gradient, "the nine products add up to −1,"),
        (backward.stride_gradient, "in the framed place it is 6."),
        (backward.columns, "stands in the matrix 4 times; 36 entries for 16 pixels."),
        (optimiser.learning_rates, "diverges from 0.095 on."),
    ],
)
def test_alt_text_says_what_was_worked_out_by_hand(function, finding):
    assert finding in drawn(function)[0]


def test_the_strided_gradient_drawn_is_the_transposed_convolution():
    _, (spread, turned, found) = drawn(backward.stride_gradient)
    numbers = [[int(text.replace("−", "-")) for text in panel] for panel in (spread, turned, found)]
    came_back = [number for number in numbers[0] if number]
    weight = numbers[1][::-1]
    stack = backward._stack
    expected = conv_transpose2d(
        stack(np.reshape(came_back, (2, 2))),
        stack(np.reshape(weight, (3, 3))),
        stride=2,
        output_padding=1,
    )
    assert numbers[2] == expected.ravel().astype(int).tolist()
