"""Who leaves has left when the page answers, whatever was said before, by whichever clock (C7, D2, G4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regard.act.services import leave_purpose
from regard.consent.folding import EVERY, State, standing_of
from regard.consent.selectors import words_of
from regard.consent.services import ToldWord, record_consents
from regard.identify.models import Person
from regard.kernel.instant import to_us

HOUR = timedelta(hours=1)
PURPOSES, CHANNELS = ("offers", "surveys"), ("email", "sms")
HOURS = st.integers(-30, 30)
WORD = st.tuples(st.booleans(), st.sampled_from([*PURPOSES, EVERY]), st.sampled_from([*CHANNELS, EVERY]), HOURS, HOURS)


@given(
    said=st.lists(WORD, max_size=6),
    purpose=st.sampled_from([*PURPOSES, EVERY]),
    channel=st.sampled_from([*CHANNELS, EVERY]),
    at=HOURS,
)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whoever_leaves_has_left(
    make_person: Callable[..., int],
    as_of: datetime,
    said: list[tuple[bool, str, str, int, int]],
    purpose: str,
    channel: str,
    at: int,
) -> None:
    person = make_person(f"ok-{Person.objects.count()}@example.org", agreed=())
    for turn, (yes, about, where, occurred, recorded) in enumerate(said):
        is_granted = yes and about != EVERY
        word = ToldWord(
            person=person,
            purpose=about,
            channel=where,
            is_granted=is_granted,
            source="page",
            occurred_us=to_us(as_of + occurred * HOUR),
            key=f"{person}-{turn}",
        )
        record_consents(told=[word], now=as_of + recorded * HOUR)

    leave_purpose(person=person, purpose=purpose, channel=channel, source="page", now=as_of + at * HOUR)

    words = words_of([person])
    for one in PURPOSES if purpose == EVERY else (purpose,):
        for where in CHANNELS if channel == EVERY else (channel,):
            assert standing_of(words, one, where).state is State.WITHDRAWN
    before = len(words)
    leave_purpose(person=person, purpose=purpose, channel=channel, source="page", now=as_of + at * HOUR)
    assert len(words_of([person])) == before, "twice is fine, and writes nothing"


@pytest.mark.parametrize(
    "again",
    [
        lambda told: told(True, "offers", EVERY, 1),  # agreed to one thing after leaving everything
        lambda told: told(True, "surveys", "sms", 1),
    ],
)
def test_who_left_everything_and_agreed_to_something_since_leaves_everything_again(
    make_person: Callable[..., int],
    as_of: datetime,
    again: Callable[[Callable[..., None]], None],
) -> None:
    person = make_person("ok-1@example.org")
    leave_purpose(person=person, purpose=EVERY, source="page", now=as_of)

    def told(is_granted: bool, purpose: str, channel: str, hours: int) -> None:
        at = as_of + hours * HOUR
        word = ToldWord(
            person=person, purpose=purpose, channel=channel, is_granted=is_granted, source="x", occurred_us=to_us(at)
        )
        record_consents(told=[word], now=at)

    again(told)
    assert leave_purpose(person=person, purpose=EVERY, source="page", now=as_of + 2 * HOUR)

    words = words_of([person])
    states = {standing_of(words, p, c).state for p in PURPOSES for c in CHANNELS}
    assert states == {State.WITHDRAWN}
