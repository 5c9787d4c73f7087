"""Taking back what an import said of identity: the joinings it caused, the ids it told, the people it made."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import islice

from django.db import transaction

from regard.collect.models import Touchpoint
from regard.identify.models import Identifier, Joining, Person
from regard.identify.services import unmerge

_CHUNK = 500


@transaction.atomic
def part_joined_by_batch(*, batch: int, now: datetime) -> int:
    """Undo the joinings whose evidence is a message of the batch; call while its touchpoints are still there.

    An import joins nobody but an anonymous person into a known one; the record of it and of its undoing goes too,
    as nothing is left that it could explain.
    """
    parted = 0
    first = Touchpoint.objects.filter(batch_id=batch).values_list("received_at", flat=True)
    times = set(first.distinct())
    undone = set(Joining.objects.filter(undoes__isnull=False).values_list("undoes_id", flat=True))
    for joining in Joining.objects.filter(kind=Joining.Kind.MERGE, at__in=times, by__startswith="rule:"):
        if joining.seq in undone or not _is_of_batch(joining.evidence, batch):
            continue
        undoing = unmerge(joining=joining.seq, by=f"undo:{batch}", now=now)
        Joining.objects.filter(seq=undoing).delete()
        Joining.objects.filter(seq=joining.seq).delete()
        parted += 1
    return parted


def _is_of_batch(evidence: dict[str, object] | str, batch: int) -> bool:
    told = json.loads(evidence) if isinstance(evidence, str) else evidence
    return Touchpoint.objects.filter(
        batch_id=batch, source_id=str(told.get("source") or 0), message_id=told.get("message_id")
    ).exists()


@transaction.atomic
def retract_people(*, batch: int, kept: Collection[int]) -> tuple[int, int]:
    """Delete the people a batch made, but for those to keep, and the ids it told of others; returns (people, ids).

    A person who is kept keeps the ids as well: what came since may hang on them.
    """
    ids = Identifier.objects.filter(batch_id=batch)
    made = Person.objects.filter(batch_id=batch).values("id")
    count = ids.exclude(person_id__in=made).delete()[0]
    gone = [p for p in Person.objects.filter(batch_id=batch).values_list("id", flat=True) if p not in kept]
    for chunk in _chunks(gone):
        count += Identifier.objects.filter(person_id__in=chunk).delete()[0]
        Person.objects.filter(id__in=chunk).delete()
    return len(gone), count


def _chunks(people: list[int]) -> Iterator[list[int]]:
    rest = iter(people)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
