"""The portrait of a segment: typical values against everybody, channels, products, and what its members said.

Worked out when somebody looks, once a run: the page comes without it and asks for it. What is kept in memory is counts and
the numbers of touchpoints; words are read when they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.http import Http404, HttpResponse
from django.shortcuts import render

from regard.engine.understanding.portrait import FEWEST, Favourite, Portrait, Quartiles, RankedShare, Typical
from regard.playbooks.checks.sensitive import sensitive_mark
from regard.playbooks.feelings import feeling_of_score
from regard.playbooks.model import Playbook
from regard.staff.permissions import Capability, may
from regard.understand.contracts import FinishedRun
from regard.understand.selectors import last_run, persona_of, portrait_of, said_of
from regard.versions.selectors import active_playbook, playbook_of_hash
from regard.web.access import StaffRequest, page
from regard.web.people import Shown, people_shown
from regard.web.templatetags.ui import trait
from regard.web.words import CHANNEL_WORDS

KEPT = 64  # portraits kept in memory: a few kilobytes each
PARTS = {"products": "what they buy", "quotes": "their own words"}


@dataclass(frozen=True, slots=True)
class PortraitLine:
    """One typical value: in words, and as two bars on one axis in percent: (from, width, median)."""

    label: str
    typical: str
    spread: str
    everybody: str
    theirs: tuple[float, float, float]
    others: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Share:
    """A channel, product or favourite in percent of the members; `everybody` in percent of all, or None."""

    name: str
    percent: int
    people: int
    everybody: int | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Voice:
    """What a member said: their words, who they are, where it stands on their page, and how they felt."""

    text: str
    person: Shown
    address: str
    at: datetime
    feeling: str
    is_invented: bool


@dataclass(frozen=True, slots=True)
class _Instant:
    """Which run's people and log a portrait is of; the run's start keeps two installations apart."""

    run: int
    started_at: datetime
    as_of: datetime
    upto: int


@lru_cache(maxsize=KEPT)
def _drawn(slug: str, playbook_hash: str, at: _Instant) -> Portrait:
    playbook = playbook_of_hash(playbook_hash)
    return portrait_of(slug, playbook=playbook, as_of=at.as_of, upto=at.upto)


def _portrait(slug: str, run: FinishedRun) -> Portrait:
    """Return the portrait of a segment as its people were at a run, from memory where somebody asked before."""
    at = _Instant(run.pk, run.started_at, run.as_of, run.upto)
    return _drawn(slug, active_playbook().hash, at)


@page(Capability.SEE_SEGMENTS)
def segment_portrait(request: StaffRequest, slug: str) -> HttpResponse:
    """Show what the people of a segment are like."""
    playbook = request.playbook
    if playbook is None or slug not in playbook.segments:
        raise Http404
    run, shown = last_run(), persona_of(slug, playbook=playbook)
    portrait = _portrait(slug, run) if run else Portrait(0, 0)
    path = shown.persona.quotes
    context = {
        "portrait": portrait,
        "run": run,
        "fewest": FEWEST,
        "lines": [_line(t, playbook.company.currency) for t in portrait.typical],
        "favourites": [_favourite(f) for f in portrait.favourites],
        "channels": [_ranked(c, CHANNEL_WORDS.get(c.name, c.name)) for c in portrait.channels],
        "products": [_ranked(p, p.name) for p in portrait.products],
        "asks_products": bool(shown.persona.products),
        "voices": _voices(portrait, path, request) if path else [],
        "left_out": [_left_out(name, playbook) for name in shown.left_out],
    }
    return render(request, "web/parts/portrait.html", context)


def _left_out(name: str, playbook: Playbook) -> str:
    if name in PARTS and name not in playbook.traits:
        return PARTS[name]
    why = sensitive_mark(playbook, name)
    return why or name


def _voices(portrait: Portrait, path: str, request: StaffRequest) -> list[Voice]:
    """Return a few quotes for those who may see people; a quote always points at one."""
    if not may(request.user.role, Capability.SEE_PEOPLE):
        return []
    said = said_of(portrait.quotes, path=path, as_of=request.now)
    people = people_shown(s.person for s in said)
    return [
        Voice(
            s.text,
            people[s.person],
            f"{people[s.person].address}#e{s.touchpoint}",
            s.at,
            feeling_of_score(s.score_milli),
            s.is_invented,
        )
        for s in said
        if s.person in people
    ]


def _line(typical: Typical, currency: str) -> PortraitLine:
    theirs, everybody, unit = typical.theirs, typical.everybody, typical.unit
    low = min(theirs.low, everybody.low)
    start = low if unit == "date" else min(0, low)
    end = max(theirs.high, everybody.high)
    words = [trait(v, (unit, currency)) for v in (theirs.low, theirs.middle, theirs.high)]
    spread = words[0] if words[0] == words[2] else f"{words[0]} to {words[2]}"
    return PortraitLine(
        typical.label,
        words[1],
        spread,
        trait(everybody.middle, (unit, currency)),
        _placed(theirs, start, end),
        _placed(everybody, start, end),
    )


def _placed(quartiles: Quartiles, start: float, end: float) -> tuple[float, float, float]:
    width = (end - start) or 1

    def place(value: float) -> float:
        return round(1 + 97 * (value - start) / width, 1)

    low, high = place(quartiles.low), place(quartiles.high)
    return low, round(max(high - low, 1), 1), place(quartiles.middle)


def _favourite(favourite: Favourite) -> Share:
    return Share(
        favourite.value,
        round(100 * favourite.share),
        favourite.known,
        round(100 * favourite.everybody),
        favourite.label,
    )


def _ranked(ranked: RankedShare, name: str) -> Share:
    everybody = None if ranked.everybody is None else round(100 * ranked.everybody)
    return Share(name, round(100 * ranked.share), ranked.people, everybody)
