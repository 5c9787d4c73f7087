"""A small world for the stage's tests: one source, orders and other touchpoints of people known by e-mail."""

from __future__ import annotations

from datetime import datetime

from regard.collect.contracts import Incoming
from tests.cast.log import a_source, message


def source(name: str = "shop") -> int:
    return a_source(name)


def happened(inbox: int, who: str, name: str, at: datetime, *, ids=None, properties=None, **more) -> Incoming:
    """One touchpoint of a person known by user id and e-mail."""
    known = ids if ids is not None else (("user_id", who), ("email", f"{who}@example.org"))
    return message(source=inbox, name=name, at=at, ids=known, properties=properties or {}, **more)


def order(inbox: int, who: str, at: datetime, amount: float, **properties) -> Incoming:
    return happened(
        inbox, who, "Order Completed", at, value_minor=round(amount * 100), currency="USD", properties=properties
    )
