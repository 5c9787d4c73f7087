"""A4: cases made from the intake's own OpenAPI description; no answer is an error of ours or one it does not list."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.servers import Server, basic

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
SHORT = ("/v1/batch", "/v1/import", "/v1/identify", "/v1/t", "/v1/g", "/v1/a")


def test_a_few_cases_of_each_kind(running_server: Server):
    for operation in operations(running_server):
        if operation.path in SHORT:
            assert try_operation(operation, running_server, cases=12) >= 6


@pytest.mark.promises
def test_two_thousand_cases(running_server: Server):
    for operation in operations(running_server):
        assert try_operation(operation, running_server, cases=130) >= 65


def operations(running: Server) -> list[Any]:
    url = f"http://127.0.0.1:{running.port}/v1/openapi.json"
    found = [each.ok() for each in schemathesis.openapi.from_url(url).get_all_operations()]
    assert len(found) == 16
    return found


def try_operation(operation: Any, running: Server, *, cases: int) -> int:
    """Half of the cases fit the description, half do not; returns how many were answered as described."""
    fine = 0
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

        @settings(max_examples=cases // 2, deadline=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode))
        def each(case: schemathesis.Case) -> None:
            nonlocal fine
            case.call_and_validate(headers={"authorization": basic(running.key)}, checks=CHECKS)
            fine += 1

        each()
    return fine
