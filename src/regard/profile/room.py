"""What profiles tell the house."""

from __future__ import annotations

from regard.profile.holdings import HOLDINGS
from regard.profile.taking_back.pruning import prune_tellings
from regard.profile.vocabulary import VOCABULARY
from regard.profile.waiting import PROMISES
from regard.room import Room

ROOM = Room(
    name="profile",
    holdings=HOLDINGS,
    vocabulary=VOCABULARY,
    prunes=(prune_tellings,),
    waits=(PROMISES,),
)
