"""Deciding about a million: a cycle with twenty journeys live, and one scheduled letter to everybody.

    python -m benchmarks.decide_large [people]      default 1,000,000

The store is SQLite in a folder of its own, or the database of REGARD_BENCH_DATABASE_URL. Four in ten people are inside
one of twenty journeys, waiting; everybody has an address and a consent; two touchpoints a person lie in the log. Made
up, and thrown away. Each figure is what is durable in the store at the end.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from datetime import timedelta
from typing import Any

from benchmarks.harness import Row, at_most, measure, report
from benchmarks.synthetic import END
from benchmarks.understand import arrive, fill, start
from regard.kernel.instant import DAY_US, MINUTE_US, from_us
from regard.playbooks.load import load_playbook
from regard.playbooks.model import Playbook

LIVE = 20
SHARE_INSIDE = 0.4
TOUCHPOINTS = 2  # of each person, on average
ENTRIES = (
    "{on: touchpoint, touchpoint: {name: Order Completed, value_at_least: 150}}",
    "{on: segment_entered, segment: high-value}",
    "{on: touchpoint, touchpoint: Ticket Opened}",
    "{on: segment_left, segment: new}",
)
JOURNEY = """
  live-{n:02}:
    name: Live {n}
    owner: maya
    entry: [{entry}]
    reentry: {{after: 30d}}
    steps:
      - {{step: settle, do: wait, for: 2d}}
      - {{step: letter, do: send, template: second-order, purpose: offers, from: maya, worth: 2}}
      - {{step: listen, do: wait_for, touchpoint: Order Completed, timeout: 60d}}
"""
EVERYBODY = """
  everybody:
    name: A letter to everybody
    owner: maya
    entry: [{on: schedule, every: day, at: "10:00", segment: everybody-known}]
    steps:
      - {step: letter, do: send, template: second-order, purpose: offers, from: maya, worth: 2}
"""


def playbook_with(journeys: str) -> Playbook:
    """Return the shipped retailer with these journeys beside its own."""
    from regard.versions.selectors import shipped_text

    text = shipped_text().replace("\njourneys:\n", f"\njourneys:\n{journeys}")
    loaded = load_playbook(text)
    assert loaded.playbook is not None, loaded.issues
    return loaded.playbook


def run(people: int) -> list[Row]:
    """Fill the store and measure; the cycle first, the letter to everybody last, since it leaves much behind."""
    from regard.understand import services

    live = playbook_with("".join(JOURNEY.format(n=n, entry=ENTRIES[n % len(ENTRIES)]) for n in range(LIVE)))
    began = time.perf_counter()
    fill(people, people * TOUCHPOINTS)
    _agree(people)
    services.refresh(as_of=from_us(END), playbook=live, playbook_hash="bench")
    _decide(live, END, label="everybody the segments let in at once")
    _put_inside(live)
    _settle_statistics()
    print(f"filled in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    size = f"{people:,} people, {LIVE} journeys live"
    clock = {"us": END}

    def cycle(count: int) -> dict[str, float]:
        clock["us"] += 5 * MINUTE_US
        arrive(people, count, clock["us"])
        begun = time.perf_counter()
        services.cycle(
            as_of=from_us(clock["us"]),
            playbook=live,
            playbook_hash="bench",
            cuts_last=timedelta(days=99),
        )
        understood = time.perf_counter()
        decided = _decide(live, clock["us"], label=f"{count:,} new")
        return {
            "s to stored decisions": time.perf_counter() - begun,
            "s of deciding": time.perf_counter() - understood,
            "people looked at": decided.people,
        }

    rows = measure(
        "cycle, 10,000 new touchpoints",
        size,
        lambda: cycle(10_000),
        repeat=3,
        target={"s to stored decisions": at_most(1)},
    )
    rows += measure("cycle, 10 new touchpoints", size, lambda: cycle(10), repeat=3)
    rows += measure("cycle, nothing new", size, lambda: cycle(0), repeat=3)
    report("decide_large", rows)  # the letter takes minutes: what is known so far, first
    rows += measure(
        "who gets one scheduled letter", f"{people:,} in the segment", lambda: _letter(people, clock["us"]), repeat=1
    )
    return rows


def _decide(playbook: Playbook, as_of_us: int, *, label: str) -> Any:
    from regard.collect.sequence import last_sequence
    from regard.decide.services import run as decide

    done = decide(as_of=from_us(as_of_us), upto=last_sequence(), playbook=playbook)
    print(f"{label}: {done}", file=sys.stderr)
    return done


def _letter(people: int, now_us: int) -> dict[str, float]:
    """Send one scheduled letter to a segment everybody is in; every guardrail is asked about each of them."""
    playbook = playbook_with(EVERYBODY)
    _execute(
        "INSERT INTO understand_member (segment, person_id, since_at, since_run)"
        " SELECT 'everybody-known', id, %s, (SELECT MAX(id) FROM understand_run) FROM identify_person",
        [now_us],
    )
    _decide(playbook, now_us + MINUTE_US, label="before the letter")
    begun = time.perf_counter()
    done = _decide(playbook, now_us + DAY_US, label="the letter")
    took = time.perf_counter() - begun
    assert done.entered >= people
    return {"s": took, "people decided/s": people / took}


def _agree(people: int) -> None:
    """Give everybody an address, a time zone and a consent."""
    first = people * TOUCHPOINTS + 1
    _execute(
        "INSERT INTO identify_identifier (kind, value, person_id, seq, first_seen_at)"
        " SELECT 'email', 'p' || id || '@example.org', id, 1, %s FROM identify_person",
        [END],
    )
    _execute(
        "INSERT INTO profile_card (person_id, fields, stamps, display_name, search, search_last, updated_at)"
        ' SELECT id, CASE id %% 3 WHEN 0 THEN \'{"time_zone":"Europe/London"}\' WHEN 1 THEN'
        " '{\"time_zone\":\"America/New_York\"}' ELSE '{}' END, '{}', '', '', '', %s FROM identify_person",
        [END],
    )
    _execute(
        "INSERT INTO consent_consent (seq, person_id, purpose, channel, state, source, wording, wording_text, evidence,"
        " occurred_at, recorded_at, is_invented) SELECT %s + id, id, 'offers', '*', 'granted', 'bench', '', '', '{}', %s, %s, %s"
        " FROM identify_person",
        [first, END - 90 * DAY_US, END - 90 * DAY_US, False],
    )
    _execute("UPDATE collect_sequence SET last = last + %s", [people + 1])


def _put_inside(playbook: Playbook) -> None:
    """Put people into the live journeys, waiting for an order; their patience ends one after the other."""
    from regard.decide.tallies import STANDING

    for n in range(LIVE):
        journey = playbook.journeys[f"live-{n:02}"]
        _execute(
            "INSERT INTO decide_enrolment (journey, version, person_id, entry_key, arm, state, step, is_waiting,"
            " entered_at, step_at, since_at, due_at, ended_at, end_reason, memory)"
            " SELECT %s, %s, id, 'bench', 'treated', 'active', 'listen', %s, %s, %s, %s, %s + id * 3600000, NULL, '', '{}'"
            " FROM identify_person WHERE id %% %s = %s AND id NOT IN"
            " (SELECT person_id FROM decide_enrolment WHERE journey = %s)",
            [
                f"live-{n:02}",
                journey.version,
                True,
                *[END - 20 * DAY_US] * 3,
                END + DAY_US,
                round(LIVE / SHARE_INSIDE),
                n,
                f"live-{n:02}",
            ],
        )
    STANDING.count_again()


def _settle_statistics() -> None:
    """Let the database know its tables, as its own housekeeping does in an installation that has run for a while."""
    _execute("ANALYZE", [])


def _execute(sql: str, params: list[object]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def main(people: int) -> None:
    """Run on a fresh installation."""
    os.environ["DATABASE_URL"] = os.environ.get("REGARD_BENCH_DATABASE_URL", "")
    with tempfile.TemporaryDirectory(prefix="regard-bench-") as folder:
        start(folder)
        report("decide_large", run(people))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
