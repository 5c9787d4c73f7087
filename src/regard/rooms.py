"""Every room of the house, in the order of the loop. A new one is its folder and its line here (docs/how-to/add-a-room.md)."""

from __future__ import annotations

from regard.act.room import ROOM as ACT
from regard.collect.room import ROOM as COLLECT
from regard.consent.room import ROOM as CONSENT
from regard.decide.room import ROOM as DECIDE
from regard.identify.room import ROOM as IDENTIFY
from regard.listen.room import ROOM as LISTEN
from regard.profile.room import ROOM as PROFILE
from regard.room import Room
from regard.understand.room import ROOM as UNDERSTAND

ROOMS: tuple[Room, ...] = (
    IDENTIFY,
    COLLECT,
    PROFILE,
    CONSENT,
    UNDERSTAND,
    DECIDE,
    ACT,
    LISTEN,
)
# What every room calls its own touchpoints.
KINDS = {kind.name: kind for room in ROOMS for kind in room.vocabulary}
