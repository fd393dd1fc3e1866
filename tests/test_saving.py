"""Model files as a stranger may send them: refused at once, in one clean line."""

import json
import re
import tracemalloc
import zipfile

import numpy as np
import pytest

from cnnnotes.layers import Linear
from cnnnotes.saving import load_model


def architecture(in_features, out_features):
    """Return what a file says of a linear layer, without making one."""
    arguments = {"in_features": in_features, "out_features": out_features}
    return json.dumps({"kind": "Linear", "arguments": arguments})


ARCHITECTURE = architecture(4, 3)
BIAS = np.zeros(3, np.float32)


def model_file(path, **arrays):
    """Write arrays as they are given, also such as `save` would refuse; bytes as a whole member."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, value in arrays.items():
            with zipped.open(f"{name}.npy", "w", force_zip64=True) as file:
                if isinstance(value, bytes):
                    file.write(value)
                else:
                    np.lib.format.write_array(file, np.asarray(value), allow_pickle=True)
    return path


def claiming(shape):
    """Return an array's header that claims a shape, with hardly any numbers after it."""
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".encode().ljust(117)
    return b"\x93NUMPY\x01\x00" + len(header + b"\n").to_bytes(2, "little") + header + b"\n" + b"12"


HOSTILE = {
    "claims more than it has": (
        {"weight": claiming((10**7, 10**4)), "bias": BIAS, "architecture": ARCHITECTURE},
        "'weight' claims 400000000000 bytes, and has",
    ),
    "an architecture beyond memory": (
        {
            "weight": claiming((10**7, 10**4)),
            "architecture": architecture(10**4, 10**7),
        },
        "'weight' claims 400000000000 bytes",
    ),
    "an architecture beyond memory, and little else": (
        {"weight": BIAS, "architecture": architecture(10**10, 3)},
        "weight (=(3, 10000000000)) must be so small",
    ),
    "objects": (
        {"weight": np.array([{}]), "bias": BIAS, "architecture": ARCHITECTURE},
        "'weight' holds object, not numbers or text",
    ),
    "an architecture of objects": (
        {"weight": BIAS, "architecture": np.array({}, object)},
        "'architecture' holds object",
    ),
    "control characters in a name": (
        {"we\x1b[31mird": BIAS, "architecture": ARCHITECTURE},
        r"unexpected ['we\x1b[31mird']",
    ),
    "control characters in a kind": (
        {"weight": BIAS, "architecture": json.dumps({"kind": "\x1b[2J", "arguments": {}})},
        r"layer kind '\x1b[2J' is none of Conv2d",
    ),
    "arguments without names": (
        {"architecture": json.dumps({"kind": "Linear", "arguments": [4, 3]})},
        "must be a dict with arguments, a dict",
    ),
    "layers that are none": (
        {"architecture": json.dumps({"kind": "Sequential", "layers": 3})},
        "must be a dict with layers, a list",
    ),
    "nothing of an architecture": ({"architecture": "null"}, "None must be a dict with kind"),
    "depth without end": ({"architecture": "[" * 100_000}, "maximum recursion depth"),
    "numbers for an architecture": ({"architecture": BIAS}, "'architecture' is no text"),
}


@pytest.mark.parametrize(("arrays", "words"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_files(tmp_path, arrays, words):
    path = model_file(tmp_path / "m.npz", **arrays)
    with pytest.raises(ValueError, match=re.escape(words)) as caught:
        load_model(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert message.isprintable()
    assert "pickle" not in message


@pytest.mark.parametrize(
    ("described", "words"),
    [
        (ARCHITECTURE, r"(shape (4000, 1000)) must have the shape of the parameter, (3, 4)"),
        (architecture(1000, 4000), r"'bias'] (shape (3,)) must have"),
    ],
)
def test_large_arrays_that_do_not_fit_are_not_unpacked(tmp_path, described, words):
    large = np.zeros((4000, 1000), np.float32)
    path = model_file(tmp_path / "m.npz", weight=large, bias=BIAS, architecture=described)
    tracemalloc.start()
    with pytest.raises(ValueError, match=re.escape(words)):
        load_model(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < large.nbytes / 10


def test_every_damaged_byte_gives_the_model_or_one_clean_line(tmp_path):
    Linear(2, 1, seed=0).save(tmp_path / "m.npz")
    whole = (tmp_path / "m.npz").read_bytes()
    for place in range(0, len(whole), 7):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        (tmp_path / "d.npz").write_bytes(damaged)
        try:
            load_model(tmp_path / "d.npz")
        except ValueError as error:
            assert str(error).isprintable() and "pickle" not in str(error)


@pytest.mark.parametrize(
    ("path", "error", "words"),
    [
        ("/", ValueError, "/ is a folder, and no .npz file"),
        ("a\0b", ValueError, r"path (='a\x00b') must not hold a null character"),
        (b"m.npz", TypeError, "path (=b'm.npz') must be a path"),
        (None, TypeError, "path (=None) must be a path"),
        ("/etc/passwd/m.npz", ValueError, "/etc/passwd/m.npz is no readable .npz file"),
    ],
)
def test_paths_that_are_none(path, error, words):
    with pytest.raises(error, match=re.escape(words)):
        load_model(path)


@pytest.mark.parametrize(
    ("path", "error", "words"),
    [
        ("", ValueError, "must name a file, and is a folder"),
        (".", ValueError, "path (='.') must name a file, and is a folder"),
        ("no/such/m.npz", FileNotFoundError, "path (='no/such/m.npz') must be in a folder that"),
        (None, TypeError, "path (=None) must be a path"),
    ],
)
def test_places_where_no_file_can_be(path, error, words):
    with pytest.raises(error, match=re.escape(words)):
        Linear(2, 1, seed=0).save(path)
