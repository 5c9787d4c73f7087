"""The cast of the import stories: a shop with its playbook, files written on the spot, everything counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.apps import apps

from regard.collect.importing.plan import ImportPlan, make_plan
from regard.imports.batches import BatchRow
from regard.imports.run import run_import
from regard.imports.wishes import asked_of, wishes_of
from regard.versions.selectors import shipped_text
from regard.versions.services import apply_playbook

Import = Callable[..., BatchRow]


@pytest.fixture(autouse=True)
def playbook(db: None, as_of: datetime) -> None:
    apply_playbook(text=shipped_text(), by="test", now=as_of - timedelta(days=400))


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write_file(text: str, name: str = "file.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, newline="")
        return path

    return write_file


@pytest.fixture
def plan_of(write: Callable[..., Path]) -> Callable[..., ImportPlan]:
    def plan(file: str | Path, **wishes: object) -> ImportPlan:
        path = file if isinstance(file, Path) else write(file)
        return make_plan(path, wishes_of(**wishes))  # type: ignore[arg-type]

    return plan


@pytest.fixture
def import_file(plan_of: Callable[..., ImportPlan], tmp_path: Path, as_of: datetime) -> Import:
    """Import a text or a path; `consent` and `told` as on the command line."""

    def run(
        file: str | Path,
        *,
        source: str = "import",
        consent: tuple[str, ...] = (),
        told: str = "",
        now: datetime = as_of,
        chunk_rows: int = 4_000,
        **wishes: object,
    ) -> BatchRow:
        plan = plan_of(file, **wishes)
        columns = [name for name in plan.mapping.values() if name.startswith("consent:")]
        asked = asked_of(consent, told, columns)
        return run_import(
            plan=plan,
            folder=tmp_path / "imports",
            now=now,
            source=source,
            asked=asked,
            chunk_rows=chunk_rows,
        )

    return run


@pytest.fixture
def count_rows() -> Callable[[], dict[str, int]]:
    """Return a counter of every table's rows, but for the bookkeeping of imports themselves."""
    bookkeeping = {
        "collect.Batch",
        "collect.Source",
        "collect.Retraction",
        "collect.Sequence",
        "collect.Cursor",
    }

    def count() -> dict[str, int]:
        models = [m for m in apps.get_models() if m._meta.app_config.name.startswith("regard.")]
        return {
            m._meta.label: n for m in models if m._meta.label not in bookkeeping and (n := m._default_manager.count())
        }

    return count
