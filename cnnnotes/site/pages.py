"""What the pages say, read as text."""

import textwrap

from cnnnotes.site import labs
from cnnnotes.site.markdown import FENCE
from cnnnotes.site.paths import DOCS


def texts() -> dict[str, str]:
    """Return every page's Markdown by its path below `docs/`; of a lab, what is not code."""
    written = {
        path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(DOCS.rglob("*.md"))
        if "generated" not in path.parts and not labs.is_generated(path)
    }
    return written | {f"labs/{name}.py": labs.prose_of(name) for name in labs.names()}


def shown(kind: str) -> dict[str, list[str]]:
    """Return what the fences of a kind name, each with the pages that name it."""
    found: dict[str, list[str]] = {}
    for page, text in texts().items():
        for match in FENCE.finditer(text):
            if match["kind"] == kind:
                name = textwrap.dedent(match["body"]).strip().partition("\n")[0]
                found.setdefault(name, []).append(f"docs/{page}")
    return found


def figures_shown() -> dict[str, list[str]]:
    """Return the figures that pages name."""
    return shown("figure")


def snippets_shown() -> dict[str, list[str]]:
    """Return the snippets that pages name."""
    return shown("snippet")
