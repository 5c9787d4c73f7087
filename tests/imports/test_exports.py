"""What goes out comes back unchanged through our own import, and nothing acknowledged is missing from it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

from regard.collect.models import Touchpoint
from regard.exports.people import columns, person_lines
from regard.exports.touchpoints import CSV_COLUMNS, touchpoint_lines
from regard.exports.writing import write_csv, write_ndjson
from regard.imports.batches import BatchRow
from regard.imports.undo import undo_batch
from tests.cast.armed import ARMED

Import = Callable[..., BatchRow]
OF_THE_ROW_ALONE = ("seq", "person", "source", "source_kind", "receivedAt")


def as_ndjson() -> bytes:
    file = io.BytesIO()
    write_ndjson(touchpoint_lines(), file)
    return file.getvalue()


def as_csv(lines: object, names: object) -> str:
    file = io.StringIO(newline="")
    write_csv(lines, names, file)  # type: ignore[arg-type]
    return file.getvalue()


def told() -> list[dict[str, object]]:
    lines = [json.loads(line) for line in as_ndjson().splitlines()]
    return [{k: v for k, v in line.items() if k not in OF_THE_ROW_ALONE} for line in lines]


def fill(import_file: Import, write: Callable[..., Path]) -> list[BatchRow]:
    files = {
        "orders.csv": "order id,customer id,date,total,currency,note\nA1,7,2025-01-31,5.25,EUR,=cmd\nA2,8,2025-02-01,-3,JPY,+49\n",
        "nps.csv": "email,date,nps,comment\nann@example.com,2025-01-31,9,@all good\n",
        "people.csv": "customer id,first name,e-mail\n7,=Ann,ann7@example.com\n9,-Bo,bo@example.com\n",
        "tickets.csv": 'ticket id,email,date,subject,message\n1,ann@example.com,2025-02-01 10:00,Hi,"a\nb;c,""d"""\n',
    }
    return [import_file(write(text, name)) for name, text in files.items()]


def test_the_log_comes_back_unchanged_from_both_formats(
    import_file: Import, write: Callable[..., Path], as_of: object
) -> None:
    batches = fill(import_file, write)
    before = told()
    out = {"log.csv": as_csv(touchpoint_lines(), CSV_COLUMNS), "log.ndjson": as_ndjson().decode()}
    for batch in reversed(batches):
        undo(batch, as_of)
    for name, text in out.items():
        again = import_file(write(text, name), source=name)
        assert again.rows_rejected == 0
        assert sorted(told(), key=key) == sorted(before, key=key)
        undo(again, as_of)


def key(line: dict[str, object]) -> str:
    return str(line["message_id"])


def undo(batch: BatchRow, as_of: object) -> None:
    from regard.collect.models import Batch

    undo_batch(batch=Batch.objects.get(id=batch.id), now=as_of)  # type: ignore[arg-type]


def test_people_come_back_unchanged_with_names_that_look_like_formulas(
    import_file: Import, write: Callable[..., Path], as_of: object
) -> None:
    text = "customer id,first name,last name,e-mail\n" + "".join(
        f'{n},"{cell}",x{n},p{n}@example.com\n' for n, cell in enumerate(cell for cell in ARMED if '"' not in cell)
    )
    batch = import_file(text)
    shown = [line | {"person": "", "created_at": ""} for line in person_lines()]
    out = as_csv(person_lines(), columns())
    assert not any(line.startswith(('"=', '"+', '"-', '"@')) for line in out.replace(",", "\n").splitlines())
    undo(batch, as_of)
    import_file(write(out, "people.csv"))
    assert [line | {"person": "", "created_at": ""} for line in person_lines()] == shown


def test_the_lines_are_of_the_segment_shape(import_file: Import, write: Callable[..., Path]) -> None:
    fill(import_file, write)
    order, *_ = told()
    assert order["type"] == "track"
    assert (order["event"], order["userId"], order["timestamp"]) == (
        "Order Completed",
        "7",
        "2025-01-31T12:00:00Z",
    )
    assert order["messageId"] == order["message_id"] == "order:A1"
    assert order["properties"] == {
        "order_id": "A1",
        "note": "=cmd",
        "total": 5.25,
        "currency": "EUR",
    }
    assert order["added"] == ["total", "currency"]
    assert len(told()) == Touchpoint.objects.count()
    (ann,) = [line for line in told() if line["type"] == "identify" and line["userId"] == "7"]
    assert ann["traits"] == {"first_name": "=Ann", "email": "ann7@example.com"}
