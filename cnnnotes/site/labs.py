"""Run the labs and publish them: as pages, as executed notebooks, as Python files.

A lab is `docs/labs/<name>.py`, in cells ("py:percent"). It is executed as Jupyter does it, in an
empty folder, and only when the lab or the code that it uses changed. Its page, `<name>.md` beside
it, is Markdown like any other, for MkDocs and Zensical alike.
"""

import ast
import asyncio
import hashlib
import json
import os
import re
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from html import escape
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from posixpath import normpath
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from cnnnotes.experiments.arithmetic import settings
from cnnnotes.experiments.closure import code_hash
from cnnnotes.figures.draw import last_change, write
from cnnnotes.figures.notebook import THEMED
from cnnnotes.site.markdown import SiteError
from cnnnotes.site.paths import DOCS, GENERATED, ROOT

LABS = DOCS / "labs"
PUBLISHED = GENERATED / "labs"
SECONDS = 300
MARK = "# %%"
MADE_FROM = "made_from:"
REQUIREMENT = re.compile(r'"cnnnotes\[([a-z,]+)\]"')
OPTIONAL = "torch"
"""Where it is not installed, labs that import it are shown without their outputs."""
STARTUP = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from cnnnotes.figures.notebook import Picture
get_ipython().display_formatter.mimebundle_formatter.for_type(Picture, Picture.themed)
"""


def names() -> list[str]:
    """Return the name of every lab."""
    return sorted(path.stem for path in LABS.glob("*.py"))


def page_path(name: str) -> Path:
    """Return where a lab's page is written: beside its Python file, and not kept in git."""
    return LABS / f"{name}.md"


def is_generated(page: Path) -> bool:
    """Say whether a page below `docs/` was written from a lab."""
    return page.parent == LABS and MADE_FROM in page.read_text(encoding="utf-8")[:200]


def text_of(name: str) -> str:
    """Return a lab's text; where the repository's address is known, it installs from there."""
    text = (LABS / f"{name}.py").read_text(encoding="utf-8")
    if not text.startswith(f"{MARK} [markdown]\n# # "):
        raise SiteError(f"docs/labs/{name}.py must begin with '{MARK} [markdown]' and a title")
    address = os.environ.get("REPO_URL")
    return REQUIREMENT.sub(rf'"cnnnotes[\1] @ git+{address}"', text) if address else text


def prose_of(name: str) -> str:
    """Return what a lab says between its cells, each line where it stands in the file."""
    lines, prose = [], False
    for line in text_of(name).splitlines():
        if line.startswith(MARK):
            prose = "[markdown]" in line
            line = ""
        lines.append(re.sub(r"^# ?", "", line) if prose else "")
    return "\n".join(lines)


def notebook_of(name: str) -> Any:
    """Return a lab as a notebook without outputs; its cells know the line they begin at."""
    text = text_of(name)
    notebook = jupytext.reads(text, fmt="py:percent")
    starts = [n for n, line in enumerate(text.splitlines(), start=1) if line.startswith(MARK)]
    for number, (cell, line) in enumerate(zip(notebook.cells, starts, strict=True), start=1):
        cell.id = f"cell-{number}"
        cell.metadata["line"] = line
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    )
    return notebook


def build(chosen: list[str] | None = None) -> None:
    """Execute each lab that changed, or whose code did; drop what is of no lab.

    Raises `SiteError` that names lab and cell if one fails.
    """
    chosen = names() if chosen is None else chosen
    stale = [name for name in chosen if not up_to_date(name)]
    errors = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for count, (name, done) in enumerate([(n, pool.submit(publish, n)) for n in stale], 1):
            try:
                done.result()
                print(f"labs [{count}/{len(stale)}] {name}", file=sys.stderr)
            except SiteError as error:
                errors.append(str(error))
    if errors:
        raise SiteError("\n".join(errors))
    for name in chosen:
        write(page_path(name), page(name).encode())
    left_behind = [*PUBLISHED.glob("*"), *filter(is_generated, LABS.glob("*.md"))]
    for file in left_behind:
        if file.name.partition(".")[0] not in names():
            file.unlink()


def up_to_date(name: str) -> bool:
    """Say whether a lab stands as its text and code would make it now."""
    try:
        return (PUBLISHED / f"{name}.json").read_text() == json.dumps(key(name))
    except OSError:
        return False


def key(name: str) -> str:
    """Hash all that a lab's outputs depend on: its text, the code it uses, versions, addresses."""
    parts = [text_of(name), _site_url(), *_rests_on(text_of(name), last_change())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@cache
def _rests_on(text: str, _changed: tuple[int, int]) -> list[str]:
    """Hash the code that a lab uses: once, until a file changes, so that a reload stays quick."""
    ours = ["cnnnotes.site.labs.publish", "cnnnotes.figures.notebook"]
    others = {"matplotlib", "mlxtend", "numpy", "scikit-image"}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module:
            if node.module.partition(".")[0] == "cnnnotes":
                ours += [f"{node.module}.{alias.name}" for alias in node.names]
            else:
                others.add(node.module.partition(".")[0])
        elif isinstance(node, ast.Import):
            others |= {alias.name.partition(".")[0] for alias in node.names} - {"cnnnotes"}
    return [code_hash(*ours), *(f"{package} {_version(package)}" for package in sorted(others))]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # of Python itself, or missing
        return sys.version if find_spec(package) else "absent"


def publish(name: str) -> None:
    """Execute one lab and write its notebook, its pictures and its Python file."""
    notebook = notebook_of(name)
    executed = find_spec(OPTIONAL) is not None or not _imports(OPTIONAL, text_of(name))
    if executed:
        _execute(name, notebook)
    count = 0
    for cell in notebook.cells:
        line = cell.metadata.pop("line")
        if cell.cell_type == "markdown":
            cell.source = _with_addresses(cell.source)
            continue
        where = f"docs/labs/{name}.py: the cell at line {line}"
        for output in cell.outputs:
            if output.output_type == "stream" and output.name == "stderr":
                raise SiteError(f"{where} writes to stderr: {output.text.strip()}")
            themes = output.get("data", {}).pop(THEMED, None)
            if themes:
                count += 1
                for theme, svg in themes.items():
                    write(PUBLISHED / f"{name}.{count}.{theme}.svg", svg.encode())
            elif output.output_type != "stream" and set(output.data) != {"text/plain"}:
                raise SiteError(
                    f"{where} shows {', '.join(sorted(output.data))}; "
                    "print, or show a picture of cnnnotes.figures.notebook"
                )
    write(PUBLISHED / f"{name}.py", text_of(name).encode())
    write(PUBLISHED / f"{name}.ipynb", nbformat.writes(notebook).encode() + b"\n")
    write(PUBLISHED / f"{name}.json", json.dumps(key(name)).encode())


def _imports(package: str, text: str) -> bool:
    return re.search(rf"^(import|from) {package}\b", text, re.M) is not None


def _execute(name: str, notebook: Any) -> None:
    """Run all cells in a fresh kernel and an empty folder, with the arithmetic of the records."""
    at = {"line": 0, "number": 0}

    def note(cell: Any, cell_index: int) -> None:
        if cell.cell_type == "code":
            at.update(line=cell.metadata["line"], number=at["number"] + 1)

    with tempfile.TemporaryDirectory() as folder:
        startup = Path(folder) / "ipython" / "profile_default" / "startup" / "site.py"
        startup.parent.mkdir(parents=True)
        startup.write_text(STARTUP)
        (Path(folder) / "empty").mkdir()
        client = NotebookClient(
            notebook,
            timeout=SECONDS,
            record_timing=False,
            coalesce_streams=True,
            extra_arguments=["--log-level=ERROR"],
            resources={"metadata": {"path": str(Path(folder) / "empty")}},
            on_cell_start=note,
        )
        ours = {"IPYTHONDIR": f"{folder}/ipython", **settings()}
        try:
            asyncio.run(client.async_execute(env=os.environ | ours))
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            said = getattr(error, "ename", None)
            why = f"{said}: {error.evalue}" if said else str(error).strip()  # type: ignore[union-attr]
            raise SiteError(
                f"docs/labs/{name}.py: cell {at['number']}, at line {at['line']}, failed: {why}"
            ) from None


def page(name: str) -> str:
    """Return a lab's page in Markdown, outputs and links to the files included."""
    path = PUBLISHED / f"{name}.ipynb"
    if not path.exists():
        raise SiteError(f"docs/labs/{name}.py was not executed; run: python -m cnnnotes.site.build")
    notebook = nbformat.reads(path.read_text(), as_version=4)
    count, parts = 0, []
    for source, cell in zip(notebook_of(name).cells, notebook.cells, strict=True):
        if cell.cell_type == "markdown":
            parts.append(source.source)
            continue
        parts.append(f"``` python\n{cell.source}\n```")
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                count += 1
                parts.append(_picture(f"{name}.{count}", output.metadata["image/png"]))
            else:
                text = output.text if "text" in output else output.data["text/plain"]
                parts.append(f'``` text title="prints"\n{text.rstrip()}\n```')
        if "setup" in cell.metadata.get("tags", []):
            parts[-1] = f"{FOLDED}\n\n{parts[-1]}\n\n</details>"
    title, _, first = parts[0].partition("\n")
    about = " ".join(first.strip().partition("\n\n")[0].split())
    about = json.dumps(re.sub(r"[*`$]|\]\([^)]*\)|\[", "", about), ensure_ascii=False)
    executed = any(cell.get("outputs") for cell in notebook.cells)
    note = "" if executed else MISSING
    head = f"---\n{MADE_FROM} {name}.py\ndescription: {about}\n---\n"
    parts[0] = f"{head}{title}\n\n{_offers(name)}\n\n{note}{first}"
    return "\n\n".join(parts) + "\n"


FOLDED = '<details markdown="1"><summary>The first cell installs what is missing</summary>'
MISSING = (
    f'!!! note "Shown without outputs"\n\n    {OPTIONAL} is not installed here. '
    f'To see them: `pip install "cnnnotes[{OPTIONAL}]"`, then build again.\n\n'
)


def _offers(name: str) -> str:
    offers = [
        f'[Notebook with outputs](/generated/labs/{name}.ipynb){{ download="{name}.ipynb" }}',
        f'[Python file](/generated/labs/{name}.py){{ download="{name}.py" }}',
    ]
    repository = os.environ.get("REPO_URL", "").removesuffix("/").removesuffix(".git")
    if repository.startswith("https://github.com/"):
        place = repository.removeprefix("https://github.com/")
        colab = f"https://colab.research.google.com/github/{place}/blob/notebooks/{name}.ipynb"
        offers.append(f"[Open in Colab]({colab})")
    return f"{' · '.join(offers)}\n{{ .offers }}"


def _picture(file: str, metadata: Any) -> str:
    size = f'width="{metadata["width"]}" height="{metadata["height"]}" loading="lazy"'
    return "".join(
        f"![{escape(metadata['alt'])}](/generated/labs/{file}.{theme}.svg#only-{theme}){{ {size} }}"
        for theme in ("light", "dark")
    )


def _with_addresses(text: str) -> str:
    """Make links to other pages work away from the site."""

    def whole(match: re.Match[str]) -> str:
        inside = normpath(f"labs/{match['path']}").rpartition(".")[0].removesuffix("index")
        return f"]({_site_url()}{inside.rstrip('/')}/{match['anchor'] or ''})"

    return re.sub(r"\]\((?P<path>[\w./-]+\.(?:md|py))(?P<anchor>#[\w-]+)?\)", whole, text)


def _site_url() -> str:
    return os.environ.get("SITE_URL", "http://127.0.0.1:8000/").rstrip("/") + "/"
