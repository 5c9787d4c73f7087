"""What differs between two playbooks, part by part, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from regard.playbooks.model import Playbook


@dataclass(frozen=True, slots=True)
class PlaybookDifference:
    """One part that was added, removed or changed; `where` is its path, such as journeys.thank-high-value."""

    where: str
    verb: str  # added, removed, changed
    before: Any = None
    after: Any = None

    def __str__(self) -> str:
        if self.verb == "changed" and not isinstance(self.after, dict | list):
            return f"{self.where}: {self.before!r} becomes {self.after!r}"
        return f"{self.where}: {self.verb}"


def compare_playbooks(before: Playbook | None, after: Playbook) -> list[PlaybookDifference]:
    """Return the differences between two playbooks, in the order of the playbook's sections."""
    old = before.model_dump(mode="json", by_alias=True) if before else {}
    new = after.model_dump(mode="json", by_alias=True)
    found: list[PlaybookDifference] = []
    for section in new:
        found += _compare(section, old.get(section), new[section], depth=0)
    return found


def _compare(where: str, old: Any, new: Any, *, depth: int) -> list[PlaybookDifference]:
    """Go down into mappings three levels deep: section, part, field. Below that a value is told as a whole."""
    if old == new:
        return []
    if depth < 3 and isinstance(old, dict) and isinstance(new, dict):
        keys = [*old, *(key for key in new if key not in old)]
        return [
            found for key in keys for found in _compare(f"{where}.{key}", old.get(key), new.get(key), depth=depth + 1)
        ]
    verb = "added" if old in (None, {}, []) else "removed" if new in (None, {}, []) else "changed"
    if verb == "added" and depth == 0 and isinstance(new, dict):
        return [PlaybookDifference(f"{where}.{key}", "added", None, value) for key, value in new.items()]
    return [PlaybookDifference(where, verb, old, new)]
