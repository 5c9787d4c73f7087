"""What the log tells the house."""

from __future__ import annotations

from regard.collect.holdings import COPIES, HOLDINGS
from regard.collect.services import prune_refusals
from regard.collect.vocabulary import VOCABULARY
from regard.room import Room

ROOM = Room(
    name="collect",
    holdings=HOLDINGS,
    copies=COPIES,
    vocabulary=VOCABULARY,
    tidies=(prune_refusals,),
)
