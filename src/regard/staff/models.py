"""Staff users with one role each, one-time login links, tries to log in, and saved views."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from regard.collect.fields import InstantField


class Role(models.TextChoices):
    """What a member of staff may do; the matrix is `staff/permissions.py`."""

    OWNER = "owner"
    LEAD = "lead"
    MARKETER = "marketer"
    AGENT = "agent"
    PRIVACY = "privacy"
    VIEWER = "viewer"


class UserManager(BaseUserManager["User"]):
    """Creates staff users; there is no default account."""

    def create_user(self, *, email: str, name: str, role: str, password: str | None = None) -> User:
        user = self.model(email=email.strip().lower(), name=name, role=role)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A member of staff."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=10, choices=Role.choices)
    is_active = models.BooleanField(default=True)
    is_invented = models.BooleanField(default=False)
    time_zone = models.CharField(max_length=60, blank=True)
    single_keys = models.BooleanField(default=True)  # WCAG 2.1.4: single-key shortcuts can be switched off
    session_round = models.IntegerField(default=0)  # raised to end every session of this person

    USERNAME_FIELD = "email"
    objects = UserManager()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Bind sessions to password, role, activity and round, so that changing any of them ends them (F3).

        The hash stays in the session row on our side, so the appended words need no key of their own.
        """
        base = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]  # missing in the stubs
        return f"{base}:{self.role}:{int(self.is_active)}:{self.session_round}"


class LoginLink(models.Model):
    """A one-time link; only its hash is stored."""

    token_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    expires_at = InstantField()
    used_at = InstantField(null=True)


class LoginTry(models.Model):
    """One failed try to log in, counted per address and account as keyed hashes; pruned after a day."""

    bucket = models.CharField(max_length=64)
    at = InstantField(db_index=True)

    class Meta:
        indexes = (models.Index(fields=("bucket", "at"), name="login_try_in_bucket"),)


class SavedView(models.Model):
    """A named list view: its page and query string."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="views")
    page = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=1000)
    is_shared = models.BooleanField(default=False)
