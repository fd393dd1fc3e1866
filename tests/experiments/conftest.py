import pytest


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """An empty repository, as the current directory."""
    (tmp_path / "docs" / "results").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path
