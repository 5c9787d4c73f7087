"""Lays people of every kind of receiver into the database, each with letters decided about and not queued yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from regard.collect.contracts import Incoming
from regard.collect.services import ensure_source
from regard.consent.services import ToldWord, record_consents
from regard.decide.models import Cycle, Decision
from regard.flow import receive
from regard.kernel.instant import to_us
from regard.versions.selectors import active_playbook

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
KINDS = ("ok", "slow", "refuse", "lost-after", "once-defer", "once-lost-before", "once-busy")


def lay(each: int, letters: int) -> int:
    """Lay so many people of each kind, and so many letters to each; return how many people."""
    then, playbook = NOON - timedelta(days=100), active_playbook().playbook
    source = ensure_source(name="shop", kind="api", now=then)
    addresses = [f"{kind}-{n}@example.org" for n in range(each) for kind in KINDS]
    people = [recorded.origin for recorded in receive([_person(source, a, then) for a in addresses], now=then)]
    agreed = [
        ToldWord(
            person=p,
            purpose="offers",
            is_granted=True,
            source="checkout",
            occurred_us=to_us(then),
            wording="2026-01",
        )
        for p in people
    ]
    record_consents(told=agreed, now=then)
    cycle = Cycle.objects.create(as_of=NOON, upto=0, playbook_hash="lay", started_at=NOON, finished_at=NOON)
    journey = playbook.journeys["thank-high-value"]
    Decision.objects.bulk_create(
        Decision(
            key=f"thank-high-value:offer:{person}:{n}",
            cycle=cycle,
            person_id=person,
            journey="thank-high-value",
            version=journey.version,
            step="offer",
            act="send",
            channel="email",
            purpose="offers",
            counts=1,
            asked_at=NOON,
            as_of=NOON,
            verdict="go",
            reason="go",
            words="May go",
        )
        for n in range(letters)
        for person in people
    )
    return len(people)


def _person(source: int, address: str, at: datetime) -> Incoming:
    return Incoming(
        source=source,
        message_id=f"identify-{address}",
        type="identify",
        name="identify",
        channel="server",
        occurred_us=to_us(at),
        received_us=to_us(at),
        ids=(("email", address),),
        traits={"email": address, "first_name": "Ines", "time_zone": "Europe/London"},
    )
