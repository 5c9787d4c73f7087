"""What was asked for outside journeys and left, or is about to: it counts under caps as decided messages do."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F
from django.db.models.functions import Coalesce

from regard.act.models import Message
from regard.decide.contracts import Contact
from regard.engine.journeys.kinds import Kind
from regard.identify.selectors import families_of
from regard.kernel.instant import to_us

State = Message.State
COUNTED = (State.CLAIMED, State.SENT, State.UNCERTAIN)
KINDS = {kind.word: kind for kind in Kind}  # as stored


def contacts_of(people: Iterable[int]) -> list[Contact]:
    """Return what these people got on request; of decisions Decide itself knows what became."""
    families = families_of(people)
    origins = {origin for family in families.values() for origin in family}
    rows = Message.objects.filter(decision__isnull=True, person_id__in=origins, state__in=COUNTED)
    told = rows.annotate(at=Coalesce(F("sent_at"), F("claimed_at")))
    return [
        Contact(person, to_us(at), channel, KINDS[kind].counts)
        for person, at, channel, kind in told.values_list("person_id", "at", "channel", "kind")
    ]
