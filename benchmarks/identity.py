"""Identity and privacy: whose is it, per second; finding people among many; handing out and erasing a large person.

    python -m benchmarks.identity [people]      default 100,000; the release figures are at 1,000,000

Its own SQLite folder (or the database of REGARD_BENCH_DATABASE_URL), made and thrown away.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

BATCH = 10_000


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
        from django.utils import timezone

        from regard.versions.services import apply_shipped_playbook

        call_command("migrate", verbosity=0)
        apply_shipped_playbook(now=timezone.now())
        _run(people, Path(folder))


def _run(people: int, folder: Path) -> None:
    from benchmarks.harness import at_least, at_most, measure, report
    from regard.identify.services import resolve

    base = _messages(people)
    rows = measure(
        "resolve, fresh ids",
        "batches of 10,000",
        lambda: _rate(resolve, _messages(BATCH, "f")),
        repeat=1,
        unit="messages/s",
    )
    rows += measure(
        "receive, people with 4 fields",
        f"{people:,} people",
        lambda: _load(base),
        repeat=1,
        unit="messages/s",
    )
    known = base[:BATCH]
    rows += measure(
        "resolve, known ids",
        f"10,000 of {people:,}",
        lambda: _rate(resolve, known),
        target=at_least(40_000),
        unit="messages/s",
    )
    rows += measure("resolve, each a stitch", "10,000 visitors", _stitch, repeat=1, unit="messages/s")
    rows += measure(
        "search, first page",
        f"{people:,} people",
        lambda: _search(people),
        target=at_most(100),
        unit="ms, slowest of 50",
    )
    rows += _of_one_person(folder, at_most, measure)
    report("identity", rows)


def _messages(number: int, mark: str = "u"):  # type: ignore[no-untyped-def]
    from tests.cast.log import a_source, message

    source = a_source()
    return [
        message(
            source=source,
            type="identify",
            name="Identified",
            user=f"{mark}-{n}",
            anonymous=f"{mark}-device-{n}",
            message_id=f"{mark}-m-{n}",
            traits={
                "first_name": f"Name{n % 997}",
                "last_name": f"Family{n}",
                "city": "Leeds",
                "plan": "x",
            },
        )
        for n in range(number)
    ]


def _rate(work: Callable[..., object], messages: list) -> float:  # type: ignore[type-arg]
    began = time.perf_counter()
    work(messages)
    return len(messages) / (time.perf_counter() - began)


def _load(messages: list) -> float:  # type: ignore[type-arg]
    from django.utils import timezone

    from regard.flow import receive

    began = time.perf_counter()
    for start in range(0, len(messages), BATCH):
        receive(messages[start : start + BATCH], now=timezone.now())
    return len(messages) / (time.perf_counter() - began)


def _stitch() -> float:
    from regard.identify.services import resolve
    from tests.cast.log import a_source, message

    source = a_source()
    resolve([message(source=source, anonymous=f"visitor-{n}") for n in range(BATCH)])
    known = [message(source=source, anonymous=f"visitor-{n}", user=f"signed-{n}") for n in range(BATCH)]
    return _rate(resolve, known)


def _search(people: int) -> float:
    """Return the slowest of 50 first pages, in milliseconds."""
    from regard.profile.selectors import search_people

    slowest = 0.0
    for n in range(50):
        text = ("name", f"name{n}", f"family{n * people // 50}", f"u-{n}", "zzz")[n % 5]
        began = time.perf_counter()
        search_people(text)
        slowest = max(slowest, time.perf_counter() - began)
    return slowest * 1000


def _of_one_person(folder: Path, at_most: Callable, measure: Callable) -> list:  # type: ignore[type-arg]
    """A person with 10,000 touchpoints: handed out within a minute (promise D4), then erased."""
    from django.utils import timezone

    from regard.flow import receive
    from regard.privacy.erasing import erase_person
    from regard.privacy.exporting import export_person
    from tests.cast.log import a_source, message

    source = a_source()
    busy = [message(source=source, user="busy", name="Order Completed", properties='{"n": 1}') for _ in range(BATCH)]
    person = receive(busy, now=timezone.now())[0].origin

    def hand_out() -> None:
        (folder / "out.zip").unlink(missing_ok=True)
        export_person(person=person, file=folder / "out.zip", by="bench", now=timezone.now())

    rows = measure("export person", "10,000 touchpoints", hand_out, target=at_most(60))
    rows += measure(
        "erase person",
        "10,000 touchpoints",
        lambda: erase_person(person=person, by="bench", now=timezone.now()) and None,
        repeat=1,
    )
    return rows


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
