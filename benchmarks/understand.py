"""The whole of understand over a real store: copy of the log, refresh, cycle, one person, everything published.

    python -m benchmarks.understand --people 100_000 --touchpoints 2_000_000

What benchmarks/engine.py leaves out: reading people and log from the operational store, and publishing standings, members
and changes into it. SQLite in a temporary folder, or PostgreSQL where DATABASE_URL names one.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
import uuid
from datetime import timedelta

from benchmarks.harness import at_most, measure, report
from benchmarks.synthetic import END, codes, make_log
from regard.engine.store import Workbench
from regard.kernel.instant import MINUTE_US, from_us
from regard.kernel.sql import Sql

CHUNK = 100_000


def start(folder: str) -> None:
    os.environ["REGARD_DATA"] = folder
    os.environ.setdefault("REGARD_SECRET_KEY", "benchmark-" + "x" * 40)
    os.environ["DJANGO_SETTINGS_MODULE"] = "regard.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def fill(people: int, rows: int) -> None:
    """People and touchpoints written straight into their tables, as an import would have left them."""
    from django.db import connection, transaction

    from regard.collect.models import Sequence, Source

    inbox = Source.objects.create(name="bench", kind="api", created_at=from_us(END))
    with transaction.atomic(), connection.cursor() as cursor:
        for low in range(1, people + 1, CHUNK):
            cursor.executemany(
                "INSERT INTO identify_person (id, public_id, holdout_key, is_known, created_at, created_seq, is_sample) VALUES (%s,%s,%s,%s,%s,%s,%s)",
                [
                    (
                        n,
                        uuid.UUID(int=n).hex if connection.vendor == "sqlite" else uuid.UUID(int=n),
                        n,
                        True,
                        END,
                        0,
                        False,
                    )
                    for n in range(low, min(low + CHUNK, people + 1))
                ],
            )
    Sequence.objects.update_or_create(id=1, defaults={"last": rows})
    for low in range(1, rows + 1, CHUNK):
        add_touchpoints(people, min(CHUNK, rows + 1 - low), low, END, inbox.id)


def add_touchpoints(people: int, count: int, first: int, until: int, inbox: int = 1) -> None:
    from django.db import connection, transaction

    words = codes().words
    with Workbench() as bench:
        make_log(bench, "log", people, count, first_seq=first, until=until)
        columns = [c.to_pylist() for c in bench.take(Sql("SELECT * FROM log")).columns]
    made = [
        (seq, inbox, f"b{seq}", origin, at, at, words["name"][name], words["channel"][channel], words["direction"][direction],
         words["actor"][actor], value, words["currency"][currency], score, properties, "{}")
        for seq, origin, at, name, channel, direction, actor, value, currency, score, properties in zip(*columns, strict=True)
    ]  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO collect_touchpoint (seq, source_id, message_id, origin, occurred_at, received_at, name, channel, "
            "direction, actor, value_minor, currency, score_milli, properties, context) "
            "VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s)",
            made,
        )


def arrive(people: int, count: int, until: int) -> int:
    """Append new touchpoints at the end of the log; return the last number."""
    from regard.collect.models import Sequence

    counter = Sequence.objects.get(id=1)
    add_touchpoints(people, count, counter.last + 1, until)
    counter.last += count
    counter.save()
    return counter.last


def run(people: int, rows: int) -> list:
    from regard.playbooks.load import load_playbook
    from regard.understand import selectors, services
    from regard.understand.copy_of_log import columns_of_log, sync_log
    from regard.versions.selectors import shipped_text

    playbook = load_playbook(shipped_text()).playbook
    assert playbook is not None
    size = f"{people:,} x {rows:,}"
    began = time.perf_counter()
    fill(people, rows)
    print(f"filled in {time.perf_counter() - began:.0f} s")
    found = measure(
        "copy of the log from the store, clustered",
        size,
        lambda: sync_log((), every_row=True, compact=True),
        repeat=1,
    )
    clock = {"us": END}

    def refresh() -> dict[str, float]:
        done = services.refresh(
            as_of=from_us(clock["us"]), playbook=playbook, playbook_hash="bench"
        )
        return {
            "s": done.took_ms / 1000,
            "standings written": done.changed,
            "entered": done.entered,
        }

    small = people <= 100_000
    found += measure(
        "refresh, everything published the first time",
        size,
        refresh,
        repeat=1,
        target={"s": at_most(30)} if small else None,
    )
    found += measure("refresh, nothing changed", size, refresh, repeat=2)

    def next_cycle(count: int) -> dict[str, float]:
        clock["us"] += 5 * MINUTE_US
        arrive(people, count, clock["us"])
        began = time.perf_counter()
        done = services.cycle(
            as_of=from_us(clock["us"]),
            playbook=playbook,
            playbook_hash="bench",
            cuts_last=timedelta(days=99),
        )
        assert done.kind == "cycle"
        return {
            "s": time.perf_counter() - began,
            "people": done.people,
            "standings written": done.changed,
        }

    found += measure(
        "cycle of 10,000 new, five minutes later, published",
        size,
        lambda: next_cycle(10_000),
        repeat=3,
    )
    found += measure(
        "cycle of 1 new, five minutes later, published", size, lambda: next_cycle(1), repeat=3
    )
    person = selectors.people_in_segment("high-value")[0]

    def why() -> None:
        selectors.why_in_segment(
            person, "high-value", playbook=playbook, as_of=from_us(clock["us"])
        )

    found += measure("why one person is in a segment", size, why, repeat=5)
    segment = selectors.parse_segment(
        [{"did": "Order Completed", "at_least": 2, "within": "90 days"}]
    )
    found += measure(
        "live count of an unsaved segment",
        size,
        lambda: (
            selectors.preview_segment(segment, playbook=playbook, as_of=from_us(clock["us"])),
            None,
        )[1],
        repeat=3,
    )
    print(f"copy on disk: {columns_of_log().size() / 1e6:.0f} MB")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--touchpoints", type=int, default=2_000_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="regard-bench-") as folder:
        start(folder)
        report("understand", run(chosen.people, chosen.touchpoints))


if __name__ == "__main__":
    main()
