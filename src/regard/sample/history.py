"""The real part: CDNOW's 1/10 sample of orders, shifted by whole weeks so that it ends last week.

Weekdays stay what they were. The file knows days only, so an order stands at noon in the company's zone and its context
says so.
"""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from regard.kernel.instant import to_us
from regard.kernel.money import parse_minor

ZONE = ZoneInfo("Europe/London")
LAST_DAY = date(1998, 6, 30)
CURRENCY = "USD"


@dataclass(frozen=True, slots=True)
class Order:
    """One real order: whose (1..2357), which of theirs, when, how many discs, how much in cents."""

    person: int
    number: int
    on: date
    quantity: int
    minor: int


def weeks_to_shift(now: datetime) -> int:
    """Return by how many weeks the history moves so that its last day falls in the ISO week before `now`'s."""
    monday = now.astimezone(ZONE).date() - timedelta(days=now.astimezone(ZONE).weekday())
    last_monday = LAST_DAY - timedelta(days=LAST_DAY.weekday())
    return (monday - last_monday).days // 7 - 1


@cache
def read_orders(weeks: int) -> tuple[Order, ...]:
    """Return all 6,919 orders, shifted, by day and person."""
    packed = (files("regard.sample") / "cdnow_sample.csv.gz").read_bytes()
    counted: dict[int, int] = {}
    orders = []
    for row in csv.DictReader(io.StringIO(gzip.decompress(packed).decode())):
        person = int(row["sample_id"])
        counted[person] = counted.get(person, 0) + 1
        day = date.fromisoformat(row["date"]) + timedelta(weeks=weeks)
        cents = parse_minor(row["amount"], CURRENCY) or 0
        orders.append(Order(person, counted[person], day, int(row["quantity"]), cents))
    return tuple(sorted(orders, key=lambda order: (order.on, order.person, order.number)))


def noon_us(day: date) -> int:
    """Return noon of the day in the shop's zone, in microseconds since 1970."""
    return to_us(datetime.combine(day, time(12), ZONE))


def user_id(person: int) -> str:
    """Return the id under which the shop knows the person."""
    return f"cdnow-{person:04d}"


def order_id(order: Order) -> str:
    """Return the order's number, unlike any other's."""
    return f"HR-{order.person:04d}-{order.number:02d}"
