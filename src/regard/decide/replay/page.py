"""The report of a replay as one page that needs nothing from elsewhere: no script, no font, no picture to load."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from regard.decide.replay.report import DayFound, Found
from regard.decide.selectors import SHORT
from regard.kernel.money import to_decimal

_STYLE = (
    ":root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{max-width:62rem;margin:2rem auto;padding:0 1rem}"
    "h1{font-size:1.6rem}h2{font-size:1.1rem;margin-top:2.2rem}table{border-collapse:collapse;width:100%}"
    "th,td{text-align:start;padding:.35rem .6rem;border-bottom:1px solid color-mix(in srgb,currentColor 18%,transparent)}"
    "td.n,th.n{text-align:end;font-variant-numeric:tabular-nums}p.mut,td.mut{opacity:.75}svg{width:100%;height:auto}"
    ".tag{border:1px solid currentColor;border-radius:99px;padding:0 .5rem;font-size:.85rem;opacity:.8}"
)


def page_of(found: Found, changes: Sequence[dict[str, Any]], rows: Sequence[dict[str, Any]]) -> str:
    """Return the page: totals, journeys, steps, reasons, the days, the difference, and who would have got what."""
    cost = to_decimal(round(found.cost_minor), found.currency)
    body = [
        f"<h1>What would have happened, {found.start:%d %B %Y} to {found.end:%d %B %Y}</h1>",
        f"<p>{found.people:,} people, {found.messages:,} messages, {sum(d.tasks for d in found.days):,} tasks for"
        f" colleagues; about {cost:,} {escape(found.currency)}. Nothing was sent.</p>",
        *(f'<p class="mut">{escape(note)}</p>' for note in found.notes),
        _days(found),
        _journeys(found),
        _steps(found),
        _reasons("Held back for good", found.held),
        _reasons("Delayed for a while", found.delayed),
        _weeks(found),
        _changes(changes),
        _people(rows),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport"'
        f' content="width=device-width"><title>Replay</title><style>{_STYLE}</style></head><body>'
        f"{''.join(body)}</body></html>"
    )


def _table(
    title: str, heads: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str
) -> str:
    made = "".join(f"<tr>{''.join(_cell(value) for value in row)}</tr>" for row in rows)
    if not made:
        return f'<h2>{escape(title)}</h2><p class="mut">{escape(empty)}</p>'
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    return (
        f"<h2>{escape(title)}</h2><table><thead><tr>{top}</tr></thead><tbody>{made}</tbody></table>"
    )


def _cell(value: object) -> str:
    if isinstance(value, int):
        return f'<td class="n">{value:,}</td>'
    return f"<td>{escape(str(value))}</td>"


def _days(found: Found) -> str:
    """Return messages a day as bars, and the days on which the tasks need more time than the team has."""
    if not found.days:
        return "<h2>Day by day</h2><p class='mut'>On no day would anything have gone.</p>"
    most = max(day.messages for day in found.days) or 1
    bars = "".join(
        _bar(number, day, len(found.days), most) for number, day in enumerate(found.days)
    )
    over = (
        f"On {found.over_capacity} of these days the tasks need more than the team's {found.capacity} minutes."
        if found.over_capacity
        else f"On no day do the tasks need more than the team's {found.capacity} minutes."
    )
    label = f"Messages a day, at most {most:,}"
    return (
        f'<h2>Day by day</h2><svg viewBox="0 0 1000 160" role="img" aria-label="{escape(label)}">{bars}</svg>'
        f"<p>{escape(label)}. {escape(over)}</p>"
    )


def _bar(number: int, day: DayFound, days: int, most: int) -> str:
    width, height = 1000 / days, 150 * day.messages / most
    told = f"{day.day}: {day.messages} messages, {day.tasks} tasks, {day.minutes} minutes"
    return (
        f'<rect x="{number * width:.1f}" y="{155 - height:.1f}" width="{max(width - 1, 1):.1f}" height="{height:.1f}"'
        f' fill="currentColor" opacity="0.55"><title>{escape(told)}</title></rect>'
    )


def _journeys(found: Found) -> str:
    return _table(
        "Journeys",
        ("journey", "entered", "held out", "still inside", "how it ended"),
        (
            (
                j.journey,
                j.entered,
                j.held_out,
                j.inside,
                ", ".join(f"{n} {why}" for why, n in j.ends.items()),
            )
            for j in found.journeys
        ),
        empty="No journeys.",
    )


def _steps(found: Found) -> str:
    return _table(
        "Steps",
        ("journey", "step", "what it does", "would go", "held back", "delayed at the end", "depends on the answer"),
        (
            (
                s.journey, s.step, s.words, s.went, sum(s.no.values()), s.delayed,
                "; ".join(f"{n} if {told}" for told, n in s.depends.items()),
            )
            for s in found.steps
        ),
        empty="No acts.",
    )  # fmt: skip


def _reasons(title: str, counted: dict[str, int]) -> str:
    rows = ((SHORT.get(code, code), people) for code, people in counted.items())
    return _table(title, ("because", "people"), rows, empty="Nobody.")


def _weeks(found: Found) -> str:
    rows = ((f"{count} in one week", times) for count, times in found.a_week.items())
    return _table("Messages a person a week", ("messages", "times"), rows, empty="No messages.")


def _changes(changes: Sequence[dict[str, Any]]) -> str:
    if not changes:
        return ""
    return _table(
        "Difference from what runs now",
        ("journey", "step", "went before", "would go", "held back before", "held back"),
        (
            (
                c["journey"],
                c["step"],
                c["went_before"],
                c["went"],
                c["refused_before"],
                c["refused"],
            )
            for c in changes
        ),
        empty="None.",
    )


def _people(rows: Sequence[dict[str, Any]]) -> str:
    return _table(
        f"Who would have got what (the first {len(rows)})",
        ("when", "person", "journey", "step", "verdict", "because", "depends on"),
        (
            (
                r["t"][:16].replace("T", " "),
                f"#{r['person']}",
                r["journey"],
                r["step"],
                r["verdict"],
                r["words"],
                r["supposed"],
            )
            for r in rows
        ),
        empty="Nobody.",
    )
