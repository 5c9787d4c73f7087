"""Few people from the operational store, everybody from the columnar copy: the same answers, whatever happened before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regard.engine.bench.codes import Codes
from regard.engine.bench.store import Workbench
from regard.engine.understanding.plan import Coordinates, Understanding
from regard.flow import receive
from regard.identify.models import Identifier, Joining
from regard.identify.services import merge_people, unmerge
from regard.kernel.instant import to_us
from regard.kernel.sql import Sql
from regard.playbooks.values.windows import Clock
from regard.understand import services
from regard.understand.models import Member, Run, Standing
from regard.understand.running.copy_of_log import open_log, sync_log
from regard.understand.running.cuts import lay_cuts, stored_cuts
from regard.understand.running.laying import LogOfFew, lay_inputs
from regard.understand.running.publishing import finished_run
from regard.understand.running.readers.people import read_family
from regard.versions.services import apply_playbook
from tests.stages.understand.script import EVERYTHING, NOON, Script, playbook
from tests.stages.understand.world import order, source

__all__ = ["playbook"]
pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=10_000)


def answers(playbook, now, upto, people, *, from_copy: bool) -> list[dict]:
    """Every trait and segment of some people, worked out over the one log or the other."""
    cuts = stored_cuts(finished_run(), playbook)
    assert cuts is not None
    at = Coordinates(Clock(to_us(now), playbook.company.time_zone), upto)
    understanding = Understanding(playbook, at, Codes(), keep_cuts=True)
    log = open_log(upto) if from_copy else LogOfFew(upto)
    understanding.codes = log.codes
    with Workbench() as bench:
        if not from_copy:
            bench.expect_few_rows()
        lay_inputs(bench, understanding, log, people)
        lay_cuts(bench, understanding, cuts)
        understanding.plan().run(bench)
        return bench.take(Sql("SELECT * FROM result ORDER BY person")).to_pylist()


@pytest.mark.parametrize("seed", range(20, 26))
def test_both_logs_give_the_same_answers(seed, playbook):
    apply_playbook(text=EVERYTHING.read_text(), by="test", now=NOON)
    script = Script(seed)
    script.arrive()
    services.refresh(as_of=script.now, playbook=playbook, playbook_hash="h")
    for number in range(4):
        script.step()
        if number == 2:
            sync_log((), every_row=True)  # one time the newest rows are in a part, the others in the tail
        people = [one for one in (script.somebody(), script.somebody()) if one]
        upto = services.last_sequence() - script.random.choice([0, 0, 3])
        some = answers(playbook, script.now, upto, people, from_copy=False)
        assert some == answers(playbook, script.now, upto, people, from_copy=True)


def test_a_family_of_some_is_the_family_of_all_cut_down():
    inbox = source()
    names = ("a", "b", "c", "d", "e", "f")
    receive([order(inbox, who, NOON, 20, products=[]) for who in names], now=NOON)
    known = dict(Identifier.objects.filter(kind="user_id").values_list("value", "person_id"))
    a, b, c, d, e, f = (known[name] for name in names)
    for survivor, absorbed in ((b, a), (c, b), (e, d)):
        merge_people(survivor=survivor, absorbed=absorbed, by="staff:1", now=NOON, evidence={})
    for upto in range(services.last_sequence() + 1):
        whole = read_family(upto).moved
        some = read_family(upto, [a, f]).moved
        assert some == {person: whole[person] for person in (a, b, c) if person in whole}
    unmerge(joining=Joining.objects.get(survivor=c, absorbed=b).seq, by="staff:1", now=NOON)
    parted = read_family(services.last_sequence(), [c]).moved
    assert parted == {a: b}


def test_nobody_moved_is_told_and_costs_no_answers(playbook, monkeypatch):
    receive([order(source(), "a", NOON - timedelta(hours=5), 20, products=[])], now=NOON)
    services.refresh(as_of=NOON, playbook=playbook, playbook_hash="h")
    before = list(Standing.objects.values()), list(Member.objects.values())
    monkeypatch.setattr(Understanding, "plan", None)  # nothing may be worked out
    done = services.cycle(as_of=NOON + timedelta(minutes=1), playbook=playbook, playbook_hash="h", cuts_last=LONG_AGO)
    assert (done.kind, done.people, done.changed) == ("cycle", 0, 0)
    assert done.sizes == Run.objects.get(kind="refresh").report["sizes"]
    assert finished_run().as_of == NOON + timedelta(minutes=1)
    assert (list(Standing.objects.values()), list(Member.objects.values())) == before


def test_a_small_cycle_is_seen_whole_or_not_at_all(playbook, monkeypatch):
    """Whatever breaks while a small cycle writes, nothing of it is left."""
    inbox = source()
    receive([order(inbox, who, NOON, 20, products=[]) for who in ("a", "b")], now=NOON)
    services.refresh(as_of=NOON, playbook=playbook, playbook_hash="h")
    before = list(Standing.objects.values()), list(Member.objects.values()), Run.objects.count()
    later = NOON + timedelta(minutes=5)
    receive([order(inbox, "a", later, 2000, products=[])], now=later)

    def break_down(run):
        raise RuntimeError("the lights went out")

    monkeypatch.setattr("regard.understand.running.publishing._finish", break_down)
    with pytest.raises(RuntimeError):
        services.cycle(as_of=later, playbook=playbook, playbook_hash="h", cuts_last=LONG_AGO)
    after = list(Standing.objects.values()), list(Member.objects.values()), Run.objects.count()
    assert after == before
