"""What moved one person: the touchpoint behind a stage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regard.collect.models import Touchpoint
from regard.identify.selectors import origins_of
from regard.playbooks.model import Playbook
from regard.playbooks.values.filters import ANYTHING


@dataclass(frozen=True, slots=True)
class Mover:
    """What brought a person to the value of a stage: a touchpoint, or nothing but time."""

    trait: str
    value: str
    words: str
    touchpoint: int | None  # sequence number
    at: datetime | None


def what_moved(person: int, value: str, *, playbook: Playbook, as_of: datetime, trait: str = "stage") -> Mover | None:
    """Return the newest touchpoint that may have moved a person to a stage; None where the playbook has no such trait.

    `value` is the person's present value of the trait (traits_of gives it).
    """
    stages = playbook.traits.get(trait)
    if stages is None or not stages.values():
        return None
    names = stages.moved_by(value)
    if not names:
        return Mover(trait, value, "nothing new happened: earlier stages closed with time", None, None)
    rows = Touchpoint.objects.filter(origin__in=origins_of(person), occurred_at__lte=as_of)
    if ANYTHING not in names:
        rows = rows.filter(name__in=names)
    newest: Any = rows.order_by("-occurred_at", "-seq").values_list("seq", "name", "occurred_at").first()
    if newest is None:
        return Mover(trait, value, "nothing new happened: earlier stages closed with time", None, None)
    seq, name, at = newest
    return Mover(trait, value, f"{name} on {at.strftime('%-d %B %Y')}", seq, at)
