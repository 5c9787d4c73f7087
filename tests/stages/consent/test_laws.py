"""Laws of consent: a withdrawal holds until a newer word, in whatever order words arrive (promise D2)."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.collect.sequence import last_sequence
from regard.consent.folding import EVERY, State, Word, standing_of
from regard.consent.models import Consent
from regard.consent.selectors import consent_states
from regard.consent.services import ToldWord, record_consents
from regard.identify.services import resolve
from regard.kernel.instant import from_us
from regard.versions.services import apply_shipped_playbook
from tests.cast.log import NOON_US, a_source, message
from tests.permission import may_contact
from tests.stages.laws import law, taken_back

NOW = from_us(NOON_US)
HOUR = 3_600_000_000


@st.composite
def words(draw):
    """Words of a person; clocks run wrong both ways, what they say reaches us when it does."""
    found = []
    for seq in range(1, draw(st.integers(0, 10)) + 1):
        granted = draw(st.booleans())
        found.append(
            Word(
                seq,
                draw(st.sampled_from(["offers", "surveys"] + ([] if granted else [EVERY]))),
                draw(st.sampled_from(["email", "sms", EVERY])),
                granted,
                occurred_us=draw(st.integers(0, 12)) * HOUR,
                recorded_us=draw(st.integers(0, 12)) * HOUR,
            )
        )
    return found


@law(400)
@given(words(), st.randoms(use_true_random=False))
def test_the_order_in_which_words_are_read_does_not_matter(said, chance: Random):
    shuffled = list(said)
    chance.shuffle(shuffled)
    assert standing_of(said, "offers", "email") == standing_of(shuffled, "offers", "email")


@law(400)
@given(words(), st.integers(0, 12), st.integers(0, 12))
def test_a_grant_that_is_not_newer_than_a_withdrawal_never_undoes_it(said, occurred, recorded):
    withdrawn = [w.at_us for w in said if not w.is_granted and w.covers("offers", "email")]
    late = Word(99, "offers", "email", True, occurred * HOUR, recorded * HOUR)
    if withdrawn and late.at_us <= max(withdrawn):
        before = standing_of(said, "offers", "email")
        assert standing_of([*said, late], "offers", "email").state == before.state


@law(400)
@given(words())
def test_a_withdrawal_recorded_now_holds_now(said):
    now = 13 * HOUR
    for channel in ("email", EVERY):
        for purpose in ("offers", EVERY):
            leaving = Word(99, purpose, channel, False, now, now)
            assert standing_of([*said, leaving], "offers", "email").state is State.WITHDRAWN


@law(400)
@given(words())
def test_granted_rests_on_a_grant_and_unknown_on_nothing(said):
    standing = standing_of(said, "offers", "email")
    covering = [w for w in said if w.covers("offers", "email")]
    assert (standing.state is State.UNKNOWN) == (not covering)
    if standing.state is State.GRANTED:
        newest = max((w.at_us for w in covering if not w.is_granted), default=-1)
        assert standing.word is not None
        assert standing.word.at_us > newest


@pytest.mark.django_db
@law(30)
@given(words(), st.randoms(use_true_random=False))
def test_the_store_agrees_one_by_one_and_in_bulk_and_repetition_changes_nothing(said, chance: Random):
    with taken_back():
        apply_shipped_playbook(now=NOW)
        (ana,) = resolve([message(source=a_source(), user="ana", email="ana@example.org")])
        told = [
            ToldWord(
                person=ana,
                purpose=w.purpose,
                channel="email" if w.channel == "sms" else w.channel,
                is_granted=w.is_granted,
                source="test",
                occurred_us=NOON_US + w.occurred_us,
                key=f"k-{w.seq}",
            )
            for w in said
        ]
        for word, read in zip(said, told, strict=True):
            record_consents(told=[read], now=from_us(NOON_US + word.recorded_us))
        later = from_us(NOON_US + 24 * HOUR)
        first = may_contact(ana, "offers", "email", later)
        again = list(told)
        chance.shuffle(again)
        record_consents(told=again, now=later)
        assert Consent.objects.count() == len(said)
        assert may_contact(ana, "offers", "email", later) == first
        states = consent_states(as_of=later, upto=last_sequence()).to_pylist()
        bulk = {row["purpose"]: row["state"] for row in states}
        expected = {
            "go": "granted",
            "consent_withdrawn": "withdrawn",
            "no_consent": "unknown",
        }
        assert bulk.get("offers", "unknown") == expected[first.reason.code]
