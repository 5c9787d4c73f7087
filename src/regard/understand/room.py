"""What understanding tells the house."""

from __future__ import annotations

from regard.room import Room
from regard.understand.holdings import COPIES, HOLDINGS
from regard.understand.pruning import prune_understanding
from regard.understand.running.workbench import sweep_spilled

ROOM = Room(
    name="understand",
    holdings=HOLDINGS,
    copies=COPIES,
    tidies=(sweep_spilled,),
    prunes=(prune_understanding,),
)
