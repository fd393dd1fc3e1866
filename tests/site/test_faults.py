"""Plant each fault in a small copy of the site: the build must stop and name the file."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from cnnnotes.site.paths import ROOT

PAGE = """# Home

``` figure
plain.square
A square.
```

``` snippet
chapter/four
```

It is $n^2$, and {{ minimal_pipeline.seeds.0 }} is the first seed. [Here](#home).
"""
FIGURE = '''
from matplotlib import pyplot as plt

def square(palette):
    """Draw a square."""
    figure, axes = plt.subplots(figsize=(1, 1))
    axes.plot([0, 1, 1, 0, 0], [0, 0, 1, 1, 0])
    return figure, "A square of side one, drawn in one stroke."
'''


class Site:
    """A folder that holds a site."""

    def __init__(self, folder):
        self.folder = folder

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def change(self, name, old, new):
        text = (self.folder / name).read_text()
        assert old in text
        self.write(name, text.replace(old, new))

    def append(self, name, text):
        self.write(name, f"{(self.folder / name).read_text()}\n{text}\n")

    def build(self, command=(sys.executable, "-m", "mkdocs", "build")):
        finished = subprocess.run(
            command,
            cwd=self.folder,
            env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
            capture_output=True,
            text=True,
        )
        return finished.returncode, finished.stdout + finished.stderr


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A copy of the project with one page, one snippet and one figure, built."""
    site = Site(tmp_path_factory.mktemp("sound") / "project")
    skip = shutil.ignore_patterns("__pycache__", "generated", "*.md")
    for name in ("cnnnotes", "docs/assets", "docs/overrides"):
        shutil.copytree(ROOT / name, site.folder / name, ignore=skip)
    for path in (site.folder / "cnnnotes/figures").glob("*.py"):
        if path.stem not in ("__init__", "draw", "style", "home", "notebook"):
            path.unlink()
    site.change("cnnnotes/figures/home.py", "def feature_map(", "def _feature_map(")
    record = "docs/results/minimal_pipeline.json"
    for file in (record, "docs/results/replayed.json"):
        site.write(file, (ROOT / file).read_text())
    config = (ROOT / "mkdocs.yml").read_text()
    site.write("mkdocs.yml", re.sub(r"^nav:.*", "nav: [index.md]\n", config, flags=re.M | re.S))
    site.write("cnnnotes/figures/plain.py", FIGURE)
    site.write("snippets/chapter/four.py", "print(2 + 2)\n")
    site.write("snippets/chapter/four.out", "4\n")
    site.write("docs/index.md", PAGE)
    status, said = site.build()
    assert status == 0, said
    return site


@pytest.fixture
def site(sound, tmp_path):
    """A copy of the sound site, its figures drawn already."""
    return Site(shutil.copytree(sound.folder, tmp_path / "project"))


def test_the_sound_site_shows_all_it_names(sound):
    page = (sound.folder / "site/index.html").read_text()
    (light, dark) = re.findall(r"<img [^>]*plain\.square[^>]*>", page)
    assert "plain.square.light.svg#only-light" in light and "dark.svg#only-dark" in dark
    for image in (light, dark):
        assert 'alt="A square of side one, drawn in one stroke."' in image
        assert 'width="96"' in image and 'height="96"' in image
    text = re.sub(r"<[^>]+>", "", page)
    assert re.search(r"print\(2 \+ 2\)\s+prints\s*4\s", text), text
    assert "<msup><mi>n</mi><mn>2</mn></msup>" in page
    assert "0 is the first seed" in text


FAULTS = {
    "a record with no snippet": (
        lambda site: site.write("snippets/chapter/old.out", "4\n"),
        "snippets/chapter/old.out is the record of no snippet",
    ),
    "a snippet without record": (
        lambda site: (site.folder / "snippets/chapter/four.out").unlink(),
        "snippets/chapter/four.py has no recorded output",
    ),
    "a snippet shown on no page": (
        lambda site: [
            site.write("snippets/chapter/lost.py", "print(1)\n"),
            site.write("snippets/chapter/lost.out", "1\n"),
        ],
        "snippets/chapter/lost.py is shown on no page",
    ),
    "a snippet that is not there": (
        lambda site: site.append("docs/index.md", "``` snippet\nchapter/five\n```"),
        "snippets/chapter/five.py is missing",
    ),
    "a twin that prints something else": (
        lambda site: [
            site.write("snippets/chapter/four_torch.py", "print(5)\n"),
            site.write("snippets/chapter/four_torch.out", "5\n"),
        ],
        "snippets/chapter/four_torch.out differs from its NumPy twin's",
    ),
    "a snippet too long to read": (
        lambda site: site.write("snippets/chapter/four.py", "print(4)\n" * 31),
        "snippets/chapter/four.py is longer than 30 lines",
    ),
    "Python typed by hand": (
        lambda site: site.change("docs/index.md", "It is", "``` python\nprint(4)\n```\n\nIt is"),
        "docs/index.md:12: Python typed by hand",
    ),
    "a missing figure": (
        lambda site: site.append("docs/index.md", "``` figure\nplain.circle\n```"),
        "docs/index.md: figure 'plain.circle': cnnnotes/figures/plain.py has no function 'circle'",
    ),
    "a figure in a missing module": (
        lambda site: site.append("docs/index.md", "``` figure\nfancy.square\n```"),
        "docs/index.md: figure 'fancy.square': there is no cnnnotes/figures/fancy.py",
    ),
    "a figure that fails": (
        lambda site: site.change("cnnnotes/figures/plain.py", "[0, 0, 1, 1, 0]", "[0]"),
        "docs/index.md: figure 'plain.square': ValueError",
    ),
    "a figure shown on no page": (
        lambda site: site.write("cnnnotes/figures/spare.py", FIGURE),
        "cnnnotes/figures/spare.py: square is shown on no page",
    ),
    "a figure without alt text": (
        lambda site: site.change(
            "cnnnotes/figures/plain.py", '"A square of', '"" and "A square of'
        ),
        "docs/index.md: figure 'plain.square' needs alt text",
    ),
    "an unknown number": (
        lambda site: site.change(
            "docs/index.md", "minimal_pipeline.seeds.0", "minimal_pipeline.seed"
        ),
        "'index.md': number {{ minimal_pipeline.seed }}: no recorded value",
    ),
    "a number in a format that does not fit": (
        lambda site: site.change(
            "docs/index.md", "minimal_pipeline.seeds.0", "minimal_pipeline.name:.1f"
        ),
        "'index.md': number {{ minimal_pipeline.name:.1f }}",
    ),
    "a damaged record": (
        lambda site: site.change(
            "docs/results/minimal_pipeline.json", '"seeds": [0', '"seeds": [9'
        ),
        "minimal_pipeline.json: field",
    ),
    "a constant of an experiment that changed": (
        lambda site: site.change(
            "cnnnotes/experiments/minimal_pipeline.py", "EPOCHS = 15", "EPOCHS = 1"
        ),
        "minimal_pipeline: not replayed since code it rests on has changed",
    ),
    "a rule that changed": (
        lambda site: site.change(
            "cnnnotes/experiments/minimal_pipeline.py", "within 200 steps", "within 300 steps"
        ),
        "minimal_pipeline: field 'rule' of its record is not what",
    ),
    "a measured number typed by hand": (
        lambda site: site.change("docs/index.md", "It is", "It reads 96.4 % of them. It is"),
        "docs/index.md:12: '96.4 %' was typed by hand",
    ),
    "a broken link": (
        lambda site: site.change("docs/index.md", "(#home)", "(nowhere.md)"),
        "'index.md' contains a link 'nowhere.md'",
    ),
    "a broken anchor": (
        lambda site: site.change("docs/index.md", "(#home)", "(#nowhere)"),
        "'index.md' contains a link '#nowhere'",
    ),
    "a page outside the navigation": (
        lambda site: site.write("docs/stray.md", "# Stray\n"),
        "stray.md",
    ),
    "a lab with a failing cell": (
        lambda site: site.write(
            "docs/labs/broken.py", "# %% [markdown]\n# # Broken\n\n# %%\nprint(1)\n\n# %%\n1 / 0\n"
        ),
        "docs/labs/broken.py: cell 2, at line 7, failed: ZeroDivisionError: division by zero",
    ),
    "TeX that does not end": (
        lambda site: site.change("docs/index.md", "$n^2$", r"$\frac{1}$"),
        "'index.md': bad TeX",
    ),
    "an unknown TeX command": (
        lambda site: site.change("docs/index.md", "$n^2$", r"$\nonsense n$"),
        "'index.md': bad TeX",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_stops_the_build_and_is_named(site, fault):
    plant, message = FAULTS[fault]
    plant(site)
    status, said = site.build()
    assert status != 0
    assert message in re.sub(r"\n(ERROR +- +)?", " ", said), said
    assert not list(site.folder.rglob("*.part"))


@pytest.mark.parametrize("fault", ["an unknown number", "a broken link"])
def test_a_fault_stops_zensical_too(site, fault):
    zensical = (sys.executable, "-m", "zensical", "build", "--clean", "--strict")
    status, said = site.build(zensical)
    assert status == 0, said
    FAULTS[fault][0](site)
    status, said = site.build(zensical)
    assert status != 0
    named = {"an unknown number": "minimal_pipeline.seed", "a broken link": "nowhere.md"}
    assert named[fault] in re.sub(r"\x1b\[[\d;]*m", "", said)
