"""A rule is registered before its runs; a change of it is told, and needs a reason."""

import ast
import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cnnnotes.experiments import frozen, results, runner
from cnnnotes.experiments.cli import app
from cnnnotes.experiments.closure import code_hash
from cnnnotes.experiments.experiment import every_name, find


@pytest.fixture
def coin(coin):
    frozen.freeze(coin.name)
    runner.run(coin.name)
    assert runner.check([coin.name]) == []
    return coin


@pytest.mark.parametrize(
    "old, new",
    [
        ("Supported if heads come out above tails.", "Supported if heads come out."),
        ('better(gain) else "not', 'better(gain) or gain["mean"] > 0 else "not'),
        ('runs.difference("heads", "tails"', 'runs.difference("tails", "heads"'),
    ],
)
def test_a_changed_rule_is_told_in_one_line_and_needs_a_reason(coin, old, new):
    coin.edit("coin.py", old, new)
    (line,) = runner.check([coin.name])
    today = datetime.date.today().isoformat()
    assert line == (
        f"{coin.name}: its rule is not the one that was frozen on {today}; put it back, or say "
        f"why: cnnnotes experiments freeze {coin.name} --reason …"
    )
    with pytest.raises(results.ResultsError, match=r'freeze .* --reason "why'):
        frozen.freeze(coin.name, "  ")
    entry = frozen.freeze(coin.name, "heads was meant")
    assert entry["changes"][0]["reason"] == "heads was meant"
    assert entry["changes"][0]["rule"] == "Supported if heads come out above tails."
    assert frozen.fault(coin.name) is None and frozen.freeze(coin.name) == entry


def test_other_words_in_a_docstring_or_a_changed_arm_are_no_change_of_the_rule(coin):
    coin.edit("coin.py", "def decide(runs):\n", 'def decide(runs):\n    """Decide."""\n')
    coin.edit("tools.py", "1.0 if", "0.5 + 0.5 if")
    assert frozen.fault(coin.name) is None


def test_the_command_freezes_and_says_when(coin):
    run = CliRunner().invoke
    today = datetime.date.today().isoformat()
    assert run(app, ["freeze", coin.name]).stdout == f"{coin.name}: frozen on {today}\n"
    coin.edit("coin.py", "above tails", "over tails")
    refused = run(app, ["freeze", coin.name])
    assert refused.exit_code == 2 and "say why" in refused.stderr
    changed = run(app, ["freeze", coin.name, "--reason", "a word"])
    assert changed.stdout == f"{coin.name}: frozen on {today}, changed once\n"


def test_a_register_that_is_cut_off_says_what_to_do(coin):
    (results.folder() / "frozen.json").write_text("{half")
    with pytest.raises(results.ResultsError, match=r"frozen\.json: is not whole .* git checkout"):
        runner.check([coin.name])


def test_each_rule_here_is_frozen():
    assert [name for name in every_name() if frozen.entry(name) is None] == []
    assert [frozen.fault(name) for name in every_name() if frozen.fault(name)] == []


HEAD = (
    "CLAIMS",
    "DATASET",
    "ARMS",
    "NAMES",
    "SEEDS",
    "QUESTION",
    "RULE",
    "DECIDING",
)  # stand in the record
METRICS = ("METRICS", "_MEASURES", "_OF_A_LAYER")  # say how a number is told


def constants(name):
    """Yield each number that an experiment assigns at its top: its place in the file, and more."""
    file = Path(find(name).run_arm.__code__.co_filename)
    for statement in ast.parse(file.read_bytes()).body:
        if isinstance(statement, ast.Assign):
            (target,) = statement.targets
            if getattr(target, "id", "") not in HEAD + METRICS:
                yield from (
                    node
                    for node in ast.walk(statement.value)
                    if isinstance(node, ast.Constant) and isinstance(node.value, int | float)
                )


def with_one_more(text, node):
    lines = text.splitlines(keepends=True)
    line = lines[node.lineno - 1].encode()
    changed = line[: node.col_offset] + repr(node.value + 1).encode() + line[node.end_col_offset :]
    lines[node.lineno - 1] = changed.decode()
    return "".join(lines)


@pytest.mark.parametrize("name", every_name())
def test_a_changed_constant_of_any_experiment_stops_the_build(name, tmp_path, monkeypatch):
    """Each number at the top of its module, in a copy: the hashes of its stamp or rule change."""
    experiment = find(name)
    file = Path(experiment.run_arm.__code__.co_filename)
    package = tmp_path / "copied"
    package.mkdir()
    (package / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    text = file.read_text()
    hashes = {}

    def hashed():
        functions = ("run_arm", "decide", *(["details"] if "\ndef details" in text else []))
        return tuple(code_hash(f"copied.{file.stem}.{function}") for function in functions)

    copy = package / file.name
    copy.write_text(text)
    hashes["as it is"] = hashed()
    for node in constants(name):
        copy.write_text(with_one_more(text, node))
        hashes[f"line {node.lineno}, {node.col_offset}"] = hashed()
    changed = [place for place, found in hashes.items() if found == hashes["as it is"]]
    assert changed == ["as it is"], "and every change is seen"
