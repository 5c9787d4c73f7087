"""The report of a replay as one page that needs nothing from elsewhere: no script, no font, no picture to load."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from html import escape
from typing import Any

from regard.decide.replay.found import DayFound, ReplayFound, end_words
from regard.decide.replay.report import cells_of
from regard.engine.journeys.guardrails import short_words
from regard.kernel.money import to_decimal

_STYLE = (
    ":root{color-scheme:light dark;--ground:light-dark(#fbfaf7,#171a18);--ink:light-dark(#1f2421,#e9ece7);"
    "--soft:light-dark(#5b635e,#a9b2ab);--line:light-dark(#dfe0d9,#343a36);--mark:light-dark(#1d6b57,#6cc3a8);"
    "font:16px/1.5 system-ui,sans-serif}"
    "body{max-width:64rem;margin:2.5rem auto;padding:0 1rem;background:var(--ground);color:var(--ink)}"
    "h1{font-size:1.6rem;line-height:1.25}h2{font-size:1.1rem;margin:2.4rem 0 .6rem}p.lead{font-size:1.1rem}"
    ".wide{overflow-x:auto}td:first-child,td.n{white-space:nowrap}table{border-collapse:collapse;width:100%}th{color:var(--soft);font-weight:600;font-size:.9rem}"
    "th,td{text-align:start;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid var(--line)}"
    "th:first-child,td:first-child{padding-inline-start:0}td.n,th.n{text-align:end;font-variant-numeric:tabular-nums}"
    ".mut,li{color:var(--soft)}svg{display:block;width:100%;height:auto;fill:var(--mark);border-bottom:1px solid var(--line)}"
    ".ends{display:flex;justify-content:space-between;color:var(--soft);font-size:.9rem}"
)


CHANGED = (
    "journey",
    "step",
    "went_before",
    "went",
    "refused_before",
    "refused",
    "delayed_before",
    "delayed",
)


def page_of(found: ReplayFound, changes: Sequence[dict[str, Any]], rows: Sequence[dict[str, Any]]) -> str:
    """Return the page: totals, journeys, steps, reasons, the days, the difference, and who would have got what."""
    cost = to_decimal(round(found.cost_minor), found.currency)
    tasks = sum(day.tasks for day in found.days)
    body = [
        f"<h1>What would have happened, {found.start:%-d %B %Y} to {found.end:%-d %B %Y}</h1>",
        f'<p class="lead">{found.people:,} people looked at, {found.messages:,} messages, {tasks:,} tasks for colleagues;'
        f" about {cost:,} {escape(found.currency)}. Nothing was sent.</p>",
        _days(found),
        _journeys(found),
        _steps(found),
        _reasons("Held back for good", found.held),
        _reasons("Delayed for a while", found.delayed),
        _weeks(found),
        _crowds(found),
        _changes(changes),
        _unknown(found),
        _people(rows),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport"'
        f' content="width=device-width"><title>Replay</title><style>{_STYLE}</style></head><body>'
        f"{''.join(body)}</body></html>"
    )


def _unknown(found: ReplayFound) -> str:
    notes = "".join(f"<li>{escape(note)}</li>" for note in found.notes)
    return f"<h2>What this replay cannot know</h2><ul>{notes}</ul>"


def _crowds(found: ReplayFound) -> str:
    """Return the days on which a step had to wait for a colleague's approval, where there are any."""
    if not found.crowds:
        return ""
    rows = (
        (
            c.day,
            c.journey,
            c.step,
            c.people,
            c.approved_at[:16].replace("T", " ") or "nobody approves",
        )
        for c in found.crowds
    )
    return _table("Crowds that waited for approval", ("day", "journey", "step", "people", "approved"), rows, empty="")


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> str:
    kept = list(rows)
    made = "".join(f"<tr>{''.join(_cell(value) for value in row)}</tr>" for row in kept)
    if not made:
        return f'<h2>{escape(title)}</h2><p class="mut">{escape(empty)}</p>'
    numbers = [isinstance(value, int) for value in kept[0]]
    top = "".join(
        f'<th scope="col"{" class=n" if is_number else ""}>{escape(head)}</th>'
        for head, is_number in zip(heads, numbers, strict=True)
    )
    return (
        f'<h2>{escape(title)}</h2><div class="wide" tabindex="0"><table><thead><tr>{top}</tr></thead>'
        f"<tbody>{made}</tbody></table></div>"
    )


def _cell(value: object) -> str:
    if isinstance(value, int):
        return f'<td class="n">{value:,}</td>'
    return f"<td>{escape(str(value))}</td>"


def _days(found: ReplayFound) -> str:
    """Return messages and human minutes a day as bars, each day at its place in the stretch."""
    if not found.days:
        return "<h2>Day by day</h2><p class='mut'>On no day would anything have gone.</p>"
    most = max(day.messages for day in found.days)
    messages = _chart(
        found,
        "Messages a day",
        f"At most {most:,} messages a day.",
        [d.messages for d in found.days],
    )
    minutes = [day.minutes for day in found.days]
    if not any(minutes):
        return messages + "<p>No day has tasks for colleagues.</p>"
    over = (
        f"On {found.over_capacity} of these days the tasks need more than the team's {found.capacity} minutes."
        if found.over_capacity
        else f"On no day do the tasks need more than the team's {found.capacity} minutes."
    )
    return messages + _chart(found, "Human minutes a day", f"At most {max(minutes):,} minutes a day. {over}", minutes)


def _chart(found: ReplayFound, title: str, told: str, heights: Sequence[int]) -> str:
    """Return bars of the days that had anything, with the first and last day of the stretch beneath."""
    first, last = found.start.date(), found.end.date()
    whole, top = (last - first).days + 1, max(*heights, 1)
    width = 1000 / whole
    bars = "".join(
        f'<rect x="{(date.fromisoformat(day.day) - first).days * width:.1f}" y="{155 - 150 * height / top:.1f}"'
        f' width="{max(width - 1, 1):.1f}" height="{150 * height / top:.1f}"><title>{escape(_day_words(day))}</title></rect>'
        for day, height in zip(found.days, heights, strict=True)
    )
    return (
        f'<h2>{escape(title)}</h2><svg viewBox="0 0 1000 160" role="img" aria-label="{escape(told)}">{bars}</svg>'
        f'<p class="ends"><span>{first:%-d %B %Y}</span><span>{last:%-d %B %Y}</span></p><p>{escape(told)}</p>'
    )


def _day_words(day: DayFound) -> str:
    return f"{day.day}: {day.messages} messages, {day.tasks} tasks, {day.minutes} minutes"


def _journeys(found: ReplayFound) -> str:
    return _table(
        "Journeys",
        ("journey", "inside before", "came in", "held out", "still inside", "how it ended"),
        (
            (
                j.title,
                j.inside_before,
                j.entered,
                j.held_out,
                j.inside,
                ", ".join(f"{n:,} {end_words(why)}" for why, n in j.ends.items()),
            )
            for j in found.journeys
        ),
        empty="No journeys.",
    )


def _steps(found: ReplayFound) -> str:
    return _table(
        "Steps",
        ("journey", "step", "what it does", "would go", "held back", "delayed at the end", "depends on the answer"),
        (
            (
                s.title,
                s.step,
                s.words,
                s.went,
                sum(s.no.values()),
                s.delayed,
                "; ".join(f"{n:,} if {told}" for told, n in s.depends.items()),
            )
            for s in found.steps
        ),
        empty="No acts.",
    )


def _reasons(title: str, counted: dict[str, int]) -> str:
    rows = ((short_words(code), people) for code, people in counted.items())
    return _table(title, ("because", "people"), rows, empty="Nobody.")


def _weeks(found: ReplayFound) -> str:
    rows = ((f"{count} in one week", times) for count, times in found.a_week.items())
    return _table("Messages a person a week", ("messages", "person-weeks"), rows, empty="No messages.")


def _changes(changes: Sequence[dict[str, Any]]) -> str:
    if not changes:
        return ""
    return _table(
        "Difference from what runs now",
        (
            "journey",
            "step",
            "goes now",
            "would go",
            "held back now",
            "would be",
            "delayed now",
            "would be",
        ),
        ([c[name] for name in CHANGED] for c in changes),
        empty="None.",
    )


def _people(rows: Sequence[dict[str, Any]]) -> str:
    return _table(
        f"Who would have got what (the first {len(rows)})",
        ("when", "person", "journey", "step", "verdict", "because", "depends on"),
        map(cells_of, rows),
        empty="Nobody.",
    )
