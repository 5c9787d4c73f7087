"""Whatever a deciding story did, the tallies count exactly what stands there at its end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from regard.decide.tallies import DECIDED, STANDING


@pytest.fixture(autouse=True)
def _tallies_are_exact(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.node.get_closest_marker("django_db") is None:
        yield
        return
    request.getfixturevalue("db")
    yield
    assert STANDING.differences() == {}
    assert DECIDED.differences() == {}
