"""What docs/how-to/add-a-condition.md promises of the condition `speaks`. Run in a house that followed the page."""

from __future__ import annotations

from datetime import UTC, datetime

from regard.kernel.instant import to_us
from regard.playbooks.conditions import NAMED
from regard.playbooks.reference.kinds import condition_reference
from regard.playbooks.values.lexicon import PlaybookLexicon
from regard.playbooks.values.windows import Clock
from tests.engine.benches import playbook_of, understand
from tests.engine.oracle import Oracle, World

MONDAY = to_us(datetime(2026, 11, 16, 12, tzinfo=UTC))
ANA, BEN, CLEO = 1, 2, 3
PLAYBOOK = """
playbook: 1
name: world
company: {name: World, time_zone: UTC, country: GB, currency: USD, postal_address: Here, senders: {}}
segments:
  spoken-to:
    who: {speaks: [de, fr]}
"""


def test_it_loads_from_yaml_and_reads_as_a_sentence():
    playbook = playbook_of(PLAYBOOK)
    who = playbook.segments["spoken-to"].who
    assert type(who) is NAMED["speaks"]
    assert who.words(PlaybookLexicon(playbook)) == "speaks de or fr"


def test_the_engine_and_the_plain_recomputation_agree():
    playbook, clock = playbook_of(PLAYBOOK), Clock(MONDAY)
    at = MONDAY - 1
    world = World([ANA, BEN, CLEO], [], fields=[(1, ANA, at, "language", "de"), (2, BEN, at, "language", "en")])
    rows, _ = understand(playbook, world, clock)
    oracle = Oracle(playbook, world, clock, 10**9)
    assert {p: bool(rows[p]["s_spoken-to"]) for p in world.people} == {ANA: True, BEN: False, CLEO: False}
    assert [oracle.member(p, "spoken-to") for p in world.people] == [True, False, False]


def test_the_reference_shows_it_with_its_sentence():
    assert "## `speaks`" in condition_reference()
    assert "*speaks de or fr*" in condition_reference()
