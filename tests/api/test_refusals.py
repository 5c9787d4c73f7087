"""What the API refuses, and how it says so (RFC 9457); a write key reads nothing (promise A12)."""

from __future__ import annotations

from datetime import datetime

import pytest

from regard.api.schema import openapi
from regard.collect.intake.keys import create_key, revoke_key
from tests.api.conftest import Api

GETS = sorted(path.removeprefix("/api/v1/") for path, operations in openapi()["paths"].items() if "get" in operations)


def concrete(path: str) -> str:
    for name, value in (
        ("{person_id}", "per_" + "0" * 32),
        ("{touchpoint_id}", "tp_" + "0" * 32),
        ("{name}", "high-value"),
        ("{kind}", "email"),
        ("{value}", "ada@tideline.example"),
    ):
        path = path.replace(name, value)
    return path


@pytest.mark.parametrize("path", GETS)
def test_a_write_key_reads_nothing(writer: Api, path: str):
    answer = writer.get(concrete(path))
    assert answer.status_code == 403
    assert b"ada@" not in answer.content


@pytest.mark.parametrize("path", GETS)
def test_without_a_key_nothing_is_read(shop: object, path: str):
    for key in ("", "rgd_read_of_nobody", "x" * 5000):
        answer = Api(key).get(concrete(path))
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_read_key_writes_nothing(reader: Api):
    assert reader.post("consents", {"person_id": "per_x", "purpose": "offers", "state": "granted"}).status_code == 403


def test_a_revoked_key_is_refused_at_once(shop: object, as_of: datetime):
    made = create_key(scope="read", name="old", now=as_of)
    api = Api(made.secret)
    assert api.get("people").status_code == 200
    revoke_key(key_id=made.key.pk, now=as_of)
    assert api.get("people").status_code == 401


def test_a_problem_points_at_the_value_that_does_not_fit(reader: Api):
    answer = reader.get("people", limit=100_000, cursor="")
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, problem["status"]) == (422, 422)
    assert problem["errors"][0]["pointer"] == "query:limit"
    assert set(problem) == {"type", "title", "status", "detail", "errors"}


@pytest.mark.parametrize("cursor", ["%%%", "bm90IGEgbnVtYmVy", "LTE", "9" * 150, "\x00"])
def test_a_cursor_we_never_gave_is_refused(reader: Api, cursor: str):
    assert reader.get("touchpoints", cursor=cursor).status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "people/per_zz",
        "people/1",
        "people/per_" + "0" * 32,
        "touchpoints/tp_1",
        "segments/nope",
        "nothing",
    ],
)
def test_what_is_not_there_is_404_and_tells_nothing(reader: Api, path: str):
    answer = reader.get(path)
    assert answer.status_code == 404
    assert b"Traceback" not in answer.content


@pytest.mark.parametrize("path", ["people", "touchpoints", "segments", "decisions", "consents"])
def test_a_slash_too_many_or_a_wrong_method_is_refused_without_a_redirect(reader: Api, path: str):
    assert reader.get(f"{path}/").status_code == 404
    assert reader.client.delete(f"/api/v1/{path}", headers=reader.headers).status_code == 405
