"""The labs run anywhere, are executed once, and stop the build where they fail."""

import ast
import json
import os
import subprocess
import sys

import nbformat
import pytest

from cnnnotes.experiments.arithmetic import settings
from cnnnotes.site import labs
from cnnnotes.site.markdown import SiteError

SMALL = """# %% [markdown]
# # Small
#
# A lab with `code`. See [shapes](../convolutions/shapes.md#the-drill).

# %% tags=["setup"]
NEEDED = "cnnnotes[labs]"

# %% [markdown]
# A number $n$:

# %%
from cnnnotes.shapes import conv_output_size

print(conv_output_size(28, 3))
"""


@pytest.fixture(scope="module")
def built():
    labs.build()


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A folder of labs with one small lab, and a function that writes another there."""
    monkeypatch.setattr(labs, "LABS", tmp_path / "labs")
    monkeypatch.setattr(labs, "PUBLISHED", tmp_path / "published")
    for name in ("REPO_URL", "SITE_URL"):
        monkeypatch.delenv(name, raising=False)
    labs.LABS.mkdir()

    def write(text, name="small"):
        (labs.LABS / f"{name}.py").write_text(text)

    write(SMALL)
    return write


def published(name="small"):
    return nbformat.reads((labs.PUBLISHED / f"{name}.ipynb").read_text(), as_version=4)


def outputs_of(notebook):
    """Return what each code cell shows; Jupyter may cut printed text into pieces, so join them."""
    shown = []
    for cell in notebook.cells:
        outputs = cell.get("outputs", [])
        printed = "".join(output.text for output in outputs if output.output_type == "stream")
        pictures = [output.data for output in outputs if output.output_type != "stream"]
        shown += [printed] * bool(printed) + pictures
    return shown


@pytest.mark.parametrize("name", labs.names())
def test_the_downloaded_notebook_runs_in_an_empty_folder_and_prints_the_same(
    built, name, tmp_path, monkeypatch
):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    work = tmp_path / "empty"
    work.mkdir()
    notebook = published(name)
    executed = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    assert executed == list(range(1, len(executed) + 1))
    (work / "lab.ipynb").write_bytes((labs.PUBLISHED / f"{name}.ipynb").read_bytes())
    command = ["nbconvert", "--to", "notebook", "--execute", "--output", "again", "lab.ipynb"]
    run = subprocess.run(
        [sys.executable, "-m", "jupyter", *command],
        cwd=work,
        capture_output=True,
        text=True,
        env=os.environ | settings(),
    )
    assert run.returncode == 0, run.stderr
    again = nbformat.reads((work / "again.ipynb").read_text(), as_version=4)
    assert outputs_of(again) == outputs_of(notebook) != []


@pytest.mark.parametrize("name", labs.names())
def test_the_first_cell_asks_for_all_that_the_lab_imports(name):
    cells = [cell for cell in labs.notebook_of(name).cells if cell.cell_type == "code"]
    assert cells[0].metadata.tags == ["setup"]
    assert all("tags" not in cell.metadata for cell in cells[1:])
    imported = {"matplotlib"}
    for node in ast.walk(ast.parse(labs.text_of(name))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported |= {node.module.partition(".")[0]}
            imported |= {"mlxtend"} if node.module == "cnnnotes.data" else set()
    comes_along = {"numpy", *sys.stdlib_module_names}
    asked = {
        node.value
        for node in ast.walk(ast.parse(cells[0].source))
        if isinstance(node, ast.Constant)
    }
    assert imported - comes_along <= asked


def test_a_lab_is_executed_once_until_its_text_its_code_or_an_address_changes(small, monkeypatch):
    executed = []
    monkeypatch.setattr(labs, "_execute", lambda name, notebook: executed.append(name))

    def build():
        executed.clear()
        labs.build()
        return list(executed)

    assert build() == ["small"]
    assert build() == []
    small(SMALL.replace("28", "27"))
    assert build() == ["small"]
    assert build() == []
    monkeypatch.setenv("SITE_URL", "https://example.org/notes")
    assert build() == ["small"]
    assert build() == []
    small(SMALL, "second")
    assert build() == ["second"]
    reached = labs._rests_on(labs.text_of("small"), (0, 0))
    monkeypatch.setattr(labs, "code_hash", lambda *names: ",".join(names))
    assert labs._rests_on(labs.text_of("small"), (0, 1)) != reached
    assert "cnnnotes.shapes.conv_output_size" in labs._rests_on(SMALL, (0, 2))[0]
    (labs.LABS / "second.py").unlink()
    labs.build()
    assert not list(labs.PUBLISHED.glob("second*")) and not labs.page_path("second").exists()


def test_a_lab_computes_as_the_records_do_whatever_the_shell_says(small, monkeypatch):
    wanted = settings()
    for name in wanted:
        monkeypatch.setenv(name, "2" if name.endswith("THREADS") else "Prescott")
    print_them = f"print(*map(__import__('os').environ.get, {sorted(wanted)}), sep=', ')"
    small(SMALL.replace("print(conv_output_size(28, 3))", print_them))
    labs.build()
    assert ", ".join(wanted[name] for name in sorted(wanted)) in labs.page("small")


def test_page_and_notebook_show_what_was_printed(small):
    labs.build()
    page = labs.page("small")
    assert page.startswith('---\nmade_from: small.py\ndescription: "A lab with code. See')
    assert '``` text title="prints"\n26\n```' in page
    assert "[shapes](../convolutions/shapes.md#the-drill)" in page
    assert "[Notebook with outputs](/generated/labs/small.ipynb)" in page and "Colab" not in page
    notebook = published()
    assert outputs_of(notebook) == ["26\n"]
    assert "http://127.0.0.1:8000/convolutions/shapes/#the-drill" in notebook.cells[0].source
    assert (labs.PUBLISHED / "small.py").read_text() == SMALL
    assert labs.page_path("small").read_text() == page


def test_where_the_repository_is_known_labs_install_from_it_and_open_in_colab(small, monkeypatch):
    monkeypatch.setenv("REPO_URL", "https://github.com/someone/notes")
    labs.build()
    wanted = 'NEEDED = "cnnnotes[labs] @ git+https://github.com/someone/notes"'
    assert published().cells[1].source == wanted
    assert wanted in (labs.PUBLISHED / "small.py").read_text()
    colab = "https://colab.research.google.com/github/someone/notes/blob/notebooks/small.ipynb"
    assert f"[Open in Colab]({colab})" in labs.page("small")
    monkeypatch.setenv("REPO_URL", "https://example.org/someone/notes")
    labs.build()
    assert "Colab" not in labs.page("small")


def test_without_torch_a_lab_that_needs_it_is_shown_with_a_note(small, monkeypatch):
    small(SMALL + "\nimport torch\n\nprint(torch.zeros(1))\n", "needs-torch")
    found = labs.find_spec
    monkeypatch.setattr(labs, "find_spec", lambda name: None if name == "torch" else found(name))
    labs.build()
    assert "torch is not installed here" in labs.page("needs-torch")
    assert outputs_of(published("needs-torch")) == []
    assert "torch is not installed" not in labs.page("small")
    unexecuted = labs.key("needs-torch")
    monkeypatch.undo()
    labs._rests_on.cache_clear()
    assert unexecuted not in json.dumps(labs._rests_on(SMALL, (0, 0)))


FAULTS = {
    "a cell that fails": (
        "\n# %%\n1 / 0\n",
        "docs/labs/small.py: cell 3, at line 17, failed: ZeroDivisionError: division by zero",
    ),
    "a cell that warns": (
        "\n# %%\nimport warnings\n\nwarnings.warn('careful')\n",
        "docs/labs/small.py: the cell at line 17 writes to stderr",
    ),
    "a kernel that dies": (
        "\n# %%\nimport os\n\nos._exit(1)\n",
        "docs/labs/small.py: cell 3, at line 17, failed: Kernel died",
    ),
    "an output that no theme fits": (
        "\n# %%\nfrom IPython.display import HTML\n\nHTML('<b>bold</b>')\n",
        "docs/labs/small.py: the cell at line 17 shows text/html, text/plain; print, or",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_names_lab_and_cell_and_publishes_nothing(small, fault):
    text, message = FAULTS[fault]
    small(SMALL + text)
    with pytest.raises(SiteError) as caught:
        labs.build()
    assert message in str(caught.value)
    assert not list(labs.PUBLISHED.glob("*"))


def test_a_lab_begins_with_its_title(small):
    small("print(1)\n")
    with pytest.raises(SiteError, match=r"docs/labs/small.py must begin with"):
        labs.build()


BY_HAND = [26, 28, 32, 14, 112, 27, 56, 14, 8, 32, 6, 24, 784, 80, 1168, 80, 225_792, 7, 8, 15]
SLIPS = {
    (1, 27): "counted one window too many",
    (7, 55): "overlooked the pad",
    (9, 12): "overlooked the dilation",
    (13, 49): "forgot the channels",
    (15, 160): "forgot that a filter sees all channels",
    (15, 1152): "forgot the biases",
    (16, 584): "overlooked the groups",
    (17, 1152): "counted one place",
    (18, 9): "added the kernels",
    (19, 5): "Read it again",
}


@pytest.fixture
def drills(capsys):
    names = {}
    exec(compile(labs.text_of("shape-drills"), "shape-drills.py", "exec"), names)
    capsys.readouterr()
    return names


def test_the_drills_know_the_twenty_answers_worked_by_hand(drills, capsys):
    assert len(drills["tasks"]) == len(BY_HAND) == 20
    for number, answer in enumerate(BY_HAND, start=1):
        drills["check"](number, answer)
        assert f"{number}: {answer} is right." in capsys.readouterr().out
    assert len(drills["done"]) == 20


def test_a_wrong_answer_is_told_its_slip(drills, capsys):
    for (number, answer), slip in SLIPS.items():
        drills["check"](number, answer)
        said = capsys.readouterr().out
        assert said.startswith(f"{number}: not {answer}. ") and slip in said, said
    assert drills["done"] == {5}
