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
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from benchmarks.harness import Row, at_most, measure, report
from benchmarks.synthetic import END, codes, make_log
from regard.engine.bench.store import Workbench
from regard.kernel.instant import MINUTE_US, from_us
from regard.kernel.sql import Sql
from regard.playbooks.load import load_playbook
from regard.playbooks.model import Playbook

CHUNK = 100_000
UPDATES = 100


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
        (
            seq,
            inbox,
            f"b{seq}",
            origin,
            at,
            at,
            words["name"][name],
            words["channel"][channel],
            words["direction"][direction],
            words["actor"][actor],
            value,
            words["currency"][currency],
            score,
            properties,
            "{}",
        )
        for seq, origin, at, name, channel, direction, actor, value, currency, score, properties in zip(
            *columns, strict=True
        )
    ]
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


def run(people: int, rows: int) -> list[Row]:
    """Fill the store and measure: everything once, then what a working installation does all day."""
    began = time.perf_counter()
    fill(people, rows)
    print(f"filled in {time.perf_counter() - began:.0f} s")
    shop = Shop(people, f"{people:,} x {rows:,}", retail())
    found = shop.everybody() + shop.cycles() + shop.questions()
    print(f"copy on disk: {shop.mb_of_copy():.0f} MB")
    return found


@dataclass
class Shop:
    """A filled store, its playbook and its clock, which each cycle takes on by five minutes."""

    people: int
    size: str
    playbook: Playbook
    us: int = END

    def everybody(self) -> list[Row]:
        """Copy the log, compute everybody for the first time, and again with nothing changed."""
        from regard.understand.running.copy_of_log import sync_log

        copy = partial(sync_log, (), every_row=True, compact=True)
        target = {"s": at_most(30)} if self.people <= 100_000 else None
        return [
            *measure("copy of the log from the store, clustered", self.size, copy, repeat=1),
            *measure("refresh, everything published the first time", self.size, self._refresh, repeat=1, target=target),
            *measure("refresh, nothing changed", self.size, self._refresh, repeat=2),
        ]

    def cycles(self) -> list[Row]:
        """Let five minutes pass with many, one and no new touchpoints; then one customer's update, over and over."""
        return [
            *measure("cycle of 10,000 new, five minutes later, published", self.size, partial(self._cycle, 10_000)),
            *measure("cycle of 1 new, five minutes later, published", self.size, partial(self._cycle, 1)),
            *measure("cycle of nothing new, five minutes later, published", self.size, partial(self._cycle, 0)),
            *measure(
                "one customer's update, half a second later",
                self.size,
                self._updates,
                repeat=1,
                target={"p95 s": at_most(0.05)},
            ),
        ]

    def questions(self) -> list[Row]:
        """Ask why one person is in a segment, and how many an unsaved segment would have."""
        person = selectors_of_understand().people_in_segment("high-value")[0]
        why = partial(self._why, person)
        return [
            *measure("why one person is in a segment", self.size, why, repeat=5),
            *measure("live count of an unsaved segment", self.size, self._preview),
        ]

    def mb_of_copy(self) -> float:
        """Return the megabytes of the copy of the log."""
        from regard.understand.running.copy_of_log import columns_of_log

        return columns_of_log().size() / 1e6

    def _refresh(self) -> dict[str, float]:
        from regard.understand import services

        done = services.refresh(as_of=from_us(self.us), playbook=self.playbook, playbook_hash="bench")
        return {
            "s": done.took_ms / 1000,
            "standings written": done.changed,
            "entered": done.entered,
        }

    def _cycle(self, new: int, later_us: int = 5 * MINUTE_US) -> dict[str, float]:
        from regard.understand import services

        self.us += later_us
        arrive(self.people, new, self.us)
        began = time.perf_counter()
        done = services.cycle(
            as_of=from_us(self.us),
            playbook=self.playbook,
            playbook_hash="bench",
            cuts_last=timedelta(days=99),
        )
        assert done.kind == "cycle"
        took = time.perf_counter() - began
        return {"s": took, "people": done.people, "standings written": done.changed}

    def _updates(self) -> dict[str, float]:
        """Take one touchpoint in, and bring the results to half a second later: what a worker does all day."""
        took = sorted(self._cycle(1, later_us=MINUTE_US // 120)["s"] for _ in range(UPDATES))
        return {"p50 s": took[UPDATES // 2], "p95 s": took[int(UPDATES * 0.95)]}

    def _why(self, person: int) -> None:
        as_of = from_us(self.us)
        selectors_of_understand().why_in_segment(person, "high-value", playbook=self.playbook, as_of=as_of)

    def _preview(self) -> None:
        asked = selectors_of_understand()
        segment = asked.parse_segment([{"did": "Order Completed", "at_least": 2, "within": "90 days"}])
        asked.preview_segment(segment, playbook=self.playbook, as_of=from_us(self.us))


def selectors_of_understand() -> Any:
    """Return understand's selectors, which can be imported once Django is set up."""
    from regard.understand import selectors

    return selectors


def retail() -> Playbook:
    """Return the shipped playbook."""
    from regard.versions.selectors import shipped_text

    loaded = load_playbook(shipped_text())
    assert loaded.playbook is not None, loaded.issues
    return loaded.playbook


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
