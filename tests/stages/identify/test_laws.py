"""Laws of identity, over random lives: batches do not matter, order does not, known people are never joined, and what was
joined can be parted (promises B3, B4, A10)."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from regard.identify.models import Identifier, Joining, Person
from regard.identify.selectors import origins_of, survivor_of, survivors_of
from regard.identify.services import merge_people, resolve, unmerge
from regard.kernel.instant import from_us
from tests.cast.log import NOON_US, message
from tests.stages.laws import law, taken_back

pytestmark = pytest.mark.django_db
NOW = from_us(NOON_US)

users = st.sampled_from(["ana", "ben", "cleo", "null"])
devices = st.sampled_from(["tablet", "phone-1", "kiosk", "laptop", "0"])
emails = st.sampled_from(["a@example.org", "b@example.org"])


@st.composite
def anything_said(draw):
    """A message of any shape: tracks, identifies, aliases, shared devices, e-mails of two people, junk."""
    return {
        "type": draw(st.sampled_from(["track", "identify", "alias"])),
        "user": draw(st.none() | users),
        "anonymous": draw(st.none() | devices),
        "email": draw(st.none() | st.none() | emails),
        "previous_id": draw(st.none() | st.none() | devices | users),
    }


@st.composite
def lives_without_conflict(draw):
    """People with their own devices: nobody shares one. Some are never told who they are."""
    rows = []
    for user in ("ana", "ben", None):
        own = [f"{user}-{device}" for device in range(draw(st.integers(1, 3)))]
        for device in own:
            rows += [{"anonymous": device}] * draw(st.integers(0, 2))
            if user is not None and draw(st.booleans()):
                rows.append({"anonymous": device, "user": user, "type": "identify"})
            elif user is not None and draw(st.booleans()):
                rows.append({"user": user, "previous_id": device, "type": "alias"})
        rows += [{"user": user}] * (draw(st.integers(0, 2)) if user else 0)
    return rows


def partition() -> set[frozenset[tuple[str, str]]]:
    """Who is one person, told by ids."""
    groups: dict[int, set[tuple[str, str]]] = {}
    rows = Identifier.objects.values_list("person_id", "kind", "value")
    roots = survivors_of(person for person, _, _ in rows)
    for person, kind, value in rows:
        groups.setdefault(roots[person], set()).add((kind, value))
    return {frozenset(group) for group in groups.values()}


class Union:
    """Union-find, the oracle."""

    def __init__(self) -> None:
        self.above: dict[object, object] = {}

    def find(self, one):
        self.above.setdefault(one, one)
        while self.above[one] != one:
            one = self.above[one]
        return one

    def join(self, one, other) -> None:
        self.above[self.find(one)] = self.find(other)

    def groups(self) -> set[frozenset]:
        found: dict[object, set] = {}
        for one in list(self.above):
            found.setdefault(self.find(one), set()).add(one)
        return {frozenset(group) for group in found.values()}


def run(rows: list[dict], cuts: list[int]) -> tuple[list[int], set]:
    """Resolve messages in batches cut at these places; return survivors in order, and the partition."""
    places = sorted({0, len(rows), *(cut % (len(rows) + 1) for cut in cuts)})
    origins = []
    for start, end in pairwise(places):
        origins += resolve([message(**row) for row in rows[start:end]], country="GB")
    named = survivors_of(origin for origin in origins if origin > 0)
    order: dict[int, int] = {}
    return [order.setdefault(named[o], len(order)) if o > 0 else -1 for o in origins], partition()


@law(60)
@given(st.lists(anything_said(), max_size=14), st.lists(st.integers(0, 100), max_size=4))
@example([{"user": "ana", "email": "a@example.org"}, {"user": "ben", "email": "a@example.org"}], [1])
def test_how_messages_are_cut_into_batches_does_not_matter(rows, cuts):
    with taken_back():
        at_once = run(rows, [])
    with taken_back():
        one_by_one = run(rows, list(range(len(rows))))
    with taken_back():
        cut = run(rows, cuts)
    assert at_once == one_by_one == cut


@law(60)
@given(st.lists(anything_said(), max_size=14))
def test_two_user_ids_are_never_one_person_without_a_persons_word(rows):
    with taken_back():
        _, groups = run(rows, [])
        for group in groups:
            assert len([value for kind, value in group if kind == "user_id"]) <= 1
            assert not {value for _, value in group} & {"null", "0"}
        assert Joining.objects.exclude(by__startswith="rule:").count() == 0
        for row in Joining.objects.all():
            assert not Identifier.objects.filter(person_id=row.absorbed_id).exclude(kind="anonymous_id").exists()


@law(60)
@given(lives_without_conflict(), st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter_and_a_union_find_agrees(rows, chance: Random):
    oracle = Union()
    for row in rows:
        ids = [("user_id", row.get("user")), ("anonymous_id", row.get("anonymous"))]
        ids = [key for key in [*ids, ("anonymous_id", row.get("previous_id"))] if key[1]]
        for one in ids:
            oracle.join(one, ids[0])
    with taken_back():
        _, told = run(rows, [])
    shuffled = rows + chance.sample(rows, k=len(rows) // 2)
    chance.shuffle(shuffled)
    with taken_back():
        _, other = run(shuffled, [chance.randrange(100) for _ in range(3)])
    assert told == other == oracle.groups()


@law(40)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=8),
    st.randoms(use_true_random=False),
)
def test_joinings_can_be_undone_in_any_order_and_both_sides_are_as_they_were(pairs, chance: Random):
    with taken_back():
        people = resolve([message(user=f"user-{n}") for n in range(6)])
        before = list(Person.objects.order_by("id").values())
        standing: dict[int, tuple[int, int]] = {}
        for one, other in pairs:
            ours, theirs = survivor_of(people[one]), survivor_of(people[other])
            if ours != theirs:
                seq = merge_people(survivor=ours, absorbed=theirs, by="staff:1", now=NOW, evidence={})
                standing[seq] = (ours, theirs)
        undo = list(standing)
        chance.shuffle(undo)
        for seq in undo:
            unmerge(joining=seq, by="staff:1", now=NOW)
            del standing[seq]
            oracle = Union()
            for person in people:
                oracle.find(person)
            for ours, theirs in standing.values():
                oracle.join(ours, theirs)
            assert {frozenset(origins_of(person)) for person in people} == oracle.groups()
        assert list(Person.objects.order_by("id").values()) == before


@law(60)
@given(st.lists(anything_said(), max_size=12), st.lists(anything_said(), max_size=6))
def test_what_a_person_parted_no_rule_joins_again(rows, later):
    with taken_back():
        run(rows, [])
        parted = []
        for seq in Joining.objects.filter(kind="merge").values_list("seq", flat=True):
            unmerge(joining=seq, by="staff:1", now=NOW)
            row = Joining.objects.get(seq=seq)
            parted.append((row.survivor_id, row.absorbed_id))
        run(rows + later, [3])
        for survivor, absorbed in parted:
            assert survivor_of(survivor) != survivor_of(absorbed)
