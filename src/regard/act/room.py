"""What acting tells the house."""

from __future__ import annotations

from regard.act.holdings import HOLDINGS
from regard.act.services.endpoints import prune_deliveries
from regard.act.vocabulary import VOCABULARY
from regard.act.waiting import TASKS
from regard.room import Room

ROOM = Room(
    name="act",
    holdings=HOLDINGS,
    vocabulary=VOCABULARY,
    tidies=(prune_deliveries,),
    waits=(TASKS,),
)
