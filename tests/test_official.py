"""The published sets, from files in their official formats: made here, small or full of noise."""

import gzip
import hashlib
import socket
import tarfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from cnnnotes import data, official
from cnnnotes.cli import app


def idx(values):
    header = (
        b"\0\0\x08" + bytes([values.ndim]) + b"".join(n.to_bytes(4, "big") for n in values.shape)
    )
    return header + values.astype(np.uint8).tobytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The ten official files, with images of noise."""
    made = tmp_path_factory.mktemp("official")
    rng = np.random.default_rng(0)
    for part, count in (("train", 60_000), ("t10k", 10_000)):
        images = rng.integers(0, 256, (count, 28, 28), np.uint8)
        (made / f"{part}-images-idx3-ubyte").write_bytes(idx(images))
        (made / f"{part}-labels-idx1-ubyte").write_bytes(idx(np.arange(count) % 10))
    inner = made / "cifar-10-batches-bin"
    inner.mkdir()
    rows = rng.integers(0, 256, (10_000, 3073), np.uint8)
    rows[:, 0] = np.arange(10_000) % 10
    for name in official.OFFICIAL["cifar10"].files:
        (inner / name).write_bytes(rows.tobytes())
    return made


@pytest.fixture(autouse=True)
def kept(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNNOTES_DATA", str(tmp_path / "kept"))
    return tmp_path / "kept"


def test_mnist_is_read_pixel_by_pixel(folder):
    split = official.read_mnist(folder)
    assert [part.shape for part in split] == [
        (60_000, 1, 28, 28), (60_000,), (10_000, 1, 28, 28), (10_000,)
    ]  # fmt: skip
    raw = (folder / "train-images-idx3-ubyte").read_bytes()[16:]
    np.testing.assert_array_equal(
        np.rint(split.train_images[12_345, 0] * 255).ravel(),
        np.frombuffer(raw, np.uint8)[12_345 * 784 : 12_346 * 784],
    )
    assert split.train_labels[:12].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    assert split.train_images.dtype == np.float32 and split.test_labels.dtype == np.int64


def test_cifar_10_is_read_colour_by_colour(folder):
    split = official.read_cifar10(folder)
    assert split.train_images.shape == (50_000, 3, 32, 32)
    row = (folder / "cifar-10-batches-bin" / "test_batch.bin").read_bytes()[3073 * 7 : 3073 * 8]
    green = np.frombuffer(row, np.uint8)[1 + 1024 : 1 + 2048].reshape(32, 32)
    np.testing.assert_array_equal(np.rint(split.test_images[7, 1] * 255), green)
    assert split.test_labels[7] == row[0] == 7 and len(official.CIFAR10_CLASSES) == 10


def test_the_command_takes_files_from_a_folder_and_load_finds_them(folder, kept):
    run = CliRunner().invoke
    with pytest.raises(
        FileNotFoundError, match="mnist is not here yet; run: cnnnotes data get mnist;"
    ):
        data.load("mnist")
    assert " no " in run(app, ["data", "list"]).stdout
    done = run(app, ["data", "get", "mnist", "--from", str(folder)])
    assert done.exit_code == 0 and str(kept / "mnist") in done.stdout.replace("\n", "")
    assert data.load("mnist").train_images.shape == (60_000, 1, 28, 28)
    assert sorted(file.name for file in (kept / "mnist").iterdir()) == sorted(
        official.OFFICIAL["mnist"].files
    )
    listed = run(app, ["data", "list"]).stdout
    assert "handwritten" in listed and listed.count(" yes ") > listed.count(" no ")


def test_a_damaged_or_missing_file_is_named_and_nothing_is_kept(folder, tmp_path, kept):
    for name in official.OFFICIAL["mnist"].files:
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress((folder / name).read_bytes(), 1))
    assert official.read_mnist(tmp_path).test_labels[9] == 9, "packed by gzip, too"
    labels = tmp_path / "t10k-labels-idx1-ubyte.gz"
    whole = labels.read_bytes()
    for broken, told in (
        (gzip.compress(idx(np.full(10_000, 11))), "must hold digits; it holds 11"),
        (
            gzip.compress(idx(np.zeros(9_999))),
            "must be an idx file of bytes, 10000; it begins with",
        ),
        (gzip.compress(idx(np.zeros(10_000))[:-3]), "must hold 10,000 values .*; it holds 9,997"),
        (whole[: len(whole) // 2], "t10k-labels-idx1-ubyte.gz cannot be read"),
        (b"", "begins with"),
    ):
        labels.write_bytes(broken)
        with pytest.raises(ValueError, match=told):
            official.get("mnist", tmp_path)
    labels.unlink()
    with pytest.raises(FileNotFoundError, match="must hold t10k-labels-idx1-ubyte; it does not"):
        official.get("mnist", tmp_path)
    assert not kept.exists()


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_noise_is_no_image_set(tmp_path_factory, noise):
    file = tmp_path_factory.getbasetemp() / "noise"
    file.write_bytes(noise)
    with pytest.raises(ValueError, match="noise"):
        official.read_idx(file, (3, 4))
    with pytest.raises(ValueError, match="noise"):
        official._read_cifar10(file, 1)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture
def server(folder, tmp_path):
    """Serve cifar10 as its authors do: one packed archive."""
    served = tmp_path / "served"
    served.mkdir()
    with tarfile.open(served / "cifar-10-binary.tar.gz", "w:gz", compresslevel=1) as archive:
        archive.add(folder / "cifar-10-batches-bin", "cifar-10-batches-bin")
    running = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=served))
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}/", served / "cifar-10-binary.tar.gz"
    running.shutdown()
    running.server_close()


def serve(monkeypatch, server, md5=None):
    address, file = server
    md5 = md5 or hashlib.md5(file.read_bytes()).hexdigest()
    patched = official.OFFICIAL["cifar10"]._replace(
        address=address, downloads={"cifar-10-binary.tar.gz": md5}
    )
    monkeypatch.setitem(official.OFFICIAL, "cifar10", patched)


def test_a_set_is_fetched_checked_and_unpacked(server, monkeypatch, kept):
    serve(monkeypatch, server)
    assert official.get("cifar10") == kept / "cifar10"
    assert data.load("cifar10").test_images.shape == (10_000, 3, 32, 32)


def test_a_set_that_is_not_the_published_one_is_refused(server, monkeypatch, kept):
    serve(monkeypatch, server, md5="0" * 32)
    with pytest.raises((OSError, ValueError), match=r"hash|MD5"):
        official.get("cifar10")
    with pytest.raises(FileNotFoundError):
        data.load("cifar10")


def test_offline_it_says_so_and_how_to_go_on(monkeypatch):
    def no_network(*arguments, **options):
        raise OSError("network is unreachable")

    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    with pytest.raises(
        OSError, match=r"mnist could not be fetched from https://.* \(.*unreachable.*\)"
    ):
        official.get("mnist")
    done = CliRunner().invoke(app, ["data", "get", "mnist"])
    assert isinstance(done.exception, OSError)
    assert "cnnnotes data get mnist --from FOLDER" in str(done.exception)


def test_what_is_missing_is_named(monkeypatch):
    monkeypatch.setattr(official, "find_spec", lambda name: None)
    with pytest.raises(
        ImportError, match=r'pooch, which is not installed; run: pip install "cnnnotes\[data\]"'
    ):
        official.get("mnist")
    with pytest.raises(ValueError, match=r"name \(='imagenet'\) must be one of mnist, fashion_"):
        official.get("imagenet")
