"""Draw figures for the site: light and dark, byte-stable, and only when code or data changed."""

import argparse
import base64
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from cnnnotes.experiments import results
from cnnnotes.experiments.closure import code_hash


@dataclass(frozen=True)
class Drawn:
    """What the build knows of a figure that stands in the output folder."""

    name: str
    alt: str
    width: int
    height: int
    records: tuple[str, ...]
    key: str


class FigureError(Exception):
    """A figure cannot be drawn; the message names it and says why."""


def function_of(name: str) -> Callable[..., Any]:
    """Return the function behind `"chapter.figure"`; raises `FigureError` if there is none."""
    module_name, _, function_name = name.partition(".")
    path = f"cnnnotes/figures/{module_name}.py"
    try:
        module = import_module(f"cnnnotes.figures.{module_name}")
    except ModuleNotFoundError as error:
        raise FigureError(f"figure {name!r}: there is no {path} ({error})") from None
    function = getattr(module, function_name, None)
    if not callable(function):
        raise FigureError(f"figure {name!r}: {path} has no function {function_name!r}")
    return function


def draw(name: str, folder: Path) -> Drawn:
    """Draw one figure in both themes into `folder` and write what is known of it beside it."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    from cnnnotes.figures.style import PALETTES, applied

    function = function_of(name)
    images: dict[str, bytes] = {}
    with results.reading() as records:
        for palette in PALETTES:
            with applied(palette):
                try:
                    figure, alt = function(palette)
                except Exception as error:
                    raise FigureError(
                        f"figure {name!r}: {type(error).__name__}: {error}"
                    ) from error
                buffer = io.BytesIO()
                figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
                width, height = (round(inches * 96) for inches in figure.get_size_inches())
                pyplot.close(figure)
                images[f"{name}.{palette.name}.svg"] = packed(buffer.getvalue())
    if not isinstance(alt, str) or len(alt.strip()) < 20:
        raise FigureError(f"figure {name!r} needs alt text that carries its finding, not {alt!r}")
    used = tuple(sorted(records))
    drawn = Drawn(name, " ".join(alt.split()), width, height, used, key(name, used))
    for file_name, content in images.items():
        write(folder / file_name, content)
    write(folder / f"{name}.json", json.dumps(asdict(drawn), indent=1).encode())
    return drawn


def packed(svg: bytes) -> bytes:
    """Store the pixels of a figure as numbers of colours, where 256 suffice: half of the bytes."""
    return re.sub(rb'(?<=base64,)[^"]+', _with_palette, svg)


def _with_palette(match: re.Match[bytes]) -> bytes:
    image = Image.open(io.BytesIO(base64.b64decode(match[0])))
    pixels = np.asarray(image.convert("RGBA")).reshape(-1, 4)
    colours, numbers = np.unique(pixels, axis=0, return_inverse=True)
    if len(colours) > 256:
        return match[0]
    indexed = Image.fromarray(numbers.reshape(image.size[::-1]).astype(np.uint8))
    indexed.putpalette(colours.tobytes(), "RGBA")
    buffer = io.BytesIO()
    indexed.save(buffer, "png", optimize=True)
    return base64.b64encode(buffer.getvalue())


def key(name: str, records: Iterable[str]) -> str:
    """Hash all that a figure depends on: its code, the records it reads, Matplotlib's version."""
    parts = [_code(name, last_change())]
    parts += [results.path(record).read_text() for record in sorted(records)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@cache
def _code(name: str, _changed: tuple[int, int]) -> str:
    """Hash a figure's code: once, until a file changes, so that `mkdocs serve` reloads at once."""
    hashed = code_hash(f"cnnnotes.figures.{name}", "cnnnotes.figures.draw.draw")
    return hashed + version("matplotlib")


def last_change() -> tuple[int, int]:
    """Return what changes when a file of the package does: their number, the latest time."""
    files = list(Path(__file__).parents[1].rglob("*.py"))
    return len(files), max(file.stat().st_mtime_ns for file in files)


def drawn_in(folder: Path, name: str) -> Drawn | None:
    """Return what is known of the figure that stands in `folder`, or None if there is none."""
    try:
        drawn = Drawn(**json.loads((folder / f"{name}.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None
    files = [folder / f"{name}.{palette}.svg" for palette in ("light", "dark")]
    return drawn if all(file.exists() for file in files) else None


def up_to_date(drawn: Drawn) -> bool:
    """Say whether code and data of the figure are still those that it was drawn with."""
    try:
        return drawn.key == key(drawn.name, drawn.records)
    except (OSError, ValueError):  # its code or data is gone
        return False


def write(path: Path, content: bytes) -> None:
    """Write beside, then rename; leave the file alone if it says the same already."""
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(content)
    beside.replace(path)


def main() -> int:
    """`python -m cnnnotes.figures.draw FOLDER NAME…`: draw the named figures on all cores."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="+")
    arguments = parser.parse_args()
    failures = 0
    with ProcessPoolExecutor() as pool:
        futures = [pool.submit(draw, name, arguments.folder) for name in arguments.names]
        for count, future in enumerate(futures, start=1):
            try:
                print(f"[{count}/{len(futures)}] {future.result().name}", flush=True)
            except FigureError as error:
                failures += 1
                print(f"error: {error}", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
