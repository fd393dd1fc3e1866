"""The one MkDocs hook: before a build, make what the pages need; then convert what changed."""

from functools import lru_cache, wraps
from inspect import unwrap
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache
from material.plugins.search import plugin as search
from mkdocs.structure.pages import Page

from cnnnotes.site import labs
from cnnnotes.site.build import build
from cnnnotes.site.markdown import fill_in
from cnnnotes.site.paths import ROOT

Parser = search.Parser


def on_pre_build(config: Any) -> None:
    """Bring `docs/generated/` up to date; nothing is written if nothing changed."""
    build()


def on_pre_page(page: Page, config: Any, files: Any) -> Page:
    """Convert labs as all other pages are, and not as mkdocs-jupyter would."""
    if labs.name_of(page.file.src_uri):
        vars(page).pop("render", None)
    return page


def on_page_read_source(page: Page, config: Any) -> str | None:
    """Return what a lab says, with its outputs; other pages stand in their files."""
    name = labs.name_of(page.file.src_uri)
    return labs.page(name) if name else None


def on_env(env: Environment, config: Any, files: Any) -> None:
    """Keep compiled templates: MkDocs would compile all of them at each rebuild."""
    folder = ROOT / ".cache" / "templates"
    folder.mkdir(parents=True, exist_ok=True)
    env.bytecode_cache = FileSystemBytecodeCache(str(folder))


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

_render = unwrap(Page.render)  # MkDocs loads this file anew when mkdocs.yml changes
_rendered: dict[str, tuple[Any, Page]] = {}


@wraps(_render)
def render_if_changed(page: Page, config: Any, files: Any) -> None:
    """Convert a page to HTML, unless the same text was before: half of a reload's time.

    The text has everything filled in, so it also tells whether a snippet or a number changed.
    """
    address = page.file.src_uri
    made_from = fill_in(page.markdown or ""), sorted(files.src_uris)
    before, same = _rendered.get(address, (None, page))
    if before != made_from:
        _render(page, config, files)
    else:
        page.content, page.toc = same.content, same.toc
        page.present_anchor_ids = same.present_anchor_ids
        page._title_from_render = same._title_from_render
        page.links_to_anchors = {
            files.get_file_from_path(file.src_uri): links
            for file, links in (same.links_to_anchors or {}).items()
        }
    _rendered[address] = made_from, page


Page.render = render_if_changed  # type: ignore[method-assign, assignment]
