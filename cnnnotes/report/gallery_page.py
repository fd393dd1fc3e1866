"""The part of a report's page that shows where a network looks."""

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.report import pictures
from cnnnotes.report.findings import images_in_words, listed
from cnnnotes.report.gallery import SHIFTS, Gallery, Look
from cnnnotes.report.parts import as_pictures, escape, image, table

ROWS, COLUMNS = 12, 24  # of what filters are made of, that are drawn
CELL = 12  # pixels of the square of a share
SIDE = 96  # pixels that an image is drawn high


def looks_section(looks: Gallery) -> str:
    """Return what each instrument shows, with what it can and can't tell, and its control."""
    answers = ", ".join(map(str, looks.answers))
    return (
        f"<p>For the class that the network answers: {answers} for the first "
        f"{images_in_words(len(looks.answers))}. Upper row: what it says; blue speaks for the "
        "class, orange against it. Lower row, the control: the same after all weights were drawn "
        "anew, so that nothing is learned any more. An instrument whose two rows are alike shows "
        "the image, not the network.</p>"
        + "".join(_look(look) for look in looks.looks)
        + _exciting(looks)
        + _curve(looks)
        + _parts(looks)
    )


def _look(look: Look) -> str:
    rows = [_one_scale(maps) for maps in (look.maps, look.anew)]
    picture = pictures.signed(pictures.grid(pictures.smaller(np.stack(rows), SIDE)))
    wide = SIDE * len(look.maps)
    alike = (
        "one of them is blank"
        if look.alike is None
        else f"rank correlation {_signed(look.alike, '.2f')}"
    )
    said = f"{look.name} of {images_in_words(len(look.maps))}; below, weights drawn anew: {alike}"
    return (
        f"<h3>{escape(look.name)}</h3><p>{escape(look.tells)}</p><figure><div class='maps'>"
        f"{image(picture, said, wide)}</div><figcaption>{escape(said)}.</figcaption></figure>"
    )


def _signed(value: float, form: str) -> str:
    return f"{value:{form}}".replace("-", "−")


def _one_scale(maps: Array) -> Array:
    """Return maps from −1 to 1, each by its own largest value."""
    largest = np.abs(maps).max(axis=(1, 2), keepdims=True)
    return np.divide(maps, largest, out=np.zeros(maps.shape), where=largest > 0)


def _exciting(looks: Gallery) -> str:
    if not len(looks.exciting):
        return ""
    picture = pictures.photo(
        pictures.grid(pictures.smaller(as_pictures(looks.exciting), SIDE)[None])
    )
    said = f"Inputs made to excite the classes {listed(list(looks.classes))}"
    return (
        "<h3>What excites a class</h3><p>Found by climbing the score from noise. It tells one "
        "thing that the class answers to; it can't tell that images must look so.</p>"
        f"<figure><div class='maps'>{image(picture, said, SIDE * len(looks.exciting))}</div>"
        f"<figcaption>{escape(said)}.</figcaption></figure>"
    )


def _curve(looks: Gallery) -> str:
    answer = int(looks.answers[0])
    shares = looks.curve[:, answer]
    rows = [
        (_signed(across, "+d") if across else "0", f"{share:.1%}", str(int(best)))
        for (_, across), share, best in zip(SHIFTS, shares, looks.curve.argmax(1), strict=True)
    ]
    columns = ("moved right by", f"probability of class {answer}", "answer")
    return (
        "<h3>While the first image moves</h3><p>Pixel by pixel. It tells how steady this answer "
        "is; it can't tell of other images.</p>"
        + table(columns, rows, "Class probabilities while the first image moves")
    )


def _parts(looks: Gallery) -> str:
    if looks.parts is None:
        return ""
    layer, found = looks.parts
    assert found.shares is not None
    shares = found.shares[:ROWS, :COLUMNS]
    largest = np.abs(found.shares).max() or 1.0
    squares = np.ones((*shares.shape, CELL, CELL)) * (shares / largest)[..., None, None]
    picture = pictures.signed(pictures.grid(squares))
    said = (
        f"What {shares.shape[1]} maps before add to {shares.shape[0]} filters of layer {layer}, "
        "where each is most excited: a row a filter; blue adds, orange takes away"
    )
    return (
        "<h3>What a filter is made of</h3><p>Exact for the places that are shown. It tells what is "
        "added up there; it can't tell what the maps before stand for.</p>"
        f"<figure><div class='maps'>{image(picture, said, 20 * shares.shape[1])}</div>"
        f"<figcaption>{escape(said)}.</figcaption></figure>"
    )
