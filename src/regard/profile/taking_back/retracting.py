"""Taking back the fields an import told."""

from __future__ import annotations

from django.db import transaction

from regard.profile.models import FieldChange


@transaction.atomic
def retract_batch(*, batch: int) -> tuple[int, set[int]]:
    """Delete the field changes of a batch; returns how many, and of whom: their cards are to be folded anew."""
    told = FieldChange.objects.filter(batch_id=batch)
    people = set(told.values_list("person_id", flat=True).distinct())
    return told.delete()[0], people
