"""`regard import` as somebody types it who knows nothing yet: what is wrong is named, with the code of wrong use."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.installation import Installation

ORDERS = "customer id,date,total\n1,2025-01-01,5\n2,2025-01-02,7\n"
PEOPLE = "customer id,email,first name\n1,ann@example.com,Ann\n2,ben@example.com,Ben\n"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    folder = tmp_path_factory.mktemp("import")
    (folder / "orders.csv").write_text(ORDERS)
    (folder / "people.csv").write_text(PEOPLE)
    made = Installation(folder / "shop")
    made.run("import", str(folder / "people.csv"), "--yes", "--quiet")
    return made


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--map", "foo=user_id"), "the file has no column 'foo'"),
        (("--map", "total=nonsense"), "there is no field 'nonsense'"),
        (("--map", "total"), "is not COLUMN=FIELD"),
        (("--kind", "parcels"), "there is no kind 'parcels'"),
        (("--dates", "dym"), "is no order of dates"),
        (("--consent", "offers=yes"), "'yes' is no state"),
        (("--consent", "offers=granted"), "where and how did they agree"),
        (("--zone", "Mars/Olympus"), "there is no time zone"),
    ],
)
def test_a_wrong_option_ends_with_2_and_names_it(shop: Installation, words: tuple[str, str], said: str):
    done = shop.run("import", str(shop.folder.parent / "orders.csv"), "--yes", *words, code=2)
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_and_a_missing_file_end_with_2(shop: Installation, tmp_path: Path):
    assert "is a folder" in shop.run("import", str(tmp_path), code=2).stderr
    assert "no such file" in shop.run("import", str(tmp_path / "gone.csv"), code=2).stderr


def test_a_dry_run_tells_reasons_that_differ_by_a_value_once(shop: Installation, tmp_path: Path):
    file = tmp_path / "more.csv"
    file.write_text("email,first name\na@b@c,Al\nd@e@f,Di\n,Eve\nann@example.com,Ann\n")
    told = shop.json("import", str(file), "--kind", "people", "--map", "email=email", "--dry-run")
    assert sorted(told["reasons"].values()) == [1, 2]
    assert "'a@b@c' is not an e-mail address" in told["reasons"]


def test_a_file_without_a_known_id_is_told_which_column_may_be_one(shop: Installation, tmp_path: Path):
    file = tmp_path / "members.csv"
    file.write_text("rec_id,given_name\n17,Ann\n")
    done = shop.run("import", str(file), "--kind", "people", "--yes", code=1)
    assert "--map 'rec_id=user_id'" in done.stderr
    shop.run("import", str(file), "--map", "rec_id=user_id", "--dry-run")


def test_people_of_a_segment_come_with_name_and_address_or_as_ids_alone(shop: Installation, tmp_path: Path):
    export = shop.run("playbook", "export").stdout
    file = tmp_path / "mine.yaml"
    file.write_text(
        export.replace("\nsegments:\n", "\nsegments:\n  everybody: {who: {field: email, exists: true}}\n", 1)
    )
    name = f"{file}#everybody"
    rows = shop.json("segment", "people", name)["items"]
    assert {(row["name"], row["email"]) for row in rows} == {
        ("Ann", "ann@example.com"),
        ("Ben", "ben@example.com"),
    }
    ids = shop.run("segment", "people", name, "--ids").stdout.split()
    assert ids == [row["person"] for row in rows]
    assert "Ann\tann@example.com" in shop.run("segment", "people", name).stdout
