"""Amounts of a company whose currency has no minor units, or three places: from the request to the measure of a goal."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from regard import flow
from regard.collect.intake.journal import JournalRow, encode_entry, open_journal
from regard.collect.intake.keys import create_key
from regard.collect.models import Touchpoint
from regard.decide.models import Enrolment
from regard.decide.replay.report import report_of
from regard.decide.replay.what_if import Span, replay_playbook
from regard.decide.verifying import replay_stored
from regard.identify.selectors import find_person, survivor_of
from regard.kernel.instant import to_us
from regard.learn.models import Measure
from regard.learn.services import measure
from regard.versions.selectors import active_playbook
from regard.versions.services import apply_playbook

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
TEXT = """
playbook: 1
name: small
company: {name: Small, time_zone: Asia/Tokyo, country: JP, currency: OWN, postal_address: Here 1,
          language: en, senders: {maya: {name: Maya Lind, email: maya@small.example}}}
purposes:
  offers: {name: Offers, basis: consent, channels: [email], wordings: [{version: "1", texts: {en: y}}]}
journeys:
  big-order:
    name: A big order
    owner: maya
    entry: [{on: touchpoint, touchpoint: {name: Order Completed, value_at_least: LEAST}}]
    goal: {touchpoint: {name: Order Completed, value_at_least: LEAST}, within: 2d}
    steps:
      - {step: again, do: wait_for, touchpoint: {name: Order Completed, value_at_least: LEAST}, timeout: 9d}
      - {step: call, do: task, kind: check_in, title: Call them, minutes: 5, due_in: 1d}
      - {step: rest, do: wait, for: 30d}
"""


class Shop:
    """One company and its clients, who send amounts as people write them."""

    def __init__(self, folder: Path) -> None:
        self.journal, self.told = folder / "journal.sqlite3", 0
        self.key = create_key(scope="write", name="shop", now=NOON - timedelta(days=9)).key

    def opens(self, currency: str, least: str) -> None:
        text = TEXT.replace("OWN", currency).replace("LEAST", least)
        apply_playbook(text=text, by="test", now=NOON - timedelta(days=9))

    def order(self, who: str, total: object, currency: str | None = None, *, now: datetime = NOON) -> None:
        self.told += 1
        properties = {"order_id": f"o-{self.told}", "total": total} | ({"currency": currency} if currency else {})
        message = {
            "type": "track",
            "messageId": f"m-{self.told}",
            "event": "Order Completed",
            "userId": who,
            "timestamp": now.isoformat(),
            "properties": properties,
        }
        raws = [msgspec.Raw(json.dumps(message).encode())]
        journal = open_journal()
        journal.append([encode_entry(JournalRow(self.key.id, self.key.source_id, to_us(now), None, "s", raws, []))])
        journal.close()
        flow.absorb_journal(now=now)


@pytest.fixture
def shop(settings, tmp_path: Path) -> Shop:
    settings.JOURNAL_FILE = tmp_path / "journal.sqlite3"
    return Shop(tmp_path)


def inside() -> dict[int, str]:
    return {survivor_of(e.person_id): e.step for e in Enrolment.objects.all()}


@pytest.mark.parametrize(
    ("currency", "least", "enough", "too_little", "minor"),
    [("JPY", "5000", 5000, 4999, 5000), ("KWD", "5", "5.000", "4.999", 5000), ("EUR", "49.99", 49.99, 49.98, 4999)],
)
def test_an_order_of_the_amount_starts_the_journey_and_a_smaller_one_does_not(
    shop, currency, least, enough, too_little, minor
):
    shop.opens(currency, least)
    shop.order("aiko", enough)
    shop.order("ben", too_little)
    shop.order("cleo", 1_000_000, "USD")
    assert Touchpoint.objects.order_by("seq").values_list("value_minor", flat=True)[0] == minor
    flow.run_cycle(as_of=NOON)

    aiko = find_person("aiko")
    assert inside() == {aiko: "again"}

    shop.order("aiko", too_little, now=NOON + timedelta(hours=1))
    shop.order("aiko", 1_000_000, "USD", now=NOON + timedelta(hours=2))
    flow.run_cycle(as_of=NOON + timedelta(hours=3))
    assert inside() == {aiko: "again"}
    shop.order("aiko", enough, now=NOON + timedelta(hours=4))
    flow.run_cycle(as_of=NOON + timedelta(hours=5))
    assert inside() == {aiko: "rest"}

    playbook = active_playbook().playbook
    replayed = report_of(
        replay_playbook(playbook=playbook, span=Span(NOON - timedelta(days=1), NOON + timedelta(days=1)))
    )
    assert [j.entered for j in replayed.journeys] == [1]
    assert replay_stored(playbook=playbook).differences == {}
    measure(as_of=NOON + timedelta(days=9), playbook=playbook)
    measured = Measure.objects.filter(journey="big-order").latest("as_of")
    assert (measured.treated + measured.held_out, measured.treated_reached + measured.held_out_reached) == (1, 1)
