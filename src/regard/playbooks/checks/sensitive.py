"""What tells of health, faith, orientation, politics, pregnancy or money trouble: marked, or recognised by its name.

A field or segment the playbook marks is sensitive; so is one whose name says so, unless a person looked and wrote it
under `not_sensitive`. A segment made from a sensitive field or segment inherits the mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from regard.playbooks.conditions import walk
from regard.playbooks.model import Playbook
from regard.playbooks.values.measures import Told
from regard.playbooks.values.recall import UNNAMED

# Word stems by special category (GDPR article 9) and by what people hide for good reasons. Matched at word starts.
STEMS: dict[str, tuple[str, ...]] = {
    "health": (
        "health",
        "diagnos",
        "disease",
        "illness",
        "medic",
        "therap",
        "disab",
        "hiv",
        "cancer",
        "diabet",
        "allerg",
        "depress",
        "addict",
        "insulin",
        "wheelchair",
        "symptom",
    ),
    "faith": ("faith", "religio", "church", "mosque", "synagog", "muslim", "christian", "jewish", "halal", "kosher"),
    "orientation": ("sexual", "orientation", "gay", "lesbian", "lgbt", "transgender"),
    "politics": ("politic", "party_member", "union_member", "voter", "ideolog"),
    "pregnancy": ("pregnan", "maternity", "fertility", "baby_due", "due_date", "prenatal", "expecting"),
    "money trouble": ("debt", "bankrupt", "insolven", "overdraft", "arrears", "foreclos", "payday", "credit_score"),
    "origin": ("ethnic", "race", "caste"),
}
_FINDERS = {
    topic: re.compile(r"(?:^|[^a-z])(?:" + "|".join(stems) + r")", re.IGNORECASE) for topic, stems in STEMS.items()
}


def sensitive_topic(name: str) -> str | None:
    """Return the topic a name gives away, or None."""
    spaced = name.replace("-", "_")
    return next((topic for topic, finder in _FINDERS.items() if finder.search(spaced)), None)


def sensitive_mark(playbook: Playbook, name: str) -> str | None:
    """Return why a field or trait, or a segment written `segment:<name>`, is sensitive, or None."""
    kind, bare = _parted(name)
    own = _own_mark(playbook, kind, bare)
    if own is not None or bare in playbook.guardrails.sensitive.not_sensitive:
        return own
    for part in sorted(made_of(playbook, name) - {name}):
        inherited = _own_mark(playbook, *_parted(part))
        if inherited is not None:
            nobody_named = bare.startswith(UNNAMED)  # what a branch asks inline
            return inherited if nobody_named else f"the {kind} {bare} rests on it: {inherited}"
    return None


def made_of(playbook: Playbook, name: str) -> set[str]:
    """Return every field, trait, segment and value a trait or segment rests on, itself included, however deep."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting.extend(_parts(playbook, one))
    return found


def _parts(playbook: Playbook, name: str) -> Iterator[str]:
    kind, bare = _parted(name)
    if kind == "segment" and bare in playbook.segments:
        for condition in walk(playbook.segments[bare].who):
            refers = condition.refers()
            yield from refers.traits
            yield from (f"segment:{segment}" for segment in refers.segments)
            yield from (need.name for need in condition.needs() if isinstance(need, Told))
        yield from (f"value:{text}" for text in _texts(playbook.segments[bare].who.model_dump(mode="json")))
    elif kind == "field" and bare in playbook.traits:
        trait = playbook.traits[bare]
        refers = trait.refers()
        yield from (other for other in refers.traits if other != bare)
        yield from (f"segment:{segment}" for segment in refers.segments)
        yield from (need.name for need in trait.needs() if isinstance(need, Told) and need.name != bare)
        yield from (f"value:{text}" for text in _texts(trait.model_dump(mode="json")))


def _texts(value: object) -> Iterator[str]:
    """Yield every text inside a definition: a product category gives somebody away as surely as a field."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def _parted(name: str) -> tuple[str, str]:
    kind, colon, bare = name.partition(":")
    return (kind, bare) if colon and kind in ("segment", "value") else ("field", name)


def _own_mark(playbook: Playbook, kind: str, bare: str) -> str | None:
    limits = playbook.guardrails.sensitive
    if bare in limits.not_sensitive:
        return None
    if bare in (limits.segments if kind == "segment" else limits.fields):
        return f"the {kind} {bare} is marked sensitive"
    topic = sensitive_topic(bare)
    return f"the {kind} {bare} tells of {topic}" if topic else None
