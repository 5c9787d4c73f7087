"""The key of a decision: one way to write it, and no two entries share one, however long the names are."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from regard.decide.live.rows import _KEY, KEY_LENGTH, decision_key
from regard.engine.bench.store import Workbench
from regard.kernel.sql import Sql

SLUGS = st.from_regex(r"[a-z][a-z0-9_-]{0,59}", fullmatch=True) | st.just("j" * 60)
ENTRIES = st.from_regex(r"(in|tp|quiet):[0-9]{1,16}", fullmatch=True) | st.just(f"via:{'j' * 59}:1763800000000000")
NAMES = ("journey", "step", "person", "entry_key")
ROWS = st.fixed_dictionaries({"journey": SLUGS, "step": SLUGS, "person": st.integers(1, 2**62), "entry_key": ENTRIES})


@settings(deadline=None, max_examples=30)
@given(rows=st.lists(ROWS, min_size=1, max_size=20, unique_by=lambda row: tuple(row[name] for name in NAMES)))
def test_the_key_is_short_its_own_and_the_same_on_the_workbench(rows: list[dict[str, object]]):
    keys = [decision_key(row) for row in rows]
    assert len(set(keys)) == len(rows)
    assert max(map(len, keys)) <= KEY_LENGTH
    with Workbench() as bench:
        for row, key in zip(rows, keys, strict=True):
            values = Sql(
                f"SELECT {_KEY} AS key FROM (SELECT ? AS journey, ? AS step, ? AS person, ? AS entry_key) AS d",
                tuple(row[name] for name in NAMES),
            )
            assert bench.take(values).column("key").to_pylist() == [key]


def test_entries_that_differ_only_at_their_end_have_keys_of_their_own():
    long = {"journey": "j" * 60, "step": "s" * 60, "person": 2**62}
    first, second = (decision_key({**long, "entry_key": f"tp:{n}"}) for n in (10**15, 10**15 + 1))
    assert first != second
