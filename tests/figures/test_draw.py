"""Figures are stored small, and keep every pixel."""

import base64
import io
import re

import numpy as np
from PIL import Image

from cnnnotes.figures.draw import packed


def drawing(pixels):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "png")
    text = base64.encodebytes(buffer.getvalue()).decode()
    return f'<svg><image xlink:href="data:image/png;base64,\n{text}" width="9"/></svg>'.encode()


def pixels_in(svg):
    (image,) = re.findall(rb'base64,([^"]+)" width="9"/></svg>$', svg)
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(image))).convert("RGBA"))


def test_a_picture_of_few_colours_is_stored_by_their_numbers():
    rng = np.random.default_rng(0)
    colours = rng.integers(0, 256, (200, 4), np.uint8)  # some of them see-through
    picture = colours[rng.integers(0, 200, (60, 80))]
    before = drawing(picture)
    after = packed(before)
    assert (pixels_in(after) == picture).all()
    assert len(after) < 0.6 * len(before)


def test_a_picture_of_many_colours_stays_as_it_is():
    before = drawing(np.random.default_rng(0).integers(0, 256, (60, 80, 4), np.uint8))
    assert packed(before) == before
