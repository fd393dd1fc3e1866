"""Pictures for notebooks tell in words what they show, and follow the palette."""

import numpy as np
import pytest

from cnnnotes.figures.notebook import THEMED, show_curves, show_images
from cnnnotes.figures.style import DARK, LIGHT


def test_a_picture_is_a_png_that_jupyter_shows_with_its_alt_text():
    picture = show_images("Three squares", np.ones((3, 1, 4, 4)), names=range(3))
    bundle, metadata = picture._repr_mimebundle_()
    assert bundle["image/png"].startswith(b"\x89PNG") and set(bundle) == {"image/png", "text/plain"}
    assert metadata["image/png"]["alt"] == "Three squares. 3 images of 4×4 pixels: 0, 1, 2."
    assert metadata["image/png"]["width"] > metadata["image/png"]["height"] > 50


def test_a_picture_has_the_colours_of_each_theme_and_the_same_bytes_each_time():
    picture = show_curves("Two runs", {"a": [2.0, 1.0], "b": [2.5, 0.125]}, log=True)
    assert picture.alt == "Two runs. loss by step: a from 2 to 1; b from 2.5 to 0.125."
    themes = picture.themed()[0][THEMED]
    assert picture.themed()[0][THEMED] == themes
    assert LIGHT.blue in themes["light"] and LIGHT.blue not in themes["dark"]
    assert DARK.blue in themes["dark"] and DARK.ink in themes["dark"]


def test_all_images_have_one_scale_and_zero_its_place():
    (axes,) = show_images("One", np.array([[[-1.0, 3.0]]]), signed=True).draw(LIGHT).axes
    assert axes.images[0].get_clim() == (-3, 3)
    first, second = show_images("Two", np.array([[[1.0]], [[5.0]]])).draw(LIGHT).axes
    assert first.images[0].get_clim() == second.images[0].get_clim() == (0, 5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: show_images("Rows", np.ones((4, 4))), r"images \(shape \(4, 4\)\) must be"),
        (lambda: show_images("None", np.ones((0, 4, 4))), "at least one"),
        (lambda: show_images("Two", np.ones((2, 4, 4)), names="a"), "names .* as many as images"),
        (lambda: show_curves("None", {}), "curves must hold at least one"),
        (lambda: show_curves("Empty", {"a": []}), "curves must hold at least one"),
    ],
)
def test_what_cannot_be_shown_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
