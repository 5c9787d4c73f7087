"""What waits for a person today, room by room, under the headings of the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Value

from regard.room import Waiting, Waits
from regard.rooms import ROOMS
from regard.web.people import Shown, people_shown
from regard.web.templatetags.ui import moment, span

ROWS_PER_GROUP = 25
# The headings of the page in their order; a room may name another, which stands below.
HEADINGS = ("Promises due", "People who need a person", "Approve before it goes out", "Worth a thank-you")
WAITS: tuple[Waits, ...] = tuple(sorted((waits for room in ROOMS for waits in room.waits), key=lambda w: w.place))


@dataclass(frozen=True, slots=True)
class TodayRow:
    """One row as the page shows it; `address` is where its verb leads."""

    kind: str
    waiting: Waiting
    title: str
    due: str
    tone: str  # late, soon or nothing
    address: str
    person: Shown

    @property
    def key(self) -> str:
        """The row's id in the page."""
        return f"{self.kind}-{self.waiting.id}"


@dataclass(slots=True)
class RowGroup:
    """A heading with its rows; `more` counts those that did not fit."""

    name: str
    rows: list[TodayRow] = field(default_factory=list)
    more: int = 0


def groups_of_today(now: datetime) -> list[RowGroup]:
    """Return every group that has rows, in the order of the page: two queries a sort of thing, whatever the number."""
    found = [(waits.kind, row) for waits in WAITS for row in waits.rows(now, ROWS_PER_GROUP + 1, moment)]
    people = people_shown(person for _, row in found for person in _people_of(row))
    groups: dict[str, RowGroup] = {name: RowGroup(name) for name in HEADINGS}
    for kind, waiting in found:
        group = groups.setdefault(waiting.group, RowGroup(waiting.group))
        group.rows.append(_row(kind, waiting, people, now))
    return [_cut(group) for group in groups.values() if group.rows]


def _people_of(waiting: Waiting) -> Iterator[int]:
    yield waiting.person
    if waiting.other is not None:
        yield waiting.other


def _cut(group: RowGroup) -> RowGroup:
    return RowGroup(group.name, group.rows[:ROWS_PER_GROUP], max(0, len(group.rows) - ROWS_PER_GROUP))


def count_waiting(now: datetime) -> int:
    """Return how many people and decisions wait: the number beside Today, by one query."""
    ones = [waits.open(now).order_by().values_list(Value(1)) for waits in WAITS]
    return ones[0].union(*ones[1:], all=True).count()


def due_words(due_at: datetime, now: datetime) -> tuple[str, str]:
    """Return (words, tone) of a due time."""
    if due_at < now:
        return f"{span(now - due_at)} late", "late"
    return moment(due_at), "soon" if due_at - now < timedelta(days=1) else ""


def _row(kind: str, waiting: Waiting, people: dict[int, Shown], now: datetime) -> TodayRow:
    person = people[waiting.person]
    due, tone = due_words(waiting.due_at, now) if waiting.due_at else (waiting.due_words, "")
    title = waiting.title if waiting.other is None else waiting.title.replace("{other}", people[waiting.other].name)
    return TodayRow(kind, waiting, title, due, tone, waiting.address or f"{person.address}{waiting.at}", person)
