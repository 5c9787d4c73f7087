"""The list of customers in every order: sorted in memory or walked along an index, page by page, it is one and the same."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regard.collect.services import ensure_source
from regard.directory import narrowing
from regard.directory.ordering import SORTED_BY, read_mark
from regard.directory.people import every_person, people_page
from regard.directory.wanted import Wanted
from regard.identify.models import Person
from regard.identify.selectors import find_person
from regard.profile.keeping import add_tag
from regard.understand.models import Standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def crowd(house):
    """Twelve more people with standings of few values, three without any, one of them joined into another."""
    ensure_source(name="shop", kind="api", now=house.now)
    first = Person.objects.get(pk=find_person("ines@example.org"))
    run = Standing.objects.get(person=first).run
    made = []
    for number in range(15):
        one = Person.objects.create(
            public_id=f"00000000-0000-4000-8000-{number:012}",
            holdout_key=number,
            created_at=house.now,
            created_seq=10_000 + number,
        )
        made.append(one)
        if number < 12:
            seen = house.now - timedelta(days=number % 3) if number % 4 else None
            Standing.objects.create(
                person=one, run=run, as_of=house.now, value_minor=100 * (number % 5), last_touch_at=seen
            )
        if number % 2:
            add_tag(person=one.pk, name="odd", by="staff:1", now=house.now)
    made[3].survivor = made[4]
    made[3].save()
    return made


def _walk(wanted: Wanted, limit: int) -> list[int]:
    found, after = [], ""
    while True:
        page = people_page(
            Wanted(wanted.q, wanted.segment, wanted.owner, wanted.tag, wanted.needs, wanted.sort, after),
            limit=limit,
        )
        found += [row.id for row in page.rows]
        if not page.after:
            return found
        after = page.after


@pytest.mark.parametrize("sort", ["recent", "value"])
@pytest.mark.parametrize("asked", [{}, {"tag": "odd"}, {"segment": "high-value"}])
def test_pages_put_together_are_the_list_however_it_is_read(crowd, monkeypatch, sort, asked):
    wanted = Wanted(sort=sort, **asked)
    whole = [row.id for row in every_person(wanted, chunk=500)]
    assert _walk(wanted, 2) == _walk(wanted, 7) == whole
    monkeypatch.setattr(narrowing, "FEW", 0)
    many = [row.id for row in every_person(wanted, chunk=3)]
    if asked.get("tag"):  # walked, a tag on somebody joined is not followed
        assert set(many) <= set(whole)
        assert many == [p for p in whole if p in set(many)]
    else:
        assert many == whole
    assert _walk(wanted, 2) == many


@pytest.mark.parametrize("sort", ["recent", "value"])
def test_everybody_is_listed_once_the_greatest_first_and_those_without_last(crowd, sort):
    column = SORTED_BY[sort].column
    people = Person.objects.filter(survivor=None).select_related("standing")
    keys = {p.pk: getattr(getattr(p, "standing", None), column, None) for p in people}
    listed = _walk(Wanted(sort=sort), 4)
    assert sorted(listed) == sorted(keys)
    assert crowd[3].pk not in listed
    known = [p for p in listed if keys[p] is not None]
    assert listed[: len(known)] == known
    assert known == sorted(known, key=lambda p: (keys[p], p), reverse=True)
    rest = listed[len(known) :]
    assert rest == sorted(rest, reverse=True)


@pytest.mark.parametrize("text", ["", "x", "~", "~1", "12~", "a~1", "1e5~4", f"{'9' * 30}~1", "5~-1"])
@pytest.mark.parametrize("sort", ["recent", "value"])
def test_a_mark_that_is_none_is_the_start(text, sort):
    assert read_mark(text, SORTED_BY[sort]) is None


def test_a_name_may_hold_the_sign_that_parts_a_mark():
    assert read_mark("a~b~7", SORTED_BY["name"]) == ("a~b", 7)
