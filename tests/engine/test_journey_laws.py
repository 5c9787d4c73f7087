"""Laws of the journeys, held against plain re-computations over histories nobody thought of."""

from __future__ import annotations

import itertools
from collections import defaultdict

from hypothesis import given

from regard.consent.folding import State, Word, standing_of
from regard.kernel.instant import DAY_US, HOUR_US, WEEK_US
from tests.engine.histories import CLOCK, LAW, PEOPLE, happenings, history, words
from tests.engine.walking import rows, told, walk, walk_step_by_step


@LAW
@given(words, happenings)
def test_nobody_hears_from_us_after_a_withdrawal_or_without_a_yes(told_words, told_happenings):
    compiled, tables, consent = history(told_words, told_happenings)
    for decision in walk(compiled, tables).decisions.to_pylist():
        if decision["verdict"] != "go" or not decision["is_message"]:
            continue
        heard = [
            Word(c["seq"], c["purpose"], c["channel"], c["is_granted"], c["at_us"], c["at_us"])
            for c in consent
            if c["person"] == decision["person"] and c["visible_us"] <= decision["t"]
        ]
        assert standing_of(heard, decision["purpose"], "email").state is State.GRANTED


@LAW
@given(words, happenings)
def test_no_cap_is_ever_broken_over_all_journeys(told_words, told_happenings):
    compiled, tables, _ = history(told_words, told_happenings)
    sent = defaultdict(list)
    for decision in walk(compiled, tables).decisions.to_pylist():
        if decision["verdict"] == "go" and decision["bit"] == 1:
            sent[decision["person"]].append(decision["t"])
    for times in sent.values():
        times.sort()
        assert all(later - earlier >= WEEK_US for earlier, later in itertools.pairwise(times))


@LAW
@given(words, happenings)
def test_nothing_goes_out_at_night_and_what_waited_goes_once(told_words, told_happenings):
    compiled, tables, _ = history(told_words, told_happenings)
    gone = set()
    for decision in walk(compiled, tables).decisions.to_pylist():
        if decision["verdict"] == "go" and decision["is_message"]:
            assert 9 * HOUR_US <= decision["t"] % DAY_US < 20 * HOUR_US
            key = (decision["person"], decision["journey"], decision["entry_key"], decision["step"])
            assert key not in gone
            gone.add(key)


@LAW
@given(words, happenings)
def test_one_run_over_all_instants_equals_one_run_an_instant(told_words, told_happenings):
    """The replay and the live run are the same function: this is what makes that claim true."""
    compiled, tables, _ = history(told_words, told_happenings)
    clock = CLOCK[::6]
    tables["clock"] = rows("clock", ({"as_of": t} for t in clock))
    at_once = told(walk(compiled, tables).decisions.to_pylist())
    assert at_once == told(walk_step_by_step(compiled, tables, clock))


@LAW
@given(happenings)
def test_who_agreed_and_is_never_held_back_is_never_lost(told_happenings):
    """Everybody who entered is inside, finished or led out; nobody vanishes."""
    compiled, tables, _ = history([(p, "offers", True, 0) for p in PEOPLE], told_happenings)
    moved = walk(compiled, tables)
    keys = [(e["number"], e["person"], e["entry_key"]) for e in moved.enrolments.to_pylist()]
    assert len(keys) == len(set(keys))
    assert {e["state"] for e in moved.enrolments.to_pylist()} <= {"active", "finished", "exited"}
    for enrolment in moved.enrolments.to_pylist():
        assert (enrolment["due_us"] is None) == (enrolment["state"] != "active")
