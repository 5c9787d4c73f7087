"""The replay of stored cycles equals what the live run did, row by row."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.decide.models import Cycle, Decision
from regard.decide.pruning import prune_cycles
from regard.decide.services import pause_journey, resume_journey
from regard.decide.verifying.stored import BROKEN_OFF, INSIDE_AT_THE_TERM, replay_stored
from regard.kernel.instant import to_us
from regard.kernel.issues import Refused
from tests.cast.clock import days
from tests.cast.log import does
from tests.cast.people import ALL, JOURNEY, a_person, says
from tests.cast.playbooks import shop
from tests.cast.segments import comes_into
from tests.stages.decide.cast import decide, offered
from tests.stages.decide.lived import ACTS, Lived
from tests.stages.laws import law, taken_back

pytestmark = pytest.mark.django_db
ZONES = ("Europe/London", "America/Los_Angeles", "Asia/Tokyo", "")


@pytest.mark.parametrize("seed", [4, 6])
def test_a_made_up_month_comes_out_the_same(as_of, seed):
    chance, playbook = Random(seed), shop()
    people = [a_person(now=as_of - days(9), zone=chance.choice(ZONES), held_out=n == 0) for n in range(8)]
    for person in people:
        says(person, *chance.sample(ALL, chance.randint(0, 3)), now=as_of - days(8))
    now = as_of
    for _ in range(9):
        for person in chance.sample(people, 3):
            act = chance.choice(("segment", "order", "answer", "word", "withdrawal", "late"))
            if act == "segment":
                comes_into(person, "high-value", now=now)
            elif act == "answer":
                does(
                    person,
                    "Survey Answered",
                    now=now,
                    score=chance.randint(0, 10),
                    survey="after-order",
                )
            elif act in ("word", "withdrawal"):
                says(person, chance.choice(ALL), now=now, granted=act == "word")
            else:
                does(person, "Order Completed", now=now - days(2 if act == "late" else 0.01))
        decide(playbook, now=now)
        now += days(chance.choice((0.2, 0.9, 3)))

    compared = replay_stored(playbook=playbook)

    assert compared.differences == {}
    assert compared.decisions == Decision.objects.count() > 0


HOURS = (0.1, 0.5, 3, 11, 26, 50)
ACT = st.tuples(st.sampled_from(ACTS), st.integers(0, 60))
DAY = st.tuples(st.lists(ACT, max_size=7), st.sampled_from(HOURS))


@given(st.lists(DAY, min_size=2, max_size=12))
@law(12)
def test_law_whatever_happened_verifying_finds_the_same_decisions(as_of, lived):
    """Steerings, playbook changes, touchpoints, words, joinings and tellings, in any order."""
    with taken_back():
        world = Lived(as_of)
        for acts, hours in lived:
            for name, number in acts:
                world.act(name, number)
            world.tick(hours)

        compared = replay_stored(playbook=shop())

        assert compared.differences == {}
        assert compared.cycles == world.cycles
        assert compared.decisions == Decision.objects.count()


def test_a_month_in_which_everything_happens_comes_out_the_same_and_what_is_changed_by_hand_is_found(as_of):
    """Every sort of act, some of them often."""
    chance, world = Random(7), Lived(as_of)
    for _ in range(20):
        for _ in range(6):
            world.act(chance.choice(ACTS), chance.randint(0, 60))
        world.tick(chance.choice(HOURS))

    compared = replay_stored(playbook=shop())
    assert compared.differences == {}
    assert (compared.cycles, compared.left_out) == (world.cycles, {})
    assert compared.decisions == Decision.objects.count() > 15
    assert len(set(Decision.objects.values_list("version", flat=True))) > 2

    rows = list(Decision.objects.filter(verdict="no").order_by("id")[1:6])
    told = [(row.verdict, row.reason, to_us(row.as_of)) for row in rows]
    other_verdict, other_reason, later, gone, renamed = (Decision.objects.filter(id=row.id) for row in rows)
    other_verdict.update(verdict="go")
    other_reason.update(reason="minor")
    later.update(as_of=rows[2].as_of + days(0.1))
    gone.delete()
    renamed.update(key="welcome/one/1/made-up")

    assert replay_stored(playbook=shop()).differences == {
        rows[0].key: (("go", *told[0][1:]), told[0]),
        rows[1].key: ((told[1][0], "minor", told[1][2]), told[1]),
        rows[2].key: ((*told[2][:2], to_us(rows[2].as_of + days(0.1))), told[2]),
        rows[3].key: (None, told[3]),
        rows[4].key: (None, told[4]),
        "welcome/one/1/made-up": (told[4], None),
    }


def test_a_pause_and_another_playbook_do_not_end_it(as_of):
    ana, ben = a_person(now=as_of), a_person(now=as_of)
    for person in (ana, ben):
        says(person, *ALL, now=as_of)
    comes_into(ana, "high-value", now=as_of)
    decide(shop(), now=as_of)
    pause_journey(journey=JOURNEY, by="staff:1", now=as_of)
    comes_into(ben, "high-value", now=as_of + days(1))
    decide(shop(), now=as_of + days(1))
    resume_journey(journey=JOURNEY, by="staff:1", now=as_of + days(2))
    decide(shop(), now=as_of + days(2))

    compared = replay_stored(playbook=shop())

    assert (compared.cycles, compared.decisions, compared.differences) == (3, 2, {})


def test_who_was_inside_before_the_kept_cycles_is_left_out_and_counted(as_of):
    ana, ben = offered(as_of), a_person(now=as_of)
    for day in (0, 400.5):
        decide(shop(), now=as_of + days(day))
    says(ben, *ALL, now=as_of)
    comes_into(ben, "high-value", now=as_of + days(401))
    decide(shop(), now=as_of + days(401))
    Decision.objects.filter(person_id=ana).update(cycle=Cycle.objects.last())
    assert prune_cycles(now=as_of + days(402)) == 1

    compared = replay_stored(playbook=shop())

    assert compared.left_out == {INSIDE_AT_THE_TERM: 1}
    assert (compared.cycles, compared.decisions, compared.differences) == (1, 1, {})


def test_a_cycle_that_was_broken_off_is_left_out_and_counted(as_of):
    offered(as_of)
    decide(shop(), now=as_of)
    Cycle.objects.update(finished_at=None)
    ben = offered(as_of + days(1))
    decide(shop(), now=as_of + days(1))

    compared = replay_stored(playbook=shop())

    assert compared.left_out == {BROKEN_OFF: 1}
    assert (compared.decisions, compared.differences) == (1, {})
    assert Decision.objects.filter(person_id=ben).count() == 1


def test_before_the_first_cycle_there_is_nothing_to_verify(db):
    with pytest.raises(Refused, match="no cycle"):
        replay_stored(playbook=shop())
