"""Writes about staff: login links, passwords with limits, roles, saved views."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.contrib.auth import authenticate
from django.contrib.auth.hashers import make_password
from django.db import transaction

from regard.kernel.signing import keyed_hash
from regard.staff.models import LoginLink, LoginTry, Role, SavedView, User

LINK_LIVES = timedelta(minutes=30)
TRY_WINDOW = timedelta(minutes=15)
TRIES_PER_PAIR = 9  # one address at one account: the tenth is refused (promise F4)
TRIES_PER_ADDRESS = 30
TRIES_PER_ACCOUNT = 60  # all strange addresses together; a device that logged in before is not counted here
KEEP_TRIES = timedelta(days=1)


class TooManyTries(Exception):
    """This address or account has failed too often; try again after the window."""


def create_user(*, email: str, name: str, role: str, password: str | None = None) -> User:
    """Create a member of staff. Without a password they log in by link only."""
    return User.objects.create_user(email=email, name=name, role=Role(role), password=password)


def create_login_link(*, user_id: int, now: datetime, lives: timedelta = LINK_LIVES) -> str:
    """Return the token of a new one-time link (256 random bits); the address is `/login/<token>`."""
    token = secrets.token_urlsafe(32)
    LoginLink.objects.create(token_hash=_digest(token), user_id=user_id, expires_at=now + lives)
    return token


@transaction.atomic
def use_login_link(*, token: str, now: datetime) -> User | None:
    """Use up a one-time link and return its user, or None where it is unknown, used, too old or its user disabled."""
    link = LoginLink.objects.select_related("user").filter(token_hash=_digest(token)).first()
    if link is None or link.expires_at <= now or not link.user.is_active:
        return None
    # Two requests may race for one link: only the one whose update changes the row wins.
    used = LoginLink.objects.filter(pk=link.pk, used_at=None).update(used_at=now)
    return link.user if used else None


def check_password(
    *, email: str, password: str, address: str, is_known_device: bool, secret: bytes, now: datetime
) -> User | None:
    """Return the user these credentials belong to, or None. Raises TooManyTries past a limit.

    Unknown e-mails cost the same time as known ones: Django hashes the password either way. Failures are counted
    before the answer, so parallel tries cannot slip past the limit.
    """
    email = email.strip().lower()[:254]
    buckets = _buckets(email=email, address=address, is_known_device=is_known_device, secret=secret)
    since = now - TRY_WINDOW
    if any(LoginTry.objects.filter(bucket=b, at__gt=since).count() >= limit for b, limit in buckets):
        raise TooManyTries
    tries = LoginTry.objects.bulk_create([LoginTry(bucket=b, at=now) for b, _ in buckets])
    LoginTry.objects.filter(at__lt=now - KEEP_TRIES).delete()
    user = authenticate(username=email, password=password[:1024])
    if user is None:
        return None
    LoginTry.objects.filter(pk__in=[t.pk for t in tries]).delete()
    return user if isinstance(user, User) else None


def _buckets(*, email: str, address: str, is_known_device: bool, secret: bytes) -> list[tuple[str, int]]:
    """Return (bucket, limit) of each counter this try falls into."""
    buckets = [
        (keyed_hash(f"pair {address} {email}", secret), TRIES_PER_PAIR),
        (keyed_hash(f"address {address}", secret), TRIES_PER_ADDRESS),
    ]
    if not is_known_device:
        buckets.append((keyed_hash(f"account {email}", secret), TRIES_PER_ACCOUNT))
    return buckets


def change_role(*, user_id: int, role: str) -> None:
    """Give a member of staff another role; their sessions end."""
    User.objects.filter(pk=user_id).update(role=Role(role))


def set_active(*, user_id: int, is_active: bool) -> None:
    """Disable or enable a member of staff; disabling ends their sessions."""
    User.objects.filter(pk=user_id).update(is_active=is_active)


def set_password(*, user_id: int, password: str) -> User:
    """Set a password and return whose it is, as they are now; every session of this person ends."""
    User.objects.filter(pk=user_id).update(password=make_password(password))
    return User.objects.get(pk=user_id)


def set_single_keys(*, user_id: int, is_on: bool) -> None:
    """Switch single-key shortcuts on or off for one person (WCAG 2.1.4)."""
    User.objects.filter(pk=user_id).update(single_keys=is_on)


def save_view(*, user_id: int, page: str, name: str, query: str, is_shared: bool = False) -> SavedView:
    """Keep a list's query string under a name; the same name of the same person is replaced."""
    view, _ = SavedView.objects.update_or_create(
        user_id=user_id,
        page=page,
        name=name[:80],
        defaults={"query": query[:1000], "is_shared": is_shared},
    )
    return view


def delete_view(*, user_id: int, view_id: int) -> bool:
    """Delete one's own saved view; False where it is not one's own."""
    deleted, _ = SavedView.objects.filter(pk=view_id, user_id=user_id).delete()
    return bool(deleted)


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
