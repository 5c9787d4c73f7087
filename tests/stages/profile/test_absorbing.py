"""What messages tell of a person becomes fields with provenance; the newest telling is current, however it arrives."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regard.collect.services import record
from regard.identify.models import Account
from regard.identify.services import merge_people, resolve, unmerge
from regard.identify.taking_back.forgetting import forget_hashes, id_hash
from regard.kernel.instant import from_us
from regard.kernel.issues import Refused
from regard.profile.models import Card, FieldChange
from regard.profile.services import absorb, assign_owner, follow_people, set_field
from tests.cast.log import NOON_US, a_source, message

pytestmark = pytest.mark.django_db
NOW = from_us(NOON_US)


def receive(*messages):
    a_source()
    origins = resolve(messages, country="GB")
    recorded = record(messages, origins)
    absorb(messages, recorded, country="GB")
    return origins


def identify(days: float = 0, *, user: str = "ana", **traits):
    return message(source=a_source(), type="identify", name="Identified", user=user, days=days, traits=traits)


def card(person: int) -> Card:
    return Card.objects.get(person_id=person)


def test_fields_come_in_one_form_with_their_provenance():
    (ana,) = receive(
        identify(
            firstName=" Ana ",
            last_name="Kovač",
            email="ANA@Example.org",
            phone="020 7946 0018",
            address={
                "city": "Leeds",
                "postalCode": "LS1",
                "country": "United Kingdom",
                "state": "Yorkshire",
            },
            locale="en_gb",
            timezone="europe/london",
            favouriteColour="green",
        )
    )
    assert card(ana).fields == {
        "first_name": "Ana",
        "last_name": "Kovač",
        "email": "ana@example.org",
        "phone": "+442079460018",
        "city": "Leeds",
        "postal_code": "LS1",
        "country": "GB",
        "region": "Yorkshire",
        "language": "en-GB",
        "time_zone": "Europe/London",
        "favouriteColour": "green",
    }
    assert (card(ana).display_name, card(ana).search, card(ana).search_last) == (
        "Ana Kovač",
        "ana kovač",
        "kovač ana kovač",
    )
    change = FieldChange.objects.get(name="email")
    assert (change.by, change.source_id, change.person_id) == ("customer", a_source(), ana)
    assert change.touchpoint_seq is not None


def test_the_newest_telling_is_current_in_whatever_order_it_arrives():
    (ana, *_) = receive(identify(days=2, city="Leeds"), identify(days=1, city="York"))
    assert card(ana).fields["city"] == "Leeds"
    receive(identify(days=0, city="Hull"), identify(days=3, city="Bath"))
    assert card(ana).fields["city"] == "Bath"
    receive(identify(days=4, city=None))
    receive(identify(days=3.5, city="Ely"))
    assert "city" not in card(ana).fields


def test_a_duplicate_tells_nothing_twice():
    once = identify(city="Leeds")
    (ana,) = receive(once)
    receive(once)
    assert FieldChange.objects.filter(person_id=ana).count() == 1


def test_a_value_that_cannot_be_read_is_kept_under_the_name_it_was_told():
    (ana,) = receive(identify(timezone="the moon", email="not an address", tz=7))
    fields = card(ana).fields
    assert fields["timezone"] == "the moon"
    assert fields["email_as_told"] == "not an address"
    assert "time_zone" not in fields
    assert "email" not in fields


def test_a_person_without_a_name_is_called_by_an_id_and_a_visitor_by_a_number():
    ana, visitor = receive(message(source=a_source(), user="c-17"), message(source=a_source(), anonymous="tablet"))
    assert card(ana).display_name == "c-17"
    assert card(visitor).display_name.startswith("Visitor ")
    assert card(visitor).search == ""


def test_a_merge_folds_both_and_an_unmerge_brings_both_back():
    ana, anna = receive(identify(days=1, city="Leeds", first_name="Ana"), identify(days=2, user="anna", city="York"))
    assign_owner(person=ana, owner=7, by="staff:1", now=NOW)
    before = {person: (card(person).fields, card(person).display_name) for person in (ana, anna)}
    joining = merge_people(survivor=ana, absorbed=anna, by="staff:1", now=NOW, evidence={})
    follow_people(now=NOW)
    assert card(ana).fields["city"] == "York"
    assert not Card.objects.filter(person_id=anna).exists()
    receive(identify(days=3, user="anna", company="Acme"))
    assert card(ana).fields["company"] == "Acme"
    unmerge(joining=joining, by="staff:1", now=NOW)
    follow_people(now=NOW)
    assert (card(ana).fields, card(ana).display_name) == before[ana]
    assert card(anna).fields == before[anna][0] | {"company": "Acme"}


def test_staff_set_a_field_and_nonsense_is_refused():
    (ana,) = receive(identify(city="Leeds"))
    set_field(person=ana, name="city", value="Bath", by="staff:1", now=NOW + timedelta(days=1))
    assert card(ana).fields["city"] == "Bath"
    with pytest.raises(Refused, match="not a time zone"):
        set_field(person=ana, name="time_zone", value="the moon", by="staff:1", now=NOW)


def test_an_outsider_cannot_say_who_looks_after_them():
    (ana,) = receive(identify(**{"regard:owner": 1}))
    assert card(ana).owner_id is None


def test_an_account_folds_its_traits_order_free():
    group = {
        "type": "group",
        "name": "Joined Account",
        "user": "ana",
        "group_id": "acme",
        "source": a_source(),
    }
    receive(message(days=2, group_traits={"plan": "gold"}, **group))
    receive(message(days=1, group_traits={"plan": "silver", "seats": 5}, **group))
    account = Account.objects.get()
    assert account.traits == {"plan": "gold", "seats": 5}
    assert account.members.count() == 1


def test_an_erased_address_does_not_come_back_through_somebody_else():
    (ben,) = receive(identify(user="ben"))
    forget_hashes(hashes=map(id_hash, [("email", "ana@example.org")]), now=NOW)
    receive(identify(user="ben", email="ana@example.org", city="Leeds"))
    assert card(ben).fields == {"city": "Leeds"}
