"""Each guardrail holds somebody back for its own reason, and lets go when that reason is gone."""

from __future__ import annotations

import pytest
from django.db import transaction

from regard.collect.deeds import Deed, record_deeds
from regard.consent.services import restrict
from regard.consent.suppression import suppress
from regard.decide.contracts import sent_key
from regard.decide.facts.wishes import PACE, PAUSE_UNTIL
from regard.decide.models import Decision, Enrolment
from regard.decide.services import approve_step
from regard.engine.journeys.guardrails import BY_CODE, GUARDRAILS
from regard.engine.journeys.kinds import Kind
from regard.playbooks.vocabulary import MESSAGE_SENT
from regard.profile.services import set_field
from tests.cast.clock import days
from tests.cast.log import does
from tests.cast.people import JOURNEY, a_person, says
from tests.cast.playbooks import shop
from tests.cast.segments import comes_into
from tests.stages.decide.cast import decide, offered, told

pytestmark = pytest.mark.django_db


def test_no_address(as_of):
    ana = offered(as_of, email=False)
    decide(shop(), now=as_of)
    assert told(ana) == [("offer", "no", "no_address")]


def test_a_suppressed_address(as_of):
    ana = offered(as_of)
    suppress(address=f"p{ana}@example.org", channel="email", reason="hard_bounce", now=as_of)
    decide(shop(), now=as_of)
    assert told(ana) == [("offer", "no", "suppressed")]


def test_a_withdrawal_and_a_late_grant_that_does_not_undo_it(as_of):
    ana = offered(as_of)
    says(ana, "offers", now=as_of - days(0.2), granted=False)
    says(ana, "offers", now=as_of - days(0.4))  # told us earlier, arrives later
    decide(shop(), now=as_of)
    assert told(ana) == [("offer", "no", "consent_withdrawn")]


def test_who_objected_gets_no_marketing(as_of):
    ana = offered(as_of)
    restrict(person=ana, kind="objected", by="staff:1", now=as_of)
    decide(shop(), now=as_of)
    assert told(ana) == [("offer", "no", "objected")]


def test_who_is_restricted_begins_nothing(as_of):
    ana = offered(as_of)
    restrict(person=ana, kind="restricted", by="staff:1", now=as_of)
    decide(shop(), now=as_of)
    assert told(ana) == []
    assert not Enrolment.objects.exists()


def test_a_minor(as_of):
    ana = offered(as_of, birthday="2014-05-01")
    decide(shop(), now=as_of)
    assert told(ana) == [("offer", "no", "minor")]


def test_an_open_complaint_pauses_until_a_person_has_closed_it(as_of):
    ana = offered(as_of)
    does(
        ana,
        "Task Opened",
        now=as_of - days(0.1),
        task="tsk_1",
        pauses_promotions=True,
        kind="complaint",
    )
    decide(shop(), now=as_of)
    assert told(ana) == [("offer", "wait", "open_complaint")]

    does(ana, "Task Closed", now=as_of + days(0.5), task="tsk_1", kind="complaint")
    decide(shop(), now=as_of + days(1))
    assert told(ana) == [("offer", "go", "go")]


def test_a_complaint_told_by_a_client_pauses_nothing(as_of):
    ana = offered(as_of)
    does(ana, "Task Opened", now=as_of - days(0.1), kind="api", task="x", pauses_promotions=True)
    decide(shop(), now=as_of)
    assert told(ana)[0][2] == "go"


def test_a_crowd_waits_for_a_second_pair_of_eyes(as_of):
    careful = shop(("  when_capped: defer", "  approval_above: 1\n  when_capped: defer"))
    ana, ben = offered(as_of), offered(as_of)
    decide(careful, now=as_of)
    assert told(ana) == told(ben) == [("offer", "wait", "needs_approval")]

    approve_step(journey=JOURNEY, step="offer", by="staff:1", now=as_of + days(0.01))
    decide(careful, now=as_of + days(0.1))
    assert told(ana) == told(ben) == [("offer", "go", "go")]


def test_a_history_just_imported_does_not_bury_the_team_in_tasks(as_of):
    small = shop(("  when_capped: defer", "  tasks_without_approval: 1\n  when_capped: defer"))
    quiet = [a_person(now=as_of - days(1)) for _ in range(2)]
    for person in quiet:
        comes_into(person, "cannot-lose-them", now=as_of)
    decide(small, now=as_of)
    assert [told(one) for one in quiet] == [[("check-in", "wait", "needs_approval")]] * 2

    approve_step(journey="gone-quiet", step="check-in", by="staff:1", now=as_of + days(0.01))
    decide(small, now=as_of + days(0.1))
    assert [told(one) for one in quiet] == [[("check-in", "go", "go")]] * 2


def test_what_the_cap_drops_is_a_no(as_of):
    dropping = shop(("  when_capped: defer", "  when_capped: drop"))
    ana = offered(as_of)
    does(ana, "Newsletter", now=as_of - days(2), kind="api", actor="automation", direction="out")
    decide(dropping, now=as_of)
    assert told(ana) == [("offer", "no", "cap_dropped")]


@pytest.mark.parametrize(("kind", "verdict"), [("promotion", "cap_dropped"), ("statement", "go"), ("reply", "go")])
def test_what_was_asked_for_outside_journeys_counts_as_its_kind(as_of, kind, verdict):
    dropping = shop(("  when_capped: defer", "  when_capped: drop"))
    ana = offered(as_of)
    sent = Deed(person=ana, kind=MESSAGE_SENT, key=sent_key(kind, "1"), actor="staff" if kind == "reply" else "")
    ours = Deed(person=ana, kind=MESSAGE_SENT, key="sent:2")  # of a decision: counted by its decision
    with transaction.atomic():
        record_deeds(deeds=[sent, ours], now=as_of - days(2))
    decide(dropping, now=as_of)
    assert [reason for _, _, reason in told(ana)] == [verdict]


def test_a_purpose_that_was_narrowed_refuses_at_run_time_too(as_of):
    ana = offered(as_of)
    playbook = shop()
    narrow = playbook.purposes["offers"].model_copy(update={"fields": ("language",)})
    narrowed = playbook.model_copy(update={"purposes": {**playbook.purposes, "offers": narrow}})
    decide(narrowed, now=as_of)
    assert told(ana) == [("offer", "no", "field_not_in_purpose")]


def test_doing_nothing_can_win(as_of):
    ana = offered(as_of)
    decide(shop(("from: maya, worth: 4", "from: maya, worth: 0")), now=as_of)
    assert told(ana) == [("offer", "no", "not_worth_it")]


def test_what_waits_too_long_is_not_sent_any_more(as_of):
    ana = offered(as_of)
    does(
        ana,
        "Task Opened",
        now=as_of - days(0.1),
        task="tsk_1",
        pauses_promotions=True,
        kind="complaint",
    )
    for day in range(16):
        decide(shop(), now=as_of + days(day))
    assert told(ana) == [("offer", "no", "waited_too_long")]


def test_every_guardrail_has_words_for_one_and_for_many():
    codes = {one.code for one in GUARDRAILS}
    assert len(codes) == len(GUARDRAILS)
    assert all(one.short and one.words and one.change for one in BY_CODE.values() if one.code != "go")
    assert Decision.Verdict.values == ["go", "no", "wait"]


def test_a_pause_the_person_asked_for_delays_at_planning(as_of):
    ana = a_person(now=as_of)
    says(ana, "offers", "surveys", now=as_of)
    until = as_of + days(9)
    set_field(person=ana, name=PAUSE_UNTIL, value=until.isoformat(), by="customer", now=as_of)
    comes_into(ana, "high-value", now=as_of)
    decide(shop(), now=as_of)

    (row,) = Decision.objects.filter(person_id=ana)

    assert (row.verdict, row.reason, row.retry_at) == ("wait", "asked_for_a_pause", until)
    assert row.change
    decide(shop(), now=until + days(0.01))
    assert told(ana)[0][1] == "go"


def test_who_asked_for_less_waits_until_the_last_message_is_a_month_old(as_of):
    ana = a_person(now=as_of)
    says(ana, "offers", now=as_of)
    set_field(person=ana, name=PACE, value="less", by="customer", now=as_of - days(40))
    does(ana, "Email Sent", now=as_of - days(20), kind="api", actor="automation", direction="out")
    comes_into(ana, "high-value", now=as_of)
    decide(shop(), now=as_of)

    (row,) = Decision.objects.filter(person_id=ana)

    assert (row.verdict, row.reason) == ("wait", "asked_for_less")
    assert row.retry_at == as_of + days(10)


def test_what_is_asked_of_every_kind_of_act():
    asked = {kind: {one.code for one in GUARDRAILS if kind in one.asked_of} for kind in Kind}
    assert asked[Kind.REPLY] == {"restricted", "no_address", "suppressed"}
    assert asked[Kind.PROMOTION] == {one.code for one in GUARDRAILS}
    assert asked[Kind.SURVEY] == asked[Kind.PROMOTION] - {"not_worth_it", "open_complaint", "needs_human"}
    assert asked[Kind.STATEMENT] - asked[Kind.SERVICE] == {"quiet_hours"}
    assert not asked[Kind.SERVICE] & {"cap", "cap_dropped", "quiet_hours", "needs_approval", "objected", "minor"}
