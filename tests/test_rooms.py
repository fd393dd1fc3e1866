# ruff: noqa: E501
"""CONTRIBUTING's table "Find your room" is true: each addition is made in a copy, and works there.

`pytest tests/test_rooms.py -s` prints the table's rows, with the files and lines counted.
"""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from cnnnotes.site.paths import ROOT

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()


class Into(NamedTuple):
    """Lines that go into a file, before the first line that starts so."""

    file: str
    before: str
    text: str


class Addition(NamedTuple):
    """What is written, what a command then makes of it, and how it is seen to work."""

    thing: str
    written: list[tuple[str, str] | Into]
    made: list[str]
    command: str
    check: str


OPERATION = '''def softsign(input: Array) -> Array:
    """Divide each value by 1 more than its size; any shape.

    Source: Turian, Bergstra, Bengio 2009, "Quadratic features and deep architectures", section 2.
    """
    checks.floats("input", input)
    return input / (1 + np.abs(input))


def softsign_backward(grad_output: Array, input: Array) -> Array:
    """Return the gradient of `softsign` with respect to its input."""
    _check_grad(grad_output, input)
    return grad_output / (1 + np.abs(input)) ** 2


'''
THE_OPERATION = [
    Into("cnnnotes/activations.py", "def softmax(", OPERATION),
    Into("cnnnotes/activations.py", "]", '    "softsign",\n    "softsign_backward",\n'),
    Into(
        "cnnnotes/__init__.pyi",
        "    gelu as gelu",
        "    softsign as softsign,\n    softsign_backward as softsign_backward,\n",
    ),
    Into("tests/operations.py", '        "gelu": ', '        "softsign": ([image], {}),\n'),
]
LAYER = '''class Softsign(Layer):
    """Divide each value by 1 more than its size."""

    def forward(self, input: Array) -> Array:
        """Return the output, and remember what `backward` will need."""
        self._saved = input
        return softsign(input)

    def backward(self, grad_output: Array, needs_input_grad: bool = True) -> Array | None:
        """Return the gradient of the input."""
        return softsign_backward(grad_output, self._recall()) if needs_input_grad else None


'''
EXPERIMENT = '''"""C16: whether the digits are of one size."""

from cnnnotes.data import load_digits
from cnnnotes.experiments.experiment import Decision, Outcome, Report, Runs
from cnnnotes.experiments.intervals import better
from cnnnotes.experiments.metrics import Share

QUESTION = "Is there more ink in a zero than in a one?"
CLAIMS = ("C16",)
DATASET = "digits"
ARMS = ("zero", "one")
NAMES = {"zero": "zeros", "one": "ones"}
METRICS = {"ink": Share("ink")}
SEEDS = range(5)
RULE = "Supported if the whole 95 % interval of zeros over ones lies above 0, else not supported."
DECIDING = ("zero_over_one",)


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Measure how dark the images of one digit are."""
    digits = load_digits(seed)
    of_arm = digits.test_images[digits.test_labels == ARMS.index(arm)]
    return Outcome({"ink": float(of_arm.mean())})


def decide(runs: Runs) -> Decision:
    """Apply the rule."""
    effect = runs.difference("zero", "one", "ink")
    return Decision({"zero_over_one": effect}, "supported" if better(effect) else "not supported")
'''
CLAIM = """    Claim(
        "C16",
        "A zero takes more ink than a one.",
        "convolutions/bag-of-numbers",
    ),
"""
FIGURE = '''def corner(palette: Palette) -> tuple[Figure, str]:
    """Draw a square."""
    figure, axes = plt.subplots(figsize=(TEXT_WIDTH, 2))
    axes.plot([0, 1, 1], [1, 1, 0], color=palette.series[0])
    return figure, "A corner of a square."


'''
FENCE = "``` figure\ndepth.corner\nA corner.\n```\n\n"
ADDITIONS = {
    "operation": Addition(
        "An operation", THE_OPERATION, [], "pytest tests/test_operations.py",
        "-m pytest -q tests/test_operations.py tests/test_hostile_calls.py -k softsign",
    ),
    "layer": Addition(
        "A layer for it",
        [
            Into("cnnnotes/layers/between.py", "class Softmax(", LAYER),
            Into("cnnnotes/layers/between.py", "    gelu,", "    softsign,\n    softsign_backward,\n"),
            Into("cnnnotes/layers/between.py", '    "GELU",', '    "Softsign",\n'),
            Into("cnnnotes/layers/__init__.py", "    GELU,", "    Softsign,\n"),
            Into("cnnnotes/layers/__init__.py", '    "GELU",', '    "Softsign",\n'),
            Into("cnnnotes/layers/__init__.py", "        GELU,", "        Softsign,\n"),
        ],
        [], "pytest tests/test_layers.py",
        "rooms_layer.py",
    ),
    "instrument": Addition(
        "An instrument",
        [
            Into("cnnnotes/inspection/maps.py", "def dead_filters(", '''def brightest(maps: Array) -> Array:
    """Return each filter's largest value in maps (N, C, H, W), (C,)."""
    checks.floats("maps", maps, "N C H W")
    return maps.max(axis=(0, 2, 3))


'''),
            Into("cnnnotes/inspection/__init__.py", "    blank_maps,", "    brightest,\n"),
            Into("cnnnotes/inspection/__init__.py", '    "blob_fit"', '    "brightest",\n'),
        ],
        [], "pytest tests/test_inspection.py",
        "-c 'import numpy as np; from cnnnotes.inspection import brightest; assert brightest(np.ones((2, 3, 4, 4))).shape == (3,)'",
    ),
    "claim": Addition(
        "A claim with its experiment",
        [
            Into("cnnnotes/experiments/ledger.py", '    Claim(\n        "P1",', CLAIM),
            ("cnnnotes/experiments/ink.py", EXPERIMENT),
            ("docs/evidence/ink.md", '---\ntitle: "Experiment: ink"\n---\n\n# Experiment: ink\n\n``` table\nevidence.record ink\n```\n'),
            Into("mkdocs.yml", "          - Depth: evidence", "          - Ink: evidence/ink.md\n"),
        ],
        ["docs/results/ink.json", "docs/results/frozen.json", "docs/results/replayed.json"],
        "cnnnotes experiments freeze ink && cnnnotes experiments run ink",
        "rooms_claim.py",
    ),
    "figure": Addition(
        "A figure",
        [
            Into("cnnnotes/figures/depth.py", "def accuracy(", FIGURE),
            Into("docs/convolutions/receptive-field.md", "``` figure", FENCE),
        ],
        [], "make serve",
        "-c 'from cnnnotes.site import check; assert check.figure_problems() == []'",
    ),
    "snippet": Addition(
        "A snippet",
        [
            ("snippets/depth/count.py", 'print("layers:", 3)\n'),
            Into("docs/convolutions/receptive-field.md", "``` figure", "``` snippet\ndepth/count\n```\n\n"),
        ],
        ["snippets/depth/count.out"], "make record",
        "rooms_snippet.py",
    ),
    "chapter": Addition(
        "A chapter",
        [
            ("docs/convolutions/ink.md", "---\ntitle: Ink\ndescription: How much ink there is.\n---\n\n# Ink\n\nThe text.\n"),
            Into("mkdocs.yml", "      - Shapes: convolutions", "      - Ink: convolutions/ink.md\n"),
        ],
        [], "make serve",
        "-c 'from cnnnotes.site import check; assert check.page_problems() == []'",
    ),
    "lab": Addition(
        "A lab",
        [
            ("docs/labs/ink.py", '# %% [markdown]\n# # Ink\n# How much is there?\n\n# %%\nprint(1 + 1)\n'),
            Into("mkdocs.yml", "      - Look inside: labs", "      - Ink: labs/ink.md\n"),
            Into("docs/labs/index.md", "| [Look inside]", "| [Ink](ink.md) | count ink |\n"),
        ],
        [], "make serve",
        "-c 'from cnnnotes.site import labs; assert \"ink\" in labs.names(); labs.prose_of(\"ink\")'",
    ),
    "message": Addition(
        "A message of the doctor",
        [
            Into("cnnnotes/shapes/messages/numpy.py", r'    rule(rf"shapes (?P<a>', '''    plain(
        r"ink of (?P<place>\\w+) has run out",
        "A pen is empty",
        "There is no ink in {place}.",
        advice("fill it"),
    ),
'''),
            Into("tests/shapes/test_pasted_errors.py", "}", '    "ValueError: ink of pen_2 has run out": ("no ink in pen_2", "fill it"),\n'),
        ],
        [], "pytest tests/shapes/test_pasted_errors.py",
        "-m pytest -q tests/shapes/test_pasted_errors.py -k 'said and ink'",
    ),
}  # fmt: skip
SCRIPTS = {
    "rooms_layer.py": """
import numpy as np, torch, tempfile
from pathlib import Path
from cnnnotes.layers import Conv2d, Sequential, Softsign
from cnnnotes.saving import load_model
from cnnnotes.shapes import trace
from cnnnotes.torch_twin import from_torch, to_torch
model = Sequential(Conv2d(1, 2, 3), Softsign(), seed=0)
image = np.linspace(-1, 1, 25, dtype=np.float32).reshape(1, 1, 5, 5)
expected = model.forward(image)
assert (model.backward(expected, True) != 0).any()
torchs = to_torch(model)(torch.from_numpy(image)).detach().numpy()
assert np.allclose(torchs, expected, atol=1e-6)
assert np.allclose(from_torch(to_torch(model)).forward(image), expected, atol=1e-6)
assert [row.layer for row in trace(model, (1, 5, 5)).rows][-1] == "softsign"
with tempfile.TemporaryDirectory() as folder:
    model.save(Path(folder) / "it.npz")
    assert np.array_equal(load_model(Path(folder) / "it.npz").forward(image), expected)
""",
    "rooms_claim.py": """
from cnnnotes.experiments import frozen, runner
from cnnnotes.experiments.cli import app
for command in (["freeze", "ink"], ["run", "ink", "--jobs", "1"]):
    try:
        app(command)
    except SystemExit as ended:
        assert ended.code == 0
from cnnnotes.experiments.results import load
from cnnnotes.site.tables import evidence
assert runner.check(["ink"]) == [] and frozen.entry("ink")
assert "A zero takes more ink than a one." in evidence.ledger()
assert "ones" in evidence.record("ink"), load("ink")
""",
    "rooms_snippet.py": """
import sys
from cnnnotes.site import check, snippets
sys.argv[1:] = ["depth/count"]
assert snippets.main() == 0
assert (snippets.SNIPPETS / "depth" / "count.out").read_text() == "layers: 3\\n"
assert check.snippet_problems() == []
""",
}


@pytest.fixture(scope="session")
def original(tmp_path_factory):
    """A copy of what a checkout holds, without what is built in it."""
    folder = tmp_path_factory.mktemp("original")
    built = shutil.ignore_patterns("generated", "__pycache__", "*.ipynb")
    for part in ("cnnnotes", "docs", "snippets", "tests"):
        shutil.copytree(ROOT / part, folder / part, ignore=built)
    for file in ("mkdocs.yml", "pyproject.toml", "CONTRIBUTING.md", "README.md"):
        shutil.copy(ROOT / file, folder)
    return folder


def add(folder, addition):
    """Write an addition into a copy; return its files, and how many lines they take."""
    files, lines = {}, 0
    for part in addition.written:
        if isinstance(part, Into):
            file, text = part.file, part.text
            before = (folder / file).read_text()
            place = ("\n" + before).index("\n" + part.before)
            whole = before[:place] + text + before[place:]
        else:
            file, whole = part
            text = whole
            (folder / file).parent.mkdir(exist_ok=True)
        (folder / file).write_text(whole)
        files[file] = None
        lines += len(text.strip("\n").splitlines())
    return list(files), lines


def row_of(addition, files, lines):
    told = [f"`{file}`" for file in files]
    made = f"; made: {', '.join(f'`{Path(file).name}`' for file in addition.made)}"
    where = ", ".join(told) + (made if addition.made else "")
    return f"| {addition.thing} | {where} | {lines} | `{addition.command}` |"


@pytest.mark.parametrize("kind", ADDITIONS)
def test_what_is_added_where_the_table_says_works(kind, original, tmp_path, capsys):
    addition = ADDITIONS[kind]
    folder = tmp_path / "copy"
    shutil.copytree(original, folder)
    if kind == "layer":
        add(folder, ADDITIONS["operation"])
    files, lines = add(folder, addition)
    row = row_of(addition, files, lines)
    with capsys.disabled():
        print(f"\n{row}")
    if row not in CONTRIBUTING.splitlines():
        pytest.fail(f"CONTRIBUTING.md must have the row {row}")
    if addition.check in SCRIPTS:
        (folder / addition.check).write_text(SCRIPTS[addition.check])
    done = subprocess.run(
        [sys.executable, *shlex.split(addition.check)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert all((folder / file).exists() for file in addition.made)
