"""Two processes on this machine train as one does; and the test would see it if they did not."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from cnnnotes.site.paths import SNIPPETS

FOLDER = SNIPPETS / "beyond_one_machine"
TRAIN = (FOLDER / "train.py").read_text()
MINUTES = 5 * 60
TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")


@pytest.fixture
def marked(monkeypatch):
    """Mark the environment, so that each process that a test starts can be found by the mark."""
    mark = f"cnnnotes-{uuid.uuid4()}"
    monkeypatch.setenv("CNNNOTES_MARK", mark)
    monkeypatch.setenv("GLOO_SOCKET_IFNAME", "lo0" if sys.platform == "darwin" else "lo")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    yield mark
    until = time.monotonic() + 10
    while (left := processes_with(mark)) and time.monotonic() < until:
        time.sleep(0.1)
    assert left == [], "no process is left over"


def processes_with(mark):
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark.encode() in path.read_bytes() and int(path.parent.name) != os.getpid():
                found.append(path.parent.name)
    return found


def run(folder, text, *command):
    (folder / "train.py").write_text(text)
    return subprocess.run(
        [sys.executable, *command, "train.py"],
        cwd=folder, capture_output=True, text=True, timeout=MINUTES,
    )  # fmt: skip


def losses(folder, text, *command):
    done = run(folder, text, *command)
    assert done.returncode == 0, done.stderr
    return [float(line.split()[-1]) for line in done.stdout.splitlines()]


def apart(first, second):
    return max(abs(one - two) for one, two in zip(first, second, strict=True))


def test_two_processes_have_the_losses_of_one_also_when_the_usual_port_is_taken(tmp_path, marked):
    with socket.socket() as taken:
        with contextlib.suppress(OSError):  # taken by another already: as good
            taken.bind(("127.0.0.1", 29500))
            taken.listen()
        two = losses(tmp_path, TRAIN, *TORCHRUN)
    one = losses(tmp_path, TRAIN)
    assert len(one) == 20 and one[-1] < one[0] / 2
    assert apart(one, two) <= 1e-5


@pytest.mark.parametrize(
    "share", ["batch[:48] if rank == 0 else batch[48:]", "batch"], ids=["unequal", "all"]
)
def test_other_shares_give_another_loss_curve(tmp_path, marked, share):
    """Only "batch" for both is harmless to the gradient, and shows that DDP does not split."""
    wrong = TRAIN.replace("batch[rank::world]", share)
    assert wrong != TRAIN
    recorded = (FOLDER / "train.out").read_text().splitlines()
    one = [float(line.split()[-1]) for line in recorded]
    two = losses(tmp_path, wrong, *TORCHRUN)
    assert (apart(one, two) > 1e-3) == (share != "batch")


def test_a_worker_that_fails_ends_all_in_time(tmp_path, marked):
    broken = TRAIN.replace("    loss.backward()", "    1 / (1 - rank)\n    loss.backward()")
    done = run(tmp_path, broken, *TORCHRUN)
    assert done.returncode != 0 and "ZeroDivisionError" in done.stderr
