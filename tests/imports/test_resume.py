"""Stopped or killed, an import goes on where it was: no row lost, none doubled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regard.collect.importing.plan import ImportPlan
from regard.collect.models import Batch, Touchpoint
from regard.imports.batches import BatchRow, list_batches
from regard.imports.run import Progress, StoppedImportError, run_import
from regard.kernel.issues import Refused

ROWS = 500


def orders(rows: int = ROWS) -> str:
    """Every seventh row is broken."""
    body = (f"{n % 40},2025-01-{n % 28 + 1:02d},{'x' if n % 7 == 0 else n}\n" for n in range(1, rows + 1))
    return "customer id,date,total\n" + "".join(body)


def lines(rows: int = ROWS) -> str:
    """Orders of about four lines, all mixed up; every ninth line has no price."""
    body = (
        f"O{n * 37 % (rows // 4)},{n * 37 % (rows // 4) % 20},2025-01-05,S{n},{n % 3 + 1},{'' if n % 9 == 0 else n}\n"
        for n in range(rows)
    )
    return "order id,customer id,date,sku,quantity,unit price\n" + "".join(body)


def stopping_after(chunks: int) -> Callable[[Progress], None]:
    seen: list[int] = []

    def stop(progress: Progress) -> None:
        seen.append(progress.read)
        if len(seen) == chunks:
            raise KeyboardInterrupt

    return stop


@pytest.mark.parametrize("text", [orders(), lines()], ids=["orders", "order-lines"])
def test_stopping_after_every_chunk_gives_what_one_run_gives(
    text: str,
    plan_of: Callable[..., ImportPlan],
    tmp_path: Path,
    as_of: datetime,
    import_file: Callable[..., BatchRow],
) -> None:
    whole = import_file(text, source="whole")
    expected = set(Touchpoint.objects.filter(source__name="whole").values_list("message_id", "value_minor"))
    rejects = Path(whole.rejects_file).read_text()
    plan = plan_of(text)
    for _ in range(50):
        try:
            batch = run_import(
                plan=plan,
                folder=tmp_path / "imports",
                now=as_of,
                source="parts",
                on_progress=stopping_after(1),
                chunk_rows=37,
            )
            break
        except StoppedImportError:
            continue
    found = list(Touchpoint.objects.filter(source__name="parts").values_list("message_id", "value_minor"))
    assert (set(found), len(found)) == (expected, len(expected))
    assert (batch.rows_read, batch.rows_stored, batch.rows_rejected) == (
        whole.rows_read,
        whole.rows_stored,
        whole.rows_rejected,
    )
    assert Path(batch.rejects_file).read_text() == rejects
    assert Batch.objects.filter(source__name="parts").count() == 1


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(chunk_rows=st.integers(1, 120), chunks=st.integers(1, 5))
def test_whatever_the_chunks_every_row_is_accounted_for(
    chunk_rows: int, chunks: int, plan_of: Callable[..., ImportPlan], tmp_path: Path, as_of: datetime
) -> None:
    source = f"{chunk_rows}:{chunks}"
    plan = plan_of(lines(120))
    try:
        run_import(
            plan=plan,
            folder=tmp_path,
            now=as_of,
            source=source,
            on_progress=stopping_after(chunks),
            chunk_rows=chunk_rows,
        )
    except StoppedImportError:
        run_import(plan=plan, folder=tmp_path, now=as_of, source=source)
    (batch,) = [b for b in list_batches() if b.source == source]
    stored = Touchpoint.objects.filter(batch=batch.id)
    in_orders = sum(len(t.properties["products"]) for t in stored)
    assert batch.state == "done"
    assert in_orders + batch.rows_rejected == batch.rows_read == 120


def test_a_half_done_import_is_not_read_in_another_way(
    plan_of: Callable[..., ImportPlan], tmp_path: Path, as_of: datetime
) -> None:
    text = "customer id,date,total\n" + "".join(f"{n},01/02/2025,5\n" for n in range(20))
    with pytest.raises(StoppedImportError):
        run_import(
            plan=plan_of(text, dates="dmy"),
            folder=tmp_path,
            now=as_of,
            on_progress=stopping_after(1),
            chunk_rows=5,
        )
    with pytest.raises(Refused, match="stopped after 5 rows, with other settings"):
        run_import(plan=plan_of(text, dates="mdy"), folder=tmp_path, now=as_of)


def test_two_imports_of_one_file_at_once_do_not_both_go_on(
    plan_of: Callable[..., ImportPlan], tmp_path: Path, as_of: datetime
) -> None:
    plan = plan_of(orders())

    def interfere(progress: Progress) -> None:
        Batch.objects.update(rows_read=progress.read + 1)

    with pytest.raises(Refused, match="another process imports this file"):
        run_import(plan=plan, folder=tmp_path, now=as_of, on_progress=interfere, chunk_rows=50)
    assert Touchpoint.objects.count() == Batch.objects.get().rows_stored


def test_a_plan_with_errors_stores_nothing(plan_of: Callable[..., ImportPlan], tmp_path: Path, as_of: datetime) -> None:
    with pytest.raises(Refused, match="orders need a column for occurred_at"):
        run_import(plan=plan_of("customer id,total\n1,5\n", kind="orders"), folder=tmp_path, now=as_of)
    assert not Batch.objects.exists()
