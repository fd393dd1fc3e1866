"""What readers are told of the records is what was recorded, and adds up."""

import re
from collections import Counter

import numpy as np
import pytest

from cnnnotes.experiments import arithmetic, results
from cnnnotes.experiments.experiment import find
from cnnnotes.site import markdown, pages, recorded
from cnnnotes.site.tables import evidence

CELL = re.compile(r"(−?[\d.,e+−]+)%? \((−?[\d.,e+−]+)%? to (−?[\d.,e+−]+)%?\)")


def value(text):
    return float(text.replace("−", "-").replace(",", ""))


@pytest.mark.parametrize("kind", recorded.KINDS)
def test_what_is_said_is_what_is_recorded(kind):
    now = recorded.KINDS[kind]()
    other_digits = "OPENBLAS_CORETYPE" not in arithmetic.settings()  # another kind of processor
    if kind == "alt_texts.txt" and other_digits:
        assert re.sub(r"\d", "", now) == re.sub(r"\d", "", recorded.path(kind).read_text())
    else:
        assert recorded.changes(kind, now) == [], "if that is meant, run: make record"


def test_each_printed_interval_encloses_its_mean():
    found = [tuple(map(value, cell)) for cell in CELL.findall(recorded.evidence_tables())]
    assert len(found) > 800
    assert all(low <= mean <= high for mean, low, high in found)


def rows_of(table):
    found = [line.split("|")[1:-1] for line in table.splitlines() if line.startswith("| ")]
    return {cells[0].strip(): [cell.strip() for cell in cells[1:]] for cells in found}


@pytest.mark.parametrize("name", results.names())
def test_printed_effects_are_those_of_the_seeds(name):
    record, called = results.load(name), find(name).called
    rows = rows_of(evidence.record(name))
    for effect, found in record["effects"].items():
        printed = value(rows[called(effect)][1].split(" ")[0])
        assert printed == pytest.approx(np.mean(found["per_seed"]), rel=6e-3, abs=1e-5)


@pytest.mark.parametrize("name", results.names())
def test_printed_means_and_ranges_are_those_of_the_seeds(name):
    record, experiment = results.load(name), find(name)
    rows = rows_of(evidence.record(name))
    across = "Measured" in rows
    heads = rows["Measured" if across else "Arm"] if "Arm" in rows or across else []
    printed = 0
    for metric, told in experiment.metrics.items():
        for arm in experiment.arms:
            row, head = told.heading, experiment.names[arm]
            row, head = (row, head) if across else (head, row)
            if row not in rows or head not in heads or not (cell := rows[row][heads.index(head)]):
                continue
            of_arm = [run["metrics"] for run in record["runs"] if run["arm"] == arm]
            seeds = [run[metric] for run in of_arm if metric in run]
            if told.chosen:
                listed = dict(re.findall(r"([\d.e-]+) ×(\d+)", cell))
                assert {float(k): int(n) for k, n in listed.items()} == Counter(seeds)
                printed += 1
                continue
            scale = 100 if told.unit == "%" else 1
            numbers = [value(part) / scale for part in re.findall(r"−?[\d.,]+(?:e[+−]\d+)?", cell)]
            wanted = [np.mean(seeds), min(seeds), max(seeds)][: len(numbers)]
            assert numbers == pytest.approx(wanted, rel=6e-3, abs=6e-4 if scale == 100 else 1e-9)
            if told.whole and len(numbers) == 1:
                assert numbers == seeds[:1], "a count is exact"
            printed += 1
    assert bool(heads) == bool(printed)


def test_a_share_of_an_arm_is_told_in_per_cent_and_never_past_its_bounds():
    table = evidence.record("pooling_early")
    assert "100.0%" in table
    told = [value(part) for part in re.findall(r"(−?[\d.]+)%", table)]
    assert len(told) > 30 and min(told) >= 0 and max(told) <= 100


@pytest.mark.parametrize(
    "form, share, said",
    [
        (".1pp", 0.0123, "+1.2 points"),
        (".0pp", -0.5, "−50 points"),
        (".1points", -0.097, "9.7 points"),
        (".1%", 0.5, "50.0%"),
    ],
)
def test_a_share_is_said_in_points_and_per_cent(monkeypatch, form, share, said):
    monkeypatch.setattr(markdown.results, "lookup", lambda name: share)
    assert markdown.fill_in(f"{{{{ any.number:{form} }}}}") == said


WAYS = r"\b(?:falls?|fell|costs?|lost|leads|ahead|behind|gains?|gained|beats)\b"
SIGNED = re.compile(
    rf"{WAYS}[^.{{]{{0,60}}\bby \{{\{{[^}}]*pp\}}\}}|{WAYS}(?: only)? \{{\{{[^}}]*pp\}}\}}"
)


def test_a_word_that_says_the_direction_has_no_sign_beside_it():
    assert SIGNED.search("falls by {{ a.mean:.1pp}}") and SIGNED.search("it cost {{ a.b:.1pp}}")
    assert not SIGNED.search("changes by {{ a.mean:.1pp}}")
    told = [
        (page, found[0])
        for page, text in pages.texts().items()
        for found in SIGNED.finditer(" ".join(text.split()))
    ]
    assert told == []


def test_layers_of_the_records_add_up():
    for name in ("pool_or_stride", "pooling_helps"):
        record = results.load(name)
        for arm, by_seed in record["details"].items():
            (layers,) = (each["layers"] for each in by_seed.values() if "layers" in each)
            for cost in ("macs", "parameters"):
                summed = record["summary"][arm][cost]
                assert set(summed.values()) == {sum(row[cost] for row in layers)}
    assert results.lookup("pool_or_stride.summary.blur.macs.mean") == 402_432
