"""The running server that promises are tried against."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers import STORES, Server, server


@pytest.fixture(scope="module", params=STORES)
def running_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A web process over a fresh database, once on SQLite and once on PostgreSQL, shared by a module's tests."""
    with server(tmp_path_factory.mktemp("server"), request.param) as running:
        yield running
