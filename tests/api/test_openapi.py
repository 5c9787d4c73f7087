"""The description is current, and no request made up from it breaks anything (schemathesis)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from regard.api.schema import as_text, openapi
from tests.api.conftest import Api
from tests.rules.sources import ROOT

# What we refuse beyond the description (a cursor of another list, a purpose nobody declared) is right to refuse.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
KEYS = pytest.mark.parametrize("key", ["reader", "writer"])


def test_the_committed_description_is_current():
    assert (ROOT / "docs" / "openapi.json").read_text(encoding="utf-8") == as_text(), "run 'make openapi'"


@pytest.fixture
def one_connection() -> Iterator[None]:
    """The application answers inside the test's own transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@KEYS
def test_no_request_made_up_breaks_the_server(key: str, reader: Api, writer: Api, one_connection: None):
    assert explore({"reader": reader, "writer": writer}[key], examples=20) > 20


@pytest.mark.promises
@KEYS
def test_two_thousand_requests_an_operation_break_nothing(key: str, reader: Api, writer: Api, one_connection: None):
    assert explore({"reader": reader, "writer": writer}[key], examples=2_000) > 2_000


def explore(api: Api, *, examples: int) -> int:
    """Send made-up requests to every operation, hold each answer against the description, say how many were fine."""
    schema = schemathesis.openapi.from_dict(openapi())
    schema.app = WSGIHandler()
    return sum(explore_operation(o.ok(), api, examples) for o in schema.get_all_operations())


def explore_operation(operation: schemathesis.schemas.APIOperation, api: Api, examples: int) -> int:
    fine = 0

    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def holds(case: schemathesis.Case) -> None:
        nonlocal fine
        headers = {"Authorization": api.headers["authorization"], "Accept-Encoding": "identity"}
        case.call_and_validate(base_url="http://localhost", headers=headers, checks=CHECKS)
        fine += 1

    holds()
    return fine
