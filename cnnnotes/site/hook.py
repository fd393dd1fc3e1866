"""The one MkDocs hook: before a build, make what the pages need."""

from functools import lru_cache
from typing import Any

from material.plugins.search import plugin as search

from cnnnotes.site.build import build

Parser = search.Parser


def on_pre_build(config: Any) -> None:
    """Bring `docs/generated/` up to date; nothing is written if nothing changed."""
    build()


@lru_cache(maxsize=1000)
def _sections(html: str) -> list[Any]:
    parser = Parser()
    parser.feed(html)
    parser.close()
    sections: list[Any] = parser.data
    return sections


class RememberingParser(Parser):  # type: ignore[misc, valid-type]
    """Reads a page for the search index once, until it changes: a quarter of a reload's time."""

    def feed(self, data: str) -> None:
        """Take what was found in the same text before."""
        self.data = _sections(data)


search.Parser = RememberingParser
