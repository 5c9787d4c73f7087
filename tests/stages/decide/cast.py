"""The fixed cast of the deciding stories and how they come to be: people, what they agreed to, what they did.

Ana buys a lot and agreed to everything. Ben buys a lot and agreed to nothing. Cleo is held out wherever somebody is.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import count
from uuid import uuid4

from django.db import transaction

from regard.collect.models import Source, Touchpoint
from regard.collect.sequence import allot_sequence, last_sequence
from regard.consent.models import Consent
from regard.decide.live.cycle import Report
from regard.decide.models import Decision
from regard.decide.services import run
from regard.identify.models import Identifier, Person
from regard.kernel.sampling import is_held_out
from regard.playbooks.load import load_playbook
from regard.playbooks.model import Playbook
from regard.profile.models import Card
from regard.understand.models import Member, Run, SegmentChange
from regard.versions.selectors import shipped_text

JOURNEY = "thank-high-value"
ALL = ("offers", "surveys", "referrals")
_numbers = count(1)


@lru_cache(maxsize=32)
def shop(*changes: tuple[str, str]) -> Playbook:
    """The shipped retailer; `changes` are of its text, each made once. The very same object for the same changes."""
    text = shipped_text()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    loaded = load_playbook(text)
    assert loaded.playbook is not None, loaded.issues
    return loaded.playbook


def key_for(*, held_out: bool, journey: str = JOURNEY) -> int:
    """A holdout key that puts its bearer into one arm or the other."""
    return next(k for k in range(1, 10_000) if is_held_out(k, f"journey:{journey}", 0.1) == held_out)


def a_person(
    *,
    now: datetime,
    held_out: bool = False,
    zone: str = "Europe/London",
    email: bool = True,
    **fields: object,
) -> int:
    """Somebody we know."""
    with transaction.atomic():
        seq = allot_sequence()
        person = Person.objects.create(
            public_id=uuid4(),
            holdout_key=key_for(held_out=held_out),
            is_known=True,
            created_at=now,
            created_seq=seq,
        )
        if email:
            Identifier.objects.create(
                kind="email",
                value=f"p{person.id}@example.org",
                person=person,
                seq=seq,
                first_seen_at=now,
            )
        Card.objects.create(person=person, fields={"time_zone": zone, **fields}, updated_at=now)
    return person.id


def says(person: int, *purposes: str, now: datetime, granted: bool = True) -> None:
    """They agree to, or withdraw from, purposes on every channel."""
    for purpose in purposes:
        with transaction.atomic():
            Consent.objects.create(
                seq=allot_sequence(),
                person_id=person,
                purpose=purpose,
                state="granted" if granted else "withdrawn",
                source="test",
                occurred_at=now,
                recorded_at=now,
            )


def comes_into(person: int, segment: str, *, now: datetime) -> None:
    """They come into a segment."""
    made = Run.objects.create(
        kind="refresh",
        as_of=now,
        upto=last_sequence(),
        playbook_hash="",
        started_at=now,
        finished_at=now,
    )
    Member.objects.create(segment=segment, person_id=person, since_at=now, since_run=made.id)
    SegmentChange.objects.create(segment=segment, version="v", person_id=person, as_of=now, entered=True, run=made)


def offered(as_of: datetime, **more: object) -> int:
    """Somebody who agreed to everything a day ago comes into the segment: the journey's door is open to them."""
    person = a_person(now=as_of - days(1), **more)  # type: ignore[arg-type]
    says(person, *ALL, now=as_of - days(1))
    comes_into(person, "high-value", now=as_of)
    return person


def does(
    person: int,
    name: str,
    *,
    now: datetime,
    kind: str = Source.Kind.PRODUCT,
    score: int | None = None,
    actor: str = "customer",
    direction: str = "in",
    told: dict[str, object] | None = None,
    **properties: object,
) -> int:
    """Something happens with them; `told` holds properties whose names are taken here."""
    properties |= told or {}
    source, _ = Source.objects.get_or_create(name=f"source-{kind}", defaults={"kind": kind, "created_at": now})
    with transaction.atomic():
        seq = allot_sequence()
        Touchpoint.objects.create(
            seq=seq,
            source=source,
            message_id=f"t-{next(_numbers)}-{uuid4()}",
            origin=person,
            occurred_at=now,
            received_at=now,
            name=name,
            channel="web",
            direction=direction,
            actor=actor,
            score_milli=None if score is None else score * 1000,
            properties=properties,
        )
    assert json.dumps(properties)
    return seq


def decide(playbook: Playbook, *, now: datetime) -> Report:
    """The clock comes to `now`."""
    return run(as_of=now, upto=last_sequence(), playbook=playbook)


def told(person: int) -> list[tuple[str, str, str]]:
    """What was decided about a person: step, verdict, reason."""
    rows = Decision.objects.filter(person_id=person).order_by("id")
    return [(row.step, row.verdict, row.reason) for row in rows]


def days(count: float) -> timedelta:
    return timedelta(days=count)
