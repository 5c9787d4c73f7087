"""Laws of the profile: whatever order, batches and repetition messages come in, the fields end the same (promise A10)."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.flow import receive
from regard.identify.selectors import find_person, survivor_of
from regard.identify.services import merge_people, unmerge
from regard.kernel.instant import from_us
from regard.profile.cards import rebuild_cards
from regard.profile.models import Card
from regard.profile.services import follow_people
from tests.cast.log import NOON_US, a_source, message
from tests.stages.laws import law, taken_back

pytestmark = pytest.mark.django_db
NOW = from_us(NOON_US)
USERS = ("ana", "ben", "cleo")

tellings = st.lists(
    st.tuples(
        st.sampled_from(USERS),
        st.sampled_from(["city", "firstName", "first_name", "plan"]),
        st.none() | st.sampled_from(["Leeds", "York", "Bath"]),
    ),
    max_size=14,
)


def cards() -> dict[str, tuple[dict, str, str]]:
    rows = {c.person_id: (c.fields, c.display_name, c.search) for c in Card.objects.all()}
    return {user: rows[person] for user in USERS if (person := find_person(user)) in rows}


def tell(rows: list, places: list[int]) -> None:
    for start, end in pairwise(sorted({0, len(rows), *(p % (len(rows) + 1) for p in places)})):
        receive(rows[start:end], now=NOW)


def messages(told) -> list:
    """Each a moment later than the one before, so that the newest is never in doubt."""
    return [
        message(
            source=a_source(),
            type="identify",
            user=user,
            traits={name: value},
            days=moment,
            message_id=f"t-{moment}",
        )
        for moment, (user, name, value) in enumerate(told)
    ]


@law(40)
@given(tellings, st.randoms(use_true_random=False))
def test_order_batches_and_repetition_do_not_matter(told, chance: Random):
    with taken_back():
        rows = messages(told)
        tell(rows, [])
        in_order = cards()
    with taken_back():
        rows = messages(told)
        shuffled = rows + chance.sample(rows, k=len(rows) // 2)
        chance.shuffle(shuffled)
        tell(shuffled, [chance.randrange(100) for _ in range(3)])
        assert cards() == in_order


@law(40)
@given(tellings, st.permutations(USERS), st.booleans())
def test_a_card_is_what_a_rebuild_makes_of_it_also_through_merges(told, people, again):
    with taken_back():
        receive([message(source=a_source(), user=user) for user in USERS], now=NOW)
        rows = messages(told)
        tell(rows[: len(rows) // 2], [])
        before = cards()
        ours, theirs, _ = (find_person(user) for user in people)
        joining = merge_people(survivor=ours, absorbed=theirs, by="staff:1", now=NOW, evidence={})
        follow_people(now=NOW)
        assert Card.objects.filter(person_id=theirs).count() == 0
        if again:
            tell(rows[len(rows) // 2 :], [])
        kept = cards()
        rebuild_cards([find_person(user) for user in USERS], NOON_US)
        assert cards() == kept
        unmerge(joining=joining, by="staff:1", now=NOW)
        follow_people(now=NOW)
        assert survivor_of(theirs) == theirs
        assert again or cards() == before
