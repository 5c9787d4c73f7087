"""From what real clients send to what the log takes."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import msgspec
import pytest

from regard.collect.contracts import Incoming
from regard.collect.intake.wire import Parcel, Unread, normalise, text_of
from regard.kernel.instant import SECOND_US, to_us

RECEIVED = to_us(datetime.fromisoformat("2026-11-22T12:00:00+00:00"))


def read(*messages: dict[str, Any], sent_us: int | None = None) -> tuple[list[Incoming], list[Unread]]:
    unread: list[Unread] = []
    raws = [msgspec.Raw(json.dumps(m).encode()) for m in messages]
    parcel = Parcel(1, RECEIVED, sent_us, "stem", "USD")
    return [normalise(raw, at, parcel, unread) for at, raw in enumerate(raws)], unread


def one(**told: Any) -> Incoming:
    (incoming,), _ = read({"type": "track", "event": "Opened", "userId": "rosa", **told})
    return incoming


def test_a_track_of_segment_for_python():
    incoming = one(
        messageId="m1",
        anonymousId=None,
        event="Order Completed",
        timestamp="2026-11-22T11:59:00.973+00:00",
        context={"library": {"name": "analytics-python", "version": "2.4.0"}},
        properties={"order_id": "o1", "total": 27.5, "currency": "eur"},
    )
    assert (incoming.type, incoming.name, incoming.message_id) == ("track", "Order Completed", "m1")
    assert incoming.ids == (("user_id", "rosa"),)
    assert (incoming.value_minor, incoming.currency) == (2750, "EUR")
    assert (incoming.channel, incoming.direction, incoming.actor) == ("server", "in", "customer")
    assert incoming.occurred_us == incoming.stamped_us == RECEIVED - 60 * SECOND_US + 973_000
    assert json.loads(incoming.properties)["order_id"] == "o1"


@pytest.mark.parametrize(
    ("kind", "name", "channel"),
    [
        ("page", "Page Viewed", "web"),
        ("screen", "Screen Viewed", "app"),
        ("identify", "Identified", "server"),
        ("group", "Joined Account", "server"),
        ("alias", "Aliased", "server"),
    ],
)
def test_each_type_has_its_name_and_channel(kind: str, name: str, channel: str):
    incoming = one(type=kind, event=None)
    assert (incoming.name, incoming.channel) == (name, channel)


def test_a_page_keeps_its_name_and_category_as_properties():
    incoming = one(type="page", name="Start", category="Docs", properties={"url": "/"})
    assert json.loads(incoming.properties) == {"url": "/", "name": "Start", "category": "Docs"}


def test_a_page_without_properties_is_fine():
    assert json.loads(one(type="page", name="Start", properties=None).properties) == {"name": "Start"}
    assert one(type="page").properties == "{}"


@pytest.mark.parametrize(
    ("told", "traits"),
    [
        ({"traits": {"plan": "gold"}}, {"plan": "gold"}),
        ({"context": {"traits": {"plan": "gold"}}}, {"plan": "gold"}),  # RudderStack for Python
        ({"traits": {"plan": "gold"}, "context": {"traits": {"plan": "old", "x": 1}}}, {"plan": "gold", "x": 1}),
        ({"traits": None, "context": None}, {}),
        ({"context": {"traits": "nonsense"}}, {}),
    ],
)
def test_traits_are_found_in_both_places(told: dict[str, Any], traits: dict[str, Any]):
    assert one(type="identify", **told).traits == traits


def test_only_an_identify_tells_fields():
    assert one(context={"traits": {"plan": "gold"}}).traits is None


def test_ids_are_told_strongest_first_with_those_of_the_traits():
    incoming = one(type="identify", anonymousId="anon-1", traits={"email": "R@Example.com", "phone": "+4420"})
    assert incoming.ids == (
        ("user_id", "rosa"),
        ("anonymous_id", "anon-1"),
        ("email", "R@Example.com"),
        ("phone", "+4420"),
    )


def test_an_email_in_the_context_counts_only_where_no_id_is_given():
    context = {"traits": {"email": "rosa@example.com"}}
    assert one(context=context).ids == (("user_id", "rosa"),)
    assert one(context=context, userId=None).ids == (("email", "rosa@example.com"),)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (42, "42"),
        (42.0, "42"),
        (4.5, "4.5"),
        (" a ", "a"),
        (None, ""),
        (True, ""),
        ({}, ""),
        ([], ""),
        ("x" * 300, "x" * 255),
    ],
)
def test_ids_become_text(value: object, text: str):
    assert text_of(value) == text


def test_a_message_without_an_id_gets_one_of_its_place_in_the_request():
    incomings, _ = read(*({"type": "track", "event": "E", "userId": "u"},) * 2)
    assert [i.message_id for i in incomings] == ["stem-0", "stem-1"]


def test_a_group_tells_its_account_and_other_calls_may_too():
    incoming = one(type="group", groupId="acme", traits={"employees": 12})
    assert (incoming.group_id, incoming.group_traits, incoming.traits) == (
        "acme",
        {"employees": 12},
        None,
    )
    assert one(context={"groupId": "acme"}).group_id == "acme"


def test_the_persons_traits_in_the_context_of_a_group_are_not_the_accounts():
    incoming = one(type="group", groupId="acme", context={"traits": {"email": "r@example.com"}})
    assert incoming.group_traits == {}


def test_an_alias_names_the_id_before():
    incoming = one(type="alias", previousId="anon-1")
    assert (incoming.previous_id, incoming.ids) == ("anon-1", (("user_id", "rosa"),))


@pytest.mark.parametrize(
    ("told", "channel"),
    [
        ({"context": {"channel": "shop"}}, "shop"),
        ({"context": {"channel": "mobile"}}, "app"),
        ({"context": {"channel": "nowhere"}}, "server"),
        ({"channel": "server"}, "server"),  # RudderStack
        ({"channel": "mobile"}, "app"),
        ({"context": {"library": {"name": "analytics.js", "version": "npm:next-1.84.3"}}}, "web"),
        ({"context": {"library": {"name": "RudderLabs JavaScript SDK"}}}, "web"),
        ({"context": {"library": {"name": "analytics-kotlin"}}}, "app"),
        ({"context": {"library": {"name": "@segment/analytics-node"}}}, "server"),
        ({"context": {"library": "text"}}, "server"),
        ({}, "server"),
    ],
)
def test_the_channel(told: dict[str, Any], channel: str):
    assert one(**told).channel == channel


@pytest.mark.parametrize(
    ("properties", "value"),
    [
        ({"total": 27.5, "revenue": 1}, 2750),
        ({"revenue": "27.50", "value": 1}, 2750),
        ({"value": 27.5, "price": 1}, 2750),
        ({"price": "12.50", "quantity": 3}, 3750),
        ({"price": 12.5}, 1250),
        ({"price": 12.5, "quantity": "1.5"}, 1875),
        ({"total": None, "revenue": 5}, 500),
        ({"total": 0}, 0),
        ({"total": -3}, -300),
        ({"total": 0.1 + 0.2}, 30),
        ({"quantity": 3}, None),
        ({}, None),
    ],
)
def test_the_value(properties: dict[str, Any], value: int | None):
    incoming = one(properties=properties)
    assert incoming.value_minor == value
    assert incoming.currency == ("USD" if value is not None else "")


@pytest.mark.parametrize(
    ("properties", "field"),
    [
        ({"total": "12,50"}, "total"),
        ({"total": "1,234.50", "revenue": 5}, "total"),
        ({"revenue": True}, "revenue"),
        ({"value": {"a": 1}}, "value"),
        ({"price": "free"}, "price"),
        ({"price": 5, "quantity": "few"}, "quantity"),
        ({"total": 1e30}, "total"),
        ({"total": "1e999999999"}, "total"),
        ({"price": 5, "quantity": "1e999999"}, "quantity"),
    ],
)
def test_what_is_no_number_stays_a_property_and_is_reported(properties: dict[str, Any], field: str):
    message = {
        "type": "track",
        "event": "E",
        "userId": "u",
        "messageId": "m",
        "properties": properties,
    }
    (incoming,), unread = read(message)
    assert incoming.value_minor is None
    assert json.loads(incoming.properties) == properties
    assert unread == [Unread(0, "m", field)]


@pytest.mark.parametrize(("currency", "minor"), [("JPY", 27), ("usd", 2700), ("KWD", 27_000), ("$", 2700), (5, 2700)])
def test_minor_units_follow_the_currency(currency: object, minor: int):
    assert one(properties={"total": 27, "currency": currency}).value_minor == minor


@pytest.mark.parametrize(
    ("name", "properties", "score"),
    [
        ("Survey Answered", {"score": 9}, 9000),
        ("Answered NPS Survey", {"rating": "10"}, 10_000),
        ("Wootric survey response updated", {"score": 0}, 0),
        ("Completed NPS Survey", {"score": 7.5, "rating": 1}, 7500),
        ("Product Reviewed", {"rating": 5}, None),
        ("Level Completed", {"score": 900}, None),
    ],
)
def test_the_score_of_a_survey(name: str, properties: dict[str, Any], score: int | None):
    assert one(event=name, properties=properties).score_milli == score


def test_names_of_the_first_vocabulary_are_read_as_those_of_the_second():
    assert one(event="Completed Order").name == "Order Completed"
    assert one(event="completed order").name == "completed order"


def test_times_are_corrected_by_the_difference_of_the_clients_own_clock():
    slow_by_a_year = RECEIVED - 365 * 86_400 * SECOND_US
    sent, stamped = "2025-11-22T12:00:00Z", "2025-11-22T11:59:50Z"
    incoming = one(timestamp=stamped, sentAt=sent)
    assert incoming.occurred_us == RECEIVED - 10 * SECOND_US
    assert (incoming.sent_us, incoming.stamped_us) == (
        slow_by_a_year,
        slow_by_a_year - 10 * SECOND_US,
    )


def test_rudderstack_for_node_tells_the_original_time_and_each_messages_own_sending():
    incoming = one(originalTimestamp="2025-01-01T00:00:00Z", sentAt="2025-01-01T00:00:07Z")
    assert incoming.occurred_us == RECEIVED - 7 * SECOND_US


def test_the_requests_sending_time_counts_where_the_message_has_none():
    message = {"type": "track", "event": "E", "userId": "u", "timestamp": "2026-11-22T11:00:00Z"}
    (incoming,), _ = read(message, sent_us=RECEIVED + 60 * SECOND_US)
    assert incoming.occurred_us == RECEIVED - 3600 * SECOND_US - 60 * SECOND_US


@pytest.mark.parametrize("bad", ["yesterday", "", {}, [], True, "99999-01-01T00:00:00Z", 1e300, "0001-01-01"])
def test_a_bad_time_places_the_event_at_its_arrival(bad: object):
    incoming = one(timestamp=bad)
    assert incoming.occurred_us == RECEIVED
    assert incoming.stamped_us is None


def test_context_and_properties_are_kept_as_they_came():
    context = {"page": {"url": "/a"}, "campaign": {"name": "spring"}, "locale": "en-GB"}
    incoming = one(context=context, properties={"products": [{"sku": "A1", "nested": {"deep": [1, None]}}]})
    assert json.loads(incoming.context) == context
    assert json.loads(incoming.properties)["products"][0]["nested"] == {"deep": [1, None]}
