"""The frozen pydantic base of everything in a playbook, and the small values its parts share.

Durations are written "7d" and held in microseconds; shares are written "10%" and held as 0..1; times of day are
written "09:00" and held in minutes after midnight. Each is written back in the form in which a person typed it.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, StringConstraints

from regard.kernel.durations import parse_duration, write_duration

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,59}$")]
Texts = dict[str, str]  # language code -> text


class Part(BaseModel):
    """A part of a playbook: frozen, and a misspelt key is an issue, not a silence."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def _duration(value: Any) -> Any:
    return parse_duration(value) if isinstance(value, str) else value


def _share(value: Any) -> Any:
    if isinstance(value, str) and (found := re.match(r"^(\d{1,3}(?:\.\d{1,3})?)\s*%$", value.strip())):
        return float(found[1]) / 100
    return value


def _minutes(value: Any) -> Any:
    if isinstance(value, str) and (found := re.match(r"^([01]\d|2[0-3]):([0-5]\d)$", value.strip())):
        return int(found[1]) * 60 + int(found[2])
    raise ValueError('a time of day is written in quotes, such as "09:00"')


def _in_range(value: float) -> float:
    if not 0 <= value <= 1:
        raise ValueError("a share lies between 0% and 100%")
    return value


Duration = Annotated[int, BeforeValidator(_duration), PlainSerializer(write_duration)]
Share = Annotated[
    float,
    BeforeValidator(lambda value: _in_range(v) if isinstance(v := _share(value), int | float) else v),
    PlainSerializer(lambda share: f"{share * 100:g}%"),
]
TimeOfDay = Annotated[
    int,
    BeforeValidator(lambda value: value if isinstance(value, int) else _minutes(value)),
    PlainSerializer(lambda minutes: f"{minutes // 60:02}:{minutes % 60:02}"),
]
