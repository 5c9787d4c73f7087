"""Take an installation forward as `regard up` does, and say what is no longer there.

python -m tests.upgrades.forward --folder DATA_FOLDER         (a copy of it is taken forward)
python -m tests.upgrades.forward --database postgres://...    (likewise, a copy made beside it)
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import uuid
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import psycopg

from tests.installation import Installation
from tests.upgrades.store import PostgresStore, SqliteStore, Store
from tests.upgrades.went import DJANGOS, faults

FIRST_START = (sys.executable, "-m", "regard.cli.first_start")  # what `regard up` runs before anything else


def store_of(shop: Installation) -> Store:
    """Return the store of an installation."""
    return PostgresStore(shop.database_url) if shop.database_url else SqliteStore(shop.folder)


def go_forward(shop: Installation) -> list[str]:
    """Migrate an installation to this version; returns what was lost on the way, in words."""
    store = store_of(shop)
    before = store.read()
    done = subprocess.run(FIRST_START, env=shop.environment, capture_output=True, text=True, check=False)
    if done.returncode:
        return [f"the upgrade itself failed, see tests/upgrades/went.py:\n{done.stdout}{done.stderr}"]
    return faults(before, store.read())


def _forward_and_tell(shop: Installation) -> int:
    told = go_forward(shop)
    rows = sum(len(table.rows) for name, table in store_of(shop).read().items() if name not in DJANGOS)
    sys.stdout.write("\n".join([*told, f"{rows:,} rows now, {len(told)} faults"]) + "\n")
    return 1 if told else 0


def main() -> int:
    """Take a copy of an installation forward and print what is lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given = parser.add_mutually_exclusive_group(required=True)
    given.add_argument("--folder", type=Path)
    given.add_argument("--database")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        if options.folder:
            copy = Path(folder, "data")
            shutil.copytree(options.folder, copy)
            return _forward_and_tell(Installation(copy))
        named = urlsplit(options.database)
        copy_name = f"regard_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(named._replace(path="/postgres").geturl(), autocommit=True) as opened:
            opened.execute(f'CREATE DATABASE {copy_name} TEMPLATE "{named.path[1:]}"')
            try:
                shop = Installation(Path(folder), named._replace(path=f"/{copy_name}").geturl())
                return _forward_and_tell(shop)
            finally:
                opened.execute(f"DROP DATABASE {copy_name} WITH (FORCE)")


if __name__ == "__main__":
    os.umask(0o077)
    sys.exit(main())
