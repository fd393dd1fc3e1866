"""The one arithmetic that records are made with, and what a process really uses.

Sums are taken in another order by each kernel of OpenBLAS, and by each width of NumPy's vectors, so
their last bits differ; training magnifies that to points of accuracy. Where the processor has AVX2
both can be held to it, before NumPy is loaded: so runs are made in processes of their own.
"""

import os
import platform
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from shlex import quote
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")
WIDEST = "X86_V3"  # NumPy's name for AVX2 and what came with it
KERNEL = "Haswell"  # OpenBLAS' name for its kernels of that time
PACKAGES = ("cnnnotes", "numpy", "mlxtend", "scikit-image", "scikit-learn")


def settings() -> dict[str, str]:
    """Return the environment in which a process computes as the records were made.

    A processor without AVX2, such as an ARM, gets one thread and keeps its own arithmetic.
    """
    fixed = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    found = _vectors()
    if WIDEST in found:
        fixed["OPENBLAS_CORETYPE"] = KERNEL
        if wider := [name for name in found if name != WIDEST]:
            fixed["NPY_DISABLE_CPU_FEATURES"] = " ".join(wider)
    return fixed


def lacking_settings() -> str:
    """Return which of these settings this process was not started with, as a shell writes them."""
    wanted = settings().items()
    return " ".join(f"{name}={quote(v)}" for name, v in wanted if os.environ.get(name) != v)


def in_processes(
    function: Callable[..., T], calls: Sequence[tuple[Any, ...]], jobs: int
) -> Iterator[T]:
    """Call a function in fresh processes with these settings; yield each answer as it comes."""
    from joblib.externals.loky import ProcessPoolExecutor

    pool = ProcessPoolExecutor(max_workers=min(jobs, len(calls)) or 1, env=settings())
    try:
        for future in as_completed([pool.submit(function, *each) for each in calls]):
            yield future.result()
    finally:  # after Ctrl-C, what is under way is of no use
        pool.shutdown(kill_workers=True)


@cache
def versions() -> dict[str, str]:
    """Return what this process computes with: Python, packages, BLAS kernel, vector units."""
    from threadpoolctl import threadpool_info

    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    loaded = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    kernels = sorted({f"{pool['internal_api']} {pool.get('architecture')}" for pool in loaded})
    found["blas"] = ", ".join(kernels) or "unknown"
    found["vectors"] = " ".join(_vectors()) or platform.machine()
    return found


def _vectors() -> list[str]:
    """Return which of the processor's vector units NumPy uses beyond what it needs."""
    extensions = np.show_config(mode="dicts")["SIMD Extensions"]
    return list(extensions.get("found", []))
