"""What a read key reads: people, touchpoints, segments, decisions, page by page."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from regard import flow
from tests.api.conftest import Api


def everything(reader: Api, path: str, **query: str) -> list[dict]:
    """Walk all pages of a list, two at a time."""
    found, cursor = [], ""
    while True:
        page = reader.get(path, limit=2, cursor=cursor, **query).json()
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def test_people_come_page_by_page_each_once(reader: Api):
    people = everything(reader, "people")
    assert len({person["id"] for person in people}) == len(people) == 3
    assert all(person["id"].startswith("per_") for person in people)


def test_a_person_is_found_by_id_and_by_any_identifier(reader: Api):
    by_email = reader.get("people/by/email/ada@tideline.example").json()
    by_user = reader.get("people/by/user_id/ada").json()
    assert by_email == by_user == reader.get(f"people/{by_user['id']}").json()
    assert {known["kind"] for known in by_user["identifiers"]} == {"user_id", "email"}
    assert reader.get("people/by/email/nobody@tideline.example").status_code == 404
    assert reader.get("people/by/user_id/ada@tideline.example").status_code == 404


@pytest.mark.parametrize("words", ["ada@tideline.example", "ada", "user_id:ada"])
def test_the_list_of_people_narrows_to_one_identifier(reader: Api, words: str):
    page = reader.get("people", identifier=words).json()
    assert [one["id"] for one in page["items"]] == [reader.get("people/by/user_id/ada").json()["id"]]
    assert page["next_cursor"] is None
    assert reader.get("people", identifier="nobody@tideline.example").json()["items"] == []


def test_an_address_in_place_of_an_id_says_where_to_ask(reader: Api):
    answer = reader.get("people/ada@tideline.example")
    assert answer.status_code == 404
    assert "/people?identifier=" in answer.json()["detail"]


def test_the_log_can_be_followed_by_its_last_cursor(reader: Api, shop):
    before = everything(reader, "touchpoints")
    shop()
    after = everything(reader, "touchpoints")
    assert after[: len(before)] == before
    assert after[-1]["message_id"] == "dan-0"
    assert after[-1]["value"] == {"minor": 1999, "currency": "USD"}
    assert reader.get(f"touchpoints/{after[0]['id']}").json() == after[0]


def test_a_persons_touchpoints_come_newest_first(reader: Api):
    ada = reader.get("people/by/user_id/ada").json()["id"]
    mine = everything(reader, f"people/{ada}/touchpoints")
    assert [touch["message_id"] for touch in mine] == ["ada-0", "ada-1", "ada-2"]
    assert {touch["person_id"] for touch in mine} == {ada}


@pytest.mark.django_db(transaction=True)
def test_segments_have_sentences_and_people_now_and_then(reader: Api, as_of: datetime):
    flow.run_cycle(as_of=as_of)
    segments = {segment["name"]: segment for segment in reader.get("segments").json()["items"]}
    assert segments
    for name, segment in segments.items():
        assert segment["words"]
        assert segment == reader.get(f"segments/{name}").json()
        members = everything(reader, f"segments/{name}/people")
        assert len(members) == segment["size"]
        then = everything(reader, f"segments/{name}/people", as_of=as_of.isoformat())
        assert {person["id"] for person in then} == {person["id"] for person in members}
        long_ago = (as_of - timedelta(days=900)).isoformat()
        assert everything(reader, f"segments/{name}/people", as_of=long_ago) == [] or segment["size"]


@pytest.mark.django_db(transaction=True)
def test_every_decision_carries_its_reason(reader: Api, as_of: datetime):
    flow.run_cycle(as_of=as_of - timedelta(hours=2))
    flow.run_cycle(as_of=as_of)
    decisions = everything(reader, "decisions")
    assert all(decision["words"] and decision["reason"] for decision in decisions)
    for decision in decisions:
        about = reader.get(f"people/{decision['person_id']}/decisions").json()["items"]
        assert decision in about


def test_the_description_is_served_without_a_key_and_loads_nothing_foreign(reader: Api):
    described = reader.client.get("/api/v1/openapi.json", headers={"host": "localhost"}).json()
    assert described["openapi"].startswith("3.1")
    page = reader.client.get("/api/v1/docs", headers={"host": "localhost"}).content.decode()
    assert "http://" not in page
    assert "https://" not in page
    assert all(path in page for path in described["paths"])
