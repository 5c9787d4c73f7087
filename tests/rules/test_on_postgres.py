"""What PostgreSQL is not asked is named truly: each name is that of a test, and no new folder goes by unseen."""

from __future__ import annotations

from tests.on_postgres import FOLDERS, LEFT_OUT, MORE, runs_on_postgres
from tests.rules.sources import ROOT


def test_every_name_is_that_of_a_test_there_is():
    for name in (*FOLDERS, *MORE, *LEFT_OUT):
        file, _, test = name.partition("::")
        assert (ROOT / file).exists(), name
        assert not test or f"def {test}" in (ROOT / file).read_text(encoding="utf-8"), name


def test_what_is_not_named_runs_on_both():
    assert runs_on_postgres("tests/stages/act/test_new.py::test_x[1]")
    assert not runs_on_postgres("tests/stages/decide/test_hours.py::test_x")
    assert not runs_on_postgres("tests/web/test_pages.py::test_x")
