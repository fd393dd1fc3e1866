"""A record is read only if it is whole and as it was saved."""

import json
import os

import numpy as np
import pytest

from cnnnotes.experiments import results


def small_record(name="tiny"):
    runs = [
        {
            "arm": arm,
            "seed": seed,
            "metrics": {
                "accuracy": 0.9 + offset + seed / 300,
                "curve": np.arange(3) / 3 + seed,
                "table": [[1, 2], [3, 4]],
            },
            "seconds": 1.25,
        }
        for arm, offset in (("cnn", 0.05), ("mlp", 0.0))
        for seed in range(3)
    ]
    runs = results.rounded(runs)
    return {
        "name": name,
        "question": "Does it?",
        "claims": ["C1"],
        "dataset": "digits",
        "rule": "Supported if the interval lies above 0.",
        "arms": ("cnn", "mlp"),
        "seeds": range(3),
        "verdict": "supported",
        "effects": {"gain": {"mean": 0.05, "low": 0.04, "high": 0.06}},
        "summary": results.summarise(runs),
        "runs": runs,
        "details": {"filters": np.ones((2, 3, 3), np.float32)},
        "versions": {"numpy": "2.0"},
        "seconds": 7.5,
    }


@pytest.fixture
def saved(repository):
    return results.save(small_record())


def test_what_is_saved_is_loaded(saved):
    record = results.load("tiny")
    assert record["schema"] == 2 and record["seeds"] == [0, 1, 2]
    assert record["runs"][1]["metrics"]["accuracy"] == 0.953333
    assert record["details"]["filters"] == np.ones((2, 3, 3)).tolist()
    assert results.names() == ["tiny"] and results.path("tiny") == saved


def test_numbers_of_any_kind_become_plain_ones():
    mixed = {"a": np.float32(0.1), "b": (np.int64(3), 1 / 3), 5: np.bool_(True), "c": None}
    assert json.dumps(results.rounded(mixed)) == (
        '{"a": 0.1, "b": [3, 0.333333], "5": true, "c": null}'
    )


def test_a_count_is_kept_whole_however_large():
    assert results.rounded([1_554_432.0, 4_917_248, 1_554_432.5]) == [1554432.0, 4917248, 1554430.0]
    runs = [{"arm": "cnn", "metrics": {"macs": 1_554_432}}] * 6
    assert results.summarise(runs)["cnn"]["macs"] == dict.fromkeys(
        ("mean", "low", "high"), 1_554_432
    )


def test_saving_twice_writes_the_same_bytes_and_leaves_nothing_beside(saved):
    before = saved.read_bytes()
    results.save(small_record())
    assert saved.read_bytes() == before
    assert [file.name for file in saved.parent.iterdir()] == ["tiny.json"]


def test_a_failed_save_leaves_the_old_file(saved):
    before = saved.read_bytes()
    with pytest.raises(results.ResultsError, match="field 'dataset' is missing"):
        results.save({key: value for key, value in small_record().items() if key != "dataset"})
    assert saved.read_bytes() == before


def test_a_record_is_yours_to_change(saved):
    results.load("tiny")["runs"].clear()
    results.lookup("tiny.effects.gain").clear()
    assert len(results.load("tiny")["runs"]) == 6
    assert results.lookup("tiny.effects.gain.mean") == 0.05


def test_the_file_is_found_from_below(saved, repository, monkeypatch):
    (repository / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(repository / "a" / "b")
    assert results.load("tiny")["name"] == "tiny"


def test_summaries_cover_numbers_and_curves_but_not_tables(saved):
    assert results.lookup("tiny.summary.cnn.accuracy.mean") == pytest.approx(0.953333)
    assert results.lookup("tiny.summary.cnn.curve.mean.2") == pytest.approx(1.66667)
    assert set(results.lookup("tiny.summary.mlp")) == {"accuracy", "curve"}


@pytest.mark.parametrize(
    "name, nearest",
    [
        ("tiny.summary.cnn.acuracy.mean", "tiny.summary.cnn.accuracy"),
        ("tiny.sumary", "tiny.summary"),
        ("tinny.summary", "tiny"),
        ("tiny.seeds.9", "tiny.seeds"),
    ],
)
def test_an_unknown_number_is_told_its_nearest(saved, name, nearest):
    with pytest.raises(
        results.UnknownNumber, match=rf"'{name}'; the nearest is '{nearest}"
    ) as caught:
        results.lookup(name)
    assert isinstance(caught.value, LookupError)


def test_a_value_has_no_parts(saved):
    with pytest.raises(results.UnknownNumber, match=r"tiny\.verdict is the value 'supported'"):
        results.lookup("tiny.verdict.really")


def test_reading_collects_the_names(saved):
    results.save(small_record("other"))
    with results.reading() as outer:
        results.load("tiny")
        with results.reading() as inner:
            results.lookup("other.seconds")
    results.load("tiny")
    assert outer == {"tiny", "other"} and inner == {"other"}


def test_reading_forgets_after_an_error(saved):
    with pytest.raises(results.ResultsError), results.reading() as seen:
        results.load("none")
    assert seen == {"none"} and not results._readers


def test_a_missing_record_says_how_to_make_it(saved):
    with pytest.raises(results.ResultsError, match=r"results/none.json.*experiments run none"):
        results.load("none")


def test_without_the_folder_it_says_where_to_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(results, "__file__", str(tmp_path / "results.py"))
    with pytest.raises(results.ResultsError, match="no folder docs/results in"):
        results.load("tiny")


def edited(change):
    def edit(text):
        record = json.loads(text)
        change(record)
        return json.dumps(record)

    return edit


DAMAGE = {
    "cut off": (lambda text: text[: len(text) // 2], "is not whole JSON"),
    "empty": (lambda text: "", "is not whole JSON"),
    "a list": (lambda text: "[]", "field 'record' must be an object"),
    "not a number": (lambda text: text.replace("1.25", "NaN", 1), r"runs\[0\].seconds' \(=nan\)"),
    "raw number": (
        edited(lambda r: r["runs"][4]["metrics"].update(accuracy=0.99)),
        r"field 'runs' was changed",
    ),
    "summary": (
        edited(lambda r: r["summary"]["cnn"]["accuracy"].update(mean=0.99)),
        "field 'summary' was changed",
    ),
    "effect": (edited(lambda r: r["effects"]["gain"].update(low=0.1)), "field 'effects' was"),
    "verdict": (edited(lambda r: r.update(verdict="refuted")), "field 'verdict' was changed"),
    "unknown verdict": (edited(lambda r: r.update(verdict="yes")), r"'verdict' \(='yes'\) must be"),
    "rule": (edited(lambda r: r.update(rule="Always.")), "field 'rule' was changed"),
    "details": (edited(lambda r: r["details"].clear()), "field 'details' was changed"),
    "checksum": (
        edited(lambda r: r["checksums"].update(verdict="00000000")),
        "field 'verdict' was changed",
    ),
    "missing field": (edited(lambda r: r.pop("seeds")), "field 'seeds' is missing"),
    "missing part": (
        edited(lambda r: r["runs"][2].pop("arm")),
        r"field 'runs\[2\].arm' is missing",
    ),
    "extra field": (edited(lambda r: r.update(mood=1)), "field 'mood' is not part of schema 2"),
    "wrong type": (edited(lambda r: r.update(arms="cnn")), r"'arms' \(='cnn'\) must be a list"),
    "a run gone": (edited(lambda r: r["runs"].pop(3)), "field 'runs' must hold each arm with each"),
    "other schema": (edited(lambda r: r.update(schema=1)), r"field 'schema' \(=1\) must be 2"),
    "other name": (
        edited(lambda r: r.update(name="big")),
        r"field 'name' \(='big'\) must be 'tiny'",
    ),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_found_and_named(saved, kind):
    damage, message = DAMAGE[kind]
    results.load("tiny")
    saved.write_text(damage(saved.read_text()))
    with pytest.raises(results.ResultsError, match=f"docs/results/tiny.json: .*{message}"):
        results.load("tiny")
    with pytest.raises(results.ResultsError):
        results.lookup("tiny.verdict")


def test_a_value_that_is_not_finite_is_not_saved(repository):
    record = small_record()
    record["runs"][0]["metrics"]["curve"] = [0.0, float("inf"), 1.0]
    with pytest.raises(results.ResultsError, match=r"runs\[0\].metrics.curve\[1\]' \(=inf\)"):
        results.save(record)
    assert not os.listdir("docs/results")
