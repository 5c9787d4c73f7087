"""CSV out is disarmed and comes back unchanged (promise F10)."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.collect.importing.disarm import disarm, rearm
from tests.cast.armed import ARMED

HARMLESS = ["", "plain", "-5", "-5.25", "a=b", "it's", "'quoted'", "1+1", "a@b.example"]


@pytest.mark.parametrize("cell", ARMED)
def test_a_cell_a_spreadsheet_would_run_gets_an_apostrophe_and_comes_back(cell: str) -> None:
    assert disarm(cell) == "'" + cell
    assert rearm(disarm(cell)) == cell


@pytest.mark.parametrize("cell", HARMLESS)
def test_a_harmless_cell_stays_as_it_is(cell: str) -> None:
    assert disarm(cell) == cell
    assert rearm(cell) == cell


@given(st.text(alphabet=st.sampled_from("'=+-@ \t\r\nab1\uff1d\u00a0"), max_size=12))
def test_every_text_comes_back_and_none_starts_a_formula(cell: str) -> None:
    out = disarm(cell)
    assert rearm(out) == cell
    bare = out.lstrip(" \u00a0")
    assert not bare or bare[0] not in "=+@\t\r\n\uff1d" or out != cell


@given(st.lists(st.text(max_size=20), min_size=1, max_size=5))
def test_through_a_csv_file_and_back(cells: list[str]) -> None:
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL).writerow([disarm(cell) for cell in cells])
    (row,) = csv.reader(io.StringIO(file.getvalue(), newline=""))
    assert [rearm(cell) for cell in row] == cells
