"""Does a touchpoint fit a happening? Asked of a row of the log and of the engine's tables, it has one answer."""

from __future__ import annotations

import json

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regard.kernel.money import own_minor
from regard.playbooks.values.happening import Happening, RowSeen, property_text

CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD"])
PLAIN = st.one_of(st.booleans(), st.integers(-2, 2), st.sampled_from(["", "true", "1", "1.5", "None"]), st.just(1.5))
AMOUNTS = st.sampled_from([0, 4.999, 5, 49.99, 50, 4999.5, 5000])
MINORS = st.sampled_from([None, 0, 4, 5, 499, 500, 4998, 4999, 5000, 5001, 499_950, 500_000, 5_000_000])
NAMES = st.sampled_from(["channel", "dismissed"])
happenings = st.builds(
    Happening,
    name=st.just("Order Completed"),
    score_at_least=st.none() | st.integers(0, 10),
    score_at_most=st.none() | st.integers(0, 10),
    value_at_least=st.none() | AMOUNTS,
    where=st.dictionaries(NAMES, PLAIN, max_size=2),
)
touchpoints = st.builds(
    RowSeen,
    score_milli=st.none() | st.integers(0, 10).map(lambda score: score * 1000),
    value_minor=MINORS,
    currency=st.sampled_from(["", "EUR", "JPY", "KWD"]),
    properties=st.dictionaries(NAMES, PLAIN | st.none() | st.lists(st.integers())).map(json.dumps),
)
BENCH = duckdb.connect()
BENCH.execute("CREATE TABLE touch (seq BIGINT, name VARCHAR, score_milli BIGINT, value_minor BIGINT)")
BENCH.execute("CREATE TABLE detail (seq BIGINT, name VARCHAR, value VARCHAR)")


def fits_in_the_engine(happening: Happening, seen: RowSeen, own: str) -> bool:
    """Ask as a journey's wait does: of the tables `touch` and `detail`."""
    value = own_minor(seen.value_minor, seen.currency, own)
    told = {key: property_text(v) for key, v in json.loads(seen.properties).items()}
    details = [(1, key, text) for key, text in told.items() if text is not None]
    asked = happening.sql(own)
    BENCH.execute("DELETE FROM touch; DELETE FROM detail")
    BENCH.execute("INSERT INTO touch VALUES (1, 'Order Completed', ?, ?)", [seen.score_milli, value])
    for row in details:
        BENCH.execute("INSERT INTO detail VALUES (?, ?, ?)", row)
    found = BENCH.execute(f"SELECT COUNT(*) FROM touch AS k WHERE {asked.text}", list(asked.params)).fetchone()
    return found == (1,)


@settings(max_examples=150, deadline=None)
@given(happenings, touchpoints, CURRENCIES)
def test_the_log_and_the_engine_say_the_same(happening, seen, own):
    assert happening.fits(seen, own) == fits_in_the_engine(happening, seen, own)


@pytest.mark.parametrize(
    ("own", "least", "minor", "does_fit"),
    [
        ("JPY", 5000, 5000, True),
        ("JPY", 5000, 4999, False),
        ("KWD", 5, 5000, True),
        ("KWD", 5, 4999, False),
        ("USD", 50, 5000, True),
        ("USD", 50, 4999, False),
        ("USD", 49.99, 4999, True),
    ],
)
def test_an_amount_is_in_the_places_of_its_currency(own, least, minor, does_fit):
    happening = Happening(name="Order Completed", value_at_least=least)
    assert happening.fits(RowSeen(None, minor, own, "{}"), own) is does_fit
    assert happening.fits(RowSeen(None, minor, "", "{}"), own) is does_fit


def test_an_amount_in_another_currency_is_never_compared():
    happening = Happening(name="Order Completed", value_at_least=0)
    assert not happening.fits(RowSeen(None, 1_000_000, "JPY", "{}"), "USD")
    assert Happening(name="Order Completed").fits(RowSeen(None, 1_000_000, "JPY", "{}"), "USD")


def test_no_happening_asks_for_an_endless_amount():
    for endless in (float("inf"), float("nan"), 1e300):
        with pytest.raises(ValueError, match="value_at_least"):
            Happening(name="Order Completed", value_at_least=endless)
