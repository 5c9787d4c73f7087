"""Consent as a fold over many words at once, said here for every plan that folds it; consent/folding.py folds row by row.

A grant holds while it is newer than every withdrawal that covers it; at the same instant the withdrawal holds (promise D2).
The pieces are SQL over words: person, purpose, channel, whether it grants, the moment it counts from (`at_us`), its number.
"""

from __future__ import annotations


def covers(purpose: str, channel: str, *, word: str = "") -> str:
    """Return whether a word speaks of a purpose on a channel; `word` is its alias with a dot, or nothing.

    Whoever leaves may leave everything at once; nobody agrees to everything at once.
    """
    of_all = f"{word}purpose = '*' AND NOT {word}is_granted"
    return f"({word}purpose = {purpose} OR {of_all}) AND {word}channel IN ({channel}, '*')"


def grants(purpose: str, channel: str) -> str:
    """Return whether a folded row's newest grant covers a purpose on a channel."""
    return f"purpose = {purpose} AND channel IN ({channel}, '*')"


def withdraws(purpose: str, channel: str) -> str:
    """Return whether a folded row's newest withdrawal covers a purpose on a channel."""
    return f"purpose IN ({purpose}, '*') AND channel IN ({channel}, '*')"


def newest_first(word: str) -> str:
    """Return the order in which the first word is the one that counts."""
    return f"{word}at_us DESC, {word}is_granted, {word}seq DESC"


def newest_of_each(*, is_granted: str, at: str) -> str:
    """Return the columns `granted_us` and `withdrawn_us` of words grouped by person, purpose and channel."""
    return (
        f"MAX(CASE WHEN {is_granted} THEN {at} END) AS granted_us,"
        f" MAX(CASE WHEN NOT ({is_granted}) THEN {at} END) AS withdrawn_us"
    )


def state_of(granted: str, withdrawn: str) -> str:
    """Return the state of the newest grant and withdrawal that cover something: none where nothing was said."""
    return (
        f"CASE WHEN {granted} > COALESCE({withdrawn}, -9223372036854775807) THEN 'granted'"
        f" WHEN {withdrawn} IS NOT NULL THEN 'withdrawn' END"
    )
