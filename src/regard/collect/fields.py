"""The column types every stage uses: a number of the counter, an instant in microseconds, JSON kept as text."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Combinable

from regard.kernel.instant import from_us, to_us

if TYPE_CHECKING:
    _Number = models.BigIntegerField[int | Combinable, int]
    _Instant = models.BigIntegerField[datetime | int | Combinable | None, Any]
    _Text = models.TextField[Any, Any]
else:
    _Number = models.BigIntegerField
    _Instant = models.BigIntegerField
    _Text = models.TextField


class SequenceField(_Number):
    """A number of the one counter as a primary key. SQLite keeps the rows themselves in its order, with no index beside."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        return "integer" if connection.vendor == "sqlite" else super().db_type(connection)


class InstantField(_Instant):
    """An aware UTC datetime in Python, microseconds since 1970 in the table (contract 7)."""

    def from_db_value(self, value: int | None, *_: object) -> datetime | None:
        return None if value is None else from_us(value)

    def to_python(self, value: Any) -> Any:
        return from_us(value) if isinstance(value, int) else value

    def get_prep_value(self, value: Any) -> int | None:
        return to_us(value) if isinstance(value, datetime) else value


class JSONTextField(_Text):
    """JSON as text: the same on both databases, and raw SQL can copy it without parsing."""

    if TYPE_CHECKING:  # the stubs read what may be put in from here
        _pyi_private_set_type: Any
        _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, *_: object) -> Any:
        return None if value is None else json.loads(value)

    def to_python(self, value: Any) -> Any:
        return value

    def get_prep_value(self, value: Any) -> str | None:
        if value is None:
            return None
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)

    def value_to_string(self, obj: models.Model) -> str:
        return json.dumps(self.value_from_object(obj), ensure_ascii=False)
