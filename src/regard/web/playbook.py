"""The active playbook, also before one was applied. Pages read it once a request: `request.playbook`."""

from __future__ import annotations

from regard.kernel.issues import Refused
from regard.playbooks.model import Playbook
from regard.versions.selectors import active_playbook


def playbook_or_none() -> Playbook | None:
    """Return the active playbook, or None before the first."""
    try:
        return active_playbook().playbook
    except Refused:
        return None


def currency_of(playbook: Playbook | None) -> str:
    """Return the company's currency (ISO 4217)."""
    return playbook.company.currency if playbook else "EUR"
