"""Read the times clients send, and correct a client's wrong clock (promise A7). A bad time never costs an event."""

from __future__ import annotations

from datetime import UTC, datetime

from regard.kernel.instant import DAY_US, to_us

_EARLIEST_US = to_us(datetime(1900, 1, 1, tzinfo=UTC))
_LATEST_US = to_us(datetime(9999, 1, 1, tzinfo=UTC))
_MILLISECONDS_FROM = 100_000_000_000  # as seconds this would be the year 5138


def read_time(value: object) -> int | None:
    """Return microseconds since 1970 of a client's time, or None where it cannot be read.

    ISO 8601 text (without a zone it is read as UTC), or seconds or milliseconds since 1970 as a number.
    """
    if isinstance(value, str):
        return _read_text(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not -_MILLISECONDS_FROM * 1000 < value < _MILLISECONDS_FROM * 1000:
        return None
    scale = 1000 if abs(value) >= _MILLISECONDS_FROM else 1_000_000
    return _within(round(value * scale))


def _read_text(text: str) -> int | None:
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    try:
        return _within(to_us(instant if instant.tzinfo else instant.replace(tzinfo=UTC)))
    except OverflowError:
        return None


def _within(us: int) -> int | None:
    return us if _EARLIEST_US <= us <= _LATEST_US else None


def corrected(stamped_us: int | None, sent_us: int | None, received_us: int) -> int:
    """Return when it happened: `timestamp - (sentAt - received)`; all in microseconds since 1970.

    Both client times come from one wrong clock, so their difference is right while each may be years off. Without
    `sentAt` the timestamp is believed; without a timestamp the arrival is all we know. What would have happened more
    than a day after it arrived, or before 1900, is a mistake: it is placed at its arrival, and the raw times are kept.
    """
    if stamped_us is None:
        return received_us
    occurred = stamped_us if sent_us is None else stamped_us - (sent_us - received_us)
    return occurred if _EARLIEST_US <= occurred <= received_us + DAY_US else received_us
