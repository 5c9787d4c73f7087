"""Sending end to end: letters claimed, drafted, handed over to a real SMTP server and written down, a second.

    python -m benchmarks.sending [people]      default 4,000, of whom about 1,800 have a letter due

Its own SQLite folder (or the database of REGARD_BENCH_DATABASE_URL), made and thrown away. The server is the one of the
tests, in a process of its own, and takes every mail; the sender is one thread with one connection at a time.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from benchmarks.decide import NOW, _come_in, _decide, _fill, _vendor

LETTERS = 300
_SERVER = """
import sys
from tests.mailserver import MailServer
server = MailServer()
server.start()
print(server.url, flush=True)
sys.stdin.read()
"""


def main(people: int) -> None:
    """Run on a fresh installation."""
    with tempfile.TemporaryDirectory(prefix="regard-bench-") as folder:
        os.environ |= {
            "REGARD_DATA": folder,
            "REGARD_SECRET_KEY": "bench-" + "x" * 40,
            "DATABASE_URL": os.environ.get("REGARD_BENCH_DATABASE_URL", ""),
            "DJANGO_SETTINGS_MODULE": "regard.settings",
        }
        import django

        django.setup()
        from django.core.management import call_command

        from benchmarks.harness import measure, report
        from regard.act.services import enqueue
        from regard.versions.selectors import active_playbook
        from regard.versions.services import apply_shipped_playbook

        call_command("migrate", verbosity=0)
        apply_shipped_playbook(now=NOW - timedelta(days=500))
        _fill(people)
        _come_in(people)
        enqueue(playbook=active_playbook().playbook, now=NOW, decisions=_decide(NOW).go)
        with _mail_server() as url:
            rows = measure("letters handed over by SMTP", f"{LETTERS} a claim", lambda: _send(url), repeat=4)
        report(f"sending_{_vendor()}", rows)


@contextmanager
def _mail_server() -> Iterator[str]:
    with subprocess.Popen(
        [sys.executable, "-c", _SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        yield running.stdout.readline().strip()
        running.terminate()


def _send(url: str) -> dict[str, float]:
    from regard.act.channels.email.handover import parse_smtp_url
    from regard.act.channels.email.transport import Smtp
    from regard.act.services import claim, deliver
    from regard.versions.selectors import active_playbook

    playbook, at = active_playbook().playbook, NOW + timedelta(minutes=1)
    began, busy = time.perf_counter(), time.process_time()
    held = claim(playbook=playbook, now=at, worker="bench", limit=LETTERS).messages
    done = deliver(
        messages=held,
        playbook=playbook,
        opened=lambda _: Smtp(parse_smtp_url(url)),
        worker="bench",
        clock=lambda: at,
    )
    assert done.sent == len(held) > 0
    took, busy = time.perf_counter() - began, time.process_time() - busy
    return {"letters/s": done.sent / took, "letters per CPU second": done.sent / busy}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4_000)
