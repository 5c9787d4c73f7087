"""A person's timeline: touchpoints page by page, with notes and segment changes of the same days between them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from regard.collect.selectors import TouchpointRow, timeline_page
from regard.consent.vocabulary import UNSUBSCRIBED
from regard.consent.vocabulary import VOCABULARY as CONSENT_WORDS
from regard.playbooks.channels import TO_PEOPLE
from regard.playbooks.vocabulary import EMAIL_LINK_CLICKED, EMAIL_OPENED, SURVEY_ANSWERED, SURVEY_ASKED
from regard.profile.contracts import NoteRow
from regard.profile.selectors import notes_of
from regard.profile.vocabulary import NOTE_ADDED
from regard.understand.selectors import changes_between
from regard.web.person.telling import TimelineLine, tell
from regard.web.words import sentence

PAGE = 25
NOTED = NOTE_ADDED.name  # the note itself is shown, with its words
KINDS = {
    "": "Everything",
    "orders": "Orders",
    "conversations": "Conversations",
    "feedback": "Feedback",
    "messages": "Our messages",
    "consent": "Consent",
}
_CONSENT = tuple(kind.name for kind in CONSENT_WORDS)
_OPENED = (EMAIL_OPENED.name, EMAIL_LINK_CLICKED.name)
_SURVEYS = (SURVEY_ASKED.name, SURVEY_ANSWERED.name)
_FILTERS = {
    "orders": Q(name__startswith="Order "),
    "conversations": Q(
        actor__in=("customer", "staff"),
        channel__in=[channel.name for channel in TO_PEOPLE if channel.is_answered],
    )
    & ~Q(name__in=(*_CONSENT, *_OPENED)),
    "feedback": Q(channel="survey") | Q(score_milli__isnull=False) | Q(name__in=_SURVEYS),
    "messages": Q(direction="out", actor="automation") | Q(name__in=_OPENED),
    "consent": Q(name__in=_CONSENT),
}


@dataclass(frozen=True, slots=True)
class Month:
    """The touchpoints of one calendar month, newest first."""

    name: str
    rows: list[TimelineLine]


@dataclass(frozen=True, slots=True)
class Timeline:
    """One page; `older` opens the next."""

    months: list[Month]
    older: str
    kind: str


def timeline_of(
    origins: list[int],
    *,
    staff: dict[int, str],
    segments: dict[str, str],
    kind: str = "",
    older: str = "",
    notes: list[NoteRow] | None = None,
) -> Timeline:
    """Return one page of the timeline. `notes`: the newest ones, where they were read already."""
    kind = kind if kind in _FILTERS else ""
    page = timeline_page(origins, limit=PAGE, older=older or None, only=_FILTERS.get(kind))
    told = [tell(row) for row in page.rows if row.name != NOTED and not _is_told_twice(row)]
    if not kind and page.rows:
        # Beside the log, not in it: what staff noted and what we computed, for the days this page shows.
        newest = None if not older else page.rows[0].occurred_at
        oldest = page.rows[-1].occurred_at if page.older else None
        told += _notes(origins, oldest, newest, staff, notes) + _segment_changes(origins, oldest, newest, segments)
        told.sort(key=lambda t: t.at, reverse=True)
    return Timeline(_by_month(told), page.older or "", kind)


def _is_told_twice(row: TouchpointRow) -> bool:
    """Say whether this is who left what, which the withdrawal beside it tells already."""
    return row.name == UNSUBSCRIBED.name and row.source_kind == "product"


def _notes(
    origins: list[int],
    oldest: datetime | None,
    newest: datetime | None,
    staff: dict[int, str],
    known: list[NoteRow] | None,
) -> list[TimelineLine]:
    if known is None:
        rows = notes_of(origins, since=oldest, until=newest)
    else:
        rows = [n for n in known if oldest is None or n.at >= oldest]
    return [
        TimelineLine(f"n{n.pk}", n.at, "Note", f"{n.text} · {by_words(n.by, staff)}", icon="sticky-note") for n in rows
    ]


def _segment_changes(
    origins: list[int], oldest: datetime | None, newest: datetime | None, segments: dict[str, str]
) -> list[TimelineLine]:
    """Return one quiet line a run: what the person entered and left at that instant."""
    runs: dict[datetime, dict[bool, list[str]]] = {}
    for at, entered, segment in changes_between(origins, since=oldest, until=newest):
        runs.setdefault(at, {}).setdefault(entered, []).append(segments.get(segment, segment))
    return [
        TimelineLine(f"s{at:%Y%m%d%H%M%S}", at, _moved(moved), icon="funnel", is_quiet=True)
        for at, moved in runs.items()
    ]


def _moved(moved: dict[bool, list[str]]) -> str:
    parts = [f"{'entered' if is_in else 'left'} {', '.join(moved[is_in])}" for is_in in (True, False) if is_in in moved]
    return sentence("; ".join(parts))


def by_words(by: str, staff: dict[int, str]) -> str:
    """Return who did it, by name where it was a colleague."""
    kind, _, key = by.partition(":")
    if kind == "staff" and key.isdecimal():
        return staff.get(int(key), "a former colleague")
    return {"rule": f"rule {key}", "cli": "the command line"}.get(kind, kind or "the product")


def _by_month(told: list[TimelineLine]) -> list[Month]:
    months: list[Month] = []
    for row in told:
        name = timezone.localtime(row.at).strftime("%B %Y")
        if not months or months[-1].name != name:
            months.append(Month(name, []))
        months[-1].rows.append(row)
    return months
