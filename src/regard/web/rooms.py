"""Every folder of pages, in the order of the navigation. A new one is its folder and its line here and in `urls.py`."""

from __future__ import annotations

from regard.web.customers.room import ROOM as CUSTOMERS
from regard.web.journeys.room import ROOM as JOURNEYS
from regard.web.outbox.room import ROOM as OUTBOX
from regard.web.person.room import ROOM as PERSON
from regard.web.privacy.room import ROOM as PRIVACY
from regard.web.room import WebRoom
from regard.web.segments.room import ROOM as SEGMENTS
from regard.web.settings.room import ROOM as SETTINGS
from regard.web.today.room import ROOM as TODAY

ROOMS: tuple[WebRoom, ...] = (
    TODAY,
    CUSTOMERS,
    PERSON,
    SEGMENTS,
    JOURNEYS,
    OUTBOX,
    PRIVACY,
    SETTINGS,
)
PLACES = tuple(place for room in ROOMS for place in room.places)
PERMISSIONS = tuple(permission for room in ROOMS for permission in room.permissions)
FACETS = tuple(sorted((facet for room in ROOMS for facet in room.facets), key=lambda facet: facet.order))
