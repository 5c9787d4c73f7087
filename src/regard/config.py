"""Where this installation keeps its data, its database and its secret; read from the environment once.

`REGARD_DATA` names the data folder (else the platform's), `DATABASE_URL` a PostgreSQL server (else SQLite in the
folder), `REGARD_SECRET_KEY` the secret (else the 0600 file that `regard up` writes). Contract 14.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from platformdirs import user_data_dir


class NotConfigured(Exception):
    """Something this installation needs is missing; the message says what and how to give it."""


@dataclass(frozen=True, slots=True)
class Config:
    """The paths and addresses of one installation."""

    folder: Path
    database_url: str

    @property
    def is_postgres(self) -> bool:
        """Say whether the operational store is PostgreSQL."""
        return self.database_url.startswith(("postgres://", "postgresql://"))

    @property
    def sqlite_file(self) -> Path:
        """The SQLite database inside the folder."""
        return self.folder / "regard.sqlite3"

    @property
    def journal_file(self) -> Path:
        """What the intake accepted and the log does not hold yet (SQLite only; PostgreSQL keeps it in a table)."""
        return self.folder / "journal.sqlite3"

    @property
    def secret_file(self) -> Path:
        """The file with the secret, readable by its owner only."""
        return self.folder / "secret.key"


def read_config() -> Config:
    """Return the installation that the environment names. Creates nothing."""
    folder = os.environ.get("REGARD_DATA") or user_data_dir("regard", appauthor=False)
    return Config(Path(folder).expanduser().absolute(), os.environ.get("DATABASE_URL", ""))


def read_secret(config: Config) -> str:
    """Return the secret from the environment, else from its file. Raises NotConfigured where there is none."""
    secret = os.environ.get("REGARD_SECRET_KEY", "")
    if not secret and config.secret_file.exists():
        secret = config.secret_file.read_text().strip()
    if len(secret) < 32:
        raise NotConfigured(
            f"no secret of 32 characters or more: set REGARD_SECRET_KEY, or run 'regard up' once to write {config.secret_file}"
        )
    return secret


def prepare_folder(config: Config) -> None:
    """Create the data folder (0700) and its secret file (0600) where they are missing."""
    config.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not config.secret_file.exists() and not os.environ.get("REGARD_SECRET_KEY"):
        descriptor = os.open(config.secret_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))


def django_database(config: Config) -> dict[str, object]:
    """Return Django's settings of the operational store (contract 10)."""
    if config.is_postgres:
        url = urlsplit(config.database_url)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(url.path.lstrip("/")),
            "USER": unquote(url.username or ""),
            "PASSWORD": unquote(url.password or ""),
            "HOST": unquote(url.hostname or "") or dict(parse_qsl(url.query)).get("host", ""),
            "PORT": str(url.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {k: v for k, v in parse_qsl(url.query) if k != "host"},
        }
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(config.sqlite_file),
        "CONN_MAX_AGE": None,  # a file does not hang up, and opening costs a dozen pragmas
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
                "PRAGMA secure_delete=ON; PRAGMA cache_size=-32000; PRAGMA temp_store=MEMORY; "
                # Random message ids dirty many index pages; written back less often, they are written back once.
                "PRAGMA wal_autocheckpoint=4000"
            ),
        },
    }
