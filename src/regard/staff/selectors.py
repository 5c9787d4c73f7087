"""Reads about staff."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from django.db.models import Q

from regard.collect.values import read_values
from regard.staff.contracts import SignedIn, StaffMember, View
from regard.staff.models import LoginLink, Role, SavedView, User


def user_of_link(token: str, *, now: datetime) -> User | None:
    """Return whose unused, living link this is, without using it up."""
    digest = sha256(token.encode()).hexdigest()
    link = (
        LoginLink.objects.select_related("user")
        .filter(token_hash=digest, used_at=None, expires_at__gt=now, user__is_active=True)
        .first()
    )
    return link.user if link else None


def signed_in(user: object) -> SignedIn | None:
    """Return a request's user as a member of staff, or None where nobody is signed in."""
    return user if isinstance(user, User) else None


def all_staff() -> list[StaffMember]:
    """Return every member of staff by name, disabled ones last."""
    return read_values(StaffMember, User.objects.order_by("-is_active", "name"))


def member(user: int) -> StaffMember | None:
    """Return one member of staff, or None."""
    found = read_values(StaffMember, User.objects.filter(pk=user))
    return found[0] if found else None


def member_of_address(email: str) -> StaffMember | None:
    """Return who signs in by an e-mail address, or None."""
    found = read_values(StaffMember, User.objects.filter(email=email))
    return found[0] if found else None


def is_last_owner(user: int) -> bool:
    """Say whether nobody else is an owner who may sign in."""
    return not User.objects.filter(role=Role.OWNER, is_active=True).exclude(pk=user).exists()


def names_of_staff() -> dict[int, str]:
    """Return the name of every member of staff by id."""
    return dict(User.objects.values_list("id", "name"))


def views_of(user_id: int, page: str) -> list[View]:
    """Return one's own and shared views of a page by name."""
    views = SavedView.objects.filter(Q(user_id=user_id) | Q(is_shared=True), page=page)
    return read_values(View, views.order_by("name", "id"))


def is_on_the_team(user: int) -> bool:
    """Say whether somebody of this number works here."""
    return User.objects.filter(pk=user, is_active=True).exists()
