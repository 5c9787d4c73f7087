"""What a what-if replay cannot know, said in numbers of this installation: the report's own section."""

from __future__ import annotations

from regard.decide.facts.columns import read_rows
from regard.decide.replay.history import Past
from regard.decide.replay.standing import Standing


def count_people(upto: int) -> int:
    """Return how many people there are, each counted once."""
    return _one(
        "SELECT COUNT(*) FROM identify_person WHERE survivor_id IS NULL AND created_seq <= %s",
        upto,
    )


def notes_about(past: Past, standing: Standing) -> tuple[str, ...]:
    """Return what of this stretch the replay knows otherwise than it was, one sentence each."""
    imported = _one(
        "SELECT COUNT(*) FROM consent_consent WHERE batch_id IS NOT NULL AND recorded_at > %s AND occurred_at <= %s"
        " AND seq <= %s",
        past.from_us,
        past.to_us,
        past.upto,
    )
    paused = _one(
        "SELECT COUNT(*) FROM decide_steering WHERE kind = 'pause' AND at > %s AND at <= %s",
        past.from_us,
        past.to_us,
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
