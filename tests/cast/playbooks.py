"""The shipped retailer's playbook, changed here and there."""

from __future__ import annotations

from regard.playbooks.model import Playbook
from regard.versions.selectors import shipped_text
from tests.cast.small import playbook_of


def shop(*changes: tuple[str, str]) -> Playbook:
    """The shipped retailer; `changes` are of its text, each made once. The very same object for the same changes."""
    text = shipped_text()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return playbook_of(text)
