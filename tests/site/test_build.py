"""The build writes only what changed, and the same bytes every time."""

import os
import subprocess
import sys

from cnnnotes.site import build
from cnnnotes.site.paths import GENERATED, ROOT


def contents(folder):
    return {
        path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_two_builds_of_a_commit_are_byte_identical(tmp_path):
    for name in ("first", "second"):
        subprocess.run(
            [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(tmp_path / name)],
            cwd=ROOT,
            env=os.environ | {"SOURCE_DATE_EPOCH": "1700000000", "NO_MKDOCS_2_WARNING": "1"},
            check=True,
            capture_output=True,
        )
    first, second = contents(tmp_path / "first"), contents(tmp_path / "second")
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_figures_are_drawn_to_the_same_bytes_again(tmp_path):
    names = ["home.feature_map", "minimal_pipeline.loss_curve"]
    for folder in ("first", "second"):
        subprocess.run(
            [sys.executable, "-m", "cnnnotes.figures.draw", str(tmp_path / folder), *names],
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
    assert contents(tmp_path / "first") == contents(tmp_path / "second")
    assert len(contents(tmp_path / "first")) == 3 * len(names)


def test_a_second_build_touches_nothing_so_that_serve_never_loops():
    build.build()
    before = {path: path.stat().st_mtime_ns for path in GENERATED.rglob("*")}
    build.build()
    assert before == {path: path.stat().st_mtime_ns for path in GENERATED.rglob("*")}
    assert before
