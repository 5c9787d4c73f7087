"""The picture of a relationship: what they bought over time, and on which channels anything happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from regard.collect.selectors import TouchpointMoment
from regard.kernel.money import parse_minor, to_decimal
from regard.playbooks.feelings import feeling_of_score
from regard.web.charts.scales import month_ticks, nice_top, share
from regard.web.person.facts import Facts
from regard.web.templatetags.ui import day, money, plural
from regard.web.words import CHANNEL_WORDS

TOP, FLOOR, LANE, GAP = 14, 132, 32, 26
LANES = 6
STEMS_A_PERCENT = 1.5
SHORTEST = timedelta(days=60)
MARGIN = 0.012  # so that the first and the last mark stand whole


@dataclass(frozen=True, slots=True)
class Stem:
    """One order: where, how high, and its words."""

    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One channel: its name, its line, its marks as (x, feeling)."""

    name: str
    y: float
    marks: list[tuple[float, str]]


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything the SVG needs; x in percent, y in pixels."""

    stems: list[Stem]
    lanes: list[Lane]
    ticks: list[tuple[float, str, bool]]
    top_words: str
    axis_y: float
    height: float
    sentence: str
    rows: list[TouchpointMoment]
    is_thinned: bool  # not every order has a line of its own
    is_cut: bool  # it begins after the first touchpoint


def chart_of(facts: Facts, now: datetime) -> Chart | None:
    """Return the picture, or None where nothing ever happened."""
    if not facts.moments:
        return None
    start = min(facts.moments[-1].at, now - SHORTEST)
    end = max(now, facts.moments[0].at)
    start -= (end - start) * MARGIN
    end += (end - start) * MARGIN
    orders = [o for o in facts.orders if o.value_minor is not None]
    # One scale has one currency; the table below it tells of every order.
    drawn = [o for o in orders if o.currency == facts.bought.currency]
    floor = FLOOR if drawn else 0
    stems, top_words = _stems(drawn, start, end, facts.bought.currency)
    lanes = _lanes(facts.moments, start, end, floor + GAP)
    height = floor + GAP + LANE * len(lanes) + 2
    return Chart(
        stems=stems,
        lanes=lanes,
        ticks=month_ticks(start, end, most=9),
        top_words=top_words,
        axis_y=floor,
        height=height,
        sentence=_sentence(facts, orders, drawn),
        rows=orders,
        is_thinned=len(stems) < len(drawn),
        is_cut=len(facts.moments) < facts.tally.count,
    )


def _stems(orders: list[TouchpointMoment], start: datetime, end: datetime, currency: str) -> tuple[list[Stem], str]:
    if not orders:
        return [], ""
    amounts = [float(to_decimal(o.value_minor or 0, o.currency)) for o in orders]
    top = nice_top(max(amounts))
    largest: dict[int, tuple[float, TouchpointMoment]] = {}  # where two would be drawn over one another, the larger
    for o, amount in zip(orders, amounts, strict=True):
        place = int(share(o.at, start, end) * STEMS_A_PERCENT)
        if place not in largest or amount > largest[place][0]:
            largest[place] = amount, o
    stems = [
        Stem(
            x=share(o.at, start, end),
            y=round(FLOOR - (FLOOR - TOP) * max(amount, 0) / top, 1),
            words=f"{day(o.at)}: {money(o.value_minor, o.currency)}",
        )
        for amount, o in largest.values()
    ]
    return stems, money(parse_minor(top, currency), currency) if currency else f"{top:g}"


def _lanes(moments: list[TouchpointMoment], start: datetime, end: datetime, first_y: float) -> list[Lane]:
    by_channel: dict[str, list[TouchpointMoment]] = {}
    for m in moments:
        by_channel.setdefault(m.channel, []).append(m)
    busiest = sorted(by_channel, key=lambda c: -len(by_channel[c]))[:LANES]
    return [
        Lane(
            name=CHANNEL_WORDS.get(channel, channel),
            y=first_y + LANE * (number + 1) - 9,
            marks=_marks(by_channel[channel], start, end),
        )
        for number, channel in enumerate(busiest)
    ]


def _marks(moments: list[TouchpointMoment], start: datetime, end: datetime) -> list[tuple[float, str]]:
    """Return marks no closer than a third of a percent; a feeling beats a mark without one."""
    seen: dict[int, tuple[float, str]] = {}
    for m in moments:
        x = share(m.at, start, end)
        feeling = feeling_of_score(m.score_milli)
        place = int(x * 3)
        if place not in seen or feeling:
            seen[place] = (x, feeling or "none")
    return sorted(seen.values())


def _sentence(facts: Facts, orders: list[TouchpointMoment], drawn: list[TouchpointMoment]) -> str:
    touches = plural(facts.tally.count, "touchpoint,touchpoints")
    if not orders:
        return f"{touches}, no order."
    biggest = max(drawn, key=lambda o: o.value_minor or 0)
    return (
        f"{plural(len(orders), 'order,orders')} among {touches}; the largest {money(biggest.value_minor, biggest.currency)} "
        f"on {day(biggest.at)}, the last on {day(orders[0].at)}."
    )
