"""Run as a program: lay people of every kind of receiver into the database, each with queued letters.

python -m tests.promises.sending.lay <people of each kind> <letters to each>
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

import django

django.setup()

from regard.act.services import enqueue  # noqa: E402
from regard.collect.contracts import Incoming  # noqa: E402
from regard.collect.services import ensure_source  # noqa: E402
from regard.consent.services import Told, record_consents  # noqa: E402
from regard.decide.models import Cycle, Decision  # noqa: E402
from regard.flow import receive  # noqa: E402
from regard.kernel.instant import to_us  # noqa: E402
from regard.versions.selectors import active_playbook  # noqa: E402

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
KINDS = ("ok", "slow", "refuse", "lost-after", "once-defer", "once-lost-before", "once-busy")


def main(each: int, letters: int) -> None:
    then, playbook = NOON - timedelta(days=100), active_playbook().playbook
    source = ensure_source(name="shop", kind="api", now=then)
    addresses = [f"{kind}-{n}@example.org" for n in range(each) for kind in KINDS]
    people = [
        recorded.origin
        for recorded in receive([_person(source, a, then) for a in addresses], now=then)
    ]
    agreed = [
        Told(
            person=p,
            purpose="offers",
            is_granted=True,
            source="checkout",
            occurred_us=to_us(then),
            wording="2026-01",
        )
        for p in people
    ]
    record_consents(told=agreed, now=then)
    cycle = Cycle.objects.create(
        as_of=NOON, upto=0, playbook_hash="lay", started_at=NOON, finished_at=NOON
    )
    journey = playbook.journeys["thank-high-value"]
    Decision.objects.bulk_create(
        Decision(
            key=f"thank-high-value:offer:{person}:{n}", cycle=cycle, person_id=person, journey="thank-high-value",
            version=journey.version, step="offer", act="send", channel="email", purpose="offers", counts=1,
            asked_at=NOON, as_of=NOON, verdict="go", reason="go", words="May go",
        )
        for n in range(letters)
        for person in people
    )  # fmt: skip
    enqueue(playbook=playbook, now=NOON)
    print(len(people))


def _person(source: int, address: str, at: datetime) -> Incoming:
    return Incoming(
        source=source, message_id=f"identify-{address}", type="identify", name="identify", channel="server",
        occurred_us=to_us(at), received_us=to_us(at), ids=(("email", address),),
        traits={"email": address, "first_name": "Ines", "time_zone": "Europe/London"},
    )  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
