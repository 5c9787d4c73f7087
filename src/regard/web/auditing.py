"""Every act of staff leaves a line in the audit log: who, what, when, from where, on what (promise F15)."""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from django.http import HttpRequest

from regard.audit_log.selectors import was_noted
from regard.audit_log.services import record_entry

_KEPT_BITS = {4: 24, 6: 48}  # of an address: enough to tell a network, not a person
# Views whose service writes the line itself, in the transaction of the change.
_NOTED_ALREADY = {"person_export", "person_erase", "draft_publish_now"}
_CHANGES_NOTHING = {"segment_preview"}  # asked with POST for its length only
# A draft changes with every field one leaves: one line a sitting, for each draft and colleague. None of it is in force.
_ONE_SITTING = {"draft_change", "draft_yaml", "draft_undo"}
_SITTING = timedelta(hours=1)


def note_act(*, request: HttpRequest, by: str, verb: str, target: dict[str, object], now: datetime) -> None:
    """Write the line of one act. `target` is what the address named: public ids and numbers, never a value."""
    if verb in _NOTED_ALREADY | _CHANGES_NOTHING:
        return
    section = request.path.strip("/").partition("/")[0] or "start"
    named = next((str(value) for value in target.values()), "")
    if verb in _ONE_SITTING:
        verb = "draft_change"
        if was_noted("draft change", by=by, on=(section, named), since=now - _SITTING):
            return
    record_entry(
        by=by,
        verb=verb.replace("_", " "),
        object_type=section,
        object_id=named,
        after={name: str(value) for name, value in target.items()},
        now=now,
        origin=f"web {coarse_address(request.META.get('REMOTE_ADDR', ''))}".strip(),
    )


def coarse_address(address: str) -> str:
    """Return the network an address is in (/24 or /48), or an empty text for what is no address."""
    try:
        version = ip_address(address).version
    except ValueError:
        return ""
    return str(ip_network(f"{address}/{_KEPT_BITS[version]}", strict=False))
