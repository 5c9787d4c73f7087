"""People as the stages keep them, laid straight into the tables: for stories that begin after they were taken in."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.db import transaction

from regard.collect.sequence import allot_sequence
from regard.consent.models import Consent
from regard.identify.models import Identifier, Person
from regard.kernel.sampling import is_held_out
from regard.profile.models import Card

JOURNEY = "thank-high-value"
ALL = ("offers", "surveys", "referrals")


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
