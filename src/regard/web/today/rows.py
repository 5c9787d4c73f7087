"""What waits for a person today: promises, tasks, decisions that need a word, and people worth a thank-you."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Value

from regard.act.models import HumanTask
from regard.act.selectors import open_tasks
from regard.identify.models import JoinProposal
from regard.listen.models import Answer
from regard.listen.selectors import thanks_due
from regard.profile.models import Promise
from regard.profile.selectors import due_promises
from regard.web.people import Shown, people_shown
from regard.web.templatetags.ui import moment, span

ROWS_PER_GROUP = 25
MINUTES = {"promise": 10, "proposal": 3, "thanks": 5}
VERBS = {"complaint": "Take over", "check_in": "Write", "approval": "Decide", "thank_you": "Thank"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what to do, for whom, why, by when; `address` is where its verb leads."""

    kind: str  # promise, task, proposal, thanks
    id: int
    title: str
    why: str
    due: str
    tone: str  # late, soon or nothing
    verb: str
    address: str
    person: Shown
    minutes: int
    quote: str = ""
    is_invented: bool = False
    may_snooze: bool = False
    is_approval: bool = False  # granted or refused on the row itself

    @property
    def key(self) -> str:
        """The row's id in the page."""
        return f"{self.kind}-{self.id}"


@dataclass(slots=True)
class Group:
    """A heading with its rows; `more` counts those that did not fit."""

    name: str
    rows: list[Row] = field(default_factory=list)
    more: int = 0


def groups_of_today(now: datetime) -> list[Group]:
    """Return every group that has rows, in the order of the page: five to seven queries whatever the number."""
    tasks = list(open_tasks(now).order_by("due_at", "id")[: 4 * ROWS_PER_GROUP])
    promises = list(due_promises(now).order_by("due_at", "id")[: ROWS_PER_GROUP + 1])
    proposals = list(JoinProposal.objects.filter(state="open").order_by("id")[: ROWS_PER_GROUP + 1])
    thanks = list(thanks_due(now).order_by("-answered_at")[: ROWS_PER_GROUP + 1])
    people = people_shown(
        [t.person_id for t in tasks]
        + [p.person_id for p in promises]
        + [a.person_id for a in thanks]
        + [p for x in proposals for p in (x.one_id, x.other_id)]
    )
    thank_tasks = [_task_row(t, people, now) for t in tasks if t.kind == "thank_you"]
    asks = [_task_row(t, people, now) for t in tasks if t.kind == "approval"]
    groups = [
        _group("Promises due", [_promise_row(p, people, now) for p in promises]),
        _group(
            "People who need a person",
            [_task_row(t, people, now) for t in tasks if t.kind not in ("approval", "thank_you")],
        ),
        _group("Approve before it goes out", asks + [_proposal_row(p, people) for p in proposals]),
        _group("Worth a thank-you", thank_tasks + [_thanks_row(a, people, now) for a in thanks]),
    ]
    return [g for g in groups if g.rows]


def _group(name: str, rows: list[Row]) -> Group:
    return Group(name, rows[:ROWS_PER_GROUP], max(0, len(rows) - ROWS_PER_GROUP))


def count_waiting(now: datetime) -> int:
    """Return how many people and decisions wait: the number beside Today."""
    parts = (
        open_tasks(now),
        due_promises(now),
        JoinProposal.objects.filter(state="open"),
        thanks_due(now),
    )
    ones = [part.order_by().values_list(Value(1)) for part in parts]
    return ones[0].union(*ones[1:], all=True).count()  # one query for all four


def due_words(due_at: datetime | None, now: datetime) -> tuple[str, str]:
    """Return (words, tone) of a due time."""
    if due_at is None:
        return "no rush", ""
    if due_at < now:
        return f"{span(now - due_at)} late", "late"
    return moment(due_at), "soon" if due_at - now < timedelta(days=1) else ""


def _promise_row(promise: Promise, people: dict[int, Shown], now: datetime) -> Row:
    person = people[promise.person_id]
    due, tone = due_words(promise.due_at, now)
    return Row(
        kind="promise",
        id=promise.pk,
        title=promise.text,
        why=f"Promised {moment(promise.made_at)}, due {moment(promise.due_at)}.",
        due=due,
        tone=tone,
        verb="Keep it",
        address=f"{person.address}#promises",
        person=person,
        minutes=MINUTES["promise"],
        is_invented=promise.is_invented,
    )


def _task_row(task: HumanTask, people: dict[int, Shown], now: datetime) -> Row:
    person = people[task.person_id]
    due, tone = due_words(task.due_at, now)
    return Row(
        kind="task",
        id=task.pk,
        title=task.title,
        why=str(task.context.get("why") or f"Opened {moment(task.opened_at)}."),
        due=due,
        tone=tone,
        verb=VERBS.get(task.kind, "Open"),
        address=f"{person.address}?task={task.pk}",
        person=person,
        minutes=task.minutes,
        quote=str(task.context.get("quote") or task.context.get("comment") or ""),
        is_invented=task.is_invented,
        may_snooze=True,
        is_approval=task.kind == "approval",
    )


def _proposal_row(proposal: JoinProposal, people: dict[int, Shown]) -> Row:
    one, other = people[proposal.one_id], people[proposal.other_id]
    return Row(
        kind="proposal",
        id=proposal.pk,
        title=f"Is this the same person as {other.name}?",
        why="Both are known. Nothing is joined until a person says so.",
        due="no rush",
        tone="",
        verb="Compare",
        address=f"{one.address}#identity",
        person=one,
        minutes=MINUTES["proposal"],
    )


def _thanks_row(answer: Answer, people: dict[int, Shown], now: datetime) -> Row:
    person = people[answer.person_id]
    return Row(
        kind="thanks",
        id=answer.pk,
        title=f"Gave us {answer.score} of 10",
        why=f"Answered {moment(answer.answered_at)}. Nobody has thanked them yet.",
        due="this week",
        tone="",
        verb="Thank",
        address=person.address,
        person=person,
        minutes=MINUTES["thanks"],
        quote=answer.comment,
        is_invented=answer.is_invented,
    )
