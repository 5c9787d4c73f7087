"""The state of a consent as a fold of its history. Pure.

A word counts from the moment it was given, but never from later than it reached us: a wrong clock cannot give a grant a
future that beats tomorrow's withdrawal. A grant holds only while it is newer than every withdrawal that covers it; at the
same instant the withdrawal holds. So the order of arrival does not matter, and a late or replayed grant never undoes a later
withdrawal (promise D2).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

EVERY = "*"  # every channel; of a withdrawal also: every purpose


class State(StrEnum):
    """What a person said about a purpose on a channel."""

    GRANTED = "granted"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Word:
    """One grant or withdrawal."""

    seq: int
    purpose: str
    channel: str
    is_granted: bool
    occurred_us: int
    recorded_us: int

    @property
    def at_us(self) -> int:
        """The moment it counts from."""
        return min(self.occurred_us, self.recorded_us)

    @property
    def weight(self) -> tuple[int, bool, int]:
        """What makes one word newer than another."""
        return (self.at_us, not self.is_granted, self.seq)

    def covers(self, purpose: str, channel: str) -> bool:
        """Say whether the word speaks of this purpose on this channel; only who leaves speaks of all at once."""
        is_of_it = self.purpose == purpose or (self.purpose == EVERY and not self.is_granted)
        return is_of_it and self.channel in (channel, EVERY)

    def touches(self, purpose: str, channel: str) -> bool:
        """Say whether the word speaks of a part of this; '*' is every purpose, every channel."""
        return purpose in (self.purpose, EVERY) and (channel in (self.channel, EVERY) or self.channel == EVERY)


@dataclass(frozen=True, slots=True)
class ConsentStanding:
    """The state and the word it rests on (None: never said)."""

    state: State
    word: Word | None


def standing_of(words: Iterable[Word], purpose: str, channel: str) -> ConsentStanding:
    """Return where a purpose stands on a channel, given the words of all origins of a person."""
    newest = max(
        (word for word in words if word.covers(purpose, channel)),
        key=lambda w: w.weight,
        default=None,
    )
    if newest is None:
        return ConsentStanding(State.UNKNOWN, None)
    return ConsentStanding(State.GRANTED if newest.is_granted else State.WITHDRAWN, newest)


def has_left(words: Iterable[Word], purpose: str, channel: str) -> bool:
    """Say whether a withdrawal of all of this stands already ('*': every one), with no grant of any of it since."""
    told = list(words)
    left = max(
        (word.weight for word in told if not word.is_granted and word.covers(purpose, channel)),
        default=None,
    )
    return left is not None and not any(
        word.is_granted and word.weight > left and word.touches(purpose, channel) for word in told
    )
