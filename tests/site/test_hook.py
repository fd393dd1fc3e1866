"""Between two builds of `mkdocs serve` only what changed is converted, and the site is the same."""

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config

from cnnnotes.site.paths import ROOT

CHANGED = "reference/cheat-sheet.md"


@pytest.fixture
def serving(tmp_path, monkeypatch):
    """Two builds in one process, as `mkdocs serve` makes them; what is converted at each."""
    monkeypatch.setenv("NO_MKDOCS_2_WARNING", "1")
    config = load_config(str(ROOT / "mkdocs.yml"), site_dir=str(tmp_path))
    (hook,) = config.hooks.values()
    converted = []

    def noting(page, *arguments, render=hook._render):
        converted.append(page.file.src_uri)
        render(page, *arguments)

    monkeypatch.setattr(hook, "_render", noting)

    def again():
        converted.clear()
        build(config)
        return list(converted), {
            path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.html")
        }

    return hook, again


def test_only_a_changed_page_is_converted_again(serving, monkeypatch):
    hook, again = serving
    all_pages, first = again()
    assert CHANGED in all_pages
    assert again() == ([], first)

    def other_snippet(text, fill_in=hook.fill_in):
        filled = fill_in(text)
        return filled + "\nOne more line." if "# Shapes on one page" in text else filled

    monkeypatch.setattr(hook, "fill_in", other_snippet)
    assert again()[0] == [CHANGED]
