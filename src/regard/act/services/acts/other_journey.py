"""enter, leave: the cycle that decided them has moved the person already, so nothing is left to be made."""

from __future__ import annotations

from regard.act.services.acts.base import Going, Made
from regard.playbooks.steps.enter import Enter
from regard.playbooks.steps.leave import Leave


def carry_out(_step: Enter | Leave, _going: Going) -> Made:
    """Make nothing: the decision itself is the record."""
    return Made()
