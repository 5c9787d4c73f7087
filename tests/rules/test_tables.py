"""A table's name is written by its own stage alone; others join what it offers in its `columns.py`.

So a column that is renamed is looked for in one folder. What is written elsewhere today is counted, and may only shrink.
"""

from __future__ import annotations

import re
from collections import Counter

from django.apps import apps

from tests.rules.sources import PACKAGE, modules

# folder -> how often it names tables of others today; a folder at nought goes.
STILL_NAMED = {
    "act": 9,
    "cli": 3,
    "consent": 3,
    "exports": 11,
    "imports": 1,
    "learn": 6,
    "operations": 4,
    "profile": 6,
    "sample": 1,
}


def test_a_table_is_named_in_its_own_stage_only():
    owner = {m._meta.db_table: m._meta.app_label for m in apps.get_models() if m.__module__.startswith("regard.")}
    table = re.compile(rf"\b({'|'.join(sorted(owner, key=len, reverse=True))})\b")
    named: Counter[str] = Counter()
    for path in modules():
        folder = path.relative_to(PACKAGE).parts[0]
        found = table.findall(path.read_text(encoding="utf-8"))
        named[folder] += sum(1 for name in found if owner[name] != folder)
    more = {folder: count for folder, count in named.items() if count > STILL_NAMED.get(folder, 0)}
    assert not more, str(more)
