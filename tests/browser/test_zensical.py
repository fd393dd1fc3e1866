"""Zensical builds the same pages as MkDocs: the fast way to write, and what follows Material."""

import os
import re
import subprocess
import sys
from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup

from cnnnotes.site.paths import ROOT

FOLDER = ".cache/zensical"
COUNTED = ("h1", "h2", "h3", "p", "li", "pre", "table", "td", "math", "figure", "details")
FURNITURE = ".headerlink, .md-top, .md-source-file, .md-feedback, .md-content__button"


@pytest.fixture(scope="module")
def other(built):
    """The folder with Zensical's pages, built from what the MkDocs build left behind."""
    subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--clean", "--strict"],
        cwd=ROOT,
        env=os.environ | {"SITE_DIR": FOLDER},
        check=True,
        capture_output=True,
    )
    return ROOT / FOLDER


def article(page, folder):
    """Return a page's text, the count of its parts, and its pictures and links, made absolute."""
    found = BeautifulSoup(page.read_text(), "html.parser").find("article")
    for part in found.select(FURNITURE):
        part.decompose()
    here = f"/{page.parent.relative_to(folder).as_posix()}/".replace("/./", "/")
    targets = [part["href"] for part in found.select("a[href]")]
    targets += [part["src"] for part in found.select("img")]
    return (
        re.sub(r"\s+", " ", found.get_text(" ")),
        {tag: len(found.select(tag)) for tag in COUNTED},
        [urljoin(here, target) for target in targets],
    )


def test_zensical_builds_the_same_pages(built, other):
    pages = sorted(page.relative_to(built) for page in built.rglob("index.html"))
    assert len(pages) > 60
    assert sorted(page.relative_to(other) for page in other.rglob("index.html")) == pages
    differing = [
        str(page) for page in pages if article(built / page, built) != article(other / page, other)
    ]
    assert differing == []
