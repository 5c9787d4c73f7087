"""Deciding: replay over a quarter of a year, due steps a second, messages claimed a second, a cycle with little to do.

    python -m benchmarks.decide [people] [no-replay]      default 10,000; the release figures are at 100,000

Its own SQLite folder (or the database of REGARD_BENCH_DATABASE_URL), made and thrown away. The people are made up:
each has five orders over 400 days and agreed to everything, two thirds live in three time zones.
"""

from __future__ import annotations

import os
import sys
import tempfile
from datetime import UTC, datetime, timedelta

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)
ORDERS = 5
ZONES = ("Europe/London", "America/New_York", "Asia/Tokyo", "")
JOURNEY = "thank-high-value"


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

        from regard.versions.services import apply_shipped_playbook

        call_command("migrate", verbosity=0)
        apply_shipped_playbook(now=NOW - timedelta(days=500))
        _fill(people)
        _run(people)


def _run(people: int) -> None:
    from benchmarks.harness import at_least, at_most, measure, report
    from regard.understand.running.copy_of_log import sync_log

    rows = []
    if "no-replay" not in sys.argv:
        sync_log((), every_row=True)  # as the cycles of a running installation leave it
        rows += measure("replay of the retailer's journeys", f"{people:,} people x 90 days", _replay, repeat=1,
                        target=at_most(20 * people / 100_000))  # fmt: skip
    _come_in(people)
    each = at_least(50_000)
    rows += measure("people let in, judged and stored", f"{people:,} due", lambda: _due(NOW), repeat=1,
                    target={"people/s": each})  # fmt: skip
    rows += measure("people who waited, judged again and stored", "those still due",
                    lambda: _due(NOW + timedelta(hours=6)), repeat=1, target={"people/s": each})  # fmt: skip
    _enqueue()
    rows += measure(
        "messages claimed, judged again in the claim",
        "200 a claim",
        _claim,
        repeat=5,
        unit="messages/s",
    )
    rows += measure("cycle with nothing to do", f"{people:,} people", _idle_cycle, repeat=3)
    rows += measure("cycle with ten to decide about", f"{people:,} people", _small_cycle, repeat=5)
    report(f"decide_{_vendor()}", rows)


def _vendor() -> str:
    from django.db import connection

    return connection.vendor


def _fill(people: int) -> None:
    """Write people, consents and orders in bulk."""
    from uuid import UUID

    from django.db import transaction

    from regard.collect.models import Source, Touchpoint
    from regard.collect.sequence import allot_sequence
    from regard.consent.models import Consent
    from regard.identify.models import Identifier, Person
    from regard.profile.models import Card

    source, past = (
        Source.objects.create(name="bench", kind="api", created_at=NOW),
        NOW - timedelta(days=400),
    )
    everybody = range(1, people + 1)
    with transaction.atomic():
        seq = iter(range(allot_sequence(people * 10), people * 20))
        _bulk(Person, (Person(id=p, public_id=UUID(int=p), holdout_key=p * 7919, is_known=True, created_at=past, created_seq=1)
                       for p in everybody))  # fmt: skip
        _bulk(Identifier, (Identifier(kind="email", value=f"p{p}@example.org", person_id=p, seq=next(seq), first_seen_at=past)
                           for p in everybody))  # fmt: skip
        _bulk(Card, (Card(person_id=p, fields={"time_zone": ZONES[p % 4]} if ZONES[p % 4] else {}, updated_at=past)
                     for p in everybody))  # fmt: skip
        _bulk(Consent, (Consent(seq=next(seq), person_id=p, purpose=purpose, state="granted", source="bench",
                                occurred_at=past, recorded_at=past)
                        for p in everybody for purpose in ("offers", "surveys", "referrals")))  # fmt: skip
        _bulk(Touchpoint, (
            Touchpoint(seq=(n := next(seq)), source=source, message_id=f"b{n}", origin=p, name="Order Completed",
                       occurred_at=(when := NOW - timedelta(days=(p * 37 + k * 81) % 400, minutes=p % 1440)),
                       received_at=when, channel="web", direction="in", actor="customer",
                       value_minor=1000 + p % 97 * 100, currency="USD")
            for p in everybody for k in range(ORDERS)
        ))  # fmt: skip


def _bulk(model: type, rows: object) -> None:
    model.objects.bulk_create(rows, batch_size=5000)


def _replay() -> None:
    from regard.decide.replay import Span, replay_playbook
    from regard.versions.selectors import active_playbook

    done = replay_playbook(playbook=active_playbook().playbook, span=Span(NOW - timedelta(days=90), NOW))
    print(
        {
            "took_ms": done.took_ms,
            "rounds": done.moved.rounds,
            "decisions": done.moved.decisions.num_rows,
        },
        file=sys.stderr,
    )


def _come_in(people: int) -> None:
    """Everybody comes into the segment that lets them in."""
    from regard.understand.models import Member, Run, SegmentChange

    made = Run.objects.create(kind="refresh", as_of=NOW, upto=1, playbook_hash="", started_at=NOW, finished_at=NOW)
    everybody = range(1, people + 1)
    _bulk(
        Member,
        (Member(segment="high-value", person_id=p, since_at=NOW, since_run=made.pk) for p in everybody),
    )
    _bulk(SegmentChange, (SegmentChange(segment="high-value", version="b", person_id=p, as_of=NOW, entered=True, run=made)
                          for p in everybody))  # fmt: skip
    _settle_statistics()


def _settle_statistics() -> None:
    """Let the database know its tables, as its own housekeeping does in an installation that has run for a while."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _due(as_of: datetime) -> dict[str, float]:
    import time

    began = time.perf_counter()
    report = _decide(as_of)
    took = time.perf_counter() - began
    print(report, file=sys.stderr)
    return {"people/s": report.people / took, "s": took}


def _decide(as_of: datetime):
    from regard.collect.sequence import last_sequence
    from regard.decide.services import run
    from regard.versions.selectors import active_playbook

    return run(as_of=as_of, upto=last_sequence(), playbook=active_playbook().playbook)


def _enqueue() -> None:
    from regard.act.services import enqueue
    from regard.decide.models import Decision
    from regard.versions.selectors import active_playbook

    ids = Decision.objects.filter(verdict="go").order_by("id").values_list("id", flat=True)[:2000]
    enqueue(playbook=active_playbook().playbook, now=NOW, decisions=list(ids))


def _claim() -> float:
    import time

    from regard.act.services import claim
    from regard.versions.selectors import active_playbook

    playbook, began = active_playbook().playbook, time.perf_counter()
    done = claim(playbook=playbook, now=NOW + timedelta(minutes=1), worker="bench", limit=200)
    assert done.messages
    return len(done.messages) / (time.perf_counter() - began)


def _idle_cycle() -> None:
    _decide(NOW + timedelta(hours=6))


def _small_cycle() -> None:
    """Ten people have ordered since."""
    from django.db import transaction

    from regard.collect.models import Source, Touchpoint
    from regard.collect.sequence import allot_sequence

    with transaction.atomic():
        first, at = allot_sequence(10), NOW + timedelta(hours=6)
        _bulk(Touchpoint, (
            Touchpoint(seq=first + n, source=Source.objects.get(name="bench"), message_id=f"s{first + n}", origin=n + 1,
                       name="Order Completed", occurred_at=at, received_at=at, channel="web", direction="in",
                       actor="customer", value_minor=1000, currency="USD")
            for n in range(10)
        ))  # fmt: skip
    _decide(NOW + timedelta(hours=6))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
