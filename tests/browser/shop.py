"""Run as a program over a server's database: a shop's history, and turns of the loop at a time of the story's own.

    python -m tests.browser.shop history <now>          thirty customers with two orders each, six of them big
    python -m tests.browser.shop tick <now>             absorb, cycle, send
    python -m tests.browser.shop promote <email> <now>  one more offer to this person, decided and due
    python -m tests.browser.shop close <now>            close every open task, the customer told

Each prints one JSON value.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta

import django

django.setup()

from regard import flow  # noqa: E402
from regard.act.models import HumanTask  # noqa: E402
from regard.act.services import close_task, enqueue  # noqa: E402
from regard.collect.contracts import Incoming  # noqa: E402
from regard.collect.services import ensure_source  # noqa: E402
from regard.consent.services import ToldWord, record_consents  # noqa: E402
from regard.decide.models import Cycle, Decision  # noqa: E402
from regard.identify.selectors import find_person  # noqa: E402
from regard.kernel.instant import to_us  # noqa: E402
from regard.versions.selectors import active_playbook  # noqa: E402
from tests.cast.log import identify, order  # noqa: E402

BIG = 6
SHELF = {
    "kb": "Kind of Blue",
    "als": "A Love Supreme",
    "mau": "Mingus Ah Um",
    "to": "Time Out",
    "bt": "Blue Train",
    "gs": "Giant Steps",
}
BASKETS = (("kb", "als"), ("als", "mau"), ("kb", "mau"), ("to", "bt"), ("bt", "gs"), ("to", "gs"))


def history(now: datetime) -> list[str]:
    """Customers with an address in a zone where it is noon now, so that no quiet hour is in the way."""
    then, source = now - timedelta(days=60), ensure_source(name="shop", kind="api", now=now)
    zone = f"Etc/GMT{now.hour - 12:+d}"
    emails = [f"ok-customer-{n}@example.org" for n in range(30)]
    told = [_identify(source, email, zone, then) for email in emails]
    told += [_order(source, n, turn, then) for n in range(30) for turn in (0, 1)]
    people = {r.origin for r in flow.receive(told, now=now)[:30]}
    record_consents(
        told=[_agreed(p, purpose, then) for p in people for purpose in ("offers", "surveys", "referrals")],
        now=then,
    )
    return emails[:BIG]


def _identify(source: int, email: str, zone: str, at: datetime) -> Incoming:
    return identify(
        email,
        source=source,
        message_id=f"identify-{email}",
        channel="server",
        at=at,
        traits={"first_name": "Ines", "time_zone": zone},
    )


def _order(source: int, n: int, turn: int, then: datetime) -> Incoming:
    lines = [{"sku": s, "name": SHELF[s], "price": 11.49, "quantity": 1} for s in BASKETS[n % len(BASKETS)]]
    at = then + timedelta(days=20 * turn, minutes=n)
    return order(
        20_000 if n < BIG else 1_000,
        source=source,
        message_id=f"order-{n}-{turn}",
        at=at,
        email=f"ok-customer-{n}@example.org",
        properties={"order_id": f"{n}-{turn}", "products": lines},
    )


def _agreed(person: int, purpose: str, at: datetime) -> ToldWord:
    return ToldWord(
        person=person,
        purpose=purpose,
        is_granted=True,
        source="checkout",
        occurred_us=to_us(at),
        wording="2026-01",
    )


def tick(now: datetime) -> dict[str, int]:
    """One turn of the loop at `now`, and what stands after it."""
    flow.tick(clock=lambda: now)
    return {"decisions": Decision.objects.count(), "tasks": HumanTask.objects.count()}


def promote(email: str, now: datetime) -> int:
    """Decide one more offer to a person, as another journey might."""
    person, playbook = find_person(email), active_playbook().playbook
    cycle = Cycle.objects.create(as_of=now, upto=0, playbook_hash="promote", started_at=now, finished_at=now)
    decision = Decision.objects.create(
        key=f"more:{email}:{now:%s}",
        cycle=cycle,
        person_id=person,
        journey="thank-high-value",
        version=playbook.journeys["thank-high-value"].version,
        step="offer",
        act="send",
        channel="email",
        purpose="offers",
        counts=1,
        asked_at=now,
        as_of=now,
        verdict="go",
        reason="go",
        words="May go",
    )
    return enqueue(playbook=playbook, now=now, decisions=[decision.id]).messages


def close(now: datetime) -> int:
    """Close what is open."""
    rows = list(HumanTask.objects.filter(state="open"))
    for task in rows:
        close_task(task_id=task.id, outcome="sent a new one", told_customer=True, by="staff:1", now=now)
    return len(rows)


if __name__ == "__main__":
    verb, *words, at = sys.argv[1:]
    print(json.dumps(globals()[verb](*words, datetime.fromisoformat(at))))
