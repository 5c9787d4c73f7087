"""How we keep our word: a few honest figures of the last 30 days, each from rows one can open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from regard.act.selectors import complaints_since, offers_since
from regard.listen.selectors import asked_and_answered
from regard.playbooks.model import Playbook
from regard.profile.selectors import promises_due_between
from regard.understand.selectors import first_run_at, moved_since
from regard.web.templatetags.ui import count, day, plural, span

WINDOW = timedelta(days=30)
RECENT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line: what, how much, and the words below it."""

    name: str
    value: str
    words: str


@dataclass(frozen=True, slots=True)
class SegmentMoves:
    """People who entered and left one segment lately."""

    segment: str
    name: str
    entered: int
    left: int


def figures(now: datetime) -> list[Figure]:
    """Return the lines for which there is anything to count."""
    found = (_promises(now), _complaints(now), _answers(now), _messages(now))
    return [figure for figure in found if figure is not None]


def _promises(now: datetime) -> Figure | None:
    rows = promises_due_between(now - WINDOW, now)
    total = sum(rows.values())
    if not total:
        return None
    late, broken = rows.get("open", 0), rows.get("broken", 0)
    words = "All kept" if not late + broken else f"{late} late, {broken} broken"
    return Figure("Promises kept", f"{rows.get('kept', 0)} of {total}", words)


def _complaints(now: datetime) -> Figure | None:
    rows = complaints_since(now - WINDOW)
    if not rows:
        return None
    took = [closed - opened for opened, closed in rows if closed]
    words = (
        f"Median {span(timedelta(seconds=median(t.total_seconds() for t in took)))}" if took else "None answered yet"
    )
    return Figure("Unhappy people answered by a person", f"{len(took)} of {len(rows)}", words)


def _answers(now: datetime) -> Figure | None:
    asked, number, with_words = asked_and_answered(now - WINDOW)
    if not asked + number:
        return None
    value = f"{number} of {asked}" if asked >= number else str(number)
    return Figure("Questions answered", value, f"{count(with_words)} in their own words")


def _messages(now: datetime) -> Figure | None:
    sent, stopped, uncertain = offers_since(now - WINDOW)
    if not sent + stopped + uncertain:
        return None
    words = f"{plural(stopped, 'was,were')} stopped at the last moment"
    if uncertain:
        words += f"; of {uncertain} nobody knows whether they arrived"
    return Figure("Offers sent", count(sent), words)


def changes(now: datetime, playbook: Playbook | None) -> tuple[str, list[SegmentMoves]]:
    """Return (since when in words, the five segments that changed most) of the last seven days.

    The first run puts everybody somewhere; that is no change, so only what came after it counts.
    """
    if playbook is None or not playbook.segments:
        return "", []
    first = first_run_at()
    if first is None:
        return "", []
    since = max(first, now - RECENT)
    listed = [
        SegmentMoves(s, playbook.segments[s].name or s.replace("-", " "), entered, left)
        for s, (entered, left) in moved_since(since, now).items()
        if s in playbook.segments and entered + left
    ]
    listed.sort(key=lambda c: (-c.entered - c.left, c.segment))
    return day(since), listed[:5]
