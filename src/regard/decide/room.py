"""What deciding tells the house."""

from __future__ import annotations

from datetime import datetime

from regard.decide.holdings import HOLDINGS
from regard.decide.pruning import prune_cycles
from regard.decide.tallies import check_tallies
from regard.playbooks.vocabulary import VOCABULARY
from regard.room import Room


def _check_tallies(*, now: datetime) -> int:  # noqa: ARG001 (a count is right at any time)
    return check_tallies()


ROOM = Room(
    name="decide",
    holdings=HOLDINGS,
    vocabulary=VOCABULARY,  # what steps leave
    prunes=(prune_cycles, _check_tallies),
)
