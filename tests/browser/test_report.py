"""The report's page, opened as a file: wide and narrow, light and dark, nothing fetched."""

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from networks_to_inspect import SmallResNet, lenet, noise

from cnnnotes.report import compare, report

LOOKS = [(width, scheme) for width in (1280, 390) for scheme in ("light", "dark")]


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    digits, labels = noise(12, 1, 28, 28), np.arange(12) % 10
    report(lenet(), digits, labels, folder / "lenet.html", title="LeNet-5")
    report(SmallResNet(), noise(8, 3, 32, 32), None, folder / "resnet.html")
    variants = {"five": lenet(), "five again": lenet()}
    compare(variants, digits, labels, folder / "comparison.html")
    return folder


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look[0]}-{look[1]}")
@pytest.mark.parametrize("name", ["lenet", "resnet", "comparison"])
def test_report_page(browser, reports, name, look):
    width, scheme = look
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
    )
    tab = context.new_page()
    faults, asked_for = [], []
    tab.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.on("request", lambda request: asked_for.append(request.url))
    address = (reports / f"{name}.html").as_uri()
    tab.goto(address)
    tab.wait_for_load_state("load")

    assert faults == []
    assert [url for url in asked_for if not url.startswith(("data:", address))] == []
    assert tab.locator("img").count() > 1
    assert tab.evaluate("[...document.images].every(image => image.naturalWidth > 0)")
    assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    found = Axe().run(tab)
    assert found.violations_count == 0, found.generate_report()
    context.close()
