"""Each page's budget of queries and bytes, in a file that only shrinks (`budgets.json`)."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regard.web.serving.assets import assets

pytestmark = pytest.mark.django_db
FILE = Path(__file__).parent / "budgets.json"
BUDGETS: dict[str, dict[str, int]] = json.loads(FILE.read_text())
MOST_QUERIES, MOST_BYTES = 30, 100_000
FIRST_VISIT = (
    "app.css",
    "app.js",
    "theme.js",
    "htmx-4.0.1.min.js",
    "figtree-latin-5.3.0.woff2",
    "source-serif-4-5.3.1.woff2",
)


@pytest.mark.parametrize("address", sorted(BUDGETS))
def test_a_page_stays_within_its_budget(address, house, owner):
    place = address.format(ines=house.ines, message=house.message.public_id.hex, draft=house.draft)
    owner.get(place)  # the playbook is parsed once a process
    with CaptureQueriesContext(
        connection,
    ) as queries:
        reply = owner.get(place)
    assert reply.status_code == 200
    budget = BUDGETS[address]
    assert len(queries) <= budget["queries"], "\n".join(q["sql"][:160] for q in queries)
    assert len(gzip.compress(reply.content)) <= budget["bytes"]


def test_no_budget_is_above_the_products_own():
    fixed = sum(len(a.packed or a.plain) for n, a in assets().items() if n in FIRST_VISIT)
    for address, budget in BUDGETS.items():
        assert budget["queries"] <= MOST_QUERIES, address
        assert fixed + budget["bytes"] <= MOST_BYTES, address
