"""Every page, as a reader meets it: wide and narrow, light and dark."""

import gzip
import re
from functools import lru_cache
from urllib.request import urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe

from cnnnotes.site import pages
from cnnnotes.site.paths import SNIPPETS


def address_of(page):
    return "" if page == "index.md" else re.sub(r"(index)?\.(md|py)$", "", page)


PAGES = sorted(address_of(page) for page in pages.texts())
MOST_BYTES = 300_000  # over the wire, with all the figures that a reader sees
PACKED = (".png", ".woff2")  # not made smaller by gzip
LOOKS = [(width, scheme) for width in (1280, 390) for scheme in ("light", "dark")]


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[1]}", scope="module")
def look(request, browser):
    """A window of one size and colour scheme, for all pages."""
    width, scheme = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    yield context
    context.close()


@lru_cache
def bytes_over_the_wire(url):
    with urlopen(url) as response:
        body = response.read()
    return len(body if url.endswith(PACKED) else gzip.compress(body))


@pytest.mark.parametrize("page", PAGES)
def test_page(look, address, page):
    tab = look.new_page()
    faults, asked = [], set()
    tab.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.on("response", lambda r: faults.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    tab.on("request", lambda request: asked.add(request.url.partition("#")[0]))
    tab.goto(f"{address}{page}")
    figures = tab.evaluate("""[...document.querySelectorAll('figure img')].filter(
        image => image.checkVisibility()).map(image => (image.loading = 'eager', image.src))""")
    tab.wait_for_function("[...document.images].every(i => i.complete || i.loading == 'lazy')")
    tab.wait_for_load_state("networkidle")
    tab.wait_for_timeout(400)  # the tabs fade in, and axe would measure them half faded

    assert faults == []
    ours = {url for url in asked if url.startswith(address)}
    assert {url for url in asked - ours if not url.startswith(("data:", "blob:"))} == set()
    assert {url.partition("#")[0] for url in figures} <= ours
    assert sum(map(bytes_over_the_wire, ours)) < MOST_BYTES, sorted(ours, key=bytes_over_the_wire)
    assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert (
        tab.evaluate("""[...document.querySelectorAll('.md-content img')].filter(
        image => !image.alt || !image.getAttribute('width')).length""")
        == 0
    )
    found = Axe().run(tab)
    assert found.violations_count == 0, found.generate_report()
    tab.close()


def test_figures_follow_the_theme_switch(browser, address):
    tab = browser.new_context(color_scheme="light").new_page()
    tab.goto(f"{address}convolutions/minimal-pipeline/")

    def shown():
        images = tab.locator("figure img")
        return {
            image.get_attribute("src").rpartition("#")[2]
            for image in (images.nth(index) for index in range(images.count()))
            if image.is_visible()
        }

    assert shown() == {"only-light"}
    for _ in range(2):  # automatic → light → dark
        tab.locator("label[for^=__palette]:not([hidden])").click()
    assert shown() == {"only-dark"}
    tab.context.close()


def as_if_published_at(address):
    """Answer with the site map of a site whose address is the one it is tested at."""

    def answer(route):
        response = route.fetch()
        home = re.search(r"<loc>(.*?)</loc>", response.text())[1]
        text = response.text().replace(f"<loc>{home}", f"<loc>{address}")
        route.fulfill(response=response, body=text)

    return answer


def test_instant_navigation_search_and_copy_work(browser, address):
    tab = browser.new_context(permissions=["clipboard-read", "clipboard-write"]).new_page()
    tab.route("**/sitemap.xml", as_if_published_at(address))
    asked = set()
    tab.on("request", lambda request: asked.add(request.url.rpartition("/")[2]))
    tab.goto(address)
    tab.wait_for_load_state("networkidle")
    tab.evaluate("window.stayed = true")
    tab.get_by_role("link", name="Start with a picture").click()
    tab.wait_for_url("**/bag-of-numbers/")
    assert tab.evaluate("window.stayed")
    tab.goto(f"{address}convolutions/minimal-pipeline/")
    assert "search_index.json" not in asked
    tab.get_by_role("textbox", name="Search").press_sequentially("momentum")
    tab.locator(".md-search-result__item").first.wait_for()
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name="Copy to clipboard").first.click()
    copied = tab.evaluate("navigator.clipboard.readText()")
    assert copied.strip() == (SNIPPETS / "minimal_pipeline/shapes.py").read_text().strip()
    tab.context.close()


def test_pages_are_complete_without_javascript(browser, address):
    tab = browser.new_context(java_script_enabled=False).new_page()
    tab.goto(f"{address}convolutions/minimal-pipeline/")
    assert tab.locator("figure img:visible").count() == 5
    assert tab.locator("math").count() > 5
    tab.locator("details.question summary").first.click()
    assert tab.locator("details.question[open]").count() == 1
    tab.context.close()


def test_an_unknown_address_gets_the_404_page(browser, address):
    tab = browser.new_page()
    tab.goto(f"{address}404.html")
    assert tab.get_by_role("heading", level=1).inner_text().startswith("This page is outside")
    tab.close()
