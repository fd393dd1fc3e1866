"""Parts of a page: text made safe, tables that scroll by themselves, pictures with words."""

import html as marks
from collections.abc import Iterable, Sequence
from math import isnan

from cnnnotes.checks import Array
from cnnnotes.shapes.tables import printable


def escape(text: str) -> str:
    """Return text for a page: marks of HTML and characters that do not print are escaped."""
    return marks.escape(printable(text))


def table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    label: str,
    *,
    words: int = 1,
    found: Iterable[tuple[int, int]] = (),
    html: Iterable[int] = (),
) -> str:
    """Return a table that scrolls by itself where it is too wide; `found` cells stand out."""
    marked, raw = set(found), set(html)

    def cell(number: int, column: int, text: str) -> str:
        content = text if column in raw else escape(text)
        if column == 0:
            return f"<th scope='row'>{content}</th>"
        kind = "found" if (number, column) in marked else "word" if column < words else ""
        return f"<td class='{kind}'>{content}</td>" if kind else f"<td>{content}</td>"

    head = "".join(
        f"<th scope='col'{' class=word' if column < words else ''}>{escape(name)}</th>"
        for column, name in enumerate(columns)
    )
    body = "".join(
        "<tr>" + "".join(cell(number, column, text) for column, text in enumerate(row)) + "</tr>"
        for number, row in enumerate(rows)
    )
    return (
        f"<div class='wide' role='region' aria-label='{escape(label)}' tabindex='0'>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def image(source: str, alt: str, wide: int) -> str:
    """Return a picture that says what it shows, `wide` pixels wide where there is room."""
    return f"<img src='{source}' alt='{escape(alt)}' style='width:{wide}px'>"


def number(value: float) -> str:
    """Return a number as it stands in a table; a dash if there is none."""
    return "–" if isnan(value) else f"{value:.2f}"


def times(sides: Iterable[int]) -> str:
    """Return sizes as they are read: 3 × 32 × 32."""
    return " × ".join(map(str, sides))


def as_pictures(images: Array) -> Array:
    """Return images from 0 to 1, stretched to that if they are not; in one or three channels."""
    low, high = float(images.min()), float(images.max())
    if low < 0 or high > 1:
        images = (images - low) / (high - low or 1.0)
    return images if images.shape[1] in (1, 3) else images.mean(axis=1, keepdims=True)


def bullets(sentences: Iterable[str]) -> str:
    """Return a list of sentences."""
    return "<ul>" + "".join(f"<li>{escape(said)}</li>" for said in sentences) + "</ul>"


def section(title: str, content: str) -> str:
    """Return a part of the page below a heading."""
    return f"<section>\n<h2>{escape(title)}</h2>\n{content}\n</section>"
