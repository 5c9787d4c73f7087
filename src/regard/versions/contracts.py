"""What this stage hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextChoices


class DraftState(TextChoices):
    """Where a draft stands (models.Draft)."""

    EDITED = "edited"
    ASKED = "asked"
    PUBLISHED = "published"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class DraftPart:
    """A part of the playbook being changed on screen, as it stood when it was read. `past`: the texts before, newest last."""

    pk: int
    section: str
    name: str
    text: str
    past: tuple[str, ...]
    base_hash: str
    state: DraftState
    changed_by: str
    changed_at: datetime
