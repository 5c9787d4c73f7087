"""Undoing an import: exactly its rows go. Whom somebody has dealt with since stays, and is listed with the reason.

1. Who must stay: people the batch made on whom something else hangs by now.
2. Joinings it caused are parted, its touchpoints, fields and consents deleted, a retraction noted.
3. The people it made go, but for those who stay, and the ids it told of others.
4. Cards of everybody it told something of are folded anew.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from regard.collect.keeping.retracting import retract_batch as retract_touchpoints
from regard.collect.models import Batch, Touchpoint
from regard.consent.models import Consent
from regard.consent.retracting import retract_batch as retract_consents
from regard.identify.models import Identifier, Person
from regard.identify.taking_back.retracting import part_joined_by_batch, retract_people
from regard.kernel.ids import public_id
from regard.kernel.instant import to_us
from regard.kernel.issues import Issue, Refused
from regard.profile.cards import rebuild_cards
from regard.profile.models import Card, FieldChange
from regard.profile.taking_back.retracting import retract_batch as retract_fields

# What is worked out again from the log, or goes with the person without anybody missing it.
_DERIVED_STAGES = ("understand", "decide")
_DERIVED = ("profile.card", "identify.person", "identify.joinproposal")
_TOLD = (
    "profile.fieldchange",
    "consent.consent",
    "identify.identifier",
)  # carry the batch themselves


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo takes back, or took back; `kept` has one line a person who stays."""

    touchpoints: int
    fields: int
    consents: int
    ids: int
    people: int
    kept: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self) | {"kept": list(self.kept)}


def plan_undo(batch: Batch) -> Undone:
    """Return what an undo would take back. Raises Refused where it is undone already."""
    _refuse_undone(batch)
    stay = people_who_stay(batch.id)
    made = Person.objects.filter(batch_id=batch.id)
    ids = Identifier.objects.filter(batch_id=batch.id)
    return Undone(
        touchpoints=Touchpoint.objects.filter(batch_id=batch.id).count(),
        fields=FieldChange.objects.filter(batch_id=batch.id).count(),
        consents=Consent.objects.filter(batch_id=batch.id).count(),
        ids=ids.count() - ids.filter(person_id__in=list(stay)).count(),
        people=made.count() - len(stay),
        kept=_words_of(stay),
    )


def undo_import(batch: int, *, now: datetime) -> Undone | None:
    """Take the import of a number back, or return None where there is none. Raises Refused where it is undone already."""
    found = Batch.objects.filter(pk=batch).first()
    return undo_batch(batch=found, now=now) if found else None


@transaction.atomic
def undo_batch(*, batch: Batch, now: datetime) -> Undone:
    """Take an import back, in one transaction. Raises Refused where it is undone already."""
    batch = Batch.objects.select_for_update().get(id=batch.id)
    _refuse_undone(batch)
    stay = people_who_stay(batch.id)
    words = _words_of(stay)
    part_joined_by_batch(batch=batch.id, now=now)
    told_by_ids = set(Identifier.objects.filter(batch_id=batch.id).values_list("person_id", flat=True))
    touchpoints = retract_touchpoints(batch=batch.id, now=now)
    fields, told = retract_fields(batch=batch.id)
    consents = retract_consents(batch=batch.id)
    people, ids = retract_people(batch=batch.id, kept=stay)
    left = Person.objects.filter(id__in=told | told_by_ids).values_list("id", flat=True)
    rebuild_cards(list(left), to_us(now))
    Batch.objects.filter(id=batch.id).update(state=Batch.State.UNDONE, finished_at=now)
    rejects = Path(batch.rejects_file) if batch.rejects_file else None
    if rejects is not None:
        transaction.on_commit(lambda: rejects.unlink(missing_ok=True))
    return Undone(touchpoints, fields, consents, ids, people, words)


def _refuse_undone(batch: Batch) -> None:
    if batch.state == Batch.State.UNDONE:
        raise Refused(Issue(public_id("bat", batch.public_id), "this import is undone already"))


def people_who_stay(batch: int) -> dict[int, list[str]]:
    """Return the people a batch made on whom something hangs that is not the batch's, with words for each thing."""
    made = Person.objects.filter(batch_id=batch)
    stay: dict[int, list[str]] = {}
    others = Touchpoint.objects.filter(origin=OuterRef("id")).exclude(batch_id=batch)
    no_batch = Touchpoint.objects.filter(origin=OuterRef("id"), batch_id__isnull=True)
    for person in made.filter(Exists(others) | Exists(no_batch)).values_list("id", flat=True):
        stay.setdefault(person, []).append("touchpoints from elsewhere")
    for relation in Person._meta.related_objects:
        label = relation.related_model._meta.label_lower
        if label in _DERIVED or label.split(".")[0] in _DERIVED_STAGES:
            continue
        rows: QuerySet[Any] = relation.related_model._default_manager.filter(**{relation.field.name: OuterRef("id")})
        if label in _TOLD:
            rows = rows.exclude(batch_id=batch) | rows.filter(batch_id__isnull=True)
        if label == "identify.joining":
            rows = rows.exclude(by__startswith="rule:")
        words = str(relation.related_model._meta.verbose_name_plural)
        for person in made.filter(Exists(rows)).values_list("id", flat=True):
            if words not in stay.setdefault(person, []):
                stay[person].append(words)
    return stay


def _words_of(stay: dict[int, list[str]]) -> tuple[str, ...]:
    names = dict(Card.objects.filter(person_id__in=list(stay)).values_list("person_id", "display_name"))
    ids = dict(Person.objects.filter(id__in=list(stay)).values_list("id", "public_id"))
    return tuple(
        f"{names.get(p) or 'somebody'} ({public_id('per', ids[p])}): {', '.join(why)}"
        for p, why in sorted(stay.items())
    )
