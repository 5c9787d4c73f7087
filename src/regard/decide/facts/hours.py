"""When we may write to whom: opening hours of each zone as plain instants, worked out from the tz database here.

The engine sees only `opening` rows, so a pure computation never meets a daylight-saving surprise. Where a local time
does not exist or exists twice, a window opens at the later instant and closes at the earlier one: stricter, never out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from regard.kernel.instant import DAY_US, from_us, to_us
from regard.playbooks.company import Company
from regard.playbooks.guardrails import EVERY_DAY, QuietHours

UNKNOWN = "?"  # zone key of somebody of whom we know neither zone nor country
COUNTRY = "?"  # "?DE": the country is known, the zone is not
Interval = tuple[int, int]


def zone_key(time_zone: object, country: object) -> str:
    """Return the key of a person's hours: their zone, else their country, else unknown (contract 8)."""
    if isinstance(time_zone, str) and _is_zone(time_zone):
        return time_zone
    if isinstance(country, str) and zones_of_country(country):
        return f"{COUNTRY}{country.upper()}"
    return UNKNOWN


def zones_behind(key: str, company: Company) -> tuple[str, ...]:
    """Return the zones in all of which it must be open for this key."""
    if key == UNKNOWN:
        return company.unknown_zones or (company.time_zone,)
    if key.startswith(COUNTRY):
        return zones_of_country(key.removeprefix(COUNTRY))
    return (key,)


@lru_cache(maxsize=300)
def zones_of_country(country: str) -> tuple[str, ...]:
    """Return the zones of an ISO 3166 country by the tz database's zone.tab; () where it is not listed."""
    text = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return tuple(row[2] for row in rows if row[0] == country.upper())


def zone_words(key: str, company: Company) -> str:
    """Return which rule gave the zone, for the reason people read."""
    if key == UNKNOWN:
        return f"zone unknown, so the strictest of {', '.join(zones_behind(key, company))}"
    if key.startswith(COUNTRY):
        zones = zones_behind(key, company)
        return f"zone unknown, so {zones[0] if len(zones) == 1 else f'all {len(zones)} zones of the country'}"
    return f"in {key}"


def openings(
    keys: Iterable[str], quiet: QuietHours | None, company: Company, *, from_us: int, to_us: int
) -> Iterator[tuple[str, int, int]]:
    """Yield (zone key, opens, closes) of every window that touches the stretch, as instants in microseconds."""
    for key in sorted(set(keys)):
        for opens, closes in _open_everywhere(zones_behind(key, company), quiet, from_us, to_us):
            yield key, opens, closes


def local_hours(
    keys: Iterable[str], minutes: Iterable[int], company: Company, *, from_us: int, to_us: int
) -> Iterator[tuple[str, int, int]]:
    """Yield (zone key, minute of the day, instant) of every time that hour comes; an unknown zone waits for the last."""
    wanted = sorted(set(minutes))
    for key in sorted(set(keys)):
        zones = zones_behind(key, company)
        for day in _days(from_us, to_us):
            for minute in wanted:
                yield key, minute, max(_instants(zone, day, minute)[1] for zone in zones)


def _open_everywhere(zones: tuple[str, ...], quiet: QuietHours | None, from_us: int, to_us: int) -> list[Interval]:
    shared = _open_in(zones[0], quiet, from_us, to_us)
    for zone in zones[1:]:
        shared = _both(shared, _open_in(zone, quiet, from_us, to_us))
    return shared


def _both(one: list[Interval], other: list[Interval]) -> list[Interval]:
    """Return where both are open; each list is in order and without overlaps."""
    both: list[Interval] = []
    i = j = 0
    while i < len(one) and j < len(other):
        opens, closes = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if opens < closes:
            both.append((opens, closes))
        if one[i][1] <= other[j][1]:
            i += 1
        else:
            j += 1
    return both


def _open_in(zone: str, quiet: QuietHours | None, from_us: int, to_us: int) -> list[Interval]:
    """Return the windows of one zone: from the end of the quiet hours to their next beginning."""
    if quiet is None or (quiet.start == quiet.end and quiet.days == EVERY_DAY):
        return [(from_us - DAY_US, to_us + DAY_US)]
    windows: list[Interval] = []
    for day in _days(from_us, to_us):
        if EVERY_DAY[day.weekday()] not in quiet.days:
            continue
        windows.extend(_windows_of_day(zone, day, quiet))
    return windows


def _windows_of_day(zone: str, day: date, quiet: QuietHours) -> Iterator[Interval]:
    """Yield the open stretches of one local day; midnight closes a day so that days may differ."""
    midnight = 24 * 60
    if quiet.start > quiet.end:  # quiet over midnight: one stretch in the middle of the day
        stretches = [(quiet.end, quiet.start)]
    elif quiet.start == quiet.end:
        stretches = [(0, midnight)]
    else:
        stretches = [(0, quiet.start), (quiet.end, midnight)]
    for first, last in stretches:
        opens, closes = _instants(zone, day, first)[1], _instants(zone, day, last)[0]
        if opens < closes:
            yield opens, closes


def _instants(zone: str, day: date, minute: int) -> Interval:
    """Return the earlier and the later instant at which the zone's clock shows this minute of the day."""
    if minute == 24 * 60:
        day, minute = day + timedelta(days=1), 0
    wall = datetime.combine(day, time(minute // 60, minute % 60), tzinfo=ZoneInfo(zone))
    folds = [to_us(wall.replace(fold=fold).astimezone(UTC)) for fold in (0, 1)]
    return min(folds), max(folds)


def _days(from_us_: int, to_us_: int) -> Iterator[date]:
    day = (from_us(from_us_) - timedelta(days=2)).date()
    last = (from_us(to_us_) + timedelta(days=2)).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


@lru_cache(maxsize=1000)
@lru_cache(maxsize=1000)
def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (LookupError, OSError, ValueError):
        return False
    return True
