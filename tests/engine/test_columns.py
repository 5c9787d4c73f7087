"""The columnar copy on disk: parts written aside and renamed, old ones left to their readers, forbidden ones gone at once."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest

from regard.engine.bench.codes import Codes
from regard.engine.bench.columnar import RAW, code_rows, property_column, unpacked
from regard.engine.bench.store import Columns, Workbench
from regard.kernel.instant import DAY_US
from regard.kernel.sql import Sql


def rows(*origins: int, first: int = 1) -> list[tuple]:
    return [
        (
            first + i,
            origin,
            1000 * (first + i),
            "Order",
            "web",
            "in",
            "customer",
            100,
            "USD",
            None,
            json.dumps({"plan": f"p{origin}"}),
        )
        for i, origin in enumerate(origins)
    ]


@pytest.fixture
def columns(tmp_path):
    return Columns(tmp_path / "columns")


def append(columns: Columns, *origins: int, first: int = 1) -> None:
    with columns.writing() as manifest, Workbench() as bench:
        codes = columns.codes(manifest)
        bench.lay("incoming", code_rows(rows(*origins, first=first), codes))
        manifest.words = codes.words
        columns.append(bench, manifest, "incoming", first + len(origins) - 1)


def read(columns: Columns, *paths: str) -> list[dict]:
    with Workbench() as bench:
        sql = columns.rows_sql(columns.manifest(), paths)
        return (
            []
            if sql is None
            else bench.take(unpacked(paths, f"(SELECT * FROM ({sql.text}) r ORDER BY seq)")).to_pylist()
        )


def files(columns: Columns) -> set[str]:
    return {file.name for file in columns.folder.glob("*.parquet*")}


def test_what_is_appended_is_read_back_with_the_words_of_its_codes(columns):
    append(columns, 7, 8)
    append(columns, 7, first=3)
    assert [(row["seq"], row["origin"]) for row in read(columns)] == [(1, 7), (2, 8), (3, 7)]
    assert columns.codes(columns.manifest()).words["name"] == ["Order"]
    assert columns.manifest().upto == 3


def test_a_property_is_a_column_in_old_and_new_parts_once_it_is_declared(columns):
    append(columns, 7)
    with columns.writing() as manifest, Workbench() as bench:
        columns.add_paths(bench, manifest, ["plan"])
    append(columns, 8, first=2)
    assert [row[property_column("plan")] for row in read(columns, "plan")] == ["p7", "p8"]
    assert columns.manifest().paths == ["plan"]
    assert [row[property_column("nothing")] for row in read(columns, "nothing")] == [None, None]


LISTS = {
    '{"products": [{"genre": "Jazz"}, {"genre": null}, {}]}': ["Jazz", None],
    '{"products": [{"genre": "null"}, {"genre": "say \\"hi\\", [1]"}]}': ["null", 'say "hi", [1]'],
    '{"products": [{"genre": {"a": 1}}, {"genre": 7}, {"genre": "\\u001f"}]}': [
        '{"a":1}',
        "7",
        "\x1f",
    ],
    '{"products": []}': [],
    '{"products": "none"}': [],
    "{}": [],
    "not json": None,
}


@pytest.mark.parametrize("declared", ["before", "after", "never"])
def test_a_list_comes_back_from_a_part_as_it_was_told(columns, declared):
    path = "products[].genre"
    with columns.writing() as manifest, Workbench() as bench:
        codes = columns.codes(manifest)
        told = [(*row[:-1], text) for row, text in zip(rows(*[7] * len(LISTS)), LISTS, strict=True)]
        bench.lay("incoming", code_rows(told, codes))
        if declared == "before":
            columns.add_paths(bench, manifest, [path])
        columns.append(bench, manifest, "incoming", len(LISTS))
        if declared == "after":
            columns.add_paths(bench, manifest, [path])
    found = [row[property_column(path)] for row in read(columns, path)]
    assert found == list(LISTS.values())


def test_compaction_puts_people_together_and_loses_nothing(columns):
    append(columns, 7, 8, 7)
    append(columns, 8, first=4)
    with columns.writing() as manifest, Workbench() as bench:
        columns.compact(bench, manifest)
    assert len(columns.manifest().parts) == 1
    assert columns.manifest().parts[0].is_clustered
    assert [row["seq"] for row in read(columns)] == [1, 2, 3, 4]


def test_who_read_the_manifest_before_can_still_read_its_parts(columns):
    append(columns, 7)
    append(columns, 8, first=2)
    old = columns.manifest()
    with columns.writing() as manifest, Workbench() as bench:
        columns.compact(bench, manifest)
    with Workbench() as bench:
        sql = columns.rows_sql(old, ())
        assert sql is not None
        assert bench.take(sql).num_rows == 2
    append(columns, 9, first=3)
    assert files(columns) == {file for part in columns.manifest().parts for file in part.files}


def test_an_erased_person_is_in_no_file_at_once(columns):
    append(columns, 7, 8)
    append(columns, 8, first=3)
    with columns.writing() as manifest, Workbench() as bench:
        bench.lay("erased", pa.table({"origin": pa.array([7], pa.int64())}))
        assert columns.keep(bench, manifest, "origin NOT IN (SELECT origin FROM erased)") == 1
    assert [row["origin"] for row in read(columns)] == [8, 8]
    assert files(columns) == {file for part in columns.manifest().parts for file in part.files}
    assert not any(b"p7" in file.read_bytes() for file in columns.folder.glob("*.parquet"))
    assert {row["origin"] for row in times(columns)} == {8}


def test_when_who_did_what_lies_beside_each_part_by_the_time_of_day(columns):
    append(columns, 7, 8, 8)
    append(columns, 9, first=4)
    rows = read(columns)
    assert sorted((row["origin"], row["occurred_at"], row["name"]) for row in times(columns)) == sorted(
        (row["origin"], row["occurred_at"], row["name"]) for row in rows
    )
    assert all(row["time_of_day"] == row["occurred_at"] % DAY_US for row in times(columns))


def times(columns: Columns) -> list[dict]:
    with Workbench() as bench:
        columns.lay_times(bench, columns.manifest(), RAW.empty_table())
        return bench.take(Sql("SELECT * FROM times")).to_pylist()


def test_a_write_that_dies_changes_nothing(columns):
    append(columns, 7)

    def die_writing() -> None:
        with columns.writing() as manifest, Workbench() as bench:
            columns.compact(bench, manifest)
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        die_writing()
    assert [row["seq"] for row in read(columns)] == [1]
    append(columns, 8, first=2)
    assert files(columns) == {file for part in columns.manifest().parts for file in part.files}


def test_a_manifest_that_cannot_be_read_is_an_empty_copy(columns):
    append(columns, 7)
    (columns.folder / "manifest.json").write_text("{")
    assert columns.manifest().parts == []
    (columns.folder / "manifest.json").write_text('{"format": 99}')
    assert columns.manifest().upto == 0


def test_a_folder_with_an_apostrophe_is_only_a_name(tmp_path):
    columns = Columns(tmp_path / "it's")
    append(columns, 7)
    assert len(read(columns)) == 1


def test_codes_are_only_ever_added():
    codes = Codes()
    assert [codes.code("name", word) for word in ("a", "b", "a")] == [0, 1, 0]
    again = Codes({**codes.words, "name": [*codes.words["name"]]})
    assert again.code("name", "c") == 2
