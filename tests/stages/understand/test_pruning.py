"""What grows is pruned by its term, and nothing that is asked for is lost with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from regard import flow
from regard.collect.keeping import pruning
from regard.collect.keeping.pruning import is_pruning_due
from regard.decide.models import Cycle
from regard.decide.pruning import prune_cycles, replayable_since
from regard.flow import receive
from regard.identify.models import Identifier
from regard.playbooks.load import load_playbook
from regard.profile.models import FieldChange
from regard.profile.services import set_field
from regard.profile.taking_back.pruning import prune_tellings
from regard.understand import selectors, services
from regard.understand.models import Run, SegmentChange, Standing
from regard.understand.pruning import prune_understanding
from regard.versions.selectors import shipped_text
from regard.versions.services import apply_playbook
from tests.stages.understand.world import order, source

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
YEAR = timedelta(days=365)
pytestmark = pytest.mark.django_db


@pytest.fixture
def playbook():
    loaded = load_playbook(shipped_text())
    assert loaded.playbook is not None, loaded.issues
    return loaded.playbook


def computed(playbook, *instants):
    for at in instants:
        services.refresh(as_of=at, playbook=playbook, playbook_hash="h")


def test_old_changes_and_runs_go_and_sizes_stay_right(playbook, monkeypatch):
    monkeypatch.setattr(pruning, "AT_ONCE", 2)
    inbox = source()
    started = NOON - 4 * YEAR
    receive([order(inbox, who, started, 20) for who in ("a", "b", "c")], now=started)
    computed(playbook, started, started + timedelta(days=70), started + timedelta(days=80))
    receive([order(inbox, "a", NOON - timedelta(days=1), 20)], now=NOON)
    computed(playbook, NOON)
    before = selectors.size_history("active", as_of=NOON, days=5 * 365)
    assert [point.size for point in before][-1] == 0
    again = selectors.size_history("won-back", as_of=NOON, days=5 * 365)
    assert [(point.as_of, point.size) for point in again] == [(NOON, 1)]
    kept = SegmentChange.objects.filter(as_of__gte=NOON - 3 * YEAR).count()
    first, second, _, newest = Run.objects.order_by("id")
    Standing.objects.filter(person__identifiers__value="b").update(run=second, as_of=second.as_of)

    gone = prune_understanding(now=NOON)

    assert gone.changes > 2
    assert SegmentChange.objects.count() == kept > 0
    assert gone.runs == 1  # the third; the second is still named by a standing
    assert Run.objects.get(id=second.id).report == {}
    assert Run.objects.filter(id__in=(first.id, newest.id)).count() == 2
    assert selectors.last_run().report["sizes"]["won-back"] == 1
    assert selectors.size_history("won-back", as_of=NOON, days=5 * 365) == again
    assert selectors.size_history("active", as_of=NOON, days=5 * 365) == before
    assert prune_understanding(now=NOON) == (0, 0)
    computed(playbook, NOON + timedelta(hours=1))  # and the next run finds everything it needs


def test_a_field_keeps_what_it_said_at_the_term_and_since():
    long_ago = NOON - 7 * YEAR
    receive([order(source(), "a", long_ago, 20)], now=long_ago)
    person = Identifier.objects.get(kind="user_id", value="a").person_id
    said = {
        long_ago: "Leeds",
        NOON - 6 * YEAR: "York",
        NOON - 2 * YEAR: "Hull",
        NOON - YEAR: "Bath",
    }
    for at, town in said.items():
        set_field(person=person, name="city", value=town, by="staff:1", now=at)
    set_field(person=person, name="club", value="gold", by="staff:1", now=long_ago)
    assert prune_tellings(now=NOON) == 1
    left = FieldChange.objects.filter(person_id=person, name__in=("city", "club"))
    assert set(left.values_list("value", flat=True)) == {"York", "Hull", "Bath", "gold"}
    assert prune_tellings(now=NOON) == 0


def test_old_cycles_go_and_a_replay_is_told():
    def ran(at):
        return Cycle.objects.create(as_of=at, upto=0, playbook_hash="", started_at=at, finished_at=at)

    old, new = ran(NOON - timedelta(days=401)), ran(NOON - timedelta(days=399))
    assert replayable_since() is None
    assert prune_cycles(now=NOON) == 1
    assert list(Cycle.objects.values_list("id", flat=True)) == [new.id]
    assert old.id != new.id
    assert replayable_since() == NOON - timedelta(days=400)
    assert prune_cycles(now=NOON + YEAR) == 0  # the newest stays: the next stretch begins where it ended


def test_tables_are_looked_through_once_a_day():
    assert is_pruning_due(now=NOON)
    assert not is_pruning_due(now=NOON + timedelta(hours=19))
    assert is_pruning_due(now=NOON + timedelta(hours=21))


def test_the_house_is_kept():
    """The worker's own routine calls every rule."""
    apply_playbook(text=shipped_text(), by="test", now=NOON)
    Cycle.objects.create(as_of=NOON - 2 * YEAR, upto=0, playbook_hash="", started_at=NOON)
    Cycle.objects.create(as_of=NOON, upto=0, playbook_hash="", started_at=NOON, finished_at=NOON)
    flow.keep_house(now=NOON)
    assert Cycle.objects.count() == 1
