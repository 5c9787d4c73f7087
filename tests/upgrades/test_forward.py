"""An installation made at 7fb91de goes forward to this version on either store, with nothing lost, and goes on working.

Where one of these is red, a migration has lost or moved something: `tests/upgrades/went.py` is where it is said.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db.migrations.loader import MigrationLoader

from tests.installation import Installation, installation
from tests.upgrades.forward import go_forward, store_of
from tests.upgrades.keeping import HERE, bring_back, lines_of
from tests.upgrades.store import Column, Row, Rows, Table
from tests.upgrades.went import Went, faults

KEPT = HERE / "at_7fb91de"
SECRET = "kept-at-7fb91de-" + "k" * 40  # what it was made with: keyed hashes of addresses and ids mean something
END = "2026-11-17T12:00:00+00:00"  # a day after its last one
# Nothing of the product writes here: Django makes the tables, our roles are a matrix in code.
EMPTY = {"auth_group", "auth_group_permissions"}


@pytest.fixture(params=["sqlite", "postgres"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path, request.param) as made:
        made.extra["REGARD_SECRET_KEY"] = SECRET
        bring_back(KEPT, store_of(made))
        yield made


def test_the_kept_installation_has_a_row_in_every_table() -> None:
    assert {name for name, _, rows in lines_of(KEPT) if not rows} == EMPTY


def test_nothing_is_lost_and_the_product_goes_on(shop: Installation) -> None:
    exports = json.loads(gzip.decompress((KEPT / "exports.json.gz").read_bytes()))

    lost = go_forward(shop)
    assert not lost, "\n".join(lost)

    told = goes_on(shop, *exports)
    assert {address: status for address, status in told["statuses"].items() if status != 200} == {}
    assert {address: status for address, status in told["after"].items() if status != 200} == {}
    for person, export in exports.items():
        assert_holds(told["exports"][person], export)
    assert told["people"] > 0
    assert told["touchpoints"] > 0
    before, after = told["states_before"], told["states"]
    assert {"queued", "claimed", "deferred", "sent", "refused", "uncertain", "cancelled", "sample"} == before.keys()
    assert after["sent"] > before["sent"], "nothing that waited was claimed and sent"
    assert "claimed" not in after, "what a worker held when it stopped is settled"


def goes_on(shop: Installation, *people: str) -> Any:
    words = (sys.executable, "-m", "tests.upgrades.goes_on", END, *people)
    done = subprocess.run(words, env=shop.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def assert_holds(now: Any, then: Any) -> None:
    """Every row that was handed out then is handed out now, with what it said; it may say more."""
    for section, rows in then["held"].items():
        for row in rows:
            assert any(row.items() <= other.items() for other in now["held"][section]), (section, row)


def test_every_migration_that_was_applied_is_known_still() -> None:
    """An upgrade goes on from them by name, and a backup on PostgreSQL is brought back into their tables."""
    (rows,) = (rows for name, _, rows in lines_of(KEPT) if name == "django_migrations")
    loader = MigrationLoader(None)
    known = set(loader.disk_migrations) | {old for one in loader.disk_migrations.values() for old in one.replaces}
    gone = [f"{app}.{name}" for _, app, name, _ in rows if (app, name) not in known]
    assert not gone, f"an installation of 7fb91de has applied these, and nothing here has or replaces them: {gone}"


# --- the comparison itself: whatever nobody spoke of is a fault


def a_table(*rows: Row) -> Table:
    return Table(tuple(Column(name, "") for name in rows[0]), "id", {row["id"]: row for row in rows})


BEFORE: Rows = {"letter": a_table({"id": 1, "subject": "One", "worth": 4}, {"id": 2, "subject": "Two", "worth": 6})}


@pytest.mark.parametrize(
    ("now", "went", "told"),
    [
        (BEFORE, {}, ""),
        ({}, {}, "table letter is not there: 2 rows of letter are lost"),
        ({"letter": a_table({"id": 1, "subject": "One", "worth": 4})}, {}, "letter: 1 of 2 rows are lost, such as [2]"),
        (BEFORE, {"parcel": Went()}, "parcel was never there"),
        ({"letter": a_table(*({**row, "worth": 4} for row in BEFORE["letter"].rows.values()))}, {},
         "letter.worth: 1 values changed, such as 2: 6 became 4"),
        ({"letter": a_table(*BEFORE["letter"].rows.values(), {"id": 3, "subject": "", "worth": 0})}, {},
         "letter: 1 rows are new, such as [3]"),
        ({"letter": a_table({"id": 1, "title": "One", "worth": 4}, {"id": 2, "title": "Two", "worth": 6})}, {},
         "letter.subject is not there: say in tests/upgrades/went.py where it went"),
        ({"mail": a_table({"id": 1, "title": "One", "cents": 400}, {"id": 2, "title": "Two", "cents": 600})},
         {"letter": Went("mail", {"subject": "title", "worth": "cents"}, {"worth": lambda value: value * 100})}, ""),
        ({"letter": a_table({"id": 1, "told": 7}, {"id": 2, "told": 8}), "word": a_table({"id": 7, "text": "One"}, {"id": 8, "text": "Two"})},
         {"letter": Went(found={"subject": lambda row, now: now["word"].rows[now["letter"].rows[row["id"]]["told"]]["text"]},
                         left_out={"worth": "nobody asked"})}, ""),
    ],
)  # fmt: skip
def test_what_was_moved_on_purpose_is_found_and_the_rest_is_a_fault(now: Rows, went: dict[str, Went], told: str):
    found = faults(BEFORE, now, went=went, grows={})
    assert bool(found) == bool(told)
    assert any(told in fault for fault in found) or not told
