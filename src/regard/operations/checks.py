"""The checks of `doctor` and of readiness: what is well, what is not, and what to do."""

from __future__ import annotations

import shutil
import smtplib
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from regard.act.channels.email.handover import SmtpServer, parse_smtp_url
from regard.act.selectors import outbox_counts
from regard.collect.intake.journal import absorbed_position, open_journal
from regard.collect.models import Touchpoint
from regard.collect.selectors import refusal_counts
from regard.collect.sequence import last_sequence
from regard.kernel.issues import Refused
from regard.operations.heartbeat import is_alive, read_beat
from regard.understand.running.copy_of_log import columns_of_log
from regard.versions.selectors import active_playbook

MUCH_BACKLOG = 100_000  # messages
LITTLE_DISK, TOO_LITTLE_DISK = 2_000_000_000, 200_000_000  # bytes free
CLOCKS_APART = timedelta(minutes=2)


class State(StrEnum):
    """How a check went."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: how it is, in words, and what to do where it is not well."""

    name: str
    state: State
    words: str
    fix: str = ""


def ok(name: str, words: str) -> Check:
    """Return a check that is well."""
    return Check(name, State.OK, words)


def check_database(now: datetime) -> Check:  # noqa: ARG001
    """Does the store answer, and durably?"""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()" if connection.vendor == "sqlite" else "SHOW server_version")
        version = cursor.fetchone()[0]
        cursor.execute("PRAGMA synchronous" if connection.vendor == "sqlite" else "SHOW fsync")
        durable = str(cursor.fetchone()[0]) in ("2", "3", "on")
    words = f"{connection.vendor} {version}"
    if not durable:
        return Check("database", State.WARNING, f"{words}, not durable", "turn fsync (synchronous=FULL) on")
    return ok("database", words)


def check_migrations(now: datetime) -> Check:  # noqa: ARG001
    """Are the tables those of this version?"""
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        return Check(
            "tables",
            State.FAILED,
            f"{len(waiting)} migrations wait",
            "run 'regard up' once: it migrates",
        )
    return ok("tables", "of this version")


def check_journal(now: datetime) -> Check:  # noqa: ARG001
    """How much was accepted and waits to be absorbed?"""
    journal = open_journal()
    try:
        waiting = journal.waiting(absorbed_position())
    finally:
        if connection.vendor == "sqlite":
            journal.close()
    words = f"{waiting:,} messages wait to be absorbed" if waiting else "nothing waits"
    if waiting > MUCH_BACKLOG:
        return Check("journal", State.WARNING, words, "is the worker running? it absorbs as fast as it can")
    return ok("journal", words)


def check_worker(now: datetime) -> Check:
    """Does the worker live, and is it well?"""
    beat = read_beat(settings.CONFIG.folder)
    if beat is None:
        return Check("worker", State.WARNING, "is not running", "'regard up' runs it")
    if not is_alive(beat, now=now):
        ago = int((now - beat.moment).total_seconds())
        return Check("worker", State.FAILED, f"silent for {ago:,} s", "'regard up' runs it and restarts it")
    if beat.trouble:
        return Check(
            "worker",
            State.WARNING,
            f"alive, but its last step failed: {beat.trouble}",
            "its log says more",
        )
    return ok("worker", f"alive; its last cycle took {beat.cycle_ms} ms")


def check_disk(now: datetime) -> Check:  # noqa: ARG001
    """Is there room to write?"""
    free = shutil.disk_usage(settings.CONFIG.folder).free
    words = f"{free / 1e9:.1f} GB free in {settings.CONFIG.folder}"
    if free < TOO_LITTLE_DISK:
        return Check("disk", State.FAILED, words, "make room: intake answers 503 when it cannot write")
    if free < LITTLE_DISK:
        return Check("disk", State.WARNING, words, "make room soon")
    return ok("disk", words)


def check_secret(now: datetime) -> Check:  # noqa: ARG001
    """Is the secret its owner's only?"""
    path = settings.CONFIG.secret_file
    if not path.exists():
        return ok("secret", "from REGARD_SECRET_KEY")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return Check("secret", State.FAILED, f"{path} is readable by others ({mode:o})", f"chmod 600 {path}")
    return ok("secret", f"{path}, its owner's only; keep a copy apart from the backups")


def check_mail(now: datetime) -> Check:  # noqa: ARG001
    """Does the mail server answer, where there is one?"""
    if not settings.SMTP_URL:
        return ok("mail", "no server set: mail stays in the outbox (REGARD_SMTP_URL sets one)")
    try:
        server = parse_smtp_url(settings.SMTP_URL)
        _greet(server)
    except (ValueError, OSError, smtplib.SMTPException) as error:
        return Check("mail", State.FAILED, " ".join(str(error).split()), "check REGARD_SMTP_URL")
    return ok("mail", f"{server.name} answers")


def _greet(server: SmtpServer) -> None:
    """Open a line to a mail server as far as a letter would, and hang up."""
    kind = smtplib.SMTP_SSL if server.tls == "wrapped" else smtplib.SMTP
    with kind(server.host, server.port, timeout=5) as smtp:
        smtp.ehlo()
        if server.tls == "required" or (server.tls == "offered" and smtp.has_extn("starttls")):
            smtp.starttls()
            smtp.ehlo()
        if server.user:
            smtp.login(server.user, server.password)


def check_playbook(now: datetime) -> Check:  # noqa: ARG001
    """Is a playbook active, and does this version still read it?"""
    try:
        active = active_playbook()
    except Refused as refused:
        return Check("playbook", State.FAILED, str(refused), "'regard playbook apply FILE'")
    return ok("playbook", f"{active.playbook.name}, version {active.hash[:12]}")


def check_sending(now: datetime) -> Check:  # noqa: ARG001
    """Is there a message of which nobody knows whether it left?"""
    uncertain = outbox_counts().get("uncertain", 0)
    if uncertain:
        fix = "settle them in the outbox: they are never sent again by themselves"
        return Check("sending", State.WARNING, f"{uncertain:,} messages are uncertain", fix)
    return ok("sending", "no message is uncertain")


def check_refused(now: datetime) -> Check:
    """How much did the intake refuse in the last day, and why?"""
    counts = refusal_counts(since=now - timedelta(days=1))
    if not counts:
        return ok("refused", "no message was refused in the last day")
    told = ", ".join(f"{times:,} {code}" for code, times in list(counts.items())[:5])
    return Check("refused", State.WARNING, f"in the last day: {told}", "Settings shows each with its place")


def check_copy(now: datetime) -> Check:  # noqa: ARG001
    """How far is the columnar copy behind the log?"""
    behind = last_sequence() - columns_of_log().manifest().upto
    return ok(
        "copy",
        f"the columnar copy is {max(behind, 0):,} numbers behind the log, which is read beside it",
    )


def check_clock(now: datetime) -> Check:
    """Does this machine agree with its database on the time, and is the newest touchpoint not ahead of it?"""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            theirs = cursor.fetchone()[0]
        if abs(theirs - datetime.now(UTC)) > CLOCKS_APART:
            return Check(
                "clock",
                State.FAILED,
                f"the database says {theirs:%H:%M:%S}, this machine {now:%H:%M:%S}",
                "keep both by NTP",
            )
    row = Touchpoint.objects.order_by("-seq").only("received_at").first()
    if row is not None and row.received_at - now > CLOCKS_APART:
        return Check(
            "clock",
            State.WARNING,
            f"touchpoints arrived at {row.received_at:%Y-%m-%d %H:%M}, ahead of now",
            "was the clock set back?",
        )
    return ok("clock", f"{now:%Y-%m-%d %H:%M:%S} UTC")


def check_python(now: datetime) -> Check:  # noqa: ARG001
    """Which Python runs this?"""
    return ok("python", sys.version.split()[0])


ALL: tuple[Callable[[datetime], Check], ...] = (
    check_python,
    check_secret,
    check_disk,
    check_database,
    check_migrations,
    check_journal,
    check_playbook,
    check_worker,
    check_mail,
    check_sending,
    check_refused,
    check_copy,
    check_clock,
)
READINESS = (check_database, check_journal, check_playbook, check_disk, check_worker)


def run_checks(checks: tuple[Callable[[datetime], Check], ...], *, now: datetime) -> list[Check]:
    """Run checks one after the other; one that cannot even run has failed and stops nobody."""
    return [_run(check, now) for check in checks]


def _run(check: Callable[[datetime], Check], now: datetime) -> Check:
    name = check.__name__.removeprefix("check_")
    try:
        return check(now)
    except (DatabaseError, OSError) as error:
        return Check(
            name,
            State.FAILED,
            " ".join(str(error).split()),
            "see the line above or the server's own log",
        )
