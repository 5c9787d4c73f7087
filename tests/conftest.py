"""Fixtures every test may use."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.on_postgres import runs_on_postgres
from tests.timing import Timing

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Timing(), "timing")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if runs_on_postgres(item.nodeid):
            item.add_marker("postgres")


@pytest.fixture
def as_of() -> datetime:
    """A Monday noon on which most stories play."""
    return datetime(2026, 11, 16, 12, tzinfo=UTC)


@pytest.fixture
def real_data() -> Path:
    """The folder with the real data sets; skips where the checkout has none beside it."""
    if not DATA.is_dir():
        pytest.skip("the shared data folder is not beside this checkout")
    return DATA
