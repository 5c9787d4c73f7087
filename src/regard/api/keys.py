"""Who asks: a Bearer key of one kind. A write key reads nothing, a read key writes nothing (promise A12)."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpRequest
from ninja.security import HttpBearer

from regard.api.problems import Problem
from regard.collect.intake.keys import Key, find_key, note_use

_OTHER = {"read": "write", "write": "read"}


class Bearer(HttpBearer):
    """Lets in the keys of one kind."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope
        self.__doc__ = f"A {scope} key of 'regard key create --kind {scope}'."

    def authenticate(self, request: HttpRequest, token: str) -> Key | None:  # noqa: ARG002
        """Return the key, or None where it is unknown or revoked. Raises Problem 403 for a key of the other kind."""
        key = find_key(token, scope=self.scope)
        if key is not None:
            note_use(key_id=key.id, at=datetime.now(UTC))
            return key
        if find_key(token, scope=_OTHER[self.scope]) is not None:
            raise Problem(403, f"This is a {_OTHER[self.scope]} key; a {self.scope} key is needed here.")
        return None


READ, WRITE = Bearer("read"), Bearer("write")
