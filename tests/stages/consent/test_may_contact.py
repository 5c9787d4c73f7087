"""May we write to them? Nothing said means no; a withdrawal holds at once; a replayed grant never undoes it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regard.collect.models import Touchpoint
from regard.collect.sequence import last_sequence
from regard.consent.bases import bases_of
from regard.consent.models import Consent
from regard.consent.selectors import (
    consent_facts,
    consent_matrix,
    consent_states,
    limits_of,
)
from regard.consent.services import lift_restriction, lift_suppression, restrict, suppress
from regard.identify.services import merge_people, resolve, unmerge
from regard.kernel.instant import from_us
from regard.kernel.issues import Refused
from regard.versions.selectors import active_playbook
from regard.versions.services import apply_shipped_playbook
from tests.cast.consents import agrees, withdraws
from tests.cast.log import NOON_US, a_source, message
from tests.permission import may_contact

pytestmark = pytest.mark.django_db
NOW = from_us(NOON_US)
DAY = timedelta(days=1)


@pytest.fixture
def ana():
    apply_shipped_playbook(now=NOW)
    return resolve([message(source=a_source(), user="ana", email="ana@example.org")])[0]


@pytest.fixture
def anna(ana):
    return resolve([message(source=a_source(), user="anna", email="anna@example.org")])[0]


def may(person, purpose="offers", at=NOW, channel="email"):
    return may_contact(person, purpose, channel, at).reason.code


def agree(person, at=NOW, purpose="offers", **rest):
    return agrees(person=person, purpose=purpose, source="preference page", now=at, **rest)


def leave(person, at=NOW, **rest):
    return withdraws(person=person, source="one-click", now=at, **rest)


def test_nothing_said_means_no_with_what_would_change_it(ana):
    answer = may_contact(ana, "offers", "email", NOW)
    assert not answer
    assert answer.reason.code == "no_consent"
    assert answer.reason.change == "The person agrees to it"


def test_agreeing_and_leaving_hold_at_once_and_can_be_looked_at_as_of_any_time(ana):
    agree(ana)
    assert may(ana) == "go"
    leave(ana, NOW + DAY, purpose="offers")
    assert may(ana, at=NOW + DAY) == "consent_withdrawn"
    assert may(ana, at=NOW + DAY / 2) == "go"
    agree(ana, NOW + 2 * DAY)
    assert may(ana, at=NOW + 2 * DAY) == "go"


def test_a_late_grant_never_undoes_a_later_withdrawal(ana):
    leave(ana, NOW, purpose="offers")
    agree(ana, NOW + DAY, occurred_at=NOW - DAY)
    assert may(ana, at=NOW + DAY) == "consent_withdrawn"


def test_a_grant_from_a_wrong_clock_does_not_outlive_a_withdrawal(ana):
    agree(ana, NOW, occurred_at=NOW + 300 * DAY)
    leave(ana, NOW + DAY, purpose="offers")
    assert may(ana, at=NOW + 2 * DAY) == "consent_withdrawn"


def test_a_replayed_grant_is_no_new_word(ana):
    assert agree(ana, key="form-17") is not None
    leave(ana, NOW + DAY, purpose="offers")
    assert agree(ana, NOW + 2 * DAY, key="form-17") is None
    assert may(ana, at=NOW + 3 * DAY) == "consent_withdrawn"
    assert Consent.objects.count() == 2


def test_at_the_same_instant_the_withdrawal_holds(ana):
    leave(ana, purpose="offers")
    agree(ana)
    assert may(ana) == "consent_withdrawn"


def test_leaving_everything_covers_every_purpose_but_not_a_contract(ana):
    agree(ana)
    agree(ana, purpose="surveys", channel="email")
    leave(ana, NOW + DAY)
    assert may(ana, at=NOW + DAY) == "consent_withdrawn"
    assert may(ana, "surveys", at=NOW + DAY) == "consent_withdrawn"
    assert may(ana, "order_news", at=NOW + DAY) == "go"


def test_one_word_is_one_touchpoint_with_the_same_number(ana):
    seq = agree(ana)
    touchpoint = Touchpoint.objects.get(seq=seq)
    assert (touchpoint.name, touchpoint.origin) == ("Consent Granted", ana)
    assert touchpoint.properties["purpose"] == "offers"
    row = Consent.objects.get(seq=seq)
    assert row.wording == "2026-01"
    assert row.wording_text.startswith("Write to me by e-mail")


def test_what_is_not_in_the_playbook_is_refused_to_agree_to_but_can_be_left(ana):
    with pytest.raises(Refused, match="no purpose of the playbook"):
        agree(ana, purpose="ofers")
    with pytest.raises(Refused, match="not done by sms"):
        agree(ana, channel="sms")
    assert leave(ana, purpose="an-old-one")
    assert may(ana, "ofers") == "channel_not_in_purpose"
    assert may(ana, channel="sms") == "channel_not_in_purpose"


def test_a_suppressed_address_is_not_written_to_until_it_is_lifted(ana):
    agree(ana)
    suppress(address=" ANA@example.org", channel="email", reason="complaint", now=NOW)
    assert may(ana) == "suppressed"
    assert may(ana, "order_news") == "go", "a complaint about marketing does not stop what the contract needs"
    suppress(address="ana@example.org", channel="email", reason="hard_bounce", now=NOW, scope="all")
    assert may(ana, "order_news") == "suppressed"
    lift_suppression(address="ana@example.org", channel="email", reason="staff", now=NOW + DAY, scope="all")
    lift_suppression(address="ana@example.org", channel="email", reason="staff", now=NOW + DAY)
    assert may(ana, at=NOW + DAY) == "go"
    assert may(ana, at=NOW) == "suppressed"


def test_restriction_stops_everything_and_objection_marketing(ana):
    agree(ana)
    restrict(person=ana, kind="objected", by="staff:1", now=NOW)
    assert (may(ana), may(ana, "order_news")) == ("objected", "go")
    restrict(person=ana, kind="restricted", by="staff:1", now=NOW)
    assert (may(ana), may(ana, "order_news")) == ("restricted", "restricted")
    assert (
        limits_of(as_of=NOW, upto=last_sequence()) == limits_of([ana], as_of=NOW) == {ana: {"objected", "restricted"}}
    )
    lift_restriction(person=ana, kind="restricted", by="staff:1", now=NOW)
    lift_restriction(person=ana, kind="objected", by="staff:1", now=NOW)
    assert may(ana) == "go"
    assert limits_of(as_of=NOW, upto=last_sequence()) == limits_of([ana], as_of=NOW) == {}


def test_without_an_address_there_is_nothing_to_write_to():
    apply_shipped_playbook(now=NOW)
    (visitor,) = resolve([message(source=a_source(), user="c-17")])
    agree(visitor)
    assert may(visitor) == "no_address"


def test_joined_people_share_their_words_and_part_with_their_own(ana, anna):
    agree(ana)
    leave(anna, NOW + DAY, purpose="offers")
    joining = merge_people(survivor=ana, absorbed=anna, by="staff:1", now=NOW, evidence={})
    assert may(ana, at=NOW + DAY) == may(anna, at=NOW + DAY) == "consent_withdrawn"
    unmerge(joining=joining, by="staff:1", now=NOW)
    assert (may(ana, at=NOW + DAY), may(anna, at=NOW + DAY)) == ("go", "consent_withdrawn")


def test_states_in_bulk_say_the_same_as_one_by_one(ana, anna):
    agree(ana)
    agree(anna, channel="email", purpose="surveys")
    leave(anna, NOW + DAY)
    at, upto = NOW + DAY, last_sequence()
    bulk = {
        (r["person"], r["purpose"], r["channel"]): r["state"] for r in consent_states(as_of=at, upto=upto).to_pylist()
    }
    for person in (ana, anna):
        for cell in consent_matrix(person, at):
            assert bulk.get((person, cell.purpose, cell.channel), "unknown") == cell.state
    assert consent_facts(as_of=at, upto=upto, people=[ana]).num_rows == 1


def test_a_message_can_show_its_basis(ana):
    seq = agree(ana, evidence={"page": "checkout"})
    asked = (ana, "offers", "email")
    purposes = active_playbook().playbook.purposes
    basis = bases_of([asked], purposes=purposes, upto=last_sequence())[asked]
    assert (basis["consent"], basis["state"], basis["wording"]) == (seq, "granted", "2026-01")
