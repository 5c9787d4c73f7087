"""The claim asks the same guardrails again, on the facts of its own transaction (contract 4, promise C3)."""

from __future__ import annotations

import pytest
from django.db import transaction

from regard.decide.models import Decision
from regard.decide.services import check, record_outcome
from tests.cast.people import ALL, a_person, says
from tests.cast.playbooks import shop
from tests.cast.segments import comes_into
from tests.stages.decide.cast import decide

pytestmark = pytest.mark.django_db


@pytest.fixture
def planned(as_of) -> Decision:
    ana = a_person(now=as_of)
    says(ana, *ALL, now=as_of)
    comes_into(ana, "high-value", now=as_of)
    decide(shop(), now=as_of)
    return Decision.objects.get(verdict="go")


def judged(decision, now):
    with transaction.atomic():
        return check(decision_ids=[decision.id], playbook=shop(), now=now).decisions[decision.id]


def test_what_was_planned_may_go(planned, as_of):
    found = judged(planned, as_of)
    assert (found.verdict, found.code) == ("go", "go")


def test_a_withdrawal_after_the_plan_is_a_no(planned, as_of):
    says(planned.person_id, "offers", now=as_of, granted=False)
    found = judged(planned, as_of)
    assert (found.verdict, found.code) == ("no", "consent_withdrawn")


def test_at_night_it_waits(planned, as_of):
    found = judged(planned, as_of.replace(hour=23))
    assert (found.verdict, found.code) == ("wait", "quiet_hours")
    assert found.retry_at == as_of.replace(day=17, hour=9)


def test_its_own_plan_does_not_fill_the_cap_but_a_sent_message_does(planned, as_of):
    other = Decision.objects.create(
        key="other",
        cycle=planned.cycle,
        person_id=planned.person_id,
        journey="x",
        version="x",
        step="x",
        act="send",
        channel="email",
        counts=1,
        asked_at=as_of,
        as_of=as_of,
        verdict="go",
        reason="go",
        words="",
    )
    assert judged(planned, as_of).code == "go"
    record_outcome(outcomes={other.id: "sent"}, now=as_of)
    assert judged(planned, as_of).code == "cap"


def test_a_claim_that_came_back_is_not_held_back_by_itself(planned, as_of):
    record_outcome(outcomes={planned.id: "claimed"}, now=as_of)
    assert judged(planned, as_of).code == "go"
