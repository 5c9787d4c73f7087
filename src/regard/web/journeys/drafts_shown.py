"""The open drafts as the list of journeys shows them, to those who may change journeys."""

from __future__ import annotations

from regard.staff.permissions import Capability, may
from regard.staff.selectors import names_of_staff
from regard.versions.contracts import DraftPart
from regard.versions.drafts import open_drafts, value_of
from regard.web.access import StaffRequest
from regard.web.person.timeline import by_words


def drafts_shown(request: StaffRequest) -> list[tuple[DraftPart, str, str]]:
    """Return (draft, name of its journey, who changed it last), last changed first."""
    if not may(request.user.role, Capability.CHANGE_JOURNEYS):
        return []
    drafts = open_drafts("journeys")
    me = request.user
    is_mine_alone = all(d.changed_by == f"staff:{me.pk}" for d in drafts)
    staff = {me.pk: me.name} if is_mine_alone else names_of_staff()
    return [(d, str(value_of(d).get("name") or d.name), by_words(d.changed_by, staff)) for d in drafts]
