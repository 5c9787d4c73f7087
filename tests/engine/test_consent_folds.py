"""The law of consent's two folds: many words at once, in SQL, say of everybody what row by row says of one."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from regard.consent.folding import EVERY, State, Word, standing_of
from regard.engine.bench.consents import covers, grants, newest_first, newest_of_each, state_of, withdraws

PURPOSES, CHANNELS = ("offers", "surveys"), ("email", "sms")
BENCH = duckdb.connect()
BENCH.execute(
    "CREATE TABLE words (person BIGINT, purpose VARCHAR, channel VARCHAR, is_granted BOOLEAN, at_us BIGINT, seq BIGINT)"
)
said = st.tuples(
    st.sampled_from(PURPOSES),
    st.sampled_from([*CHANNELS, EVERY]),
    st.booleans(),
    st.integers(0, 6),
    st.integers(0, 6),
)
of_all = st.tuples(  # a grant of everything at once is never written, and would grant nothing
    st.just(EVERY), st.sampled_from([*CHANNELS, EVERY]), st.booleans(), st.integers(0, 6), st.integers(0, 6)
)


def words_of(told: Sequence[tuple[str, str, bool, int, int]]) -> list[Word]:
    return [Word(seq, *one) for seq, one in enumerate(told, 1)]


def lay(words: Sequence[Word]) -> None:
    BENCH.execute("DELETE FROM words")
    for w in words:
        BENCH.execute(
            "INSERT INTO words VALUES (1, ?, ?, ?, ?, ?)", [w.purpose, w.channel, w.is_granted, w.at_us, w.seq]
        )


def by_maxima(purpose: str, channel: str) -> str | None:
    """As traits and segments are worked out: each purpose and channel folded first, then what covers."""
    newest = newest_of_each(is_granted="is_granted", at="at_us")
    found = BENCH.execute(
        f"SELECT {state_of('g', 'w')} FROM (SELECT MAX(granted_us) FILTER (WHERE {grants('?', '?')}) AS g,"
        f" MAX(withdrawn_us) FILTER (WHERE {withdraws('?', '?')}) AS w"
        f" FROM (SELECT purpose, channel, {newest} FROM words GROUP BY ALL))",
        [purpose, channel, purpose, channel],
    ).fetchone()
    return found[0]


def by_the_newest(purpose: str, channel: str) -> int | None:
    """As the guardrails are asked: the number of the word that counts."""
    found = BENCH.execute(
        f"SELECT x.seq FROM words AS x WHERE {covers('?', '?', word='x.')} ORDER BY {newest_first('x.')} LIMIT 1",
        [purpose, channel],
    ).fetchone()
    return None if found is None else found[0]


@settings(max_examples=80, deadline=None)
@given(st.lists(said | of_all, max_size=9).map(words_of))
def test_both_folds_say_the_same(words):
    lay(words)
    for purpose in PURPOSES:
        for channel in CHANNELS:
            standing = standing_of(words, purpose, channel)
            assert (by_maxima(purpose, channel) or State.UNKNOWN) == standing.state
            assert by_the_newest(purpose, channel) == (standing.word.seq if standing.word else None)
