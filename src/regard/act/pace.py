"""The pace a person chose for themselves: as it comes, less often, or a pause. The guardrails read these two fields."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from regard.decide.facts.wishes import LESS, PACE, PAUSE_UNTIL
from regard.identify.selectors import survivor_of
from regard.profile.models import Card
from regard.profile.services import set_field

PAUSE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Pace:
    """What the person chose; `until` while a pause holds."""

    name: str
    until: datetime | None = None


def choose_pace(*, person: int, pace: str, now: datetime) -> None:
    """Write down the pace; a pause that runs already keeps its end."""
    before = pace_of(person, as_of=now)
    if before.name == pace:
        return
    if pace == "pause":
        set_field(person=person, name=PAUSE_UNTIL, value=(now + PAUSE).isoformat(), by="customer", now=now)
        return
    if before.until is not None:
        set_field(person=person, name=PAUSE_UNTIL, value=None, by="customer", now=now)
    set_field(person=person, name=PACE, value=pace, by="customer", now=now)


def pace_of(person: int, *, as_of: datetime) -> Pace:
    """Return the pace that holds at a time."""
    card = Card.objects.filter(person_id=survivor_of(person)).first()
    return _pace(card.fields if card else {}, as_of)


def _pace(fields: dict[str, Any], as_of: datetime) -> Pace:
    until = _instant(fields.get(PAUSE_UNTIL))
    if until is not None and until > as_of:
        return Pace("pause", until)
    return Pace("less" if fields.get(PACE) == LESS else "normal")


def _instant(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo else None
