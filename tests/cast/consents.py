"""People say yes and no, as tests tell it in one line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from regard.act.models import Message
from regard.act.requests import Cause, Request, Templated
from regard.act.services import ask
from regard.collect.selectors import timeline_page
from regard.consent.folding import EVERY
from regard.consent.services import ToldWord, withdraw
from regard.consent.services import grant as grant_told
from regard.engine.journeys.kinds import Kind
from regard.identify.selectors import origins_of
from regard.kernel.instant import to_us
from regard.versions.selectors import active_playbook
from regard.web.person.timeline import timeline_of


def agrees(*, person: int, purpose: str, now: datetime, occurred_at: datetime | None = None, **more: Any) -> int | None:
    """Write down that somebody agreed, as any page of ours does."""
    word = ToldWord(person=person, purpose=purpose, is_granted=True, occurred_us=to_us(occurred_at or now), **more)
    return grant_told(told=word, now=now)


def withdraws(
    *, person: int, now: datetime, purpose: str = EVERY, occurred_at: datetime | None = None, **more: Any
) -> int | None:
    """Write down the word alone, in the ledger: what waits is left for the claim to judge."""
    word = ToldWord(person=person, purpose=purpose, is_granted=False, occurred_us=to_us(occurred_at or now), **more)
    return withdraw(told=[word], now=now)[0]


def an_offer_waits(person: int, *, now: datetime, key: str = "an offer") -> Message:
    """Let an offer wait for somebody in the outbox."""
    request = Request(
        person=person,
        kind=Kind.PROMOTION,
        purpose="offers",
        cause=Cause("test", key),
        key=f"{key}:{person}",
        asked_by="test",
        letter=Templated("personal-offer"),
    )
    return Message.objects.get(id=ask(request=request, playbook=active_playbook().playbook, now=now).message)


def told_of_leaving(person: int) -> list[str]:
    """Return what a person's timeline says of consents, newest first; the log itself tells of leaving once."""
    origins = origins_of(person)
    log = [row.name for row in timeline_page(origins, limit=100).rows]
    assert log.count("Unsubscribed") <= 1
    months = timeline_of(origins, staff={}, segments={}, kind="consent").months
    return [row.title for month in months for row in month.rows]
