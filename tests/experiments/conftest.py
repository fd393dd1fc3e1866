"""A repository without anything, and one small experiment planted in it."""

import os
import subprocess
import sys

import pytest

COIN = """
import os
import time

import numpy as np

from cnnnotes.experiments.experiment import Decision, Outcome
from cnnnotes.experiments.intervals import better
from cnnnotes.experiments.metrics import Measure
from planted.tools import luck

QUESTION = "Is the coin fair?"
CLAIMS = ("C0",)
DATASET = "none"
ARMS = ("heads", "tails")
NAMES = {"heads": "heads", "tails": "tails"}
METRICS = {"total": Measure("total", low=-1e9, high=1e9), "row": Measure("row", low=-1e9)}
SEEDS = range(5)
RULE = "Supported if heads come out above tails."
DECIDING = ("gain",)


def run_arm(arm, seed, report):
    with open(os.environ["COIN_LOG"], "a") as log:
        log.write(f"{arm} {seed}\\n")
    report(1, 2)
    time.sleep(float(os.environ.get("COIN_SLEEP", 0)))
    table = np.random.default_rng(seed).normal(size=(150, 150)).astype(np.float32)
    total = float(np.linalg.matrix_power(table / 12, 9).sum())
    return Outcome({"total": total + luck(arm), "row": table[0, :3]}, {"corner": table[:2, :2]})


def decide(runs):
    gain = runs.difference("heads", "tails", "total")
    return Decision({"gain": gain}, "supported" if better(gain) else "not supported")
"""
TOOLS = '''
def luck(arm):
    """Say how much."""
    return 1.0 if arm == "heads" else 0.0


def unrelated():
    return 1
'''


class Coin:
    """The planted experiment: its folder, and who ran."""

    name = "planted.coin"

    def __init__(self, folder):
        self.folder = folder

    def ran(self):
        log = self.folder / "log.txt"
        return log.read_text().splitlines() if log.exists() else []

    def edit(self, file, old, new):
        path = self.folder / "planted" / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
        for module in ("planted.coin", "planted.tools", "planted"):
            sys.modules.pop(module, None)

    def kept(self):
        return sorted(self.folder.glob(".cache/experiments/coin/*/*.json"))

    def start(self, *arguments, sleep="0"):
        code = "import sys; from cnnnotes.experiments.cli import app; app(sys.argv[1:])"
        return subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "COIN_SLEEP": sleep},
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """An empty repository, as the current directory."""
    (tmp_path / "docs" / "results").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def coin(repository, monkeypatch):
    (repository / "planted").mkdir()
    (repository / "planted" / "__init__.py").write_text("")
    (repository / "planted" / "coin.py").write_text(COIN)
    (repository / "planted" / "tools.py").write_text(TOOLS)
    monkeypatch.syspath_prepend(repository)
    monkeypatch.setenv("COIN_LOG", str(repository / "log.txt"))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    planted = Coin(repository)
    yield planted
    for module in ("planted.coin", "planted.tools", "planted"):
        sys.modules.pop(module, None)
