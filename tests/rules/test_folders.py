"""Folders stay readable at a glance: at most fifteen modules beside each other; a sixteenth asks for a room of its own."""

from __future__ import annotations

from collections import Counter

from tests.rules.sources import modules, short

MOST_MODULES = 15
# One file a command, one file a kind, each named as what it holds: the flat list is the table of contents.
FLAT_BY_DESIGN = {"src/regard/cli", "src/regard/playbooks/steps", "src/regard/playbooks/traits"}


def test_no_folder_holds_more_than_fifteen_modules():
    full = Counter(
        "/".join(short(path).split("/")[:-1])
        for path in modules()
        if path.name != "__init__.py" and "migrations" not in path.parts
    )
    fuller = {folder: count for folder, count in full.items() if count > MOST_MODULES and folder not in FLAT_BY_DESIGN}
    assert fuller == {}
