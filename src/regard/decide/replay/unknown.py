"""What a what-if replay cannot know, said in numbers of this installation: the report's own section."""

from __future__ import annotations

from regard.decide.columns import read_rows
from regard.decide.replay.history import Past


def count_people(upto: int) -> int:
    """Return how many people there are, each counted once."""
    return _one(
        "SELECT COUNT(*) FROM identify_person WHERE survivor_id IS NULL AND created_seq <= %s",
        upto,
    )


def notes_about(past: Past) -> tuple[str, ...]:
    """Return what of this stretch the replay knows otherwise than it was, one sentence each."""
    inside = _one(
        "SELECT COUNT(*) FROM decide_enrolment WHERE entered_at <= %s AND (ended_at IS NULL OR ended_at > %s)",
        past.from_us,
        past.from_us,
    )
    joined = _one("SELECT COUNT(*) FROM identify_person WHERE survivor_id IS NOT NULL")
    imported = _one(
        "SELECT COUNT(*) FROM consent_consent WHERE batch_id IS NOT NULL AND recorded_at > %s AND occurred_at <= %s"
        " AND seq <= %s",
        past.from_us,
        past.to_us,
        past.upto,
    )
    begins = "Nobody is inside a journey when the replay begins"
    found = [
        f"{begins}: the {inside:,} who were are not followed, and come in again by the re-entry rule only."
        if inside
        else f"{begins}."
    ]
    if joined:
        found.append(
            f"{joined:,} people were found to be somebody we knew already. The replay sees each as one person all along."
        )
    if imported:
        found.append(
            f"{imported:,} words about consent came by import. They count from the day they were given, though nobody"
            " here knew them then."
        )
    return tuple(found)


def _one(sql: str, *bound: int) -> int:
    return int(read_rows(sql, bound)[0][0])
