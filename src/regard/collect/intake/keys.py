"""Keys of the API: made once and shown once, kept as a hash, with one scope, revoked at once (promise F2)."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from django.db import connection, transaction

from regard.collect.models import ApiKey, Source

# Long random keys need no slow hash: 256 bits cannot be guessed, so one SHA-256 is as good and costs a microsecond.
_SECRET_BYTES = 32
_SHOWN = 16  # characters of the key that staff and scanners may see, prefix included


class Key(NamedTuple):
    """A key that may be used: what the entry points need of it."""

    id: int
    scope: str
    source: int | None
    name: str


class NewKey(NamedTuple):
    """A key just made; `secret` is shown now and never again."""

    key: ApiKey
    secret: str


def create_key(*, scope: str, name: str, now: datetime, source: str = "") -> NewKey:
    """Create a key of one scope ("write" or "read") and return it with its secret.

    A write key writes into the API source of that name (the key's own name by default), made here where it is new.
    """
    secret = f"rgd_{ApiKey.Scope(scope).value}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    with transaction.atomic():
        key = ApiKey.objects.create(
            scope=scope,
            name=name,
            prefix=secret[:_SHOWN],
            key_hash=hash_of(secret),
            source=_api_source(source or name, now) if scope == ApiKey.Scope.WRITE else None,
            created_at=now,
        )
    return NewKey(key, secret)


def _api_source(name: str, now: datetime) -> Source:
    """Return the API source of that name; another kind of source keeps its name to itself."""
    source, _ = Source.objects.get_or_create(name=name[:80], defaults={"kind": Source.Kind.API, "created_at": now})
    if source.kind == Source.Kind.API:
        return source
    return _api_source(f"{name[:74]} (api)", now)


def revoke_key(*, key_id: int, now: datetime) -> bool:
    """Revoke a key; the next request with it is refused. False where it was revoked before or is unknown."""
    return bool(ApiKey.objects.filter(id=key_id, revoked_at=None).update(revoked_at=now))


def hash_of(secret: str) -> str:
    """Return the hash under which a key is kept."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def find_key(secret: str, *, scope: str) -> Key | None:
    """Return the unrevoked key of that scope, or None: unknown, revoked and of another scope look alike."""
    if not secret.startswith("rgd_"):
        return None
    return find_key_by_hash(hash_of(secret), scope=scope)


def find_key_by_hash(key_hash: str, *, scope: str) -> Key | None:
    """Return the unrevoked key with that hash and scope, or None."""
    row = ApiKey.objects.filter(key_hash=key_hash, scope=scope, revoked_at=None).values_list(
        "id", "scope", "source_id", "name"
    )
    found = row.first()
    return Key(*found) if found else None


def usable_keys(key_ids: Collection[int]) -> set[int]:
    """Return those of the keys that are not revoked (asked once for a whole group commit)."""
    marks = ",".join(["%s"] * len(key_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM collect_apikey WHERE id IN ({marks}) AND revoked_at IS NULL",  # noqa: S608
            list(key_ids),
        )
        return {row[0] for row in cursor.fetchall()}


def note_use(*, key_id: int, at: datetime) -> None:
    """Note when a key was last used; an older time never replaces a newer one."""
    keys = ApiKey.objects.filter(id=key_id)
    (keys.filter(last_used_at=None) | keys.filter(last_used_at__lt=at)).update(last_used_at=at)
