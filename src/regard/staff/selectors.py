"""Reads about staff."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from django.db.models import Q

from regard.staff.models import LoginLink, SavedView, User


def user_of_link(token: str, *, now: datetime) -> User | None:
    """Return whose unused, living link this is, without using it up."""
    digest = sha256(token.encode()).hexdigest()
    link = (
        LoginLink.objects.select_related("user")
        .filter(token_hash=digest, used_at=None, expires_at__gt=now, user__is_active=True)
        .first()
    )
    return link.user if link else None


def all_staff() -> list[User]:
    """Return every member of staff by name, disabled ones last."""
    return list(User.objects.order_by("-is_active", "name"))


def names_of_staff() -> dict[int, str]:
    """Return the name of every member of staff by id."""
    return dict(User.objects.values_list("id", "name"))


def views_of(user_id: int, page: str) -> list[SavedView]:
    """Return one's own and shared views of a page by name."""
    return list(
        SavedView.objects.filter(Q(user_id=user_id) | Q(is_shared=True), page=page)
        .select_related("user")
        .order_by("name", "id")
    )
