"""What this stage hands out."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class StaffMember(NamedTuple):
    """A member of staff, as others name them."""

    pk: int
    name: str
    email: str
    role: str
    is_active: bool
    is_invented: bool


class View(NamedTuple):
    """A named view of a list: its query string, and whose it is."""

    pk: int
    user_id: int
    name: str
    query: str
    is_shared: bool


class SignedIn(Protocol):
    """Whoever makes a request: what pages may know of them."""

    pk: int
    name: str
    email: str
    role: str
    time_zone: str
    single_keys: bool
