"""What an act is, for the guardrails: a message of some kind, a call to another system, or work inside the house.

A kind says which guardrails are asked (`guardrails.py`) and what the message counts as under caps (`counts`).
"""

from __future__ import annotations

from enum import IntFlag

from regard.playbooks.purposes import Purpose


class Kind(IntFlag):
    """The kinds of act. Each is one bit, so that a guardrail names those it is asked of as one number."""

    PROMOTION = 1
    SURVEY = 2
    SERVICE = 4  # belongs to what the person does with us: an order's confirmation, a double opt-in
    REPLY = 8  # a colleague's answer to somebody who wrote to us
    STATEMENT = 16  # how something of theirs stands: points, a contract
    CALL = 32  # another system is told something of the person, to serve them
    MARKETING_CALL = 64
    WORK = 128  # a task, a field, points: nothing of the person leaves the house

    @property
    def word(self) -> str:
        """Return the kind as it is stored and shown."""
        return str(self.name).lower()

    @property
    def counts(self) -> int:
        """Return what a message of this kind counts as under caps, as a mask: what a colleague writes counts as nothing."""
        return int(_COUNTS.get(self, 0))


_COUNTS = {
    Kind.PROMOTION: Kind.PROMOTION,
    Kind.SURVEY: Kind.SURVEY,
    Kind.SERVICE: Kind.SERVICE,
    Kind.STATEMENT: Kind.SERVICE,
}
MARKETING = Kind.PROMOTION | Kind.SURVEY
UNASKED = Kind.SERVICE | Kind.STATEMENT  # serve the person, and come by themselves
MESSAGES = MARKETING | UNASKED | Kind.REPLY
CALLS = Kind.CALL | Kind.MARKETING_CALL
EVERY_KIND = MESSAGES | CALLS | Kind.WORK


def is_one_of(kinds: Kind) -> str:
    """Return the SQL of whether a row of facts (alias f) is of one of these kinds."""
    return f"(f.kind & {int(kinds)}) <> 0"


def message_kind(purpose: Purpose | None, act: str) -> Kind:
    """Return what a message of a journey is: a survey where it asks, else by its purpose, promotion where that is unknown."""
    if act == "ask":
        return Kind.SURVEY
    return Kind.PROMOTION if purpose is None or purpose.marketing else Kind.SERVICE


def call_kind(purpose: Purpose | None) -> Kind:
    """Return as what another system is told of somebody: for marketing, or to serve them."""
    return Kind.MARKETING_CALL if purpose is None or purpose.marketing else Kind.CALL
