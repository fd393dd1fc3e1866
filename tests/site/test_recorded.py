"""What readers are told of the records is what was recorded, and adds up."""

import re

import numpy as np
import pytest

from cnnnotes.experiments import arithmetic, results
from cnnnotes.experiments.experiment import find
from cnnnotes.site import markdown, recorded
from cnnnotes.site.tables import evidence

CELL = re.compile(r"(−?[\d.,e+−]+) \((−?[\d.,e+−]+) to (−?[\d.,e+−]+)\)")


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


@pytest.mark.parametrize("name", results.names())
def test_printed_means_are_those_of_the_seeds(name):
    record, called = results.load(name), find(name).called
    rows = {
        cells[1].strip(): cells[2:-1]
        for line in evidence.record(name).splitlines()
        if (cells := line.split("|"))[0] == "" and len(cells) > 2
    }
    for effect, found in record["effects"].items():
        printed = value(rows[called(effect)][1].strip().split(" ")[0])
        assert printed == pytest.approx(np.mean(found["per_seed"]), rel=6e-3, abs=1e-5)
    for arm in record["arms"]:
        runs = [run["metrics"] for run in record["runs"] if run["arm"] == arm]
        for metric, cell in zip(rows.get("Arm", []), rows.get(called(arm), []), strict=True):
            if cell.strip():
                key = metric.strip().replace(" ", "_")
                mean = np.mean([metrics[key] for metrics in runs])
                printed = value(cell.strip().split(" ")[0])
                assert printed == pytest.approx(mean, rel=6e-3, abs=1e-5), (arm, key)


@pytest.mark.parametrize(
    "form, share, said",
    [(".1pp", 0.0123, "+1.2 pp"), (".0pp", -0.5, "−50 pp"), (".1%", 0.5, "50.0%")],
)
def test_a_share_is_said_in_points_and_per_cent(monkeypatch, form, share, said):
    monkeypatch.setattr(markdown.results, "lookup", lambda name: share)
    assert markdown.fill_in(f"{{{{ any.number:{form} }}}}") == said


def test_layers_of_the_records_add_up():
    for name in ("pool_or_stride", "pooling_helps"):
        record = results.load(name)
        for arm, by_seed in record["details"].items():
            (layers,) = (each["layers"] for each in by_seed.values() if "layers" in each)
            for cost in ("macs", "parameters"):
                summed = record["summary"][arm][cost]
                assert set(summed.values()) == {sum(row[cost] for row in layers)}
    assert results.lookup("pool_or_stride.summary.blur.macs.mean") == 402_432
