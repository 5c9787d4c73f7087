"""What a room shows: its places in the navigation, its facets of the person page, who may what.

Each folder of pages fills one `WebRoom` in its `room.py`, and `rooms.py` lists them. The shell, the
person page and the matrix of permissions go by the list; addresses stand in the `urls.py` beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from regard.staff.permissions import Capability, Permission

if TYPE_CHECKING:
    from regard.web.access import StaffRequest
    from regard.web.person.facts import Facts


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation; `key` is the letter after `g`; `is_main` shows it on phones."""

    name: str
    address: str
    icon: str
    capability: Capability | Permission
    key: str
    group: str = ""
    is_main: bool = False


class Side(StrEnum):
    """Where on the person page a facet stands: in the story, or in the rail beside it."""

    STORY = "story"
    RAIL = "rail"


@dataclass(frozen=True, slots=True)
class Facet:
    """One section of the person page: its template, and what it reads of the person for it.

    `order` places it among the others of its side. What `read` returns is given to the template by name.
    """

    name: str
    side: Side
    order: int
    template: str
    read: Callable[[Facts, StaffRequest], Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebRoom:
    """One folder of pages, as the house sees it."""

    name: str
    places: tuple[Place, ...] = ()
    facets: tuple[Facet, ...] = ()
    permissions: tuple[Permission, ...] = ()
