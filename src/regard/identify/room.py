"""What identity tells the house."""

from __future__ import annotations

from regard.identify.holdings import HOLDINGS
from regard.identify.waiting import PROPOSALS
from regard.room import Room

ROOM = Room(
    name="identify",
    holdings=HOLDINGS,
    waits=(PROPOSALS,),
)
