"""What consent tells the house."""

from __future__ import annotations

from regard.consent.holdings import HOLDINGS
from regard.consent.vocabulary import VOCABULARY
from regard.room import Room

ROOM = Room(
    name="consent",
    holdings=HOLDINGS,
    vocabulary=VOCABULARY,
)
