"""set_field: written down in the log and told to the profile."""

from __future__ import annotations

from contextlib import suppress

from regard.act.services.acts.base import Going, Made
from regard.collect.deeds import Deed, record_deeds
from regard.kernel.issues import Refused
from regard.playbooks.steps.set_field import SetField
from regard.profile.services import set_field


def carry_out(step: SetField, going: Going) -> Made:
    """Record the field and tell the profile, with the touchpoint as its source, once however often this runs."""
    decision = going.decision
    deed = Deed(person=decision.person_id, kind=step.leaves[0], key=f"decision:{decision.key}")
    deed.properties.update(journey=decision.journey, step=decision.step, field=step.field, value=step.value)
    (seq,) = record_deeds(deeds=[deed], now=going.now)
    if seq is None:
        return Made()
    with suppress(Refused):  # what the field cannot be stays in the log only
        set_field(
            person=decision.person_id,
            name=step.field,
            value=step.value,
            by=f"journey:{decision.journey}"[:80],
            now=going.now,
            touchpoint=seq,
        )
    return Made(records=1)
