"""Many at once, a few at once, two schedulers at once: the same decisions, each once."""

from __future__ import annotations

import gc

import pytest

from regard.decide.facts import benches
from regard.decide.live import chunks, writing
from regard.decide.live.rows import decision_key
from regard.decide.models import Decision, Enrolment
from regard.understand.running import workbench
from tests.cast.clock import days
from tests.cast.log import does
from tests.cast.people import JOURNEY, a_person, says
from tests.cast.playbooks import shop
from tests.cast.segments import comes_into
from tests.stages.decide.cast import decide, offered

pytestmark = pytest.mark.django_db


def all_told() -> list[tuple[object, ...]]:
    return sorted(
        Decision.objects.values_list(
            "journey",
            "step",
            "verdict",
            "reason",
            "words",
            "change",
            "enrolment__person_id",
            "person_id",
        )
    )


def a_crowd(as_of) -> list[int]:
    """Nine people, each held back or let go for another reason."""
    people = [offered(as_of) for _ in range(3)]
    people += [
        offered(as_of, email=False),
        offered(as_of, held_out=True),
        offered(as_of, zone="Asia/Tokyo"),
    ]
    silent = a_person(now=as_of)
    comes_into(silent, "high-value", now=as_of)
    left = offered(as_of)
    says(left, "offers", now=as_of, granted=False)
    return [*people, silent, left]


@pytest.mark.parametrize(("few", "at_once"), [(0, 20_000), (2_000, 3)])
def test_chunks_and_kept_workbenches_change_nothing(as_of, monkeypatch, few, at_once):
    a_crowd(as_of)
    monkeypatch.setattr(benches, "FEW", few)
    monkeypatch.setattr(chunks, "PEOPLE_AT_ONCE", at_once)
    report = decide(shop(), now=as_of)

    reasons = {(row.verdict, row.reason) for row in Decision.objects.all()}
    assert {("go", "go"), ("no", "no_address"), ("no", "held_out"), ("no", "no_consent")} <= reasons
    assert report.entered == Enrolment.objects.count() == 8
    assert list(report.go) == list(Decision.objects.filter(verdict="go").order_by("id").values_list("id", flat=True))
    told = all_told()
    assert all(enrolled == person for *_, enrolled, person in told)
    assert decide(shop(), now=as_of).counts == {}
    assert all_told() == told


def test_a_kept_workbench_holds_nobody(as_of):
    a_crowd(as_of)
    decide(shop(), now=as_of)
    assert workbench._kept
    for bench in workbench._kept.values():
        assert all(rows == 0 for rows in bench._rows.values())


def test_the_key_written_is_the_key_of_the_decision(as_of):
    ana = offered(as_of)
    decide(shop(), now=as_of)
    row, inside = Decision.objects.get(person_id=ana), Enrolment.objects.get(person_id=ana)
    told = {"journey": JOURNEY, "step": row.step, "person": ana, "entry_key": inside.entry_key}
    assert row.key == decision_key(told)


def test_who_was_moved_by_another_scheduler_is_read_again(as_of, monkeypatch):
    """Between reading and writing somebody else lets the same person in: nothing is written twice."""
    ana = offered(as_of)
    write, calls = writing.write_chunk, []

    def overtaken_once(filed):
        calls.append(filed)
        if len(calls) == 1:
            write(filed)  # the other scheduler, a moment earlier
        write(filed)

    monkeypatch.setattr(chunks, "write_chunk", overtaken_once)
    decide(shop(), now=as_of)
    assert len(calls) == 2
    assert Enrolment.objects.filter(person_id=ana).count() == 1
    assert Decision.objects.filter(person_id=ana).count() == 1


def test_who_is_moved_while_others_are_computed_is_read_again_and_nobody_else(as_of, monkeypatch):
    """Chunks overlap: the second is overtaken when the third is being computed."""
    people = [offered(as_of) for _ in range(4)]
    write, calls = writing.write_chunk, []

    def overtaken_once(filed):
        calls.append(filed.entries.column("person_id").to_pylist())
        if len(calls) == 2:
            write(filed)
        write(filed)

    monkeypatch.setattr(chunks, "PEOPLE_AT_ONCE", 1)
    monkeypatch.setattr(chunks, "write_chunk", overtaken_once)
    report = decide(shop(), now=as_of)
    assert calls == [[people[0]], [people[1]], [], [people[2]], [people[3]]]
    assert sorted(Decision.objects.values_list("person_id", flat=True)) == sorted(people)
    assert report.people == 4
    assert gc.isenabled()


def test_what_a_wait_learnt_is_kept_from_cycle_to_cycle(as_of):
    ana = offered(as_of)
    decide(shop(), now=as_of)
    does(ana, "Order Completed", now=as_of + days(1))
    decide(shop(), now=as_of + days(1))
    memory = Enrolment.objects.get(person_id=ana).memory
    assert set(memory) == {"next-order"}
    assert set(memory["next-order"]) == {"seq", "score_milli", "value_minor"}
