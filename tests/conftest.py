"""torchrun alone on a machine: PyTorch's processes abort at exit more often on a busy one."""

from pathlib import Path
from tempfile import gettempdir

import pytest


@pytest.fixture(autouse=True)
def one_torchrun_at_a_time(request):
    if "beyond_one_machine" not in request.node.nodeid:
        yield
        return
    fcntl = pytest.importorskip("fcntl")
    with open(Path(gettempdir()) / "cnnnotes-torchrun.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
