"""From the journal into the log: once, with the position in the same transaction, and nothing stands in the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.db import OperationalError

from regard import flow
from regard.collect.intake.journal import JournalRefused, JournalRow, encode_entry, open_journal
from regard.collect.intake.keys import create_key
from regard.collect.intake.parking import forget_parked, retry_parked
from regard.collect.models import ApiKey, Cursor, Parked, Refusal, Touchpoint
from regard.kernel.instant import to_us

pytestmark = pytest.mark.django_db
Append = Callable[..., None]


@pytest.fixture
def append(settings, tmp_path: Path, as_of: datetime) -> Append:
    """Appends an entry of messages as the intake does."""
    settings.JOURNAL_FILE = tmp_path / "journal.sqlite3"
    key = create_key(scope="write", name="shop", now=as_of).key

    def append_entry(*messages: dict[str, Any], refused: list[JournalRefused] | None = None) -> None:
        raws = [msgspec.Raw(json.dumps(m).encode()) for m in messages]
        entry = JournalRow(key.id, key.source_id, to_us(as_of), None, "stem", raws, refused or [])
        journal = open_journal()
        journal.append([encode_entry(entry)])
        journal.close()

    return append_entry


def track(message_id: str, **told: Any) -> dict[str, Any]:
    return {"type": "track", "messageId": message_id, "event": "Opened", "userId": "rosa", **told}


def log() -> list[str]:
    return list(Touchpoint.objects.order_by("seq").values_list("message_id", flat=True))


def test_what_waits_is_taken_once(append: Append, as_of: datetime):
    append(track("a"), track("b"))
    append(track("b"), track("c"))
    assert flow.absorb_journal(now=as_of) == (4, 3)
    assert flow.absorb_journal(now=as_of) == (0, 0)
    assert log() == ["a", "b", "c"]


def test_an_entry_read_again_after_a_crash_changes_nothing(append: Append, as_of: datetime):
    append(track("a"))
    flow.absorb_journal(now=as_of)
    append(track("a"), track("b"))
    Cursor.objects.update(position=0)
    assert flow.absorb_journal(now=as_of).stored == 1
    assert log() == ["a", "b"]


def test_only_so_many_are_taken_where_a_limit_is_given(append: Append, as_of: datetime, monkeypatch):
    monkeypatch.setattr(flow, "MESSAGES_AT_ONCE", 1)
    for one in "abc":
        append(track(one))
    assert flow.absorb_journal(now=as_of, limit=2).messages == 2
    assert log() == ["a", "b"]


def test_the_journal_is_pruned_behind_the_position(append: Append, as_of: datetime):
    append(track("a"))
    flow.absorb_journal(now=as_of)
    journal = open_journal()
    assert journal.read(0, 10) == []
    journal.close()


def test_refusals_and_unread_numbers_are_there_for_staff(append: Append, as_of: datetime):
    append(
        track("a", properties={"total": "12,50"}),
        refused=[JournalRefused(3, "missing_event", "a track message needs 'event'", "b")],
    )
    flow.absorb_journal(now=as_of)
    found = Refusal.objects.order_by("code").values_list("code", "position", "message_id", "source__name")
    assert list(found) == [("missing_event", 3, "b", "shop"), ("unread_number", 0, "a", "shop")]
    assert json.loads(json.dumps(Touchpoint.objects.get().properties)) == {"total": "12,50"}


def test_the_keys_last_use_is_noted(append: Append, as_of: datetime):
    append(track("a"))
    flow.absorb_journal(now=as_of)
    assert ApiKey.objects.get().last_used_at == as_of


def test_a_message_of_nobody_is_a_refusal_not_a_stop(append: Append, as_of: datetime):
    append(track("a"), track("b", userId="null"), track("c"))
    flow.absorb_journal(now=as_of)
    assert log() == ["a", "c"]
    assert [(r.code, r.message_id) for r in Refusal.objects.all()] == [("missing_identity", "b")]


def test_an_amount_counts_before_there_is_a_playbook_too(append: Append, as_of: datetime):
    append(track("a", properties={"total": 5}))
    flow.absorb_journal(now=as_of)
    assert Touchpoint.objects.values_list("value_minor", "currency").get() == (500, "")


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Makes 'b' a message that a stage stumbles over; call the result to mend the stage."""
    learn = flow.absorb

    def stumble(incomings: Any, recorded: Any) -> None:
        if any(incoming.message_id == "b" for incoming in incomings):
            raise ValueError("nobody thought of this")
        learn(incomings, recorded)

    monkeypatch.setattr(flow, "absorb", stumble)
    return lambda: monkeypatch.setattr(flow, "absorb", learn)


def test_a_message_that_cannot_be_taken_in_holds_up_nobody(append: Append, as_of: datetime, poison: Callable[[], None]):
    append(track("a"), track("b"), track("c"))
    append(track("d"))
    assert flow.absorb_journal(now=as_of) == (4, 3)
    assert log() == ["a", "c", "d"]
    assert [(r.code, r.message_id) for r in Refusal.objects.all()] == [("parked", "b")]


def test_it_is_in_the_log_as_soon_as_it_can_be(append: Append, as_of: datetime, poison: Callable[[], None]):
    append(track("a"), track("b", timestamp="2026-11-16T11:00:00Z"))
    flow.absorb_journal(now=as_of)
    again = partial(flow.receive, now=as_of)
    assert retry_parked(again, currency="USD") == 0
    poison()
    assert retry_parked(again, currency="USD") == 1
    assert log() == ["a", "b"]
    assert Touchpoint.objects.get(message_id="b").occurred_at < as_of
    assert Parked.objects.count() == 0


def test_an_erasure_drops_what_is_parked(append: Append, as_of: datetime, poison: Callable[[], None]):
    append(track("b"))
    flow.absorb_journal(now=as_of)
    assert forget_parked([1]) == 1
    assert Parked.objects.count() == 0


def test_a_store_in_trouble_parks_nothing(append: Append, as_of: datetime, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: Any) -> None:
        raise OperationalError("the database is gone")

    monkeypatch.setattr(flow, "absorb", fail)
    append(track("a"))
    with pytest.raises(OperationalError):
        flow.absorb_journal(now=as_of)
    monkeypatch.undo()
    assert Parked.objects.count() == 0


def test_a_message_that_cannot_be_read_is_parked_too(append: Append, as_of: datetime, monkeypatch: pytest.MonkeyPatch):
    def stumble(*_: Any) -> None:
        raise OverflowError("nobody thought of this number")

    append(track("a", properties={"total": 1}), track("b"))
    monkeypatch.setattr("regard.collect.intake.wire.value_of", stumble)
    assert flow.absorb_journal(now=as_of).stored == 1
    assert log() == ["b"]
    assert retry_parked(partial(flow.receive, now=as_of), currency="USD") == 0
    monkeypatch.undo()
    assert retry_parked(partial(flow.receive, now=as_of), currency="USD") == 1
    assert log() == ["b", "a"]
