"""Taking back the consents an import told."""

from __future__ import annotations

from django.db import transaction

from regard.consent.models import Consent


@transaction.atomic
def retract_batch(*, batch: int) -> int:
    """Delete the consents that came with a batch; what a person said since stays and counts. Returns how many."""
    return Consent.objects.filter(batch_id=batch).delete()[0]
