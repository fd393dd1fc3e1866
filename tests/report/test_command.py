"""`cnnnotes inspect` on pictures as people have them: a page that shows them, or one line."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image, ImageDraw
from torch import nn

from cnnnotes.cli import main
from cnnnotes.layers import Conv2d, Flatten, Linear, ReLU, Sequential
from cnnnotes.report import report


def network(channels):
    return Sequential(Conv2d(channels, 2, 3), ReLU(), Flatten(), Linear(1352, 10), seed=0)


def drawn(mode="L", ground=0, ink=255, size=(28, 28)):
    """A bar upright in the left half."""
    picture = Image.new(mode, size, ground)
    width, height = size
    box = (width // 4, height // 7, width // 4 + width // 14, height - height // 7)
    ImageDraw.Draw(picture).rectangle(box, fill=ink)
    return picture


def deep(path):
    Image.fromarray(np.asarray(drawn()).astype(np.uint16) * 257).save(path.with_suffix(".png"))


def deep_array(path):
    np.save(path, np.asarray(drawn()).astype(np.uint16)[None] * 257)


def see_through(path):
    drawn("RGBA", (0, 0, 0, 0), (0, 0, 0, 255)).save(path.with_suffix(".png"))


def turned(path):
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = drawn().transpose(Image.Transpose.ROTATE_90)
    picture.save(path.with_suffix(".jpg"), exif=exif)


def coloured(path):
    drawn("RGB", (0, 0, 60), (255, 255, 180)).save(path.with_suffix(".png"))


def grey(path):
    drawn().save(path.with_suffix(".png"))


def of_two_sizes(path):
    drawn(size=(56, 56)).save(path.with_suffix(".png"))
    drawn(size=(112, 140)).save(path.with_name("b.png"))


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, channels in (("grey", 1), ("colour", 3)):
        network(channels).save(f"{name}.npz")
    (tmp_path / "shown").mkdir()
    return tmp_path


@pytest.fixture
def inspect(capsys):
    def run(*words):
        with pytest.raises(SystemExit) as left:
            main(["inspect", *words])
        out, err = capsys.readouterr()
        return left.value.code, out, err

    return run


@pytest.mark.parametrize(
    "make, words, refused",
    [
        (deep, ["grey.npz"], ""),
        (deep_array, ["grey.npz", "--images", "shown/a.npy"], ""),
        (see_through, ["grey.npz", "--channels", "1"], "with --channels 1 the images fit"),
        (
            see_through,
            ["grey.npz", "--channels", "1", "--invert"],
            "with --channels 1 the images fit",
        ),
        (turned, ["grey.npz"], ""),
        (coloured, ["grey.npz", "--channels", "1"], "with --channels 1 the images fit"),
        (grey, ["colour.npz", "--channels", "3"], "with --channels 3 the images fit"),
        (of_two_sizes, ["grey.npz", "--size", "28"], "--size, such as"),
    ],
)
def test_the_page_shows_each_kind_of_picture(here, inspect, make, words, refused):
    make(here / "shown" / "a")
    words = words if "--images" in words else [*words, "--images", "shown"]
    if refused:
        status, out, err = inspect(words[0], "--images", "shown")
        assert (status, out) == (2, "") and refused in err and err.count("\n") == 1
        assert not (here / "report.html").exists()
    status, out, err = inspect(*words)
    assert (status, err) == (0, "")
    on_paper = make is see_through and "--invert" not in words
    assert ("they are dark on light" in out) == on_paper
    (source,) = re.findall(
        r"data:image/png;base64,([^']*)' alt='The first", (here / "report.html").read_text()
    )
    with Image.open(io.BytesIO(base64.b64decode(source))) as image:
        shown = np.asarray(image.convert("L"), float)[:28, :28]
    bar, ground = shown[8:20, 7].mean(), shown[8:20, 20].mean()
    assert (ground - bar if on_paper else bar - ground) > 180
    np.testing.assert_allclose(shown[:, 20], ground, atol=8)


def test_a_network_of_another_size_names_the_size(here, inspect):
    drawn(size=(56, 40)).save(here / "shown" / "a.png")
    status, _, err = inspect("grey.npz", "--images", "shown")
    assert status == 2 and err.endswith("; with --size 28 the images fit\n")
    assert "1352" in err and err.count("\n") == 1
    status, _, err = inspect("grey.npz", "colour.npz", "--images", "shown")
    assert status == 2 and "--size" not in err  # no flag fits both


@pytest.mark.parametrize(
    "words, message",
    [
        (["--channels", "2"], "--channels (=2) must be 1, grey, or 3, colour"),
        (["--size", "0"], "--size (='0') must be one side, or height x width"),
        (["--images", "nowhere"], "nowhere: there is no such file or folder"),
        (["--images", "shown"], "shown holds no pictures"),
    ],
)
def test_one_line_for_what_cannot_be(inspect, words, message):
    status, out, err = inspect("grey.npz", *words)
    assert (status, out) == (2, "") and message in err and err.count("\n") == 1


def test_names_that_would_steer_the_terminal_do_not_reach_it(here, inspect):
    (here / "grey.npz").rename(here / "a\x1b[2J\u202e<b>.npz")
    status, out, _ = inspect("a\x1b[2J\u202e<b>.npz", "colour.npz", "--output", "b\x07.html")
    assert status == 2  # they do not fit one another; no page
    grey(here / "shown" / "a")
    status, out, _ = inspect("a\x1b[2J\u202e<b>.npz", "--images", "shown", "--output", "b\x07.html")
    assert status == 0 and "wrote b\\x07.html" in out
    assert all(letter.isprintable() or letter == "\n" for letter in out)
    page = (here / "b\x07.html").read_text()
    assert "<h1>a\\x1b[2J\\u202e&lt;b&gt;</h1>" in page
    assert all(letter.isprintable() or letter == "\n" for letter in page)


def test_names_of_layers_are_harmless_in_page_and_table(here):
    model = nn.Sequential()
    model.add_module("\x1b]0;gone\x07<i>", nn.Conv2d(1, 2, 3))
    found = report(model, np.random.default_rng(0).random((2, 1, 8, 8), np.float32))
    page = (here / "report.html").read_text()
    for text in (page, str(found), found.trace.markdown(), str(found.trace)):
        assert all(letter.isprintable() or letter == "\n" for letter in text)
        assert "\\x1b]0;gone\\x07" in text
    assert "<i>" not in page
