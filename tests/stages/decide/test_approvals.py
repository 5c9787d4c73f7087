"""Approvals: a yes goes on, a no takes the other way in the next cycle, silence when patience ends."""

from __future__ import annotations

from datetime import datetime

import pytest

from regard.act.models import HumanTask
from regard.act.services import close_task, enqueue
from regard.decide.models import Enrolment
from regard.decide.services import let_in
from regard.playbooks.editing.parts import put_part
from regard.playbooks.load import load_playbook
from regard.playbooks.model import Playbook
from regard.versions.selectors import shipped_text
from tests.cast.clock import days
from tests.cast.people import a_person
from tests.stages.decide.cast import decide, told

pytestmark = pytest.mark.django_db
NAME = "gift"


def playbook_with(otherwise: list[dict[str, object]] | None) -> Playbook:
    ask: dict[str, object] = {"step": "ask", "do": "approval", "title": "A gift?", "timeout": "9d"}
    if otherwise is not None:
        ask["otherwise"] = otherwise
    gift = {"step": "gift", "do": "task", "kind": "thank_you", "title": "Send the gift"}
    value = {"name": "A gift", "owner": "maya", "entry": [{"on": "by_hand"}], "steps": [ask, gift]}
    loaded = load_playbook(put_part(shipped_text(), "journeys", NAME, value))
    assert loaded.playbook is not None, loaded.issues
    return loaded.playbook


CARD = [{"step": "card", "do": "task", "kind": "thank_you", "title": "Send a card"}]
END = [*CARD, {"step": "end", "do": "exit", "reason": "no gift"}]


def asked(playbook: Playbook, now: datetime) -> tuple[int, HumanTask]:
    person = a_person(now=now)
    let_in(journey=NAME, person=person, playbook=playbook, by="staff:1", now=now)
    enqueue(playbook=playbook, now=now, decisions=decide(playbook, now=now).go)
    return person, HumanTask.objects.get(person_id=person, kind="approval")


def close(task: HumanTask, now: datetime, *, refused: bool) -> None:
    close_task(task_id=task.pk, outcome="", told_customer=None, by="staff:1", now=now, dismissed=refused)


@pytest.mark.parametrize(
    ("refused", "otherwise", "steps", "state"),
    [
        (False, END, ["ask", "gift"], "finished"),
        (True, END, ["ask", "card"], "finished"),
        (True, CARD, ["ask", "card", "gift"], "finished"),
        (True, None, ["ask"], "finished"),
        (False, None, ["ask", "gift"], "finished"),
    ],
)
def test_what_a_colleague_says_counts_in_the_next_cycle(as_of, refused, otherwise, steps, state):
    playbook = playbook_with(otherwise)
    person, task = asked(playbook, as_of)

    close(task, as_of + days(1), refused=refused)
    decide(playbook, now=as_of + days(1))

    assert [step for step, *_ in told(person)] == steps
    assert Enrolment.objects.get(person_id=person).state == state


def test_two_people_are_told_apart(as_of):
    playbook = playbook_with(END)
    ana, hers = asked(playbook, as_of)
    ben, his = asked(playbook, as_of)

    close(hers, as_of + days(1), refused=True)
    close(his, as_of + days(1), refused=False)
    decide(playbook, now=as_of + days(2))

    assert [step for step, *_ in told(ana)] == ["ask", "card"]
    assert [step for step, *_ in told(ben)] == ["ask", "gift"]


def test_who_is_not_answered_goes_the_other_way_when_patience_ends(as_of):
    playbook = playbook_with(END)
    person, _ = asked(playbook, as_of)

    decide(playbook, now=as_of + days(8))
    assert [step for step, *_ in told(person)] == ["ask"]
    decide(playbook, now=as_of + days(10))
    assert [step for step, *_ in told(person)] == ["ask", "card"]


def test_a_yes_that_comes_late_changes_nothing_any_more(as_of):
    playbook = playbook_with(END)
    person, task = asked(playbook, as_of)
    decide(playbook, now=as_of + days(10))

    close(task, as_of + days(11), refused=False)
    decide(playbook, now=as_of + days(11))

    assert [step for step, *_ in told(person)] == ["ask", "card"]
