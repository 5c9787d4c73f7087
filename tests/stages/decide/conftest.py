"""Whatever a deciding story did, the tallies count exactly what stands there at its end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from regard.decide.tallies import DECIDED, STANDING


@pytest.fixture(autouse=True)
def _tallies_are_exact(request: pytest.FixtureRequest) -> Iterator[None]:
    marked = request.node.get_closest_marker("django_db")
    if marked is None:
        yield
        return
    request.getfixturevalue("transactional_db" if marked.kwargs.get("transaction") else "db")
    yield
    assert STANDING.differences() == {}
    assert DECIDED.differences() == {}
