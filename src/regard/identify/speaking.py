"""Which ids a message speaks of: pure, so that a log in a file is read like the store's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from regard.collect.contracts import Incoming
from regard.identify.normalise import Key, clean_key, clean_text, is_junk, rank

_TOLD_AS_TRAITS = ("email", "phone")
Speaks = tuple[tuple[Key, ...], str | None]


def ids_spoken_of(incomings: Iterable[Incoming], country: str) -> Iterator[Speaks]:
    """Yield the clean ids of each message, strongest first, and the id its alias speaks of.

    `country` (ISO 3166, two letters) is the company's: it reads national phone numbers.
    """
    seen: dict[tuple[tuple[str, str], ...], tuple[Key, ...]] = {}
    for incoming in incomings:
        if incoming.origin is not None:
            yield (), None
            continue
        raw = incoming.ids
        if incoming.type == "identify" and incoming.traits:
            raw = raw + _ids_in_traits(incoming)
        keys = seen.get(raw)
        if keys is None:
            keys = seen[raw] = _clean_all(raw, country)
        yield keys, _clean_previous(incoming.previous_id)


def _ids_in_traits(incoming: Incoming) -> tuple[tuple[str, str], ...]:
    """An identify call tells e-mail and phone among its traits; what the message names as ids goes first."""
    traits = incoming.traits or {}
    named = {kind for kind, _ in incoming.ids}
    return tuple(
        (kind, value) for kind in _TOLD_AS_TRAITS if kind not in named and isinstance(value := traits.get(kind), str)
    )


def _clean_all(raw: tuple[tuple[str, str], ...], country: str) -> tuple[Key, ...]:
    found = {key for kind, value in raw if (key := clean_key(kind, value, country)) is not None}
    return tuple(sorted(found, key=lambda key: (rank(key[0]), key)))


def _clean_previous(previous: str | None) -> str | None:
    if previous is None:
        return None
    text = clean_text(previous)
    return None if not text or is_junk(text) else text[:255]
