"""Every act has a file that says how it is carried out; one that nobody knows is never told as done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from regard.act.models import HumanTask, Message
from regard.act.services import acts, enqueue
from regard.act.services.acts import CARRY_OUT, UnknownAct
from regard.decide.models import Decision
from regard.playbooks.model import Playbook
from regard.playbooks.steps import KINDS, Op
from regard.playbooks.steps.ask import Ask
from regard.playbooks.steps.send import Send


def test_every_step_that_acts_says_how_it_is_carried_out():
    assert {kind for kind in KINDS if kind.op is Op.ACT} == set(CARRY_OUT)


def test_an_act_nobody_knows_raises_and_stays_undone_while_the_others_are_carried_out(
    make_person: Callable[..., int],
    decide: Callable[..., Decision],
    playbook: Playbook,
    as_of: datetime,
    monkeypatch: pytest.MonkeyPatch,
):
    person = make_person("ines@example.org")
    steps = {step.step: step for step in playbook.journeys["thank-high-value"].all_steps()}
    unknown = decide(person, next(name for name, step in steps.items() if type(step) is Ask))
    known = decide(person, next(name for name, step in steps.items() if type(step) is Send))
    monkeypatch.setattr(acts, "CARRY_OUT", {kind: how for kind, how in CARRY_OUT.items() if kind is not Ask})

    with pytest.raises(UnknownAct, match=r"1 decisions stay undone.*'ask'"):
        enqueue(playbook=playbook, now=as_of)

    unknown.refresh_from_db()
    assert unknown.outcome == Decision.Outcome.PLANNED
    assert [m.decision_id for m in Message.objects.all()] == [known.id]
    assert not HumanTask.objects.exists()

    monkeypatch.undo()
    assert enqueue(playbook=playbook, now=as_of).messages == 1
    assert Message.objects.filter(decision=unknown).exists()
