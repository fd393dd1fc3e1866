"""Every program on a page runs in an empty folder and prints what the page says."""

import pytest

from cnnnotes.site import snippets


@pytest.mark.parametrize("name", snippets.names())
def test_snippet_prints_what_the_page_says(name):
    snippets.compare(name)


@pytest.fixture
def planted(tmp_path, monkeypatch):
    monkeypatch.setattr(snippets, "SNIPPETS", tmp_path)

    def plant(code, record):
        (tmp_path / "planted.py").write_text(code)
        (tmp_path / "planted.out").write_text(record)

    return plant


def test_a_snippet_that_raises_is_named(planted):
    planted("print('fine')\n1 / 0", "fine\n")
    with pytest.raises(
        snippets.SnippetError, match=r"snippets/planted\.py failed[^!]*ZeroDivision"
    ):
        snippets.compare("planted")


def test_a_snippet_that_warns_fails(planted):
    planted("import warnings; warnings.warn('old')", "")
    with pytest.raises(snippets.SnippetError, match=r"snippets/planted\.py failed[^!]*old"):
        snippets.compare("planted")


def test_a_snippet_whose_output_differs_from_its_record_is_named(planted):
    planted("print(2 + 2)", "5\n")
    with pytest.raises(snippets.SnippetError, match=r"snippets/planted\.py prints[^!]*-5\n\+4"):
        snippets.compare("planted")


def test_recording_writes_what_was_printed_and_keeps_the_old_record_of_what_fails(
    planted, tmp_path, monkeypatch, capsys
):
    planted("print(2 + 2)", "5\n")
    (tmp_path / "bad.py").write_text("print(3); raise SystemExit(1)")
    (tmp_path / "bad.out").write_text("3\n")
    monkeypatch.setattr("sys.argv", ["snippets"])
    assert snippets.main() == 1
    assert (tmp_path / "planted.out").read_text() == "4\n"
    assert (tmp_path / "bad.out").read_text() == "3\n"
    assert "snippets/bad.py failed" in capsys.readouterr().err
