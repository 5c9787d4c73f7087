"""The staff pages over a store of a million people: server time, queries and bytes of every page.

    python -m benchmarks.pages --people 1_000_000 --repeat 20
    python -m benchmarks.pages --folder /somewhere   # fills the folder once and measures it again and again

The operational store is filled by SQL, on SQLite or on PostgreSQL (DATABASE_URL): people with cards, ids, standings and
memberships, touchpoints of the first few thousand, and messages, tasks, promises and answers in proportion. Pages are asked
for through Django's test client with every middleware: what is timed is the server's own work, not the network.
"""

from __future__ import annotations

import argparse
import gzip
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.harness import at_most, measure, report

MOST_MS, MOST_QUERIES, MOST_BYTES = 100, 30, 100_000
TOLD = 4_000  # people with a history of touchpoints
TOUCHES = 40
DAY = 86_400_000_000
FIRST = ("Ada", "Bram", "Chloe", "Devika", "Emre", "Fiona", "Goran", "Hannah", "Ines", "Jonas", "Kira", "Luca", "Mara", "Nils",
         "Olga", "Pavel", "Quinn", "Rosa", "Sven", "Tara", "Uwe", "Vera", "Wen", "Ximena", "Yara", "Zoltan")  # fmt: skip
LAST = ("Albrecht", "Bauer", "Castell", "Dahl", "Eriksen", "Fischer", "Garside", "Haddad", "Ivanova", "Jansen", "Kowalski",
        "Lindqvist", "Moreau", "Novak", "Okafor", "Petrov", "Quist", "Rossi", "Silva", "Tolland", "Ueda", "Varga", "Weber")  # fmt: skip
# Segment -> one of how many is in it: the shares of the sample shop.
SHARES = {"reachable-for-offers": 2, "one-and-done": 2, "lapsed": 2, "champions": 9, "active": 8, "high-value": 12,
          "slipping": 14, "at-risk": 25, "high-value-unreachable": 20, "power": 40, "delighted": 100, "won-back": 60,
          "cannot-lose-them": 160, "needs-care": 300, "abandoned-cart": 1500}  # fmt: skip


def start(folder: str) -> None:
    """Point Django at the folder, with the schema in it."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    os.environ["REGARD_DATA"] = folder
    os.environ.setdefault("REGARD_SECRET_KEY", "benchmark-" + "x" * 40)
    os.environ["DJANGO_SETTINGS_MODULE"] = "regard.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def insert(model: Any, rows: int, **columns: str) -> None:
    """Insert `rows` rows by SQL; each column is an expression over `n` (1, 2, ...), the others have their defaults."""
    from django.db import connection

    values: list[Any] = []
    parts: list[str] = []
    names: list[str] = []
    for field in model._meta.concrete_fields:
        given = columns.pop(field.column, None)
        if given is None and field.primary_key and field.get_internal_type() == "BigAutoField":
            continue
        names.append(field.column)
        if given is not None:
            parts.append(given)
        elif field.null:
            parts.append("NULL")
        else:
            parts.append("%s")
            default = field.get_default()
            values.append(field.get_db_prep_save("" if default is None else default, connection))
    assert not columns, f"{model.__name__} has no column {sorted(columns)}"
    number = (
        f"(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {rows}) SELECT n FROM c) numbers"
    )
    if connection.vendor == "postgresql":
        number = f"generate_series(1::bigint, {rows}) numbers(n)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) SELECT {', '.join(parts)} FROM {number}",
            values,
        )


def one_of(words: tuple[str, ...], key: str) -> str:
    """Return SQL that picks a word by a number."""
    whens = " ".join(f"WHEN {i} THEN '{w}'" for i, w in enumerate(words))
    return f"(CASE ({key}) %% {len(words)} {whens} END)"


def uuid_of(prefix: int) -> str:
    """Return SQL of a uuid made of a prefix and `n`, as the database keeps it."""
    from django.db import connection

    if connection.vendor == "postgresql":
        return f"CAST('{prefix:016x}' || lpad(to_hex(n), 16, '0') AS uuid)"
    return f"printf('{prefix:016x}%%016x', n)"


def scattered(most: int, step: int = 7919) -> str:
    """Return SQL of a number below `most` that looks random but is not."""
    return f"((n * {step} + n / 97) %% {most})"


def fill(people: int) -> None:
    """Fill the store."""
    from datetime import UTC, datetime

    from regard.kernel.instant import to_us
    from regard.versions.services import apply_shipped_playbook

    now = datetime.now(UTC)
    apply_shipped_playbook(now=now)
    fill_people(people, to_us(now))
    fill_understood(people, to_us(now))
    fill_log(to_us(now))
    fill_messages(people, to_us(now))
    fill_work(people, to_us(now))
    analyse()


def fill_people(people: int, now: int) -> None:
    from regard.identify.models import Identifier, Person
    from regard.profile.models import Card

    insert(Person, people, public_id=uuid_of(1), holdout_key="n * 2654435761 %% 1000000007", is_known=true(), created_at=str(now - 400 * DAY),
           created_seq="n")  # fmt: skip
    insert(Identifier, people, kind="'email'", value="'p' || n || '@example.org'", person_id="n", seq="n", first_seen_at=str(now - 400 * DAY))  # fmt: skip
    first, last = one_of(FIRST, "n * 31"), one_of(LAST, "n / 26")
    insert(Card, people, person_id="n", fields=f"""'{{"first_name":"' || {first} || '","last_name":"' || {last} || '","email":"p' || n || '@example.org","city":"Lisbon"}}'""",
           display_name=f"{first} || ' ' || {last}", search=f"lower({first} || ' ' || {last})", search_last=f"lower({last} || ' ' || {first})",
           owner_id="CASE WHEN n %% 50 = 0 THEN 1 END", updated_at=str(now))  # fmt: skip


def fill_understood(people: int, now: int) -> None:
    from regard.understand.models import Member, Run, SegmentChange, Standing

    run = {"kind": "'refresh'", "upto": "1000", "playbook_hash": "'x'", "people": str(people)}
    insert(Run, 2, as_of=f"{now} - (3 - n) * 8 * {DAY}", started_at=str(now), finished_at=str(now), report=f"""'{{"everybody":{people}}}'""", **run)  # fmt: skip
    insert(Standing, people, person_id="n", run_id="2", as_of=str(now), mark="n", value_minor=scattered(90_000), traits=f"""'{{"order_count":' || (n %% 9) || ',"lifetime_value":' || {scattered(90_000)} || '}}'""",
           last_touch_at=f"CASE WHEN n %% 20 <> 0 THEN {now} - {scattered(400, 104_729)} * {DAY} - n END")  # fmt: skip
    for number, (segment, of) in enumerate(SHARES.items()):
        inside = people // of
        person = f"((n * {of} + {number * 37}) %% {people}) + 1"
        insert(Member, inside, segment=f"'{segment}'", person_id=person, since_at=str(now - 8 * DAY), since_run="1")  # fmt: skip
        insert(SegmentChange, inside, segment=f"'{segment}'", version="'v'", person_id=person, as_of=str(now - 16 * DAY), entered=true(), run_id="1")  # fmt: skip
        lately = inside // 30
        insert(SegmentChange, lately, segment=f"'{segment}'", version="'v'", person_id=person, as_of=f"{now} - {DAY}", entered=true("n %% 2 = 0"), run_id="2")  # fmt: skip


def true(condition: str = "1 = 1") -> str:
    """Return SQL of a yes or no."""
    return f"({condition})"


def fill_log(now: int) -> None:
    from regard.collect.models import Source, Touchpoint
    from regard.profile.models import FieldChange

    insert(Source, 1, name="'shop'", kind="'api'", created_at=str(now))
    when = f"{now} - {scattered(400, 15_485_863)} * {DAY} - n"
    insert(Touchpoint, TOLD * TOUCHES, seq="n", source_id="1", message_id="'m' || n", origin=f"1 + (n * 13) %% {TOLD}",
           occurred_at=when, received_at=when, name=one_of(("Order Completed", "Page Viewed", "Email Opened", "Ticket Opened", "Survey Answered"), "n"),
           channel=one_of(("web", "shop", "email", "chat"), "n"), direction="'in'", actor="'customer'", value_minor="CASE WHEN n %% 5 = 0 THEN n %% 9000 END",
           currency="'USD'", properties="""'{"products":[{"name":"Quiet Boats","quantity":1}],"text":"Something said"}'""")  # fmt: skip
    insert(FieldChange, TOLD * 5, seq="1000000 + n", person_id=f"1 + n %% {TOLD}", name=one_of(("city", "first_name", "last_name", "email", "country"), "n / 4000"),
           value="""'"something"'""", source_id="1", by="'customer'", occurred_at=str(now - DAY))  # fmt: skip


def fill_messages(people: int, now: int) -> None:
    from regard.act.models import Message
    from regard.decide.models import Cycle, Decision, Enrolment
    from regard.decide.tallies import DECIDED, STANDING

    sent = people // 4
    insert(
        Cycle,
        1,
        as_of=str(now),
        upto="1",
        playbook_hash="'x'",
        started_at=str(now),
        finished_at=str(now),
    )
    insert(Enrolment, sent, journey="'thank-high-value'", version="'v'", person_id="n", entry_key="'k'", arm=one_of(("treated",) * 9 + ("held_out",), "n"),
           state=one_of(("active", "finished", "exited"), "n"), step="'ask'", entered_at=str(now), step_at=str(now), since_at=str(now))  # fmt: skip
    insert(Decision, sent, key="'d' || n", cycle_id="1", enrolment_id="n", person_id="n", journey="'thank-high-value'", version="'v'", step="'offer'", act="'send'",
           channel="'email'", purpose="'offers'", asked_at=str(now), as_of=f"{now} - n", verdict=one_of(("go",) * 70 + ("no",) * 29 + ("wait",), "n"), reason="'granted'", words="'They agreed'")  # fmt: skip
    for tally in (STANDING, DECIDED):
        tally.count_again()
    insert(Message, sent, key="'decision:' || n", kind="'promotion'", cause_kind="'decision'", cause_id="CAST(n AS VARCHAR)", asked_by="'journey:thank-high-value'", decision_id="n", public_id=uuid_of(2), person_id="n", channel="'email'", purpose="'offers'", template="'personal-offer'", state=one_of(("sent",) * 17 + ("refused", "queued", "cancelled"), "n"),
           address="'p' || n || '@example.org'", subject="'A few records I set aside for you'", queued_at=str(now), due_at=f"{now} - {scattered(90)} * {DAY}", sent_at=f"CASE WHEN n %% 20 < 17 THEN {now} - {scattered(90)} * {DAY} END")  # fmt: skip


def fill_work(people: int, now: int) -> None:
    from regard.act.models import HumanTask
    from regard.listen.models import Answer, SurveyInvitation
    from regard.profile.models import Note, Promise, Tag
    from regard.staff.models import Role, User

    User.objects.create_user(email="owner@example.org", name="Owner", role=Role.OWNER)
    insert(HumanTask, 20_000, public_id=uuid_of(3), person_id=f"1 + (n * 37) %% {people}", kind=one_of(("complaint", "check_in", "thank_you"), "n"), title="'Make it right'",
           state="CASE WHEN n %% 40 = 0 THEN 'open' ELSE 'done' END", opened_at=f"{now} - {scattered(60)} * {DAY}", opened_seq="n", due_at=str(now), closed_at=f"CASE WHEN n %% 40 <> 0 THEN {now} END")  # fmt: skip
    insert(Promise, 5_000, person_id=f"1 + (n * 41) %% {people}", text="'Tell her about the recall'", due_at=f"{now} - {scattered(60)} * {DAY}", state="CASE WHEN n %% 40 = 0 THEN 'open' ELSE 'kept' END", made_at=str(now - 90 * DAY), made_seq="n")  # fmt: skip
    insert(Note, 5_000, person_id="n", text="'Prefers the phone'", by="'staff:1'", at=str(now - DAY))
    insert(Tag, 5_000, person_id="n", name="'collector'", by="'staff:1'", at=str(now))
    asked = people // 10
    insert(SurveyInvitation, asked, public_id=uuid_of(4), survey="'after-order'", person_id="n", asked_at=f"{now} - {scattered(200)} * {DAY}", expires_at=str(now))  # fmt: skip
    insert(Answer, asked // 2, seq="9000000 + n", survey="'after-order'", person_id="n", score=scattered(11), comment="'Lovely'", answered_at=f"{now} - {scattered(200)} * {DAY}")  # fmt: skip


def analyse() -> None:
    """Let the planner know the sizes, as the product does after a large import."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def pages() -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield (name, address, headers) of every page to time."""
    from regard.act.models import Message
    from regard.directory.people import people_page
    from regard.directory.wanted import Wanted
    from regard.identify.selectors import public_id_of

    yield "Today", "/today", {}
    for sort in ("recent", "value", "name"):
        yield f"Customers by {sort}", f"/customers?sort={sort}", {}
        after = people_page(Wanted(sort=sort)).after
        yield f"Customers by {sort}, second page", f"/customers?sort={sort}&after={after}", {}
    yield "Customers, search a name", "/customers?q=ines+al", {}
    yield "Customers, search one letter", "/customers?q=a", {}
    yield "Customers, search an address", "/customers?q=p77777@", {}
    yield "Customers, half of them", "/customers?segment=lapsed", {}
    yield "Customers, half of them by value", "/customers?segment=lapsed&sort=value", {}
    yield "Customers, a small segment", "/customers?segment=needs-care", {}
    yield "Customers, an owner's", "/customers?owner=1", {}
    yield "Customers, in need", "/customers?needs=person", {}
    yield "Find or do", "/find?q=ines", {"HX-Request": "true"}
    yield "Person", f"/customers/{public_id_of(77)}", {}
    yield "Person, timeline", f"/customers/{public_id_of(77)}/timeline", {"HX-Request": "true"}
    yield "Segments", "/segments", {}
    yield "Segment, half of them", "/segments/lapsed", {}
    yield "Segment, small", "/segments/needs-care", {}
    yield "Journeys", "/journeys", {}
    yield "Journey", "/journeys/thank-high-value", {}
    yield "Journey, people", "/journeys/thank-high-value/people", {}
    yield "Outbox", "/outbox", {}
    yield "Outbox, one state", "/outbox?state=queued", {}
    yield "Message", f"/outbox/{Message.objects.first().public_id.hex}", {}
    yield "Privacy", "/privacy", {}
    yield "Settings", "/settings", {}


def look(client: Any, address: str, headers: dict[str, str], repeat: int) -> dict[str, float]:
    """Ask for a page a few times; return medians and 95th percentile in ms, queries, and bytes on a first visit.

    "CPU ms" is what the page costs where nothing else runs on the machine: a store of files is read in the same process.
    """
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    took, worked = [], []
    with CaptureQueriesContext(connection) as queries:
        reply = client.get(address, headers=headers)
    asked = len(queries)
    assert reply.status_code == 200, f"{address}: {reply.status_code}"
    if os.environ.get("SLOW_QUERIES"):
        for query in sorted(queries, key=lambda q: -float(q["time"]))[:4]:
            if float(query["time"]) > 0.005:
                print(f"    {query['time']} s  {query['sql'][:400]}")
    for _ in range(repeat):
        begun, cpu = time.perf_counter(), time.process_time()
        client.get(address, headers=headers)
        took.append(1000 * (time.perf_counter() - begun))
        worked.append(1000 * (time.process_time() - cpu))
    took.sort()
    return {
        "CPU ms": statistics.median(worked),
        "median ms": statistics.median(took),
        "p95 ms": took[min(len(took) - 1, round(0.95 * len(took)))],
        "queries": asked,
        "bytes, first visit": len(gzip.compress(reply.content)) + shared_bytes(),
    }


def shared_bytes() -> int:
    """Return the bytes of the files every page brings on a first visit."""
    from regard.web.serving.assets import assets

    first = ("app.css", "app.js", "theme.js", "htmx-4.0.1.min.js", "figtree-latin-5.3.0.woff2", "source-serif-4-5.3.1.woff2")  # fmt: skip
    return sum(len(a.packed or a.plain) for n, a in assets().items() if n in first)


def main() -> None:
    """Fill a store and time every page over it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=lambda text: int(text.replace("_", "")), default=1_000_000)
    parser.add_argument("--repeat", type=int, default=20)
    parser.add_argument("--folder", help="keep the store here; one that is filled already is measured as it is")
    parser.add_argument("--only", default="", help="only pages whose name contains this")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        start(given.folder or temporary)
        from django.test import Client

        from regard.staff.models import User

        if not User.objects.exists():
            begun = time.perf_counter()
            fill(given.people)
            print(f"filled in {time.perf_counter() - begun:.0f} s", flush=True)
        client = Client(headers={"host": "localhost"})
        client.force_login(User.objects.get(email="owner@example.org"), backend="django.contrib.auth.backends.ModelBackend")  # fmt: skip
        targets = {"CPU ms": at_most(MOST_MS), "median ms": at_most(MOST_MS), "queries": at_most(MOST_QUERIES), "bytes, first visit": at_most(MOST_BYTES)}  # fmt: skip
        rows = []
        for name, address, headers in pages():
            if given.only.lower() in name.lower():
                found = measure(name, f"{given.people:,} people", lambda: look(client, address, headers, given.repeat), repeat=1, target=targets)  # noqa: B023  # fmt: skip
                rows += found
                print(f"{name:40}" + "".join(f"{r.median:11,.1f} {r.unit}" for r in found), flush=True)  # fmt: skip
        if not given.only:
            report("pages", rows)


if __name__ == "__main__":
    main()
