"""Run snippets and record what they print: `python -m cnnnotes.site.snippets [NAME…]`."""

import difflib
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cnnnotes.figures.draw import write
from cnnnotes.site.paths import SNIPPETS

SECONDS = 300
MOST_LINES = 30


class SnippetError(Exception):
    """A snippet failed; the message names its file and shows what it printed last."""


def names() -> list[str]:
    """Return every snippet's name, `chapter/program`."""
    return sorted(path.relative_to(SNIPPETS).with_suffix("").as_posix() for path in files(".py"))


def records() -> list[str]:
    """Return the name of every recorded output."""
    return sorted(path.relative_to(SNIPPETS).with_suffix("").as_posix() for path in files(".out"))


def files(suffix: str) -> list[Path]:
    """Return the files below `snippets/` with this suffix."""
    return [path for path in SNIPPETS.rglob(f"*{suffix}") if "__pycache__" not in path.parts]


def run(name: str) -> str:
    """Run a snippet in an empty folder and a fresh process, warnings as errors; return its output.

    Raises `SnippetError` if it fails or takes longer than `SECONDS`.
    """
    path = SNIPPETS / f"{name}.py"
    with tempfile.TemporaryDirectory() as folder:
        try:
            finished = subprocess.run(
                [sys.executable, "-W", "error", str(path)],
                cwd=folder,
                env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
                capture_output=True,
                text=True,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise SnippetError(f"snippets/{name}.py took longer than {SECONDS} s") from None
    if finished.returncode != 0:
        raise SnippetError(f"snippets/{name}.py failed:\n{finished.stderr.strip()}")
    return finished.stdout


def compare(name: str) -> None:
    """Run a snippet; raises `SnippetError` if it does not print what is recorded."""
    path = SNIPPETS / f"{name}.out"
    recorded = path.read_text() if path.exists() else ""
    printed = run(name)
    if printed != recorded:
        lines = difflib.unified_diff(
            recorded.splitlines(), printed.splitlines(), "recorded", "printed", lineterm=""
        )
        raise SnippetError(
            "\n".join([f"snippets/{name}.py prints what {name}.out does not:", *lines])
        )


def main() -> int:
    """Record the named snippets, or all; say which outputs changed."""
    chosen = sys.argv[1:] or names()
    failures = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, future in [(name, pool.submit(run, name)) for name in chosen]:
            path = SNIPPETS / f"{name}.out"
            before = path.read_text() if path.exists() else None
            try:
                output = future.result()
            except SnippetError as error:
                failures += 1
                print(error, file=sys.stderr)
                continue
            write(path, output.encode())
            verdict = "same" if output == before else "new" if before is None else "CHANGED"
            print(f"{verdict:8} {name}", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
