"""How we keep our word: a few honest figures of the last 30 days, each from rows one can open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, Min, Q

from regard.act.models import HumanTask, Message
from regard.listen.models import Answer, SurveyInvitation
from regard.playbooks.model import Playbook
from regard.profile.models import Promise
from regard.understand.models import Run
from regard.understand.selectors import moved_since
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
class Change:
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
    rows = dict(
        Promise.objects.filter(due_at__gt=now - WINDOW, due_at__lte=now).values_list("state").annotate(n=Count("id"))
    )
    total = sum(rows.values())
    if not total:
        return None
    late, broken = rows.get("open", 0), rows.get("broken", 0)
    words = "All kept" if not late + broken else f"{late} late, {broken} broken"
    return Figure("Promises kept", f"{rows.get('kept', 0)} of {total}", words)


def _complaints(now: datetime) -> Figure | None:
    rows: list[Any] = list(
        HumanTask.objects.filter(kind="complaint", opened_at__gt=now - WINDOW)
        .order_by("-opened_at")
        .values_list("opened_at", "closed_at")[:2000]
    )
    if not rows:
        return None
    took = [closed - opened for opened, closed in rows if closed]
    words = (
        f"Median {span(timedelta(seconds=median(t.total_seconds() for t in took)))}" if took else "None answered yet"
    )
    return Figure("Unhappy people answered by a person", f"{len(took)} of {len(rows)}", words)


def _answers(now: datetime) -> Figure | None:
    asked = SurveyInvitation.objects.filter(asked_at__gt=now - WINDOW).count()
    answered = Answer.objects.filter(answered_at__gt=now - WINDOW).aggregate(
        number=Count("pk"), with_words=Count("pk", filter=~Q(comment=""))
    )
    number, with_words = answered["number"], answered["with_words"]
    if not asked + number:
        return None
    value = f"{number} of {asked}" if asked >= number else str(number)
    return Figure("Questions answered", value, f"{count(with_words)} in their own words")


def _messages(now: datetime) -> Figure | None:
    # `IN` and not a bare yes: SQLite reads an index for the one and not for the other.
    sent = Message.objects.filter(sent_at__gt=now - WINDOW, is_marketing__in=(True,)).count()
    ends = Message.objects.filter(Q(state="cancelled", due_at__gt=now - WINDOW) | Q(state="uncertain")).aggregate(
        stopped=Count("pk", filter=Q(state="cancelled")),
        uncertain=Count("pk", filter=Q(state="uncertain")),
    )
    stopped, uncertain = ends["stopped"], ends["uncertain"]
    if not sent + stopped + uncertain:
        return None
    words = f"{plural(stopped, 'was,were')} stopped at the last moment"
    if uncertain:
        words += f"; of {uncertain} nobody knows whether they arrived"
    return Figure("Offers sent", count(sent), words)


def changes(now: datetime, playbook: Playbook | None) -> tuple[str, list[Change]]:
    """Return (since when in words, the five segments that changed most) of the last seven days.

    The first run puts everybody somewhere; that is no change, so only what came after it counts.
    """
    if playbook is None or not playbook.segments:
        return "", []
    first = Run.objects.exclude(finished_at=None).aggregate(at=Min("as_of"))["at"]
    if first is None:
        return "", []
    since = max(first, now - RECENT)
    listed = [
        Change(s, playbook.segments[s].name or s.replace("-", " "), entered, left)
        for s, (entered, left) in moved_since(since, now).items()
        if s in playbook.segments and entered + left
    ]
    listed.sort(key=lambda c: (-c.entered - c.left, c.segment))
    return day(since), listed[:5]
