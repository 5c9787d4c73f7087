"""What understand knows, for pages, the API, the CLI and the stages after it. Everything shown is of the newest finished run.

From published rows (fast at any size):
    last_run() -> Run | None
    last_point() -> Point | None                                as_of, upto and playbook of the same run, for the worker
    standing_of(person) -> Standing | None                      raw row
    traits_of(person, playbook=) -> list[TraitValue]             label, value, words, for the person page
    segments_of(person, playbook=) -> list[PersonSegment]        name, label, since, sentence
    segment_list(playbook=, as_of=) -> list[SegmentRow]          name, label, group, words, size, share, entered/left in 7 days
    people_in_segment(name, as_of=None, playbook=None) -> list[int]   as_of given: recomputed at that instant
    members_page(name, after=0, limit=50) -> list[MemberRow]     (person, since_at), by person id; next page: after=last person
    segment_size(name) -> int
    changes_of(person, limit=50) -> list[ChangeRow]              entered/left rows for the timeline
    changes_since(run) -> list[ChangeRow]                        of one run, for journeys
    overlap(name) -> list[Overlap]                               other segments that share members
    sizes_now() -> dict[name, int]
    size_history(name, days=365) -> list[SizePoint]              a point a day, since the first run
    moved_since(since, until) -> dict[name, (entered, left)]     by day, the first run left out
    versions_of(name) -> list[SegmentVersion]                    every definition that ever ran, with its first run's instant
    used_by(name, playbook=) -> list[str]                        segments, traits and journeys that name it

Asked of the engine on the spot (the log is scanned once; small definitions take milliseconds, see docs/engine.md):
    why_in_segment(person, segment, playbook=, as_of=) -> Why    tree of conditions with values seen
    preview_segment(segment, playbook=, as_of=) -> Preview       total, count a row, 5 sampled people with "because"
    preview_redefinition(name, segment, playbook=, as_of=) -> Redefinition
    reach_of_segment(name, playbook=, as_of=) -> list[ChannelReach]
    portrait_of(name, playbook=, as_of=, upto=) -> Portrait      a persona, computed from its members
    persona_of(name, playbook=) -> PersonaShown                  what its portrait shows, and what it leaves out
    said_of(quotes, path=, as_of=) -> list[Said]                 a portrait's quotes, read now; nobody's who may not be quoted
    what_moved(person, value, playbook=, as_of=, trait="stage") -> Mover | None   the touchpoint behind a stage
    parse_segment(who) -> Segment                                from builder or API input; Refused with issues
`person` is a surviving person's id (identify.selectors.survivor_of), `playbook` the active one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import F, Min, Q, QuerySet, Sum

from regard.collect.values import as_value
from regard.engine.understanding.questions import parse_segment, shown
from regard.identify.selectors import who_speaks_for
from regard.kernel.instant import from_us
from regard.playbooks.conditions import walk
from regard.playbooks.model import Playbook
from regard.playbooks.unnamed import is_unnamed
from regard.playbooks.values.compare import Unit
from regard.playbooks.values.lexicon import PlaybookLexicon
from regard.playbooks.values.measures import all_refers
from regard.playbooks.values.recall import UNNAMED
from regard.understand.asking.portraits import persona_of, portrait_of, said_of
from regard.understand.asking.questions import (
    SizePoint,
    people_as_of,
    preview_redefinition,
    preview_segment,
    reach_of_segment,
)
from regard.understand.asking.stories import what_moved
from regard.understand.asking.why import why_in_segment
from regard.understand.columns import SHOWN_MEMBERS
from regard.understand.contracts import ChangeRow, FinishedRun, KnownPerson, MemberRow, Overlap, SegmentVersion
from regard.understand.models import Member, Run, SegmentChange, SegmentTally, Standing
from regard.understand.running.publishing import finished_run
from regard.understand.tallies import newest_tallies

COUNTED_TO, SAMPLED = 20_000, 4_000  # a segment of more is compared by so many of its members

__all__ = [
    "changes_of",
    "changes_since",
    "count_in_any",
    "last_point",
    "last_run",
    "members_page",
    "moved_since",
    "overlap",
    "parse_segment",
    "people_in_segment",
    "persona_of",
    "portrait_of",
    "preview_redefinition",
    "preview_segment",
    "reach_of_segment",
    "said_of",
    "segment_list",
    "segment_size",
    "segments_of",
    "shown_members",
    "size_history",
    "sizes_now",
    "standing_of",
    "traits_of",
    "used_by",
    "versions_of",
    "what_moved",
    "why_in_segment",
]


def last_run() -> FinishedRun | None:
    """Return the run whose results are shown, or None before the first."""
    run = finished_run()
    return as_value(FinishedRun, run) if run else None


class Point(NamedTuple):
    """How far what is shown has come: the clock, the last sequence number known, and the playbook's hash."""

    as_of: datetime
    upto: int
    playbook_hash: str


def last_point() -> Point | None:
    """Return how far what is shown has come; the worker asks several times a second, so no row is built for it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT as_of, upto, playbook_hash FROM understand_run WHERE finished_at IS NOT NULL "
            "ORDER BY id DESC LIMIT 1"
        )
        row = cursor.fetchone()
    return None if row is None else Point(from_us(row[0]), row[1], row[2])


def standing_of(person: int) -> Standing | None:
    """Return a person's published row: `traits` are engine values (minor units, microseconds)."""
    return Standing.objects.filter(person_id=person).first()


@dataclass(frozen=True, slots=True)
class TraitValue:
    """One trait of a person."""

    name: str
    label: str
    unit: Unit
    value: object
    words: str


def traits_of(person: int, *, playbook: Playbook) -> list[TraitValue]:
    """Return a person's computed traits in the playbook's order; missing ones are left out."""
    standing = standing_of(person)
    lexicon = PlaybookLexicon(playbook)
    found = []
    for name, trait in playbook.traits.items():
        value = standing.traits.get(name) if standing else None
        if value is not None:
            words = shown(value, trait.unit(), lexicon.currency)
            found.append(TraitValue(name, lexicon.trait_name(name), trait.unit(), value, words))
    return found


def shown_members() -> QuerySet[Member]:
    """Return the rows of who is in which segment by the newest finished run."""
    run = finished_run()
    pointer = run.id if run else 0
    return Member.objects.filter(Q(until_run__isnull=True) | Q(until_run__gt=pointer), since_run__lte=pointer)


@dataclass(frozen=True, slots=True)
class PersonSegment:
    """A segment somebody is in."""

    name: str
    label: str
    since_at: datetime
    words: str


def segments_of(person: int, *, playbook: Playbook) -> list[PersonSegment]:
    """Return the segments a person is in now, in the playbook's order, with their sentence."""
    lexicon = PlaybookLexicon(playbook)
    since: dict[str, Any] = dict(shown_members().filter(person_id=person).values_list("segment", "since_at"))
    return [
        PersonSegment(name, lexicon.segment_name(name), since[name], segment.who.words(lexicon))
        for name, segment in playbook.segments.items()
        if name in since
    ]


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """One line of the list of segments."""

    name: str
    label: str
    group: str
    description: str
    words: str
    size: int
    share: float  # of all people understood
    entered_7_days: int
    left_7_days: int


def segment_list(*, playbook: Playbook, as_of: datetime) -> list[SegmentRow]:
    """Return every segment of the playbook with its size and what moved in the last seven days."""
    run = finished_run()
    people = run.report.get("everybody", 0) if run else 0
    sizes = sizes_now()
    since = SegmentTally.objects.filter(as_of__gt=as_of - timedelta(days=7)).values_list("segment")
    moved = {s: (i, o) for s, i, o in since.annotate(i=Sum("entered"), o=Sum("left"))}
    lexicon = PlaybookLexicon(playbook)
    return [
        SegmentRow(
            name,
            lexicon.segment_name(name),
            segment.group,
            segment.description,
            segment.who.words(lexicon),
            sizes.get(name, 0),
            sizes.get(name, 0) / people if people else 0.0,
            *moved.get(name, (0, 0)),
        )
        for name, segment in playbook.segments.items()
    ]


def people_in_segment(name: str, as_of: datetime | None = None, *, playbook: Playbook | None = None) -> list[int]:
    """Return who is in a segment as published; at an instant (with the playbook), recomputed from the log."""
    if as_of is not None and playbook is not None:
        return people_as_of(name, playbook=playbook, as_of=as_of)
    return list(shown_members().filter(segment=name).order_by("person_id").values_list("person_id", flat=True))


def count_in_any(segments: Collection[str]) -> int:
    """Return how many are in one of these segments or more, as published."""
    return shown_members().filter(segment__in=segments).values("person_id").distinct().count()


def segment_size(name: str) -> int:
    """Return how many are in a segment as published."""
    return shown_members().filter(segment=name).count()


def members_page(name: str, *, after: int = 0, limit: int = 50) -> list[MemberRow]:
    """Return members by person id, after the last one of the page before."""
    rows = shown_members().filter(segment=name, person_id__gt=after).order_by("person_id")
    found: Any = rows.values_list("person_id", "since_at")[:limit]
    return [MemberRow(person, since) for person, since in found]


def _changes(rows: QuerySet[SegmentChange]) -> list[ChangeRow]:
    found: Any = rows.values_list("segment", "person_id", "as_of", "entered", "run_id")
    return [ChangeRow(*row) for row in found]


def _named_changes() -> QuerySet[SegmentChange]:
    """Return the changes of segments somebody named; what branches ask inline is nobody's news."""
    return SegmentChange.objects.exclude(segment__startswith=UNNAMED)


def changes_of(person: int, *, limit: int = 50) -> list[ChangeRow]:
    """Return when a person entered and left segments, newest first."""
    rows = _named_changes().filter(person_id=person, run__finished_at__isnull=False)
    return _changes(rows.order_by("-as_of", "-id")[:limit])


def changes_between(
    origins: Collection[int], *, since: datetime | None, until: datetime | None, limit: int = 100
) -> list[tuple[datetime, bool, str]]:
    """Return (when, entered or left, segment) of people in [since, until), newest first; None: without that bound."""
    rows = _named_changes().filter(person_id__in=origins)
    if since is not None:
        rows = rows.filter(as_of__gte=since)
    if until is not None:
        rows = rows.filter(as_of__lt=until)
    found: list[Any] = list(rows.order_by("-as_of", "id").values_list("as_of", "entered", "segment")[:limit])
    return found


def first_run_at() -> datetime | None:
    """Return the clock of the first finished run, or None."""
    first: datetime | None = Run.objects.exclude(finished_at=None).aggregate(at=Min("as_of"))["at"]
    return first


def changes_since(run: int) -> list[ChangeRow]:
    """Return who entered and left in runs after this one, oldest first."""
    rows = _named_changes().filter(run_id__gt=run, run__finished_at__isnull=False)
    return _changes(rows.order_by("run_id", "id"))


def overlap(name: str) -> list[Overlap]:
    """Return the segments that share members with this one, most shared first."""
    sizes = sizes_now()
    own = sizes.get(name, 0)
    step = own // SAMPLED if own > COUNTED_TO else 1
    some = "" if step == 1 else f"AND (person_id * 7919 + person_id / 97) %% {step} = 0 "
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT o.segment, COUNT(*)
            FROM {SHOWN_MEMBERS} AS o
            WHERE o.person_id IN (SELECT person_id FROM {SHOWN_MEMBERS} AS m WHERE segment = %s {some})
            GROUP BY o.segment
            """,
            [name],
        )
        shared = dict(cursor.fetchall())
    drawn = shared.pop(name, 0)
    by = own / drawn if step > 1 and drawn else 1.0
    found = [Overlap(s, round(n * by), sizes.get(s, 0), step > 1) for s, n in shared.items() if not is_unnamed(s)]
    return sorted(found, key=lambda o: (-o.shared, o.segment))


def sizes_now() -> dict[str, int]:
    """Return how many are in each segment by the newest finished run; a segment nobody was ever in is not there."""
    return {name: row.size for name, row in newest_tallies().items()}


def size_history(name: str, *, as_of: datetime, days: int = 365) -> list[SizePoint]:
    """Return a segment's size at the end of each day on which somebody entered or left."""
    rows = SegmentTally.objects.filter(segment=name, as_of__lte=as_of, as_of__gte=as_of - timedelta(days=days))
    return [SizePoint(row.as_of, row.size) for row in rows.order_by("as_of", "id")]


def versions_of(name: str) -> list[SegmentVersion]:
    """Return every definition of a segment under which somebody entered or left, oldest first."""
    rows = SegmentTally.objects.filter(segment=name).values_list("version")
    found = rows.annotate(first=Min("first_at"), n=Sum(F("entered") + F("left"))).order_by("first")
    return [SegmentVersion(*row) for row in found]


def moved_since(since: datetime, until: datetime) -> dict[str, tuple[int, int]]:
    """Return how many entered and left each segment on days with a run after `since`, the very first run left out."""
    rows = SegmentTally.objects.filter(as_of__gt=since, as_of__lte=until, is_first=False)
    found = rows.values_list("segment").annotate(i=Sum("entered"), o=Sum("left"))
    return {segment: (entered, left) for segment, entered, left in found}


def used_by(name: str, *, playbook: Playbook) -> list[str]:
    """Return what names a segment: 'segment x', 'trait y', 'journey z'. What is used cannot be deleted."""
    found = [
        f"segment {other}"
        for other, segment in playbook.segments.items()
        if name in all_refers(c.refers() for c in walk(segment.who)).segments
    ]
    found += [f"trait {trait}" for trait, value in playbook.traits.items() if name in value.refers().segments]
    return found + [f"journey {j}" for j, value in playbook.journeys.items() if f"'{name}'" in repr(value)]


def known_person(public: UUID | None) -> KnownPerson | None:
    """Return who speaks for a public id, with card and standing, in one query; None where there is nobody."""
    columns = (
        "id",
        "public_id",
        "card__display_name",
        "card__fields",
        "card__owner_id",
        "standing__traits",
        "standing__value_minor",
        "standing__as_of",
    )
    row = who_speaks_for(public).values_list(*columns).first()
    if row is None:
        return None
    number, uuid, name, fields, owner, traits, value, at = row
    return KnownPerson(number, uuid, name or "", fields or {}, owner, traits or {}, value, at)
