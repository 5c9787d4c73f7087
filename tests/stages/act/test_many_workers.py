"""Twenty workers claim at once: nobody is claimed twice, and no cap is overrun (C1, C5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection

from regard.act.channels.email.transport import Outbox
from regard.act.models import Message
from regard.act.services import claim, deliver
from regard.playbooks.model import Playbook

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 20


def test_twenty_workers_overrun_no_cap_and_claim_nothing_twice(
    playbook: Playbook,
    make_person: Callable[..., int],
    queue: Callable[..., Message],
    as_of: datetime,
) -> None:
    people = [make_person(f"ok-{n}@example.org") for n in range(12)]
    for person in people:
        for letter in ("one", "two", "three"):
            queue(person, key=f"{letter}:{person}")
    start = Barrier(WORKERS)

    def work(number: int) -> list[int]:
        start.wait(timeout=60)
        worker, taken = f"w{number}", []
        try:
            for turn in range(3):
                now = as_of + timedelta(seconds=turn)
                mine = claim(playbook=playbook, now=now, worker=worker, limit=5).messages
                deliver(
                    messages=mine,
                    playbook=playbook,
                    opened=lambda _: Outbox(),
                    worker=worker,
                    clock=lambda: as_of,
                )
                taken += mine
        finally:
            connection.close()
        return taken

    with ThreadPoolExecutor(WORKERS) as pool:
        claimed = Counter(message for taken in pool.map(work, range(WORKERS)) for message in taken)
    claim(playbook=playbook, now=as_of + timedelta(minutes=1), worker="last", limit=100)

    assert claimed.most_common(1)[0][1] == 1
    per_person = Counter(Message.objects.filter(state__in=("sent", "claimed")).values_list("person_id", flat=True))
    assert per_person == Counter(dict.fromkeys(people, 1))
