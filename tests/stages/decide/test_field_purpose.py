"""A condition that uses a field outside the purpose: nothing leaves behind it, and the row says which field and where."""

from __future__ import annotations

import pytest
from django.db import transaction

from regard.decide.models import Decision
from regard.decide.services import check
from regard.playbooks.load import load_playbook
from tests.cast.clock import days
from tests.cast.log import does
from tests.cast.people import a_person, says
from tests.cast.segments import comes_into
from tests.cast.small import EXIT, LETTER, TASK, branch, in_segment, text_of
from tests.stages.decide.cast import decide, told

pytestmark = pytest.mark.django_db
CHOOSES = text_of(branch(in_segment("local"), TASK, otherwise=(EXIT,)), LETTER)
NARROWED = CHOOSES.replace("fields: [first_name, city]", "fields: [first_name]")


def playbook(text):
    loaded = load_playbook(text)
    assert loaded.playbook is not None, loaded.issues
    return loaded.playbook


def in_kiel(as_of) -> int:
    person = a_person(now=as_of - days(1), zone="Europe/Berlin")
    says(person, "offers", now=as_of - days(1))
    comes_into(person, "local", now=as_of - days(1))
    does(person, "Order Completed", now=as_of)
    return person


def test_what_the_purpose_allows_goes(as_of):
    person = in_kiel(as_of)
    decide(playbook(CHOOSES), now=as_of)
    assert told(person) == [("call", "go", "go"), ("letter", "go", "go")]


def test_a_purpose_narrowed_since_is_a_no_with_its_reason(as_of):
    person = in_kiel(as_of)
    decide(playbook(NARROWED), now=as_of)
    assert told(person) == [("call", "go", "go"), ("letter", "no", "field_not_in_purpose")]
    row = Decision.objects.get(step="letter")
    assert row.words == ("Uses the field city (the segment 'local'), which the purpose offers does not allow")
    assert row.change == "The purpose allows the field, or the words and conditions do without it"


def test_narrowed_between_plan_and_claim_it_does_not_leave_either(as_of):
    in_kiel(as_of)
    decide(playbook(CHOOSES), now=as_of)
    go = Decision.objects.get(step="letter")
    with transaction.atomic():
        judged = check(decision_ids=[go.id], playbook=playbook(NARROWED), now=as_of).decisions
    assert (judged[go.id].verdict, judged[go.id].code) == ("no", "field_not_in_purpose")


def test_a_sensitive_condition_is_a_no_with_its_reason(as_of):
    person = in_kiel(as_of)
    comes_into(person, "carers", now=as_of)
    decide(playbook(text_of(branch(in_segment("carers"), LETTER))), now=as_of)
    assert told(person) == [("letter", "no", "sensitive")]
    assert "Insulin pens tells of health" in Decision.objects.get().words
