import functools
import http.server
import os
import subprocess
import sys
import threading
from pathlib import Path

import chromium
import pytest
from playwright.sync_api import sync_playwright

from cnnnotes.site.paths import ROOT

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The folder of the built site: `site/` if SITE_DIR names it, else a fresh build."""
    folder = os.environ.get("SITE_DIR")
    if folder is None:
        folder = str(tmp_path_factory.mktemp("site"))
        subprocess.run(
            [sys.executable, "-m", "mkdocs", "build", "--site-dir", folder], cwd=ROOT, check=True
        )
    return (ROOT / folder).resolve()


@pytest.fixture(scope="session")
def address(built):
    """The built site, served on this machine."""
    handler = functools.partial(Quiet, directory=str(built))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="session")
def browser():
    path = chromium.find()
    if path is None:
        pytest.fail("no Chromium; run: python tests/browser/chromium.py")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
