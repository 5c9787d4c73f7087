"""Back up while running, and bring a backup back onto an empty machine (promise G1)."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from regard import __version__
from regard.kernel.issues import Issue, Refused
from regard.operations import postgres_store, sqlite_store
from regard.operations.archive import (
    KEPT_FOR,
    ArchiveManifest,
    expiry,
    fingerprint,
    read_manifest,
    write_manifest,
)

NOT_COMPARED = ("django_migrations", "django_session", "sqlite_sequence")


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore brought back: the manifest, tables whose rows differ from it, people erased again."""

    manifest: ArchiveManifest
    differing: dict[str, tuple[int, int]]  # table -> (in the backup, here)
    erased_again: int


def _store() -> ModuleType:
    return postgres_store if connection.vendor == "postgresql" else sqlite_store


def write_backup(*, file: Path, now: datetime, kept_for: timedelta = KEPT_FOR) -> ArchiveManifest:
    """Write a backup of the running installation to `file` (0600), complete or not at all.

    Raises Refused where the file exists already. The columnar copy is a cache and stays out; so does the secret.
    """
    if file.exists():
        raise Refused(Issue(str(file), "exists already", hint="name another file"))
    aside = file.with_name(file.name + ".part")
    aside.unlink(missing_ok=True)
    os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with ZipFile(aside, "w", ZIP_DEFLATED, compresslevel=1) as archive:
            copied = _store().copy_out(archive, settings.CONFIG.folder)
            manifest = ArchiveManifest(
                regard=__version__,
                vendor=_store().VENDOR,
                created_at=now.isoformat(),
                expires_at=expiry(now, kept_for),
                secret=fingerprint(settings.SECRET_KEY),
                last_seq=copied.last_seq,
                migrations=copied.migrations,
                counts=copied.counts,
                digests=copied.digests,
            )
            write_manifest(archive, manifest)
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)
    return manifest


def check_backup(*, file: Path, now: datetime, secret: str, vendor: str, take_expired: bool = False) -> ArchiveManifest:
    """Return the manifest of a backup that may be brought back here. Raises Refused with every reason it may not."""
    manifest = read_manifest(file)
    issues = []
    if manifest.vendor != vendor:
        hint = "set DATABASE_URL" if manifest.vendor == "postgresql" else "leave DATABASE_URL empty"
        issues.append(Issue(str(file), f"was made on {manifest.vendor}, this is {vendor}", hint=hint))
    if manifest.secret != fingerprint(secret):
        hint = "give the secret.key of the machine it was made on with --secret FILE, or REGARD_SECRET_KEY"
        issues.append(Issue(str(file), "was made with another secret", hint=hint, code="policy"))
    if manifest.is_expired(now) and not take_expired:
        hint = "people erased since may be in it; --expired brings it back all the same"
        issues.append(Issue(str(file), f"ended on {manifest.expires_at[:10]}", hint=hint, code="policy"))
    if issues:
        raise Refused(*issues)
    return manifest


def restore_backup(*, file: Path, manifest: ArchiveManifest, erase_again: Callable[[], int]) -> Restored:
    """Bring a checked backup into this empty installation, erase again who was erased since, compare the counts.

    Raises Refused where this installation holds something already.
    """
    store = _store()
    if store.holds_something():
        hint = "restore into an empty folder (--data DIR) or an empty database"
        raise Refused(Issue("restore", "this installation holds data already", hint=hint, code="policy"))
    with ZipFile(file) as archive:
        store.copy_in(archive, manifest)
    call_command("migrate", verbosity=0, interactive=False)
    differing = _differing(manifest)
    return Restored(manifest, differing, erase_again())


def _differing(manifest: ArchiveManifest) -> dict[str, tuple[int, int]]:
    """Return the tables whose number of rows is not the manifest's."""
    differing = {}
    with connection.cursor() as cursor:
        here = set(connection.introspection.table_names(cursor))
        for table, count in manifest.counts.items():
            if table in NOT_COMPARED:
                continue
            if table not in here:
                differing[table] = (count, 0)
                continue
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 (its own tables)
            found = cursor.fetchone()[0]
            if found != count:
                differing[table] = (count, found)
    return differing
