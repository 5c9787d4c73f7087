"""Read the log: a person's timeline page by page, counts, one touchpoint by its id, what was refused."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, Max, Min, Q, Sum

from regard.collect.contracts import KeyRow, RefusalRow
from regard.collect.models import ApiKey, Refusal, Source, Touchpoint
from regard.collect.values import read_values
from regard.kernel.ids import parse_touchpoint_id, touchpoint_id
from regard.kernel.instant import from_us, to_us

KEY_SCOPES = tuple(ApiKey.Scope)


@dataclass(frozen=True, slots=True)
class TouchpointRow:
    """One touchpoint as pages and the API show it."""

    seq: int
    id: str
    origin: int
    source: str
    source_kind: str
    message_id: str
    name: str
    channel: str
    direction: str
    actor: str
    occurred_at: datetime
    received_at: datetime
    sent_at: datetime | None
    stamped_at: datetime | None
    value_minor: int | None
    currency: str
    score_milli: int | None
    properties: dict[str, Any]
    context: dict[str, Any]
    batch: int | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a timeline, newest first; `older` opens the next one, None on the last."""

    rows: list[TouchpointRow]
    older: str | None


@dataclass(frozen=True, slots=True)
class LogTally:
    """How much is known of somebody: how many touchpoints, from when to when."""

    count: int
    first_at: datetime | None
    last_at: datetime | None


def last_instant() -> datetime | None:
    """Return when the latest touchpoint happened, or None for an empty log."""
    newest: datetime | None = Touchpoint.objects.aggregate(at=Max("occurred_at"))["at"]
    return newest


def timeline_page(
    origins: Collection[int],
    *,
    limit: int = 50,
    older: str | None = None,
    name: str | None = None,
    only: Q | None = None,
) -> Page:
    """Return a page of the touchpoints of a person's origins, newest first, by keyset: deep pages cost the same.

    `older` is the mark a page gave. A mark that is none is read as the start. `only` narrows to a kind of touchpoint.
    """
    rows = Touchpoint.objects.filter(origin__in=origins)
    if only is not None:
        rows = rows.filter(only)
    if name is not None:
        rows = rows.filter(name=name)
    mark = _read_mark(older)
    if mark:
        occurred, seq = from_us(mark[0]), mark[1]
        rows = rows.filter(Q(occurred_at__lt=occurred) | Q(occurred_at=occurred, seq__lt=seq))
    found = list(rows.select_related("source").order_by("-occurred_at", "-seq")[: limit + 1])
    shown = found[:limit]
    last = shown[-1] if len(found) > limit else None
    return Page([_shown(row) for row in shown], f"{to_us(last.occurred_at)}.{last.seq}" if last else None)


def touchpoints_after(seq: int, *, limit: int | None = None) -> Iterator[TouchpointRow]:
    """Yield the log behind a sequence number, in its order (export of the whole log)."""
    rows = Touchpoint.objects.filter(seq__gt=seq).select_related("source").order_by("seq")
    return (_shown(row) for row in rows[:limit].iterator(chunk_size=2000))


def find_touchpoint(public_id: str) -> TouchpointRow | None:
    """Return a touchpoint by its public id, or None; the arrival inside the id must be the row's."""
    parsed = parse_touchpoint_id(public_id)
    if parsed is None:
        return None
    row = Touchpoint.objects.select_related("source").filter(seq=parsed[0]).first()
    if row is None or to_us(row.received_at) // 1000 != parsed[1]:
        return None
    return _shown(row)


def tally(origins: Collection[int]) -> LogTally:
    """Return how many touchpoints a person has, with the first and the last time."""
    found = Touchpoint.objects.filter(origin__in=origins).aggregate(
        count=Count("seq"), first_at=Min("occurred_at"), last_at=Max("occurred_at")
    )
    return LogTally(**found)


def names_of(origins: Collection[int]) -> dict[str, int]:
    """Return how often each name occurs for a person, most frequent first."""
    rows = Touchpoint.objects.filter(origin__in=origins).values_list("name")
    return dict(rows.annotate(times=Count("seq")).order_by("-times", "name"))


def newest_refusals(*, limit: int = 100) -> list[RefusalRow]:
    """Return what was refused lately, newest first."""
    rows = Refusal.objects.select_related("source").order_by("-received_at", "-id")[:limit]
    return [RefusalRow(r.received_at, r.source.name if r.source else "", r.code, r.message, r.position) for r in rows]


def refusal_counts(*, since: datetime) -> dict[str, int]:
    """Return how many messages were refused since a time, by code."""
    rows = Refusal.objects.filter(received_at__gte=since).values_list("code")
    return dict(rows.annotate(times=Count("id")).order_by("-times", "code"))


def key_list() -> list[KeyRow]:
    """Return every key, newest first, revoked ones too."""
    return [
        KeyRow(
            key.pk,
            key.scope,
            key.name,
            key.prefix,
            key.source.name if key.source else "",
            key.created_at,
            key.last_used_at,
            key.revoked_at,
        )
        for key in ApiKey.objects.select_related("source").order_by("-created_at", "-id")
    ]


def _read_mark(mark: str | None) -> tuple[int, int] | None:
    occurred, dot, seq = (mark or "").partition(".")
    is_number = occurred.removeprefix("-").isdecimal() and seq.isdecimal() and mark.isascii()  # type: ignore[union-attr]
    if not dot or not is_number or len(occurred) > 17 or len(seq) > 18:
        return None
    return int(occurred), int(seq)


def _shown(row: Touchpoint) -> TouchpointRow:
    return TouchpointRow(
        seq=row.seq,
        id=touchpoint_id(row.seq, to_us(row.received_at)),
        origin=row.origin,
        source=row.source.name,
        source_kind=row.source.kind,
        message_id=row.message_id,
        name=row.name,
        channel=row.channel,
        direction=row.direction,
        actor=row.actor,
        occurred_at=row.occurred_at,
        received_at=row.received_at,
        sent_at=row.sent_at,
        stamped_at=row.stamped_at,
        value_minor=row.value_minor,
        currency=row.currency,
        score_milli=row.score_milli,
        properties=row.properties,
        context=row.context,
        batch=row.batch_id,
    )


def how_often(origins: Collection[int], name: str) -> int:
    """Return how many touchpoints of a name these origins have."""
    return Touchpoint.objects.filter(origin__in=origins, name=name).count()


def bought_in_all(origins: Collection[int], name: str) -> list[tuple[str, int, int, int]]:
    """Return (currency, touchpoints, of which priced, sum in minor units) of the touchpoints of a name."""
    rows = Touchpoint.objects.filter(origin__in=origins, name=name).values_list("currency")
    told = rows.annotate(n=Count("seq"), priced=Count("value_minor"), minor=Sum("value_minor"))
    return [(currency, n, priced, minor or 0) for currency, n, priced, minor in told]


class TouchpointMoment(NamedTuple):
    """The few columns of a touchpoint that pictures and stories need."""

    seq: int
    occurred_at: datetime
    name: str
    channel: str
    direction: str
    actor: str
    value_minor: int | None
    currency: str
    score_milli: int | None

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.occurred_at


def newest_moments(origins: Collection[int], *, limit: int) -> list[TouchpointMoment]:
    """Return the newest touchpoints of a person, newest first."""
    rows = Touchpoint.objects.filter(origin__in=origins).order_by("-occurred_at", "-seq")
    return read_values(TouchpointMoment, rows[:limit])


def has_sample() -> bool:
    """Say whether the sample shop was loaded here."""
    return Source.objects.filter(kind=Source.Kind.SAMPLE).exists()
