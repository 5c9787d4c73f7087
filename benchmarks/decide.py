"""Deciding: replay over a quarter of a year, due steps a second, the judgement at the claim.

    python -m benchmarks.decide [people]      default 10,000; the release figures are at 100,000

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

    rows = measure(
        "replay of the retailer's journeys",
        f"{people:,} people x 90 days",
        _replay,
        repeat=1,
        target=at_most(20 * people / 100_000),
    )
    rows += measure("due steps, durable", f"{people:,} due", lambda: _due_steps(people), repeat=1, unit="steps/s",
                    target=at_least(50_000))  # fmt: skip
    rows += measure("judged at the claim", "300 a claim", _claims, repeat=3, unit="decisions/s")
    rows += measure("cycle with nothing to do", f"{people:,} people", _idle_cycle, repeat=3)
    report("decide", rows)


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

    done = replay_playbook(
        playbook=active_playbook().playbook, span=Span(NOW - timedelta(days=90), NOW)
    )
    print(
        {
            "took_ms": done.took_ms,
            "rounds": done.moved.rounds,
            "decisions": done.moved.decisions.num_rows,
        },
        file=sys.stderr,
    )


def _due_steps(people: int) -> float:
    """Everybody's first step is due: write enrolments and decisions of all of them."""
    import time

    from regard.collect.sequence import last_sequence
    from regard.decide.services import run
    from regard.understand.models import Member, Run, SegmentChange
    from regard.versions.selectors import active_playbook

    made = Run.objects.create(
        kind="refresh", as_of=NOW, upto=1, playbook_hash="", started_at=NOW, finished_at=NOW
    )
    everybody = range(1, people + 1)
    Member.objects.bulk_create(
        (
            Member(segment="high-value", person_id=p, since_at=NOW, since_run=made.pk)
            for p in everybody
        ),
        batch_size=5000,
    )
    SegmentChange.objects.bulk_create(
        (
            SegmentChange(
                segment="high-value", version="b", person_id=p, as_of=NOW, entered=True, run=made
            )
            for p in everybody
        ),
        batch_size=5000,
    )
    began = time.perf_counter()
    report = run(as_of=NOW, upto=last_sequence(), playbook=active_playbook().playbook)
    print(report, file=sys.stderr)
    return people / (time.perf_counter() - began)


def _claims() -> float:
    import time

    from django.db import transaction

    from regard.decide.models import Decision
    from regard.decide.services import check
    from regard.versions.selectors import active_playbook

    ids = list(Decision.objects.filter(verdict="go").values_list("id", flat=True)[:300])
    playbook, began = active_playbook().playbook, time.perf_counter()
    with transaction.atomic():
        check(decision_ids=ids, playbook=playbook, now=NOW)
    return len(ids) / (time.perf_counter() - began)


def _idle_cycle() -> None:
    from regard.collect.sequence import last_sequence
    from regard.decide.services import run
    from regard.versions.selectors import active_playbook

    run(as_of=NOW + timedelta(hours=2), upto=last_sequence(), playbook=active_playbook().playbook)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
