"""What a group is like: which persona a segment has, its portrait, and what its members said in their own words.

What the playbook marks sensitive is left out. Words are read from the log at the moment they are shown, so that nobody's
words outlive their erasure, and nobody is quoted whose data may be stored only or who objected to being profiled.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regard.collect.models import Source, Touchpoint
from regard.consent.selectors import limits_of
from regard.engine.understanding.portrait import Portrait, Quote, draw_portrait, persona_paths
from regard.engine.understanding.questions import cut_down
from regard.playbooks.checks.sensitive import sensitive_mark
from regard.playbooks.model import Playbook
from regard.playbooks.segments import Persona
from regard.understand.asking.on_the_spot import understood

USUAL_TRAITS = 4


@dataclass(frozen=True, slots=True)
class PersonaShown:
    """The persona a portrait is drawn of, and what is left out of it because it is sensitive."""

    persona: Persona
    is_declared: bool
    left_out: tuple[str, ...]


def persona_of(segment: str, *, playbook: Playbook) -> PersonaShown:
    """Return what a segment's portrait shows: its own persona, else what the playbook's personas have in common."""
    declared = playbook.segments[segment].persona
    wanted = declared or _usual(playbook)
    marked = [t for t in wanted.traits if sensitive_mark(playbook, t) is not None]
    changes: dict[str, Any] = {"traits": tuple(t for t in wanted.traits if t not in marked)}
    whole = sensitive_mark(playbook, f"segment:{segment}") is not None
    for name in ("products", "quotes"):
        path = getattr(wanted, name)
        if path and (whole or sensitive_mark(playbook, path) is not None):
            changes[name] = None
            marked.append(name)
    return PersonaShown(wanted.model_copy(update=changes), declared is not None, tuple(marked))


def _usual(playbook: Playbook) -> Persona:
    """Return a persona of the traits, products and quotes other personas show most often; else of the first traits."""
    personas = [s.persona for s in playbook.segments.values() if s.persona is not None]
    traits = [t for t, _ in Counter(t for p in personas for t in p.traits).most_common()]
    products = Counter(p.products for p in personas if p.products).most_common(1)
    return Persona(
        traits=tuple(traits or playbook.traits)[:USUAL_TRAITS],
        products=products[0][0] if products else None,
        quotes="comment",
    )


def portrait_of(segment: str, *, playbook: Playbook, as_of: datetime, upto: int | None = None) -> Portrait:
    """Return the portrait of a segment's members at an instant, by the log up to `upto` (default: all of it)."""
    persona = persona_of(segment, playbook=playbook).persona
    part = cut_down(playbook, segments=(segment,), traits=persona.traits)
    with understood(part, as_of=as_of, upto=upto, more_paths=persona_paths(persona)) as answered:
        return draw_portrait(answered, segment, persona)


@dataclass(frozen=True, slots=True)
class Said:
    """Something a member wrote, as it stands in the log now."""

    person: int
    touchpoint: int
    text: str
    at: datetime
    score_milli: int | None
    is_invented: bool


def said_of(quotes: tuple[Quote, ...], *, path: str, as_of: datetime, limit: int = 3) -> list[Said]:
    """Return the newest quotes that are still in the log, of people without a restriction or objection."""
    rows = Touchpoint.objects.in_bulk([q.touchpoint for q in quotes])
    silent = limits_of((q.person for q in quotes), as_of=as_of)
    invented = set(Source.objects.filter(kind="invented").values_list("id", flat=True))
    found = []
    for quote in quotes:
        row = rows.get(quote.touchpoint)
        text = _at(row.properties, path) if row is not None else ""
        if row is None or not text or quote.person in silent:
            continue
        told = row.context.get("invented")
        is_invented = row.source_id in invented or bool(told)
        found.append(Said(quote.person, row.seq, text, row.occurred_at, row.score_milli, is_invented))
        if len(found) == limit:
            break
    return found


def _at(properties: Any, path: str) -> str:
    """Return the text at a property path without lists, or ''."""
    value = properties
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""
