"""Tags, notes and promises of a person, and finding people among many."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regard.collect.models import Touchpoint
from regard.collect.services import record
from regard.identify.selectors import origins_of
from regard.identify.services import merge_people, resolve
from regard.kernel.instant import from_us
from regard.kernel.issues import Refused
from regard.profile.models import Note, Promise, Tag
from regard.profile.searching import search_people
from regard.profile.selectors import (
    address_of,
    fields_of,
    person_card,
)
from regard.profile.services import (
    absorb,
    add_note,
    add_tag,
    break_promise,
    follow_people,
    keep_promise,
    make_promise,
    remove_tag,
    set_field,
)
from tests.cast.log import NOON_US, a_source, message

pytestmark = pytest.mark.django_db
NOW = from_us(NOON_US)
DAY = timedelta(days=1)


def meet(user: str, **traits) -> int:
    told = message(source=a_source(), type="identify", name="Identified", user=user, traits=traits)
    origins = resolve([told])
    absorb([told], record([told], origins))
    return origins[0]


def test_a_promise_is_open_until_it_is_kept_or_broken():
    ana = meet("ana")
    call = make_promise(person=ana, text="Call back", due_at=NOW + DAY, by="staff:1", now=NOW, owner=1)
    other = make_promise(person=ana, text="Send the box", due_at=NOW + 2 * DAY, by="staff:1", now=NOW, owner=2)
    keep_promise(promise=call, by="staff:1", now=NOW + DAY)
    with pytest.raises(Refused, match="settled already"):
        break_promise(promise=call, by="staff:1", now=NOW + DAY)
    break_promise(promise=other, by="staff:1", now=NOW + 3 * DAY)
    assert [p.state for p in Promise.objects.filter(person_id=ana).order_by("due_at")] == [
        "kept",
        "broken",
    ]
    assert list(Touchpoint.objects.order_by("seq").values_list("name", flat=True))[1:] == [
        "Promise Made",
        "Promise Made",
        "Promise Kept",
        "Promise Broken",
    ]


def test_notes_and_tags_follow_a_merge():
    ana, anna = meet("ana"), meet("anna")
    add_note(person=anna, text=" Likes vinyl ", by="staff:1", now=NOW)
    add_tag(person=anna, name="regular  guest", by="staff:1", now=NOW)
    merge_people(survivor=ana, absorbed=anna, by="staff:1", now=NOW, evidence={})
    follow_people(now=NOW)
    add_tag(person=ana, name="regular guest", by="staff:1", now=NOW)
    assert [note.text for note in Note.objects.filter(person_id__in=origins_of(ana))] == ["Likes vinyl"]
    assert person_card(ana).tags == ("regular guest",)
    assert person_card(anna).person == ana
    assert remove_tag(person=ana, name="regular guest")
    assert not Tag.objects.filter(person_id__in=origins_of(anna)).exists()


def test_a_field_says_who_told_it_and_how_often():
    ana = meet("ana", city="Leeds")
    set_field(person=ana, name="city", value="York", by="staff:4", now=NOW + DAY)
    (city,) = fields_of(ana)
    assert (city.value, city.by, city.source, city.tellings) == ("York", "staff:4", "Regard", 2)


def test_an_address_taken_away_is_not_found_again_among_the_ids():
    ana = meet("ana", email="ana@example.org")
    assert address_of(ana, "email") == "ana@example.org"
    set_field(person=ana, name="email", value=None, by="customer", now=NOW + DAY)
    assert address_of(ana, "email") is None
    assert address_of(ana, "push") is None


def test_people_are_found_by_the_start_of_a_name_an_address_or_an_id():
    meet("c-1", first_name="Ana", last_name="Kovač", email="a.kovac@example.org")
    meet("c-2", first_name="Anabel", last_name="Lee")
    meet("c-3", name="Bela Anand")
    assert [f.name for f in search_people("an")] == ["Ana Kovač", "Anabel Lee", "Bela Anand"]
    assert [f.name for f in search_people("KOV")] == ["Ana Kovač"]
    assert [f.name for f in search_people("a.kov")] == ["Ana Kovač"]
    assert {f.name for f in search_people("c-")} == {"Ana Kovač", "Anabel Lee", "Bela Anand"}
    assert search_people("ova") == []
    assert search_people("  ") == []
    assert search_people("%") == []


def test_pages_of_a_search_meet_everybody_once():
    people = {meet(f"c-{n:03}", first_name="Ana", last_name=f"L{n % 7}") for n in range(20)}
    people |= {meet(f"d-{n:03}", first_name=f"B{n}", last_name="Anand") for n in range(20)}
    people.add(meet("an-17", first_name="Zoe"))
    seen: list[int] = []
    after = None
    while page := search_people("an", after=after, limit=7):
        seen += [found.person for found in page]
        after = page[-1].mark
    assert sorted(seen) == sorted(people)
