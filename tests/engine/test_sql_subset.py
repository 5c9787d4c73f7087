"""The engine's SQL stays inside a listed subset, so that Spark can run the same steps over the same Parquet later.

One list of functions and of words; what is not on it fails here with its name. The few spelt differently elsewhere are in
`MACROS`, each with the body another engine would give it. And no value stands in the text: everything is bound.
"""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from regard.engine.bench.columnar import with_properties
from regard.engine.understanding.plan import Coordinates, Understanding
from regard.engine.understanding.who_changes_with_time import Slides
from regard.kernel.instant import DAY_US
from regard.playbooks.load import load_playbook
from regard.playbooks.values.windows import Clock
from tests.engine.benches import EVERYTHING, code_world, playbook_of
from tests.engine.oracle import Touch, World

PORTABLE = {
    "count", "sum", "min", "max", "coalesce", "cast", "try_cast", "nullif", "round", "ceil", "length", "row_number", "lag",
    "contains", "starts_with", "ends_with", "unnest", "filter", "in", "over", "and", "or", "not", "by", "when", "then", "select",
    "from", "join", "as", "on", "where", "decimal", "distinct", "varchar",
}  # fmt: skip
MACROS = {
    "arg_max": "max_by(x, y)", "row": "struct(x, y)",
    "arg_min": "min_by(x, y); of the n least: slice(transform(sort_array(collect_list(struct(y, x))), s -> s.x), 1, n)", "quantile_disc": "percentile_disc(q) WITHIN GROUP (ORDER BY x)",
    "list": "sort_array(collect_list(...))", "len": "size(x)", "list_extract": "element_at(x, n)", "list_filter": "filter(x, f)",
    "list_transform": "transform(x, f)", "list_sum": "aggregate(x, 0, (a, b) -> a + b)", "list_min": "array_min(x)",
    "list_max": "array_max(x)", "bool_or": "bool_or(x)", "regexp_matches": "x RLIKE pattern",
    "regexp_full_match": "x RLIKE '^(pattern)$'", "epoch_us": "unix_micros(x)", "json_extract_string": "get_json_object(x, path)",
    "json_valid": "from_json(x, ...) IS NOT NULL",
}  # fmt: skip
FORBIDDEN = re.compile(
    r"\b(read_\w+|copy|attach|pragma|install|load|current_\w+|now|random|uuid|getenv|qualify|pivot|asof|exclude|replace)\b",
    re.IGNORECASE,
)


def statements(playbook) -> list[tuple[str, str]]:
    names = sorted(
        {n for text in (EVERYTHING.read_text(), shipped_text()) for n in re.findall(r"[A-Z][a-z]+ [A-Z][a-z]+", text)}
    )
    codes = code_world(World([], [Touch(i, 1, 0, name) for i, name in enumerate(names)]))
    found = []
    for keep in (False, True):
        understanding = Understanding(playbook, Coordinates(Clock(10**15 + DAY_US), 99), codes, keep_cuts=keep)
        found += [(step.name, step.sql.text) for step in understanding.plan().steps]
        found.append(("slides", Slides(understanding, Clock(10**15)).log_sql().text))
        found.append(("properties", with_properties(understanding.paths(), "raw").text))
    return found


def shipped_text() -> str:
    return (files("regard.shipped") / "retail.yaml").read_text(encoding="utf-8")


def shipped():
    loaded = load_playbook(shipped_text())
    assert loaded.playbook is not None
    return loaded.playbook


PLAYBOOKS = {"everything": playbook_of(EVERYTHING.read_text()), "shipped": shipped()}


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_every_function_is_in_the_portable_list(name):
    for step, text in statements(PLAYBOOKS[name]):
        bare = re.sub(r"'[^']*'|\"[^\"]*\"", "''", text)
        called = {word.lower() for word in re.findall(r"\b([A-Za-z_]+)\s*\(", bare)}
        assert called <= PORTABLE | MACROS.keys(), (step, called - PORTABLE - MACROS.keys())
        assert not FORBIDDEN.search(bare), (step, FORBIDDEN.search(bare))


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_no_value_of_a_playbook_stands_in_the_text(name):
    ours = {"", "yes", "no address", "suppressed", "marketing", "withdrawn", "granted", "never agreed", "unknown", "*", "$",
            "purpose not on this channel"}  # fmt: skip
    for step, text in statements(PLAYBOOKS[name]):
        for literal in re.findall(r"'([^']*)'", text):
            is_ours = literal in ours or literal.startswith(("$.", r"\s*[+-]", "^[0-9]{4}"))
            assert is_ours, (step, literal)


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_the_numbers_in_the_text_are_small_or_units(name):
    units = {DAY_US, 4398046511104, 719_163 * DAY_US, 9223372036854775807}
    for step, text in statements(PLAYBOOKS[name]):
        bare = re.sub(r"'[^']*'|\"[^\"]*\"|\b[a-z]_[0-9a-f_]+|-1\.7e308", "", text)
        for number in re.findall(r"(?<![\w.])(\d+)(?![\w.])", bare):
            assert int(number) < 1_000 or int(number) in units, (step, number)
