"""The hook only prepares files: nothing inside MkDocs or its plugins is replaced."""

import sys

from mkdocs.config import load_config

from cnnnotes.site.paths import ROOT

HOUSES = ("mkdocs.", "material.", "mkdocs_jupyter.", "markdown.")


def functions():
    """Return where each function and method of MkDocs and its plugins was written."""
    found = {}
    for name, module in sorted(sys.modules.items()):
        if not name.startswith(HOUSES):
            continue
        for thing in vars(module).values():
            inside = vars(thing).items() if isinstance(thing, type) else ()
            for attribute, value in inside:
                if hasattr(value, "__code__"):
                    found[f"{thing.__module__}.{thing.__qualname__}.{attribute}"] = value.__code__
    return found


def test_loading_the_hook_replaces_nothing(monkeypatch):
    monkeypatch.setenv("NO_MKDOCS_2_WARNING", "1")
    bare = load_config(str(ROOT / "mkdocs.yml"), hooks=[])
    assert not bare.hooks
    before = functions()
    config = load_config(str(ROOT / "mkdocs.yml"))
    assert list(config.hooks) == ["cnnnotes/site/hook.py"]
    after = functions()
    assert {name: code for name, code in after.items() if name in before} == before
    assert "mkdocs.structure.pages.Page.render" in before
