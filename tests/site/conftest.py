"""What the pages need is made once, before any test here looks at it, by one process alone."""

import pytest
from filelock import FileLock

from cnnnotes.site import build


@pytest.fixture(scope="session", autouse=True)
def generated(tmp_path_factory):
    """Bring `docs/generated/` up to date; the processes of a parallel run wait for the first."""
    with FileLock(tmp_path_factory.getbasetemp().parent / "generated.lock"):
        build.build()
