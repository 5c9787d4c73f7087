"""The slow way through a body that strict JSON refuses, so that one bad message costs only itself (promise A5).

1. What is nested too deep is cut out of the text and marked, before any parser walks down there.
2. Python's parser reads the rest: NaN and Infinity become marks, numbers beyond 64 bits stay text.
3. A message with a mark inside is refused by name; in all others NUL and lone surrogates become U+FFFD, which both
   databases can store.
"""

from __future__ import annotations

import json
import re
from typing import Any

from regard.api.intake.answers import Turned
from regard.collect.intake.limits import DEEPEST

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_TOO_DEEP = "\ufdd0too deep"  # U+FDD0 is no character: no honest text holds it
_NOT_A_NUMBER = "\ufdd0not a number"
_MARKS = {
    _TOO_DEEP: ("too_deep", f"objects and lists lie more than {DEEPEST} deep"),
    _NOT_A_NUMBER: ("invalid_number", "NaN and Infinity are no JSON; leave the property out"),
}


class Unusable(Exception):
    """A message cannot be taken; carries code and words."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def read_loosely(body: bytes, *, deepest: int) -> Any:
    """Return the JSON value of a body with marks where it cannot be taken. Raises Turned where it is no JSON at all."""
    text = _cut_depth(body.decode("utf-8", "replace"), deepest)
    try:
        return json.loads(
            text,
            strict=False,  # control characters in text are forgiven; NUL is replaced below
            parse_constant=lambda _: _NOT_A_NUMBER,
            parse_int=_integer,
            parse_float=_fraction,
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Turned("invalid_json", f"the body is no JSON: {error.msg.lower()} at {place}") from None
    except RecursionError:
        raise Turned("invalid_json", "the body is no JSON: brackets without an end") from None


def clean(value: Any) -> Any:
    """Return the value with every text storable. Raises Unusable where it carries a mark."""
    if isinstance(value, str):
        if value in _MARKS:
            raise Unusable(*_MARKS[value])
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_UNSTORABLE.sub("\ufffd", key): clean(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [clean(inner) for inner in value]
    return value


def depth_of(raw: bytes) -> int:
    """Return how deep objects and lists lie inside each other in valid JSON text."""
    deepest = depth = 0
    for token in _TOKEN.finditer(raw.decode("utf-8", "replace")):
        mark = token.group()[0]
        if mark in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif mark in "]}":
            depth -= 1
    return deepest


def _cut_depth(text: str, deepest: int) -> str:
    """Return the text with every value that lies deeper replaced by a mark."""
    if text.count("[") + text.count("{") <= deepest:
        return text
    pieces: list[str] = []
    depth = kept = 0
    for token in _TOKEN.finditer(text):
        mark = token.group()[0]
        if mark in "[{":
            depth += 1
            if depth == deepest + 1:
                pieces += (text[kept : token.start()], json.dumps(_TOO_DEEP))
                kept = len(text)  # until the value closes again nothing is kept
        elif mark in "]}":
            if depth == deepest + 1:
                kept = token.end()
            depth -= 1
    return "".join((*pieces, text[kept:]))


def _integer(digits: str) -> int | str:
    if len(digits) > 20:
        return digits
    value = int(digits)
    return value if -(2**63) <= value < 2**64 else digits


def _fraction(digits: str) -> float | str:
    value = float(digits)
    return value if abs(value) != float("inf") else digits
