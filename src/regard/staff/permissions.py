"""What each role may do: one matrix that pages, actions and tests read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from regard.staff.models import Role


@dataclass(frozen=True, slots=True)
class Permission:
    """Something a page of a room shows or an act of it does, and whose: a room names its own in its `room.py`."""

    name: str
    roles: frozenset[Role]

    def __str__(self) -> str:
        """Return the name templates ask by."""
        return self.name


class Capability(StrEnum):
    """Something a page shows or an action does, of the pages the house began with."""

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


ROLES = tuple(Role)
OWNER = Role.OWNER
EVERYBODY = frozenset(Role)
RUNNERS = frozenset({Role.OWNER, Role.LEAD})
HANDS = RUNNERS | {Role.AGENT}
MAKERS = RUNNERS | {Role.MARKETER}
GUARDIANS = frozenset({Role.OWNER, Role.PRIVACY})

MATRIX: dict[Capability, frozenset[Role]] = {
    Capability.SEE_TODAY: EVERYBODY,
    Capability.WORK_TASKS: HANDS | {Role.MARKETER},
    Capability.SEE_PEOPLE: EVERYBODY,
    Capability.CHANGE_PEOPLE: HANDS | {Role.MARKETER, Role.PRIVACY},
    Capability.JOIN_PEOPLE: HANDS,
    Capability.EXPORT_LISTS: MAKERS | {Role.PRIVACY},
    Capability.SEE_SEGMENTS: EVERYBODY,
    Capability.CHANGE_SEGMENTS: MAKERS,
    Capability.SEE_JOURNEYS: EVERYBODY,
    Capability.CHANGE_JOURNEYS: MAKERS,
    Capability.SEE_OUTBOX: EVERYBODY - {Role.VIEWER},
    Capability.EXPORT_PERSON: GUARDIANS,
    Capability.ERASE_PERSON: GUARDIANS,
    Capability.SEE_SETTINGS: EVERYBODY - {Role.VIEWER},
    Capability.MANAGE_KEYS: frozenset({Role.OWNER}),
    Capability.MANAGE_STAFF: frozenset({Role.OWNER}),
    Capability.MANAGE_IMPORTS: RUNNERS,
    Capability.OWN_ACCOUNT: EVERYBODY,
}


def roles_of(capability: Capability | Permission) -> frozenset[Role]:
    """Return the roles that have it."""
    return capability.roles if isinstance(capability, Permission) else MATRIX[capability]


def may(role: str, capability: Capability | Permission) -> bool:
    """Say whether a member of staff with this role has the capability."""
    return role in roles_of(capability)


def capabilities_of(role: str, more: Iterable[Permission] = ()) -> frozenset[str]:
    """Return every capability of a role, `more` being those of rooms, for templates that hide what would be refused."""
    every: tuple[Capability | Permission, ...] = (*MATRIX, *more)
    return frozenset(str(each) for each in every if may(role, each))
