"""The furnished house, and a browser of each member of staff."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from regard.staff.models import Role
from tests.web.house import House, furnish


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    """A shop with one of everything, built once a module; each test's changes are rolled back to it."""
    with django_db_blocker.unblock():
        built = transaction.atomic()
        built.__enter__()
        try:
            yield furnish()
        finally:
            transaction.set_rollback(True)
            built.__exit__(None, None, None)


@pytest.fixture
def as_role(house: House, db: None) -> Callable[[str], Client]:
    """Return a client signed in with a role."""

    def signed_in(role: str) -> Client:
        client = Client()
        client.force_login(house.staff[role], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


@pytest.fixture
def owner(as_role: Callable[[str], Client]) -> Client:
    """The owner's browser."""
    return as_role(Role.OWNER)
