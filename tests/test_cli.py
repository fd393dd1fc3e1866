"""The command line: its answers, and that it never ends in a traceback."""

import io
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from shapes.network_texts import CASES, texts

from cnnnotes import cli
from cnnnotes.layers import Conv2d, Flatten, Linear, ReLU, Sequential

CHAPTER = "conv 8 3x3 pad 1 | relu | maxpool 2 | flatten | linear 10"


def run(*arguments, stdin=""):
    """Return exit status, standard output and standard error of one call, in this process."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        patch.setattr(sys, "stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as caught:
            cli.main(list(arguments))
    return caught.value.code or 0, out.getvalue(), err.getvalue()


def test_shapes_prints_the_table():
    status, out, err = run("shapes", CHAPTER, "--input", "1x28x28")
    assert (status, err) == (0, "")
    assert "conv1     conv 8 3x3 pad 1  8 × 28 × 28" in out
    assert out.splitlines()[-1].split()[:3] == ["total", "15,770", "72,128"]


def test_shapes_says_what_is_never_read():
    _, out, _ = run("shapes", "maxpool 2", "--input", "1x5x6")
    assert "never read: rows 4 of the input" in out
    assert "columns" not in out
    _, out, _ = run("shapes", "conv 1 1x1 stride 3", "--input", "1x41x41")
    assert "never read: rows 1–2, 4–5, 7–8, 10–11, …, 34–35, 37–38, 40 of the input" in out
    status, out, _ = run("shapes", "maxpool 2", "--input", "1x5001x5001")
    assert status == 0
    assert "never read" not in out


def test_shapes_in_a_terminal(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")
    status, out, _ = run("shapes", CHAPTER, "--input", "1x28x28")
    assert status == 0
    assert "\x1b[1m" in out
    assert "15,770" in out


def test_shapes_as_json_and_markdown():
    _, out, _ = run("shapes", CHAPTER, "--input", "1x28x28", "--json")
    assert json.loads(out)["totals"]["parameters"] == 15_770
    _, out, _ = run("shapes", CHAPTER, "--input", "1x28x28", "--markdown")
    assert out.startswith("| name | layer | output |")


def test_shapes_of_the_catalogue():
    _, out, _ = run("shapes", "vgg16")
    assert "138,357,544" in out


def test_shapes_of_a_torch_module(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nets_for_cli.py").write_text(
        "from torch import nn\n"
        "def small(): return nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU())\n"
        "made = small()\n"
        "def broken(): raise KeyError('oops')\n"
    )
    for place in ("nets_for_cli:small", "nets_for_cli:made"):
        status, out, err = run("shapes", "--torch", place, "--input", "1x28x28")
        assert (status, err) == (0, "")
        assert "conv 1->8 3x3" in out
    status, _, err = run("shapes", "--torch", "nets_for_cli:broken", "--input", "1x28x28")
    assert status == 2
    assert err == (
        "cnnnotes: --torch (='nets_for_cli:broken') must lead to a module: KeyError: 'oops'\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["shapes"], "cnnnotes: give a network in words, or --torch module:callable"),
        (["shapes", "relu"], "cnnnotes: --input is needed"),
        (["shapes", "relu", "--input", "1x2x"], "--input (='1x2x') must be sizes joined by x"),
        (["shapes", "relu", "--input", "0x2x2"], "--input (='0x2x2') must be sizes"),
        (["shapes", "--torch", "nets", "--input", "1x2x2"], "--torch (='nets') must be module:"),
        (["shapes", "--torch", "no.such:x", "--input", "1x2x2"], "ModuleNotFoundError"),
        (["shapes", "--torch", "json:dumps", "--input", "1x2x2"], "must lead to a module"),
        (["shapes", "relu", "--torch", "a:b"], "one of them"),
        (["shapes", "conv 8 9x9", "--input", "1x4x4"], "conv1: The kernel does not fit"),
        (["diagnose"], "cnnnotes: there is nothing to diagnose"),
        (["diagnose", "hello"], "must hold an error about shapes"),
        (["solve", "3", "100"], "cnnnotes: nothing in range leads from 3 to 100"),
        (["solve", "0", "1"], "input (=0) must be at least 1"),
        (["solve", "4", "2", "--operation", "dense"], "operation (='dense') must be one of"),
        (["solve", "a", "2"], "Invalid value for 'input'"),
        (["shapes", "--nonsense"], "No such option"),
        (["nonsense"], "No such command"),
    ],
)
def test_wrong_calls_end_in_one_clear_error(arguments, message):
    status, _, err = run(*arguments)
    assert status == 2
    assert message in err
    assert "Traceback" not in err


def test_wrong_text_is_pointed_at():
    status, out, err = run("shapes", "conv 8 3x3 | rellu", "--input", "1x28x28")
    assert (status, out) == (2, "")
    assert err == (
        "cnnnotes: expected a layer, perhaps relu; got 'rellu'\n"
        "  conv 8 3x3 | rellu\n"
        "               ^^^^^\n"
    )


@pytest.mark.parametrize(
    "paste",
    [
        "nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU())",
        "Sequential(\n  (0): Conv2d(1, 8, kernel_size=(3, 3), stride=(1, 1))\n  (1): ReLU()\n)",
        "[Conv2D(8, 3, activation='relu')]",
        "conv 8 3x3 | relu",
    ],
)
def test_shapes_reads_pastes_from_an_argument_a_file_and_stdin(paste, tmp_path):
    place = tmp_path / "net.py"
    place.write_text(paste)
    told = [run("shapes", paste, "--input", "28x28x1" if "2D" in paste else "(1, 28, 28)")]
    told += [run("shapes", "--input", "1x28x28", str(place))]
    told += [run("shapes", "--input", "1,28,28", "-", stdin=paste)]
    for status, out, _ in told:
        assert status == 0
        assert "8 × 26 × 26" in out
        assert out.splitlines()[-1].split()[:2] == ["total", "80"]


def test_shapes_takes_the_input_from_the_paste_and_passes_notes_on():
    paste = "[Conv2D(8, 3, input_shape=(28, 28, 1)), BatchNormalization()]"
    status, out, err = run("shapes", paste)
    assert status == 0
    assert "8 × 26 × 26" in out
    assert err.startswith("cnnnotes: note: Keras' own total")


def test_files_that_hold_no_network(tmp_path):
    binary, empty, huge = (tmp_path / name for name in ("binary.py", "empty.py", "huge.py"))
    binary.write_bytes(b"\x89PNG\0\xff")
    empty.write_text("\n")
    huge.write_text("relu\n" * 300_000)
    for place, said in (
        (tmp_path, "is a directory"),
        (binary, "is no text; it holds binary data"),
        (empty, "the text is empty"),
        (huge, "too long"),
        (tmp_path / "nothing.py", "there is no file"),
    ):
        status, out, err = run("shapes", str(place), "--input", "1x28x28")
        assert (status, out) == (2, "")
        assert said in err
        assert err.count("\n") == 1


def test_advice_can_be_typed():
    for network, shape, advice in (
        ("conv 3->8 3x3", "28x28x3", "fix: give --input channels first, as 3x28x28"),
        ("linear 784->10", "1x28x28", "fix: put flatten before it\n"),
        ("conv 3->8 3x3", "3072", "fix: give --input as channels x height x width"),
    ):
        for command in ("shapes", "diagnose"):
            _, out, err = run(command, network, "--input", shape)
            assert advice in out + err
            assert "x." not in out + err


def test_no_control_character_reaches_the_terminal(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rude.py").write_text("def net(): raise ValueError('\\x1b[2J')\n")
    for words in (
        ("shapes", "\x1b[2J", "--input", "1x2x2"),
        ("diagnose", "\x1b[2J\x9b"),
        ("shapes", "nn.Sequential(nn.\x1b[2J())"),
        ("shapes", "relu", "--input", "\x1b"),
        ("shapes", "--torch", "rude:net", "--input", "1x2x2"),
    ):
        status, out, err = run(*words)
        assert status == 2
        assert not {"\x1b", "\x9b"} & set(out + err)


@pytest.mark.parametrize("network", ["vgg16", "lenet5"])
def test_a_reader_that_leaves_early_is_no_error(network):
    command = [sys.executable, "-c", "from cnnnotes.cli import main; main()", "shapes", network]
    buffered = os.environ | {"PYTHONUNBUFFERED": ""}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": buffered}
    with subprocess.Popen(command, **pipes) as process:
        process.stdout.close()
        assert process.stderr.read() == b""


def test_an_interrupt_ends_without_a_traceback(monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("cnnnotes.shapes.reading.read_network", interrupt)
    status, out, err = run("shapes", "relu", "--input", "1x2x2")
    assert status == cli.INTERRUPTED
    assert "Traceback" not in out + err


MESSAGE = "mat1 and mat2 shapes cannot be multiplied (64x3136 and 784x10)"


def test_diagnose_from_arguments_stdin_and_layers():
    _, out, _ = run("diagnose", *MESSAGE.split())
    assert "fix: change in_features to 3136" in out
    assert run("diagnose", stdin=f"Traceback …\nRuntimeError: {MESSAGE}\n")[1] == out
    _, out, _ = run("diagnose", MESSAGE, "--json")
    assert json.loads(out)["fixes"] == ["change in_features to 3136"]
    _, out, _ = run("diagnose", "conv 3->8 3x3", "--input", "28x28x3")
    assert out.startswith("conv1: The layer was made for 3 channels")


def test_solve():
    status, out, _ = run("solve", "28", "14", "--most", "2")
    assert status == 0
    assert out.splitlines()[:2] == ["kernel 2 stride 2", "kernel 3 stride 2 pad 1"]
    assert out.splitlines()[2].endswith("more (--most)")
    _, out, _ = run("solve", "28", "14", "--json")
    assert json.loads(out)[0] == {
        "kernel_size": 2,
        "stride": 2,
        "padding": 0,
        "dilation": 1,
        "unread": 0,
    }


def test_without_typer_one_line_says_what_to_install():
    code = "import sys; sys.modules['typer'] = None; from cnnnotes.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == "cnnnotes: the command line needs typer; pip install 'cnnnotes[cli]'\n"


def test_help_imports_nothing_heavy():
    code = (
        "import sys\nfrom cnnnotes.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "assert not {'torch', 'matplotlib', 'sklearn'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


words = st.one_of(
    st.sampled_from(["shapes", "diagnose", "solve", "--input", "1x28x28", "--json", "--markdown"]),
    st.sampled_from(["--torch", "--operation", "pool", "--most", "0", "-1", "--", "", "--help"]),
    st.sampled_from(["28", "14", MESSAGE]),
    texts,
)


@settings(max_examples=CASES, derandomize=True, deadline=None)
@given(st.lists(words, max_size=5), st.text(max_size=30))
def test_any_call_ends_in_a_result_or_one_clear_error(arguments, stdin):
    status, out, err = run(*arguments, stdin=stdin)
    assert status in (0, 2)
    assert out if status == 0 else err
    assert "Traceback" not in err


@settings(max_examples=CASES, derandomize=True, deadline=None)
@given(texts, st.sampled_from(["1x28x28", "3x7x9", "99999999x1x1", "784", "1x1x1"]))
def test_any_network_ends_in_a_result_or_one_clear_error(text, shape):
    status, out, err = run("shapes", "--input", shape, "--", text)
    assert status in (0, 2)
    assert out if status == 0 else err.startswith("cnnnotes: ")


@pytest.fixture
def saved(tmp_path, monkeypatch):
    """A folder with two saved networks and images for them, entered."""
    monkeypatch.chdir(tmp_path)
    for name, kernel in (("three", 3), ("five", 5)):
        left = (9 - kernel) ** 2
        Sequential(Conv2d(1, 2, kernel), ReLU(), Flatten(), Linear(2 * left, 3), seed=0).save(
            f"{name}.npz"
        )
    images = np.random.default_rng(0).random((6, 1, 8, 8), dtype=np.float32)
    np.save("images.npy", images)
    np.save("bytes.npy", (images[:, 0] * 255).astype(np.uint8))
    np.save("large.npy", np.zeros((2, 1, 9, 9), np.float32))
    np.save("labels.npy", np.arange(6) % 3)
    return tmp_path


def test_inspect_writes_the_report_of_a_saved_network(saved):
    words = ["inspect", "three.npz", "--images", "images.npy", "--labels", "labels.npy"]
    status, out, err = run(*words)
    assert (status, err) == (0, "")
    assert "conv 1->2 3x3" in out and "of 6 answers are right" in out
    assert out.endswith("wrote report.html\n")
    assert "<title>three: a look inside</title>" in (saved / "report.html").read_text()
    status, out, _ = run("inspect", "three.npz", "--images", "bytes.npy", "--limit", "4")
    assert status == 0
    assert "Looked at with 4 images" in (saved / "report.html").read_text()


def test_inspect_compares_several_networks(saved):
    words = ["inspect", "three.npz", "five.npz", "--images", "images.npy", "--output", "two.html"]
    status, _, err = run(*words)
    assert (status, err) == (0, "")
    assert "<title>three · five: a look inside</title>" in (saved / "two.html").read_text()
    assert not (saved / "report.html").exists()


def test_inspect_opens_a_folder_of_pictures_and_a_torch_module(saved):
    (saved / "shown").mkdir()
    for number in range(3):
        picture = np.full((8, 8), 80 * number, np.uint8)
        Image.fromarray(picture).save(saved / "shown" / f"{number}.png")
    (saved / "nets_to_inspect.py").write_text(
        "from torch import nn\n"
        "def small(): return nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten())\n"
    )
    status, _, err = run("inspect", "--torch", "nets_to_inspect:small", "--images", "shown")
    assert (status, err) == (0, "")
    assert "Looked at with 3 images" in (saved / "report.html").read_text()


@pytest.mark.parametrize(
    "arguments, message",
    [
        ([], "give a model: a .npz file, or --torch module:callable"),
        (["three.npz", "--images", "large.npy"], "3: The layer was made for 72 features, and 98"),
        (["three.npz", "--images", "nothing.npy"], "nothing.npy"),
        (["three.npz", "--images", "three.npz"], "must be a .npy file"),
        (["three.npz", "--images", "labels.npy"], "must hold images (N, C, H, W)"),
        (["images.npy", "--images", "images.npy"], "images.npy"),
        (["three.npz", "./three.npz", "--images", "images.npy"], "two models have the same name"),
    ],
)
def test_inspect_says_what_is_wrong(saved, arguments, message):
    status, out, err = run("inspect", *arguments)
    assert (status, out) == (2, "")
    assert message in err and err.startswith("cnnnotes: ")
    assert not (saved / "report.html").exists()
