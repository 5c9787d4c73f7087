"""A backup file: a ZIP with a manifest and the stores, written in one pass, readable with any unzip.

The secret is never inside: links, key hashes and hashes of erased ids rest on it, so it travels apart from the backup.
The manifest names it by a fingerprint, and a restore with another secret is refused.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from regard.kernel.issues import Issue, Refused
from regard.kernel.signing import keyed_hash

FORMAT = 1
MANIFEST = "manifest.json"
KEPT_FOR = timedelta(days=35)  # the written term after which a backup may no longer be brought back
_FINGERPRINT_OF = "regard backup"


@dataclass(frozen=True, slots=True)
class ArchiveManifest:
    """What a backup says of itself."""

    regard: str
    vendor: str  # sqlite, postgresql
    created_at: str  # ISO 8601, UTC
    expires_at: str
    secret: str  # fingerprint
    last_seq: int
    migrations: list[tuple[str, str]]
    counts: dict[str, int]
    format: int = FORMAT
    digests: dict[str, str] = field(default_factory=dict)  # member -> SHA-256

    def is_expired(self, now: datetime) -> bool:
        """Say whether the written term is over."""
        return datetime.fromisoformat(self.expires_at) <= now


def fingerprint(secret: str) -> str:
    """Return 16 hex digits by which a secret can be recognised and not guessed."""
    return keyed_hash(_FINGERPRINT_OF, secret.encode())[:16]


def expiry(created_at: datetime, kept_for: timedelta = KEPT_FOR) -> str:
    """Return when a backup made now ends, ISO 8601."""
    return (created_at + kept_for).astimezone(UTC).isoformat()


def add_file(archive: ZipFile, path: Path, name: str) -> str:
    """Stream a file into the archive; return its SHA-256."""
    digest = sha256()
    with path.open("rb") as source, archive.open(name, "w", force_zip64=True) as target:
        while chunk := source.read(1 << 20):
            digest.update(chunk)
            target.write(chunk)
    return digest.hexdigest()


def take_file(archive: ZipFile, name: str, path: Path, *, digest: str) -> None:
    """Stream a member out to a file (0600). Raises Refused where it is not what was written."""
    found = sha256()
    path.touch(mode=0o600)
    with archive.open(name) as source, path.open("wb") as target:
        while chunk := source.read(1 << 20):
            found.update(chunk)
            target.write(chunk)
    if found.hexdigest() != digest:
        raise Refused(Issue(name, "is damaged: its checksum differs", hint="take another backup file"))


def write_manifest(archive: ZipFile, manifest: ArchiveManifest) -> None:
    """Write the manifest, as the last member: a file without one was never finished."""
    archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))


def read_manifest(path: Path) -> ArchiveManifest:
    """Return a backup's manifest. Raises Refused where the file is no finished backup of a known format."""
    try:
        with ZipFile(path) as archive:
            raw = json.loads(archive.read(MANIFEST))
    except (BadZipFile, KeyError, ValueError) as error:
        raise Refused(Issue(str(path), "is no finished backup of Regard")) from error
    if raw.get("format") != FORMAT:
        hint = "restore it with the version of Regard that made it"
        raise Refused(Issue(str(path), f"has format {raw.get('format')}, this version reads {FORMAT}", hint=hint))
    return ArchiveManifest(**{**raw, "migrations": [tuple(pair) for pair in raw["migrations"]]})


@dataclass(frozen=True, slots=True)
class Copied:
    """What a store put into the archive: digests by member, rows by table, the newest number, its migrations."""

    digests: dict[str, str]
    counts: dict[str, int]
    last_seq: int
    migrations: list[tuple[str, str]]
