"""Files of arrays: written whole or not at all, and looked at before they are unpacked."""

import math
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from cnnnotes.checks import Array, printable, shown

__all__ = ["Archive", "load_arrays", "save_arrays", "whole_file"]

# Arrays of this many bytes together are read without being asked for by name and shape.
_MOST_BYTES = 2**32

Shapes = dict[str, tuple[int, ...]]


@contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """Open a file for writing: beside it first, then renamed, so that never half of it is there."""
    path = _path(path)
    if not path.name or path.is_dir():
        raise ValueError(f"path (={shown(str(path))}) must name a file, and is a folder")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"path (={shown(str(path))}) must be in a folder that exists")
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as file:
            yield file
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _path(path: Any) -> Path:
    """Check that `path` is one that a file system can have."""
    if not isinstance(path, str | os.PathLike) or isinstance(os.fspath(path), bytes):
        raise TypeError(f"path (={shown(path)}) must be a path")
    if "\0" in os.fspath(path):
        raise ValueError(f"path (={shown(os.fspath(path))}) must not hold a null character")
    return Path(path)


def save_arrays(path: str | os.PathLike[str], arrays: Mapping[str, npt.ArrayLike]) -> None:
    """Write named arrays to an `.npz` file, whole or not at all.

    Raises `ValueError` if an array holds objects or `path` is a folder, `OSError` if it cannot be
    written.
    """
    with whole_file(path) as file:
        np.savez(file, allow_pickle=False, **dict(arrays))


def load_arrays(
    path: str | os.PathLike[str], check: Callable[["Archive"], object] | None = None
) -> dict[str, Array]:
    """Read all arrays of an `.npz` file.

    `check` sees the names and shapes first, before any large array is unpacked, and raises what it
    likes if they are not what is wanted.

    Raises `FileNotFoundError` if there is no such file, and `ValueError` if it is damaged, no such
    file at all, or too large.
    """
    path = _path(path)
    with ExitStack() as stack:
        with _one_error(path):
            file = stack.enter_context(path.open("rb"))
            archive = Archive(stack.enter_context(zipfile.ZipFile(file)))
        if check is not None:
            check(archive)
        with _one_error(path):
            return {name: archive.read(name) for name in archive.shapes}


@contextmanager
def _one_error(path: Path) -> Iterator[None]:
    """Turn all that can be wrong with a file into one error that names it."""
    try:
        yield
    except FileNotFoundError:
        raise
    except IsADirectoryError:
        raise ValueError(f"{printable(path)} is a folder, and no .npz file") from None
    except (
        EOFError, KeyError, MemoryError, NotImplementedError, OSError, RuntimeError, TypeError,
        ValueError, zipfile.BadZipFile, zlib.error,
    ) as error:  # fmt: skip
        reason = printable(error) or type(error).__name__
        raise ValueError(f"{printable(path)} is no readable .npz file: {reason}") from error


class Archive:
    """An `.npz` file whose arrays' names, kinds and shapes are known, but not yet the arrays.

    Attributes
    ----------
    shapes
        The shape of every array, by name.
    dtypes
        What it holds.
    """

    def __init__(self, zipped: zipfile.ZipFile) -> None:
        self._zipped = zipped
        self.shapes: Shapes = {}
        self.dtypes: dict[str, np.dtype[Any]] = {}
        for member in zipped.infolist():
            name = member.filename.removesuffix(".npy")
            if name == member.filename or name in self.shapes:
                raise ValueError(f"it holds {shown(member.filename)}, which is no array of its own")
            with zipped.open(member) as file:
                self.shapes[name], self.dtypes[name] = _header(name, file)
            claimed = math.prod(self.shapes[name]) * self.dtypes[name].itemsize
            if claimed > member.file_size:
                raise ValueError(
                    f"the array {shown(name)} claims {claimed} bytes, and has {member.file_size}"
                )
        if sum(member.file_size for member in zipped.infolist()) > _MOST_BYTES:
            raise ValueError(f"it would unpack to more than {_MOST_BYTES} bytes")

    def text(self, name: str) -> str:
        """Unpack a text, if it is none of many megabytes."""
        if self.shapes[name] != () or self.dtypes[name].kind != "U":
            raise ValueError(f"{shown(name)} is no text")
        if self.dtypes[name].itemsize > _MOST_BYTES // 2**6:
            raise ValueError(f"{shown(name)} is too long a text")
        return str(self.read(name))

    def read(self, name: str) -> Array:
        """Unpack one array."""
        with self._zipped.open(f"{name}.npy") as file:
            return np.lib.format.read_array(file, allow_pickle=False)


def _header(name: str, file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Read what stands before an array: its shape and the kind of its numbers."""
    try:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0
        if version != (1, 0):
            read = np.lib.format.read_array_header_2_0
        shape, _, dtype = read(file)
    except ValueError:
        raise ValueError(f"{shown(name)} is no array") from None
    if dtype.hasobject or dtype.kind not in "biufU":
        raise ValueError(f"the array {shown(name)} holds {dtype.name}, not numbers or text")
    return shape, dtype
