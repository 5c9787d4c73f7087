"""The whole context of a person for whoever takes a task over, so that nothing is asked twice.

It is read once when the task opens and kept with it: what a colleague saw when they decided stays what they saw.
The person's own words are read again at every look (`selectors.task_detail`), since they may add to them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from regard.collect.models import Touchpoint
from regard.identify.selectors import origins_of
from regard.kernel.instant import to_us
from regard.playbooks.vocabulary import MESSAGE_SENT, ORDER_COMPLETED, SURVEY_ANSWERED, SURVEY_ASKED
from regard.profile.models import Card
from regard.understand.models import Standing

ORDERS = (ORDER_COMPLETED.name,)
MESSAGES = (MESSAGE_SENT.name, SURVEY_ASKED.name)
ANSWERS = (SURVEY_ANSWERED.name,)


def context_of(person: int, *, as_of: datetime) -> dict[str, Any]:
    """Return what a colleague needs to know of a person: who, since when, orders, messages, words."""
    origins = origins_of(person)
    card = Card.objects.filter(person_id=origins[0]).first()
    standing = Standing.objects.filter(person_id=origins[0]).first()
    fields = card.fields if card else {}
    return {
        "name": card.display_name if card else "",
        "language": fields.get("language", ""),
        "time_zone": fields.get("time_zone", ""),
        "value_minor": standing.value_minor if standing else None,
        "since": _first_touch(origins),
        "orders": _newest(origins, ORDERS, as_of, 5),
        "messages": _newest(origins, MESSAGES, as_of, 5),
        "answers": _newest(origins, ANSWERS, as_of, 3),
    }


def words_of(person: int, *, limit: int = 3) -> list[dict[str, Any]]:
    """Return the newest answers of a person in their own words, newest first."""
    return _newest(origins_of(person), ANSWERS, None, limit)


def _first_touch(origins: list[int]) -> int | None:
    first = Touchpoint.objects.filter(origin__in=origins).order_by("occurred_at").values_list("occurred_at", flat=True)
    found: Any = first.first()
    return to_us(found) if found else None


def _newest(origins: list[int], names: tuple[str, ...], as_of: datetime | None, limit: int) -> list[dict[str, Any]]:
    rows = Touchpoint.objects.filter(origin__in=origins, name__in=names)
    if as_of is not None:
        rows = rows.filter(occurred_at__lte=as_of)
    return [_told(row) for row in rows.order_by("-occurred_at", "-seq")[:limit]]


def _told(row: Touchpoint) -> dict[str, Any]:
    told: dict[str, Any] = {"seq": row.seq, "name": row.name, "at": to_us(row.occurred_at)}
    if row.value_minor is not None:
        told |= {"value_minor": row.value_minor, "currency": row.currency}
    if row.score_milli is not None:
        told["score"] = row.score_milli // 1000
    properties = row.properties if isinstance(row.properties, dict) else {}
    for key in ("order_id", "template", "subject", "survey", "comment"):
        if properties.get(key):
            told[key] = str(properties[key])[:2000]
    products = properties.get("products")
    if isinstance(products, list):
        told["products"] = [str(p.get("name", p.get("sku", "")))[:120] for p in products[:8] if isinstance(p, dict)]
    return told
