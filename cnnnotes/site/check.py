"""What must hold between pages, snippets and figures before a site may be built."""

import ast
import re

from cnnnotes.experiments import replay
from cnnnotes.site import pages, snippets
from cnnnotes.site.paths import ROOT, SNIPPETS

TYPED_PYTHON = re.compile(r"^\s*(```|~~~)\s*\{?\s*\.?(python|py|python3|pycon|ipython)\b", re.I)
CODE = re.compile(r"^\s*```.*?^\s*```|`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]*\$", re.M | re.S)
UNITS = r"(?:%|percent\b|pp\b|ms\b|seconds?\b|GFLOP|times (?:faster|slower))"
MEASURED = re.compile(rf"(?<![\w.])[−-]?\d+(?:[.,]\d+)*\s?{UNITS}|(?<![\w.])0\.\d+(?![\w.])")
MEASURED_ALLOWED = re.compile(r"95\s?%")
"""The level of our intervals is a convention, not a measurement."""
NO_PAGE = ("style.applied", "home.card")
"""Functions of a palette that are no figures of a page."""


def problems() -> list[str]:
    """Return one line for each fault, naming the file; an empty list if all is well."""
    return [*record_problems(), *snippet_problems(), *page_problems(), *figure_problems()]


def record_problems() -> list[str]:
    """Records that are damaged, edited by hand, or not known to come out with the present code."""
    return replay.outdated()


def snippet_problems() -> list[str]:
    """Snippets without record or page, records without snippet, programs too long to read."""
    found = []
    programs, recorded, shown = set(snippets.names()), set(snippets.records()), set()
    for name in pages.snippets_shown():
        shown |= {name, f"{name}_torch"}
    for name in sorted(programs - recorded):
        found.append(f"snippets/{name}.py has no recorded output; run: make record")
    for name in sorted(recorded - programs):
        found.append(f"snippets/{name}.out is the record of no snippet; delete it")
    for name in sorted(programs - shown):
        found.append(f"snippets/{name}.py is shown on no page")
    for name in sorted(programs):
        text = (SNIPPETS / f"{name}.py").read_text()
        if text.count("\n") > snippets.MOST_LINES:
            found.append(f"snippets/{name}.py is longer than {snippets.MOST_LINES} lines")
    for name in sorted(programs & recorded):
        if name.endswith("_torch") and _record(name) != _record(name.removesuffix("_torch")):
            found.append(f"snippets/{name}.out differs from its NumPy twin's")
    return found


def _record(name: str) -> str | None:
    path = SNIPPETS / f"{name}.out"
    return path.read_text() if path.exists() else None


def page_problems() -> list[str]:
    """Python and measured numbers that were typed by hand."""
    found = []
    for page, text in pages.texts().items():
        for count, line in enumerate(text.splitlines(), start=1):
            if TYPED_PYTHON.match(line):
                found.append(
                    f"docs/{page}:{count}: Python typed by hand; "
                    "put it in snippets/ and show it in a snippet fence"
                )
        blank = CODE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
        blank = re.sub(r"\{\{.*?\}\}|\]\([^)]*\)|<[^>]*>", lambda m: " " * len(m[0]), blank)
        for count, line in enumerate(blank.splitlines(), start=1):
            for match in MEASURED.finditer(line):
                if not MEASURED_ALLOWED.fullmatch(match[0]):
                    found.append(
                        f"docs/{page}:{count}: {match[0]!r} was typed by hand; "
                        "name the recorded result: {{ experiment.path:format }}"
                    )
    return found


def figure_problems() -> list[str]:
    """Figure functions that no page shows."""
    found, shown = [], set(pages.figures_shown())
    for path in sorted((ROOT / "cnnnotes" / "figures").glob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                takes = [argument.arg for argument in node.args.args]
                name = f"{path.stem}.{node.name}"
                if takes == ["palette"] and name not in shown and name not in NO_PAGE:
                    found.append(f"cnnnotes/figures/{path.name}: {node.name} is shown on no page")
    return found
