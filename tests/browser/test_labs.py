"""The labs, as a reader meets them: light pages, figures that follow the theme, files to keep."""

import gzip
import json

import pytest

from cnnnotes.site import labs

LIMIT = 250_000


@pytest.mark.parametrize("name", labs.names())
def test_a_lab_weighs_little_and_brings_its_notebook(browser, address, name):
    tab = browser.new_context(color_scheme="light", accept_downloads=True).new_page()
    answers = []
    tab.on("response", lambda answer: answers.append(answer))
    tab.goto(f"{address}labs/{name}/")
    tab.wait_for_load_state("networkidle")
    bodies = {a.url: a.body() for a in answers if a.request.resource_type != "image"}
    assert sum(len(gzip.compress(body)) for body in bodies.values()) < LIMIT

    with tab.expect_download() as started:
        tab.get_by_role("link", name="Notebook with outputs").click()
    notebook = json.loads(started.value.path().read_text())
    assert started.value.suggested_filename == f"{name}.ipynb"
    assert any(cell.get("outputs") for cell in notebook["cells"])
    with tab.expect_download() as started:
        tab.get_by_role("link", name="Python file").click()
    assert started.value.path().read_text() == labs.text_of(name)
    assert tab.locator("text='Shown without outputs'").count() == 0
    tab.context.close()


def test_formulas_and_figures_of_a_lab_are_those_of_other_pages(browser, address):
    tab = browser.new_context(color_scheme="dark").new_page()
    tab.goto(f"{address}labs/minimal-pipeline/")
    fraction = tab.locator("math[display=block] mfrac").first
    assert fraction.bounding_box()["height"] > 20
    assert "$" not in tab.locator("article").inner_text()
    images = tab.locator("article img")
    shown = [images.nth(i) for i in range(images.count()) if images.nth(i).is_visible()]
    assert len(shown) == images.count() / 2 > 2
    assert all(image.get_attribute("src").endswith("#only-dark") for image in shown)
    tab.context.close()
