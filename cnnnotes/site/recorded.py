"""What a reader is told of the records, as text files that a reviewer sees change.

Evidence tables, alt texts and the numbers in pages are computed; ``tests/recorded`` holds what they
say. `make record` writes it anew, the tests compare: as with the output of a snippet.
"""

import difflib
from collections.abc import Callable, Iterator
from pathlib import Path

from cnnnotes.experiments import results
from cnnnotes.experiments.arithmetic import in_processes
from cnnnotes.site import pages
from cnnnotes.site.markdown import NUMBER, number
from cnnnotes.site.paths import ROOT
from cnnnotes.site.tables import evidence

FOLDER = ROOT / "tests" / "recorded"


def evidence_tables() -> str:
    """Return the ledger and the page of each experiment, as Markdown."""
    tables = [evidence.ledger(), *(evidence.record(name) for name in results.names())]
    return "\n".join(tables)


def numbers() -> str:
    """Return each number that a page names, and what stands there."""

    def said() -> Iterator[str]:
        for page, text in sorted(pages.texts().items()):
            yield from (f"{page}: {found[0]} {number(found)}\n" for found in NUMBER.finditer(text))

    return "".join(said())


def alt_texts() -> str:
    """Return what each figure says of itself, drawn with the arithmetic of the records."""
    (said,) = in_processes(_alt_texts, [(sorted(pages.figures_shown()),)], 1)
    return said


def _alt_texts(names: list[str]) -> str:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    from cnnnotes.figures.draw import function_of
    from cnnnotes.figures.style import PALETTES, applied

    said = []
    for name in names:
        with applied(PALETTES[0]):
            figure, alt = function_of(name)(PALETTES[0])
            pyplot.close(figure)
        said.append(f"{name}: {' '.join(alt.split())}\n")
    return "".join(said)


KINDS: dict[str, Callable[[], str]] = {
    "evidence.md": evidence_tables,
    "numbers.txt": numbers,
    "alt_texts.txt": alt_texts,
}


def changes(kind: str, now: str) -> list[str]:
    """Return the lines of a recorded text that are not what is said now, and these beside them."""
    before = path(kind).read_text().splitlines()
    return list(difflib.unified_diff(before, now.splitlines(), "recorded", "now", "", "", 0, ""))


def path(kind: str) -> Path:
    """Return the file of a recorded text."""
    return FOLDER / kind


def main() -> None:
    """Record all; say which texts changed."""
    FOLDER.mkdir(exist_ok=True)
    for kind, function in KINDS.items():
        text, file = function(), path(kind)
        before = file.read_text() if file.exists() else None
        results.write_whole(file, text)
        verdict = "same" if text == before else "new" if before is None else "CHANGED"
        print(f"{verdict:8} tests/recorded/{kind}", flush=True)


if __name__ == "__main__":
    main()
