"""What docs/how-to/add-a-trait.md promises of the trait `spread`. Run in a house that followed the page."""

from __future__ import annotations

from datetime import UTC, datetime

from regard.kernel.instant import to_us
from regard.playbooks.reference.kinds import trait_reference
from regard.playbooks.traits import NAMED
from regard.playbooks.values.windows import Clock
from tests.engine.benches import playbook_of, understand
from tests.engine.oracle import Oracle, Touch, World

MONDAY = to_us(datetime(2026, 11, 16, 12, tzinfo=UTC))
ANA, BEN = 1, 2
PLAYBOOK = """
playbook: 1
name: world
company: {name: World, time_zone: UTC, country: GB, currency: USD, postal_address: Here, senders: {}}
traits:
  moods: {spread: score, over: Survey Answered}
segments:
  wavering:
    who: {trait: moods, at_least: 5}
"""


def test_it_loads_from_yaml_and_says_its_unit():
    trait = playbook_of(PLAYBOOK).traits["moods"]
    assert type(trait) is NAMED["spread"]
    assert trait.unit() == "number"


def test_the_engine_and_the_plain_recomputation_agree():
    playbook, clock = playbook_of(PLAYBOOK), Clock(MONDAY)
    told = ((ANA, 9_000), (ANA, 2_000), (BEN, 7_000))
    log = [
        Touch(seq, who, MONDAY - 10 + seq, "Survey Answered", score=score)
        for seq, (who, score) in enumerate(told, start=1)
    ]
    world = World([ANA, BEN], log)
    rows, _ = understand(playbook, world, clock)
    oracle = Oracle(playbook, world, clock, 10**9)
    assert [rows[p]["t_moods"] for p in world.people] == [oracle.trait(p, "moods") for p in world.people]
    assert rows[BEN]["t_moods"] == 0


def test_the_reference_shows_it():
    assert "## `spread`" in trait_reference()
