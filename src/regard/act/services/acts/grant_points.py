"""grant_points: written down in the log, until there is a ledger of points."""

from __future__ import annotations

from regard.act.services.acts.base import Going, Made
from regard.collect.deeds import Deed, record_deeds
from regard.playbooks.steps.grant_points import GrantPoints


def carry_out(step: GrantPoints, going: Going) -> Made:
    """Record the points once, however often this runs."""
    decision = going.decision
    deed = Deed(person=decision.person_id, kind=step.leaves[0], key=f"decision:{decision.key}")
    deed.properties.update(journey=decision.journey, step=decision.step, points=step.points, reason=step.reason)
    (seq,) = record_deeds(deeds=[deed], now=going.now)
    return Made(records=int(seq is not None))
