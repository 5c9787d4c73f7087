"""What each role may do: one matrix that pages, actions and tests read."""

from __future__ import annotations

from enum import StrEnum

from regard.staff.models import Role


class Capability(StrEnum):
    """Something a page shows or an action does."""

    SEE_TODAY = "see_today"
    WORK_TASKS = "work_tasks"
    SEE_PEOPLE = "see_people"
    CHANGE_PEOPLE = "change_people"  # notes, tags, promises, owner
    JOIN_PEOPLE = "join_people"  # merge, keep apart, un-merge
    EXPORT_LISTS = "export_lists"
    SEE_SEGMENTS = "see_segments"
    CHANGE_SEGMENTS = "change_segments"
    SEE_JOURNEYS = "see_journeys"
    CHANGE_JOURNEYS = "change_journeys"
    SEE_OUTBOX = "see_outbox"
    EXPORT_PERSON = "export_person"
    ERASE_PERSON = "erase_person"
    SEE_SETTINGS = "see_settings"
    MANAGE_KEYS = "manage_keys"
    MANAGE_STAFF = "manage_staff"
    MANAGE_IMPORTS = "manage_imports"
    OWN_ACCOUNT = "own_account"  # one's own saved views, keys, password, logout


_EVERYBODY = frozenset(Role)
_RUNNERS = frozenset({Role.OWNER, Role.LEAD})
_HANDS = _RUNNERS | {Role.AGENT}
_MAKERS = _RUNNERS | {Role.MARKETER}
_GUARDIANS = frozenset({Role.OWNER, Role.PRIVACY})

MATRIX: dict[Capability, frozenset[Role]] = {
    Capability.SEE_TODAY: _EVERYBODY,
    Capability.WORK_TASKS: _HANDS | {Role.MARKETER},
    Capability.SEE_PEOPLE: _EVERYBODY,
    Capability.CHANGE_PEOPLE: _HANDS | {Role.MARKETER, Role.PRIVACY},
    Capability.JOIN_PEOPLE: _HANDS,
    Capability.EXPORT_LISTS: _MAKERS | {Role.PRIVACY},
    Capability.SEE_SEGMENTS: _EVERYBODY,
    Capability.CHANGE_SEGMENTS: _MAKERS,
    Capability.SEE_JOURNEYS: _EVERYBODY,
    Capability.CHANGE_JOURNEYS: _MAKERS,
    Capability.SEE_OUTBOX: _EVERYBODY - {Role.VIEWER},
    Capability.EXPORT_PERSON: _GUARDIANS,
    Capability.ERASE_PERSON: _GUARDIANS,
    Capability.SEE_SETTINGS: _EVERYBODY - {Role.VIEWER},
    Capability.MANAGE_KEYS: frozenset({Role.OWNER}),
    Capability.MANAGE_STAFF: frozenset({Role.OWNER}),
    Capability.MANAGE_IMPORTS: _RUNNERS,
    Capability.OWN_ACCOUNT: _EVERYBODY,
}


def may(role: str, capability: Capability) -> bool:
    """Say whether a member of staff with this role has the capability."""
    return role in MATRIX[capability]


def capabilities_of(role: str) -> frozenset[str]:
    """Return every capability of a role, for templates that hide what would be refused."""
    return frozenset(str(c) for c, roles in MATRIX.items() if role in roles)
