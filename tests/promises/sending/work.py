"""Run as a program: a worker that claims, hands over and settles until nothing is left to do.

    python -m tests.promises.sending.work <name> <began: seconds since 1970>

Its clock starts at noon and runs sixty times as fast as ours, so that leases and deferrals end within seconds.
"""

from __future__ import annotations

import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import django

django.setup()

from regard.act.channels.email.transport import transport_from_environment  # noqa: E402
from regard.act.models import Message  # noqa: E402
from regard.act.services import claim, deliver, settle_leases  # noqa: E402
from regard.versions.selectors import active_playbook  # noqa: E402

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
UNFINISHED = (Message.State.QUEUED, Message.State.CLAIMED, Message.State.DEFERRED)
HELD_TODAY = timedelta(
    hours=8
)  # what is due later than this is held back by a cap, and rightly stays


def main(name: str, began: float) -> None:
    playbook = active_playbook().playbook

    def clock() -> datetime:
        return NOON + timedelta(seconds=(time.time() - began) * 60)

    while Message.objects.filter(state__in=UNFINISHED, due_at__lt=NOON + HELD_TODAY).exists():
        settle_leases(now=clock())
        claimed = claim(playbook=playbook, now=clock(), worker=name, limit=8)
        if claimed.messages:
            transport = transport_from_environment()
            deliver(
                messages=claimed.messages,
                playbook=playbook,
                transport=transport,
                worker=name,
                clock=clock,
            )
        else:
            threading.Event().wait(0.05)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
