"""What a file is: encoding, delimiter, heading, gzip, quoted newlines; and rows that are broken cost only themselves."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regard.collect.importing.plan import Wishes, make_plan
from regard.collect.importing.table import LONGEST_LINE
from regard.kernel.issues import Refused

GERMAN = "Kundennr;Name;Datum;Betrag\n1;Müller;31.12.2024;12,50\n2;Köhler & Söhne;15.01.2025;1.234,00\n3;Ångström;16.01.2025;7,00\n"


def rows_of(path: Path, **wishes: str) -> list[tuple[int, list[object], str]]:
    return list(make_plan(path, Wishes(**wishes)).table.rows())  # type: ignore[arg-type]


def write(folder: Path, text: str, encoding: str = "utf-8", name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
def test_the_encoding_is_found(tmp_path: Path, encoding: str) -> None:
    rows = rows_of(write(tmp_path, GERMAN, encoding))
    assert [row[1][1] for row in rows] == ["Müller", "Köhler & Söhne", "Ångström"]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp1250", "Žižková Čeněk Dvořák Růžička Šťastný"),
        ("cp1251", "Иванов Пётр Сергеевич Москва улица"),
    ],
)
def test_names_of_the_east_keep_their_letters(tmp_path: Path, encoding: str, name: str) -> None:
    text = "customer id,name\n" + "".join(f"{i},{name}\n" for i in range(40))
    assert rows_of(write(tmp_path, text, encoding))[0][1][1] == name


def test_a_picture_or_a_spreadsheet_is_refused_as_no_text(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(b"PK\x03\x04" + bytes(range(256)) * 20)
    with pytest.raises(Refused, match="this is no text"):
        make_plan(path, Wishes())


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    text = delimiter.join(["id", "note", "amount"]) + "\n" + delimiter.join(["1", '"a, b; c"', "2"]) + "\n"
    assert rows_of(write(tmp_path, text)) == [(2, ["1", "a, b; c", "2"], "")]


def test_a_packed_file_is_read_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "orders.txt"
    path.write_bytes(gzip.compress(GERMAN.encode()))
    assert len(rows_of(path)) == 3


def test_a_cut_off_gzip_is_told_before_anything_is_stored(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv.gz"
    path.write_bytes(gzip.compress(GERMAN.encode() * 1000)[:-20])
    with pytest.raises(Refused, match="gzip file is damaged"):
        make_plan(path, Wishes())


@pytest.mark.parametrize("text", ["", None])
def test_an_empty_or_missing_file_is_told(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "no.csv" if text is None else write(tmp_path, text)
    with pytest.raises(Refused, match=r"empty|no such file"):
        make_plan(path, Wishes())


def test_a_quoted_cell_may_hold_lines_and_the_line_number_is_where_it_starts(
    tmp_path: Path,
) -> None:
    rows = rows_of(write(tmp_path, 'id,text\n1,"two\nlines"\n2,one\n'))
    assert [(line, cells) for line, cells, _ in rows] == [
        (2, ["1", "two\nlines"]),
        (4, ["2", "one"]),
    ]


def test_a_quote_that_never_closes_costs_one_line(tmp_path: Path) -> None:
    rows = rows_of(write(tmp_path, 'id,text\n1,fine\n2,"open\n3,fine\n4,fine\n'))
    assert [(line, bool(problem)) for line, _, problem in rows] == [
        (2, False),
        (3, True),
        (4, False),
        (5, False),
    ]
    assert rows[1][1] == ['2,"open']


def test_rows_with_too_many_or_too_few_cells_are_put_aside_with_words(tmp_path: Path) -> None:
    rows = rows_of(write(tmp_path, "id,a,b\n1,2,3\n1,2\n1,2,3,4\n1,2,3,,\n"))
    assert [problem for *_, problem in rows] == [
        "",
        "has 2 cells where the header has 3",
        "has 4 cells where the header has 3",
        "",
    ]


def test_bytes_that_fit_no_letter_and_nul_are_told_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b"id,name\n1,Ann\n2,B\xff\xfeo\n3,C\0y\n4,Dan\n")
    problems = [problem for *_, problem in rows_of(path, encoding="utf-8")]
    assert problems == [
        "",
        "holds bytes that do not fit the file's encoding",
        "holds a NUL character",
        "",
    ]


def test_a_line_without_an_end_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = write(tmp_path, "id,text\n1,fine\n2," + "x" * (3 * LONGEST_LINE) + "\n3,fine\n")
    assert [(line, bool(problem)) for line, _, problem in rows_of(path)] == [
        (2, False),
        (3, True),
        (4, False),
    ]


def test_a_file_without_a_heading_gets_numbered_columns(tmp_path: Path) -> None:
    plan = make_plan(write(tmp_path, "17,2025-01-02,9.99\n18,2025-01-03,5.00\n"), Wishes())
    assert plan.table.columns == ("column 1", "column 2", "column 3")
    assert len(list(plan.table.rows())) == 2


def test_columns_of_one_name_stay_apart(tmp_path: Path) -> None:
    assert make_plan(write(tmp_path, "id,note,note\n1,a,b\n"), Wishes()).table.columns == (
        "id",
        "note",
        "note (2)",
    )


def test_ndjson_has_every_key_as_a_column_and_bad_lines_cost_only_themselves(
    tmp_path: Path,
) -> None:
    path = write(
        tmp_path,
        '{"userId":"1","event":"A"}\n{"userId":\n[1]\n\n{"userId":"2","event":"B","late":1}\n{"x":"\\u0000"}\n',
        name="x.ndjson",
    )
    plan = make_plan(path, Wishes())
    rows = list(plan.table.rows())
    assert plan.table.columns == ("userId", "event", "late")
    assert [(line, bool(problem)) for line, _, problem in rows] == [
        (1, False),
        (2, True),
        (3, True),
        (5, False),
        (6, True),
    ]
    assert rows[3][1] == ["2", "B", 1]


def test_parquet_is_read_with_its_types(tmp_path: Path) -> None:
    path = tmp_path / "orders.bin"
    pq.write_table(
        pa.table({"customer_id": [1, 2], "date": pa.array([0, 1], pa.date32()), "amount": [1.5, None]}),
        path,
    )
    rows = rows_of(path)
    assert [row[1][0] for row in rows] == [1, 2]
    assert rows[1][1][2] is None
