"""How one touchpoint is told on a timeline: a title, a detail, their own words, a feeling, an icon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regard.collect.selectors import TouchpointRow
from regard.consent.vocabulary import CONSENT_GRANTED, CONSENT_WITHDRAWN
from regard.playbooks.feelings import feeling_of_score
from regard.playbooks.vocabulary import (
    EMAIL_LINK_CLICKED,
    EMAIL_OPENED,
    MESSAGE_SENT,
    ORDER_COMPLETED,
    SURVEY_ANSWERED,
    TASK_CLOSED,
    TASK_OPENED,
)
from regard.rooms import KINDS
from regard.web.templatetags.ui import money
from regard.web.words import CHANNEL_ICONS, CHANNEL_WORDS

SPOKEN = ("comment", "text", "message", "body", "quote", "review_body")


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One line of the timeline."""

    key: str
    at: datetime
    title: str
    detail: str = ""
    quote: str = ""
    feeling: str = ""
    icon: str = "circle-dot"
    channel: str = ""
    is_quiet: bool = False
    invented: str = ""  # what of it is invented, in words; "" where nothing is
    facts: tuple[tuple[str, str], ...] = ()


def tell(row: TouchpointRow) -> TimelineLine:
    """Put a touchpoint into words. What a customer wrote is a quote; everything else is ours."""
    spoken = next((str(row.properties[k]) for k in SPOKEN if isinstance(row.properties.get(k), str)), "")
    is_theirs = row.actor == "customer" and row.direction == "in"
    kind = KINDS.get(row.name)
    title, detail = _TELLERS.get(row.name, _plain)(row)
    quote = spoken if is_theirs else ""
    if spoken and not is_theirs and spoken not in detail:
        detail = f"{detail} · {spoken}" if detail else spoken
    return TimelineLine(
        key=f"e{row.seq}",
        at=row.occurred_at,
        title=title,
        detail=detail,
        quote=quote,
        feeling=feeling_of_score(row.score_milli) if is_theirs or row.name == SURVEY_ANSWERED.name else "",
        icon=(kind.icon if kind else "") or CHANNEL_ICONS.get(row.channel, "circle-dot"),
        channel=CHANNEL_WORDS.get(row.channel, row.channel),
        is_quiet=kind is not None and kind.is_quiet and not quote,
        invented=_invented(row),
        facts=_facts(row),
    )


def _invented(row: TouchpointRow) -> str:
    """Return what of a sample's touchpoint was invented: all of it, or some named properties."""
    told = row.context.get("invented")
    if isinstance(told, list) and row.source_kind != "invented":
        return "invented " + ", ".join(str(t).rpartition(".")[2] for t in told)
    return "invented" if told or row.source_kind == "invented" else ""


def _order(row: TouchpointRow) -> tuple[str, str]:
    products = [p for p in row.properties.get("products") or [] if isinstance(p, dict)]
    pieces = sum(_whole(p.get("quantity")) for p in products)
    worth = f" for {money(row.value_minor, row.currency)}" if row.value_minor is not None else ""
    names = [str(p["name"]) for p in products if p.get("name")]
    title = f"Ordered {pieces} {'thing' if pieces == 1 else 'things'}{worth}" if pieces else f"Ordered{worth}"
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return title, ", ".join(names[:3]) + more


def _whole(value: object) -> int:
    return int(value) if isinstance(value, int | float) and 0 < value < 10_000 else 1


def _message(row: TouchpointRow) -> tuple[str, str]:
    subject = str(row.properties.get("subject") or row.properties.get("template") or "")
    # A reply, a statement: what no journey asked for says what it was.
    asked = str(row.properties.get("kind") or "")
    detail = asked if asked and row.actor == "automation" else ", ".join(x for x in (asked, _by(row)) if x)
    return f"We wrote: {subject}" if subject else "We wrote", detail


def _answer(row: TouchpointRow) -> tuple[str, str]:
    score = f"{row.score_milli // 1000} of 10" if row.score_milli is not None else "in words"
    return f"Answered {score}", str(row.properties.get("survey_name") or row.properties.get("survey") or "")


def _consent(row: TouchpointRow) -> tuple[str, str]:
    agreed = "Agreed to" if row.name == CONSENT_GRANTED.name else "Withdrew"
    purpose = str(row.properties.get("purpose") or "a purpose").replace("_", " ")
    return f"{agreed} {purpose}", str(row.properties.get("source") or "")


def _task(row: TouchpointRow) -> tuple[str, str]:
    kind = str(row.properties.get("kind") or "task").replace("_", " ")
    if row.name == TASK_OPENED.name:
        paused = "promotions pause" if row.properties.get("pauses_promotions") else ""
        return f"Handed to a person: {kind}", paused
    return f"A person closed: {kind}", str(row.properties.get("outcome") or "")


def _click(row: TouchpointRow) -> tuple[str, str]:
    seen = "" if row.context.get("confirmed") else "seen by the server; may have been a scanner"
    return KINDS[row.name].words, seen


def _plain(row: TouchpointRow) -> tuple[str, str]:
    subject = row.properties.get("subject") or row.properties.get("title") or ""
    worth = money(row.value_minor, row.currency) if row.value_minor is not None else ""
    detail = " · ".join(x for x in (str(subject), worth, _by(row)) if x)
    return KINDS[row.name].words if row.name in KINDS else row.name, detail


def _by(row: TouchpointRow) -> str:
    by = row.properties.get("agent") or row.properties.get("by") or row.properties.get("sender")
    if isinstance(by, str):
        return by
    return {"staff": "by a colleague", "automation": "by a journey"}.get(row.actor, "")


def _facts(row: TouchpointRow) -> tuple[tuple[str, str], ...]:
    """Return the plain properties, for who wants to see the raw row."""
    return tuple((k, _short(v)) for k, v in list(row.properties.items())[:20] if k not in SPOKEN)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 160 else f"{text[:157]}…"


_TELLERS = {
    kind.name: teller
    for teller, kinds in (
        (_order, (ORDER_COMPLETED,)),
        (_message, (MESSAGE_SENT,)),
        (_answer, (SURVEY_ANSWERED,)),
        (_consent, (CONSENT_GRANTED, CONSENT_WITHDRAWN)),
        (_task, (TASK_OPENED, TASK_CLOSED)),
        (_click, (EMAIL_OPENED, EMAIL_LINK_CLICKED)),
    )
    for kind in kinds
}
