"""What a what-if replay cannot know, said in numbers of this installation: the report's own section."""

from __future__ import annotations

from regard.consent.columns import CONSENT_WORDS
from regard.decide.facts.columns import read_rows
from regard.decide.replay.past import Through
from regard.decide.replay.standing import ReplayStanding
from regard.identify.columns import EVERYBODY


def count_people(upto: int) -> int:
    """Return how many people there are, each counted once."""
    return _one(
        f"SELECT COUNT(*) FROM {EVERYBODY} AS o WHERE o.survivor_id IS NULL AND o.created_seq <= %s",
        upto,
    )


def notes_about(past: Through, standing: ReplayStanding) -> tuple[str, ...]:
    """Return what of this stretch the replay knows otherwise than it was, one sentence each."""
    imported = _one(
        f"""
        SELECT COUNT(*)
        FROM {CONSENT_WORDS} AS c
        WHERE c.batch_id IS NOT NULL AND c.recorded_at > %s AND c.occurred_at <= %s AND c.seq <= %s
        """,
        past.first_us,
        past.stretch.until_us,
        past.stretch.upto,
    )
    paused = _one(
        "SELECT COUNT(*) FROM decide_steering WHERE kind = 'pause' AND at > %s AND at <= %s",
        past.first_us,
        past.stretch.until_us,
    )
    told = (
        (
            standing.lost,
            "{n:,} who were inside a journey when the replay begins are not followed: where they stood is not"
            " known any more, or their version is not.",
        ),
        (
            past.joined.late(),
            "{n:,} people were found to be somebody we knew already, within these days. What they did before"
            " counts for that person from then on; what they went through alone until then is not followed.",
        ),
        (
            imported,
            "{n:,} words about consent came by import. They count from the day they were given, though nobody here"
            " knew them then.",
        ),
        (paused, "Colleagues paused a journey {n:,} times in these days. The replay lets every journey run."),
    )
    return tuple(words.format(n=count) for count, words in told if count)


def _one(sql: str, *bound: int) -> int:
    return int(read_rows(sql, bound)[0][0])
