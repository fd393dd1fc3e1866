"""Make what the pages need and git does not hold: figures, source listings, the math font.

`python -m cnnnotes.site.build` does it by hand; under MkDocs the hook does it.
"""

import io
import re
import subprocess
import sys
from html import unescape
from importlib.util import find_spec
from pathlib import Path

from cnnnotes.figures import draw
from cnnnotes.site import check, labs
from cnnnotes.site.markdown import SiteError
from cnnnotes.site.pages import figures_shown, texts
from cnnnotes.site.paths import DOCS, FIGURES, GENERATED, ROOT


def build() -> None:
    """Bring `docs/generated/` up to date; raises `SiteError` naming the file that is at fault."""
    problems = check.problems()
    if problems:
        raise SiteError("\n".join(problems))
    build_figures()
    labs.build()
    build_card()
    build_sample_report()
    build_sources()
    build_font()


def build_figures() -> None:
    """Draw each figure that a page names and that does not stand already; drop the others."""
    shown = figures_shown()
    standing = [draw.drawn_in(FIGURES, name) for name in shown]
    fresh = {drawn.name for drawn in standing if drawn and draw.up_to_date(drawn)}
    missing = [name for name in shown if name not in fresh]
    if missing:
        # A process of its own: `mkdocs serve` would go on drawing with code it imported long ago.
        command = [sys.executable, "-m", "cnnnotes.figures.draw", str(FIGURES), *missing]
        errors = []
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
            assert run.stdout is not None
            for line in run.stdout:
                print(f"figures {line}", end="", file=sys.stderr)
                if line.startswith("error: "):
                    pages = ", ".join(shown.get(line.split("'")[1], []))
                    errors.append(f"{pages}: {line.removeprefix('error: ').strip()}")
        if run.returncode != 0:
            raise SiteError("\n".join(errors) or "the figures could not be drawn; see above")
    for file in FIGURES.glob("*"):
        if not any(file.name.startswith(f"{name}.") for name in shown):
            file.unlink()


def build_card() -> None:
    """Draw the picture that other sites show for a link to this one."""
    path, note = GENERATED / "card.png", GENERATED / "card.json"
    key = draw.key("home.card", [])
    if path.exists() and note.exists() and note.read_text() == key:
        return
    from cnnnotes.figures import home
    from cnnnotes.figures.style import LIGHT, applied

    buffer = io.BytesIO()
    with applied(LIGHT):
        home.card(LIGHT).savefig(
            buffer, format="png", facecolor=LIGHT.paper, metadata={"Software": None}
        )
    draw.write(path, buffer.getvalue())
    draw.write(note, key.encode())


def build_sample_report() -> None:
    """Make the report that the chapter on the loop links to, where there is that chapter."""
    if not (DOCS / "pooling/the-loop.md").exists():
        return
    path, note = GENERATED / "report.html", GENERATED / "report.json"
    key = draw.key("the_loop.sample_report", [])
    if path.exists() and note.exists() and note.read_text() == key:
        return
    from cnnnotes.figures.the_loop import sample_report

    path.parent.mkdir(parents=True, exist_ok=True)
    sample_report(path)
    draw.write(note, key.encode())


def build_sources() -> None:
    """Publish the code that pages link to beside them, as it was when the site was built."""
    for folder in ("cnnnotes/figures", "cnnnotes/experiments"):
        for path in sorted((ROOT / folder).glob("*.py")):
            target = GENERATED / "source" / f"{path.relative_to(ROOT)}.txt"
            draw.write(target, path.read_bytes())


def build_font() -> None:
    """Cut STIX Two Math down to the glyphs of our formulas, so that it costs a few kilobytes."""
    path = GENERATED / "fonts" / "math.woff2"
    note = path.with_name("math.txt")
    used = "".join(sorted(_characters()))
    if path.exists() and note.exists() and note.read_text() == used:
        return
    from fontTools import subset

    ziamath = find_spec("ziamath")
    assert ziamath is not None and ziamath.origin is not None
    options = subset.Options(flavor="woff2", layout_features=["*"], notdef_outline=True)
    source = Path(ziamath.origin).parent / "fonts" / "STIXTwoMath-Regular.ttf"
    buffer = io.BytesIO()
    with subset.load_font(str(source), options) as font:
        font.recalcTimestamp = False
        subsetter = subset.Subsetter(options)
        subsetter.populate(text=used)
        subsetter.subset(font)
        subset.save_font(font, buffer, options)
    draw.write(path, buffer.getvalue())
    draw.write(note, used.encode())


def _characters() -> set[str]:
    """Every character in a formula; letters also as the slanted ones that browsers show."""
    from latex2mathml.converter import convert_to_element

    found = set("0123456789+−=()[]|,.")
    for text in texts().values():
        for formula in re.findall(r"\$\$?([^$]+)\$\$?", text):
            try:
                found |= set(unescape("".join(convert_to_element(formula).itertext())))
            except Exception:  # not a formula, or bad TeX: the page itself will say so
                continue
    slanted = set()
    for letter in found:
        for first, start in (("A", 0x1D434), ("a", 0x1D44E), ("Α", 0x1D6E2), ("α", 0x1D6FC)):
            offset = ord(letter) - ord(first)
            if 0 <= offset < 26:
                slanted.add("ℎ" if letter == "h" else chr(start + offset))
    return {character for character in found | slanted if not character.isspace()}


def main() -> int:
    """Build, or say in one line what is wrong."""
    try:
        build()
    except SiteError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"built {GENERATED.relative_to(DOCS.parent)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
