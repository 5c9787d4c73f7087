"""The log takes each message once, in order, on both databases."""

from __future__ import annotations

import pytest
from django.db import transaction

from regard.collect.contracts import Incoming, Recorded
from regard.collect.models import Touchpoint
from regard.collect.sequence import allot_sequence, last_sequence
from regard.collect.services import record
from tests.cast.log import a_source, message

pytestmark = pytest.mark.django_db


def stored() -> list[tuple[int, str, int]]:
    return list(Touchpoint.objects.order_by("seq").values_list("seq", "message_id", "origin"))


def some(*ids: str) -> list[Incoming]:
    source = a_source()
    return [message(source=source, message_id=one, user="ana") for one in ids]


def test_messages_are_numbered_in_their_order():
    assert record(some("a", "b"), [7, 8]) == [Recorded(1, 7), Recorded(2, 8)]
    assert stored() == [(1, "a", 7), (2, "b", 8)]


def test_a_message_twice_in_a_batch_is_stored_once():
    assert [r.seq for r in record(some("a", "b", "a"), [7, 7, 7])] == [1, 2, None]
    assert [row[1] for row in stored()] == ["a", "b"]


def test_a_message_again_later_is_stored_once():
    record(some("a", "b"), [7, 7])
    assert [r.seq is None for r in record(some("b", "c", "a"), [7, 7, 7])] == [True, False, True]
    assert [row[1] for row in stored()] == ["a", "b", "c"]


def test_two_batches_with_doubles_in_one_transaction():
    with transaction.atomic():
        record(some("a"), [7])
        record(some("a", "b"), [7, 7])
        record(some("b", "a", "c"), [7, 7, 7])
    assert [row[1] for row in stored()] == ["a", "b", "c"]


def test_the_same_id_of_another_source_is_another_message():
    other = message(source=a_source("till"), message_id="a", user="ana")
    record([*some("a"), other], [7, 7])
    assert len(stored()) == 2


def test_messages_of_nobody_and_of_erased_people_are_not_kept():
    recorded = record(some("a", "b", "c"), [0, 7, -5])
    assert [(r.seq is None, r.origin) for r in recorded] == [(True, 0), (False, 7), (True, -5)]
    assert [row[1] for row in stored()] == ["b"]


def test_nothing_to_record_takes_no_number():
    assert record([], []) == []
    assert record(some("a"), [0]) == [Recorded(None, 0)]
    assert last_sequence() == 0


def test_numbers_go_on_behind_what_others_took():
    with transaction.atomic():
        allot_sequence(10)
    assert record(some("a"), [7])[0].seq == 11


def test_every_column_arrives():
    source = a_source()
    told = message(
        source=source,
        message_id="a",
        user="ana",
        name="Order Completed",
        value_minor=2750,
        currency="EUR",
        score_milli=9000,
        sent_us=5,
        stamped_us=4,
        properties='{"a":"ä\\n\\t\\\\"}',
        context='{"b":null}',
    )
    record([told], [7])
    row = Touchpoint.objects.get()
    assert (row.value_minor, row.currency, row.score_milli) == (2750, "EUR", 9000)
    assert (row.properties, row.context) == ({"a": "ä\n\t\\"}, {"b": None})
    assert row.sent_at > row.stamped_at
    assert (row.channel, row.direction, row.actor) == ("web", "in", "customer")
