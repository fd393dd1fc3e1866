"""The one MkDocs hook: before a build, make what the pages need."""

from typing import Any

from cnnnotes.site.build import build


def on_pre_build(config: Any) -> None:
    """Bring `docs/generated/` up to date; nothing is written if nothing changed."""
    build()
