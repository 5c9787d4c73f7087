"""What the house knows of these pages: their place in the navigation."""

from __future__ import annotations

from regard.staff.permissions import Capability
from regard.web.room import Place, WebRoom

ROOM = WebRoom(
    name="journeys",
    places=(Place("Journeys", "/journeys", "route", Capability.SEE_JOURNEYS, "j", "Relationships", is_main=True),),
)
