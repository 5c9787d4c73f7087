"""How the plain re-computation reads a value: paths, texts, numbers, times, names of events."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from regard.kernel.instant import to_us
from tests.engine.oracle_world import Touch

ABSENT = object()


def named(name: str, wanted: str) -> bool:
    if "*" not in wanted:
        return name == wanted
    return re.fullmatch(".*".join(re.escape(p) for p in wanted.split("*")), name, re.DOTALL) is not None


def own_money(t: Touch) -> int | None:
    return t.value if t.currency in ("", "USD") else None


def values_at(properties: Any, path: str) -> Any:
    """The scalar at a path, or the list of what lies at a path through `[]`."""
    found = [properties]
    for part in path.split("."):
        step = []
        for value in found:
            inner = value.get(part.removesuffix("[]"), ABSENT) if isinstance(value, dict) else ABSENT
            if part.endswith("[]"):
                step += inner if isinstance(inner, list) else []
            elif inner is not ABSENT:
                step.append(inner)
        found = step
    if "[]" in path:
        return [scalar(v) for v in found]
    return scalar(found[0]) if found else None


def scalar(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"))


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else scalar(value) or ""


def as_number(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"\s*[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?\s*", value):
        return None
    try:
        number = Decimal(value.strip()).quantize(Decimal("0.000001"), ROUND_HALF_UP)
    except InvalidOperation:
        return None
    return number if abs(number) < Decimal(10) ** 12 else None


def as_instant(value: Any) -> int | None:
    if isinstance(value, int):
        return value
    if not isinstance(value, str) or not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return to_us(at if at.tzinfo else at.replace(tzinfo=UTC))


def scaled(value: Any, unit: str) -> Any:
    if unit == "money":
        return int((Decimal(str(value)) * 100).to_integral_value())
    return int(Decimal(str(value)) * 1000) if unit == "score" else value


def whole(value: Any, word: str) -> Any:
    return value if word in ("value", "score") else float(value)


def half_away(value: float) -> int:
    return int(math.copysign(math.floor(abs(value) + 0.5), value))
