"""Questions about segments that the engine answers on the spot: counts a row, samples, another instant, reach, overlap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from regard.engine.understanding.plan import segment_column
from regard.engine.understanding.questions import ASKED, Preview, cut_down, preview_of, sample_of, with_segment
from regard.kernel.sql import Sql
from regard.playbooks.channels import REACHED_BY
from regard.playbooks.conditions.reachable import Reachable
from regard.playbooks.model import Playbook
from regard.playbooks.segments import Segment
from regard.understand.asking.on_the_spot import understood


def preview_segment(segment: Segment, *, playbook: Playbook, as_of: datetime) -> Preview:
    """Count an unsaved definition: in total, a row at a time, with five sampled people and why they match."""
    part = cut_down(with_segment(playbook, segment), segments=(ASKED,))
    with understood(part, as_of=as_of) as answered:
        return preview_of(answered, segment.who)


def people_as_of(segment: str, *, playbook: Playbook, as_of: datetime, upto: int | None = None) -> list[int]:
    """Return who was in a segment at an instant, by the log up to `upto` (default: all that is known now)."""
    part = cut_down(playbook, segments=(segment,))
    with understood(part, as_of=as_of, upto=upto) as answered:
        return answered.column(Sql(f"SELECT person FROM result WHERE {segment_column(segment)} ORDER BY person"))


@dataclass(frozen=True, slots=True)
class Redefinition:
    """What saving another definition would do: who would enter and leave, a few of each, and how many stay."""

    entering: int
    leaving: int
    staying: int
    enter_sample: tuple[int, ...]
    leave_sample: tuple[int, ...]


def preview_redefinition(name: str, segment: Segment, *, playbook: Playbook, as_of: datetime) -> Redefinition:
    """Compare a segment's saved definition with another one, on the same instant."""
    wanted = (ASKED, name) if name in playbook.segments else (ASKED,)
    part = cut_down(with_segment(playbook, segment), segments=wanted)
    old = segment_column(name) if name in playbook.segments else "FALSE"
    new = segment_column(ASKED)
    with understood(part, as_of=as_of) as answered:
        row = answered.row(
            Sql(
                f"SELECT COUNT(*) FILTER (WHERE {new} AND NOT {old}) AS entering, "
                f"COUNT(*) FILTER (WHERE {old} AND NOT {new}) AS leaving, COUNT(*) FILTER (WHERE {old} AND {new}) AS staying "
                "FROM result"
            )
        )
        enter = tuple(sample_of(answered, f"{new} AND NOT {old}"))
        leave = tuple(sample_of(answered, f"{old} AND NOT {new}"))
    return Redefinition(row["entering"], row["leaving"], row["staying"], enter, leave)


@dataclass(frozen=True, slots=True)
class ChannelReach:
    """How many members can be reached on a channel for a purpose, and why the others cannot."""

    channel: str
    purpose: str
    reachable: int
    why_not: dict[str, int]


def reach_of_segment(segment: str, *, playbook: Playbook, as_of: datetime) -> list[ChannelReach]:
    """Return, for each purpose and channel of the playbook, whom of a segment we could reach, and why not the others."""
    asked = [
        Reachable.model_validate({"reachable": channel, "for": name})
        for name, purpose in playbook.purposes.items()
        for channel in purpose.channels
        if channel in REACHED_BY
    ]
    extra = {f"{ASKED}-{i}": Segment.model_validate({"who": one}) for i, one in enumerate(asked)}
    more = playbook.model_copy(update={"segments": {**playbook.segments, **extra}})
    part = cut_down(more, segments=(segment, *extra))
    found = []
    with understood(part, as_of=as_of) as answered:
        for one in asked:
            sql = f"SELECT {one.needs()[0].key()} AS why, COUNT(*) AS n FROM result WHERE {segment_column(segment)} GROUP BY 1"
            counts = {row["why"]: row["n"] for row in answered.rows(Sql(sql))}
            found.append(ChannelReach(one.reachable, one.purpose or "", counts.pop("yes", 0), counts))
    return found


@dataclass(frozen=True, slots=True)
class SizePoint:
    """How many were in a segment at an instant."""

    as_of: datetime
    size: int
