"""What listening tells the house."""

from __future__ import annotations

from regard.listen.holdings import HOLDINGS
from regard.listen.waiting import THANKS
from regard.room import Room

ROOM = Room(
    name="listen",
    holdings=HOLDINGS,
    waits=(THANKS,),
)
