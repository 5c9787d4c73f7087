"""Lines in the shape of the Segment spec, as messages: read by the intake's own rules (collect/intake/wire.py).

Each line is one message (track, page, screen, identify, group, alias). Twice the same message id counts once; a line that
cannot be read becomes an issue and is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from regard.collect.contracts import Incoming
from regard.collect.intake.wire import Parcel, Unread, normalise
from regard.kernel.issues import Issue, Level
from regard.understand.from_file.log import FileLog

LONGEST_LINE = 1_000_000
_TYPES = {"track", "page", "screen", "identify", "group", "alias"}


def read_log_lines(
    lines: Iterable[str], *, currency: str, country: str = "", where: str
) -> tuple[FileLog, list[Issue]]:
    """Return the log of a file's lines and what could not be read; `currency` and `country` are the company's."""
    reading = _Reading(currency, where)
    return FileLog.of(reading.messages(lines), country=country), reading.issues


@dataclass(slots=True)
class _Reading:
    currency: str
    where: str
    issues: list[Issue] = field(default_factory=list)

    def messages(self, lines: Iterable[str]) -> Iterator[tuple[int, Incoming]]:
        """Yield (number of the line, message)."""
        seen: set[str] = set()
        for number, line in enumerate(lines, start=1):
            incoming = self._read(line, number) if line.strip() else None
            if incoming is not None and incoming.message_id not in seen:
                seen.add(incoming.message_id)
                yield number, incoming

    def _read(self, line: str, number: int) -> Incoming | None:
        if len(line) > LONGEST_LINE:
            return self._refuse(number, "the line is longer than a million characters")
        try:
            raw = json.loads(line, parse_constant=lambda _: None)
        except (ValueError, RecursionError):
            return self._refuse(number, "not JSON", "one message a line")
        if not isinstance(raw, dict) or raw.get("type") not in _TYPES:
            hint = f"'type' is one of {', '.join(sorted(_TYPES))}"
            return self._refuse(number, "no message of the Segment spec", hint)
        raw.setdefault("timestamp", raw.get("originalTimestamp") or raw.get("sentAt") or raw.get("receivedAt"))
        unread: list[Unread] = []
        try:
            told = msgspec.Raw(json.dumps(raw).encode("utf-8", "replace"))
            incoming = normalise(told, 0, Parcel(0, 0, None, f"line-{number}", self.currency), unread)
        except (msgspec.MsgspecError, ValueError):
            return self._refuse(number, "a field is of the wrong type")
        if incoming.stamped_us is None:
            return self._refuse(number, "it has no time", "give 'timestamp' as ISO 8601")
        for one in unread:
            self._warn(number, f"'{one.field}' is no number")
        return incoming

    def _refuse(self, number: int, message: str, hint: str = "") -> Incoming | None:
        self._warn(number, message, hint)
        return None

    def _warn(self, number: int, message: str, hint: str = "") -> None:
        self.issues.append(Issue(self.where, message, hint, line=number, level=Level.WARNING))
