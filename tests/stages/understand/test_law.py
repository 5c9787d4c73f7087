"""On the real store: after anything happened, a cycle leaves nothing for a refresh to change (promises B1 and B2)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from regard.flow import receive
from regard.identify.models import Identifier
from regard.privacy.erasing import erase_person
from regard.understand import services
from regard.understand.models import Member, Standing
from regard.understand.running.copy_of_log import columns_of_log, sync_log
from regard.versions.services import apply_playbook
from tests.stages.understand.script import EVERYTHING, NOON, Script, playbook
from tests.stages.understand.world import order, source

__all__ = ["playbook"]
pytestmark = pytest.mark.django_db


def published() -> tuple[dict, set]:
    standings = dict(Standing.objects.values_list("person_id", "traits"))
    return standings, set(Member.objects.filter(until_run=None).values_list("segment", "person_id"))


def play(seed: int, playbook, steps: int) -> int:
    apply_playbook(text=EVERYTHING.read_text(), by="test", now=NOON)
    script, cycles = Script(seed), 0
    script.arrive()
    services.refresh(as_of=script.now, playbook=playbook, playbook_hash="h")
    for _ in range(steps):
        script.step()
        done = services.cycle(as_of=script.now, playbook=playbook, playbook_hash="h", cuts_last=timedelta(days=10_000))
        cycles += done.kind == "cycle"
        before = published()
        again = services.refresh(as_of=script.now, playbook=playbook, playbook_hash="h", keep_cuts=True)
        after = published()
        assert after == before, differing(before, after, seed)
        assert (again.changed, again.entered, again.left) == (0, 0, 0)
        assert again.sizes == done.sizes
    return cycles


def differing(before, after, seed) -> str:
    people = {p for p in before[0].keys() | after[0].keys() if before[0].get(p) != after[0].get(p)}
    traits = {
        p: {
            k: (before[0].get(p, {}).get(k), v)
            for k, v in after[0].get(p, {}).items()
            if before[0].get(p, {}).get(k) != v
        }
        for p in people
    }
    return json.dumps({"seed": seed, "traits": traits, "members": sorted(before[1] ^ after[1])}, default=str)


@pytest.fixture(params=[0, 1_000], ids=["from the copy", "from the store"])
def few(request, monkeypatch):
    """Up to how many people a cycle reads from the store."""
    monkeypatch.setattr("regard.understand.services.FEW", request.param)
    return request.param


@pytest.mark.parametrize("seed", range(4))
def test_a_cycle_leaves_nothing_for_a_refresh(seed, playbook, few):
    assert play(seed, playbook, steps=6) >= 2


@pytest.mark.promises
@pytest.mark.parametrize("seed", range(100, 140))
def test_forty_long_histories(seed, playbook, few):
    play(seed, playbook, steps=15)


def test_an_erased_person_is_in_no_part_and_no_segment(playbook):
    inbox = source()
    receive([order(inbox, who, NOON, 20, products=[]) for who in ("a", "b")], now=NOON)
    services.refresh(as_of=NOON, playbook=playbook, playbook_hash="h")
    sync_log((), every_row=True)
    person = Identifier.objects.get(kind="user_id", value="a").person_id
    erase_person(person=person, by="staff:1", now=NOON)
    assert sum(part.rows for part in columns_of_log().manifest().parts) == 1
    services.cycle(as_of=NOON, playbook=playbook, playbook_hash="h")
    assert not Standing.objects.filter(person_id=person).exists()
    assert not Member.objects.filter(person_id=person).exists()
