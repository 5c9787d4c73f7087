"""Columns into the database and back, on both: what is nothing stays nothing, what is empty stays empty."""

from __future__ import annotations

import pyarrow as pa
import pytest
from django.db import IntegrityError, connection, transaction

from regard.collect.among import among
from regard.decide.facts.columns import insert_columns, read_columns, read_input, update_columns
from regard.decide.models import Passage

pytestmark = pytest.mark.django_db
KINDS = pa.schema(
    [
        ("journey", pa.string()),
        ("version", pa.string()),
        ("step", pa.string()),
        ("goto", pa.string()),
        ("people", pa.int64()),
    ]
)
TEXTS = ("plain", "", 'with "quotes", commas', "two\nlines", "ümläut 🎶", "\\N", "NULL", "'; --")


def passages(*rows: tuple[object, ...]) -> pa.Table:
    return pa.table([pa.array(c, f.type) for c, f in zip(zip(*rows), KINDS)], schema=KINDS)  # noqa: B905


def stored() -> list[dict[str, object]]:
    sql = "SELECT journey, version, step, goto, people FROM decide_passage ORDER BY people, id"
    return read_columns(sql, [], KINDS).to_pylist()


def test_every_text_comes_back_as_it_went():
    rows = passages(*((f"j{n}", "v", text, text, n) for n, text in enumerate(TEXTS)))
    assert insert_columns("decide_passage", rows) == len(TEXTS)
    assert stored() == rows.to_pylist()


def test_nothing_and_empty_are_two_things_and_a_boolean_stays_one():
    connection_sql = "SELECT 1, 'offers', '', 1 = 1, NULL, 7 UNION ALL SELECT 2, '', '*', 1 = 0, 5, 8"
    found = read_input("consent", connection_sql, [], visible_us=0).to_pylist()
    assert [tuple(row.values()) for row in found] == [
        (1, "offers", "", True, None, 7, 0),
        (2, "", "*", False, 5, 8, 0),
    ]


def test_a_key_that_is_there_is_refused_or_written_anew():
    rows = passages(("a", "v", "s", "", 1), ("b", "v", "s", "", 2))
    insert_columns("decide_passage", rows)
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_columns("decide_passage", rows)
    anew = "ON CONFLICT (journey, version, step, goto) DO UPDATE SET people = EXCLUDED.people"
    insert_columns("decide_passage", passages(("a", "v", "s", "", 5)), on_conflict=anew)
    assert [row["people"] for row in stored()] == [2, 5]


def test_an_update_says_how_many_it_found_where_they_were():
    insert_columns("decide_passage", passages(("a", "v", "s", "", 1), ("b", "v", "s", "", 2)))
    ids = dict(Passage.objects.values_list("journey", "id"))
    rows = pa.table({"people": [10, 20], "goto": ["x", "y"], "id": [ids["a"], ids["b"]], "was_people": [1, 3]})
    assert update_columns("decide_passage", rows, sets=("people", "goto"), where=("id", "was_people")) == 1
    assert [(row["journey"], row["people"], row["goto"]) for row in stored()] == [
        ("b", 2, ""),
        ("a", 10, "x"),
    ]


def test_a_list_of_ids_is_bound_as_what_it_is_compared_with():
    listed, bound = among([1, 2, 3])
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM decide_passage WHERE id {listed}", [bound])
        assert cursor.fetchone() == (0,)
    assert ("::bigint[]" in listed) == (connection.vendor == "postgresql")
