"""How values look on every page: icons, feelings, times, money, counts."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency, format_decimal
from django import template
from django.http import QueryDict
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from regard.engine.journeys.guardrails import short_words
from regard.engine.understanding.questions import shown
from regard.kernel.instant import from_us
from regard.kernel.money import to_decimal
from regard.playbooks.values.compare import Unit
from regard.web.serving.assets import asset_address
from regard.web.words import CHANNEL_ICONS, CHANNEL_WORDS, END_WORDS, STATE_TONES, initials_of
from regard.web.words import quoted as quoted_of
from regard.web.words import sentence as sentence_of

register = template.Library()
ICON_FILE = Path(__file__).resolve().parents[1] / "icons.json"
LOCALE = "en"


@cache
def _shapes() -> dict[str, str]:
    shapes: dict[str, str] = json.loads(ICON_FILE.read_text())
    return shapes


@register.simple_tag
def icon(name: str, kind: str = "") -> SafeString:
    """Draw one lucide icon; decoration only, so hidden from screen readers."""
    # The shapes are our own committed file, not input.
    return mark_safe(  # noqa: S308
        f'<svg class="i {kind}" viewBox="0 0 24 24" aria-hidden="true">{_shapes()[name]}</svg>'
    )


@register.simple_tag
def brand() -> SafeString:
    """Draw the mark: two lines that meet, part and meet again."""
    return mark_safe(
        '<svg viewBox="0 0 24 24" aria-hidden="true">'
        '<path class="w1" d="M2 9c5 0 5.500 6 10 6s5-6 10-6"/><path class="w2" d="M2 15c5 0 5.500-6 10-6s5 6 10 6"/></svg>'
    )


@register.simple_tag
def asset(name: str) -> str:
    """Return the address of a static file with its version."""
    return asset_address(name)


@register.simple_tag
def feel(word: str, text: str = "") -> SafeString:
    """Show a feeling by shape, colour and word; nothing for an unknown one."""
    if not word:
        return SafeString("")
    return format_html('<span class="feel f-{}">{}</span>', word, text or word)


@register.simple_tag
def channel_icon(channel: str) -> SafeString:
    """Draw a channel's icon with its name for screen readers."""
    word = CHANNEL_WORDS.get(channel, channel)
    return format_html('{}<span class="sr">{}</span>', icon(CHANNEL_ICONS.get(channel, "circle-dot")), word)


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: object) -> str:
    """Return the page's query string with some keys changed; None takes a key away, and paging starts over."""
    current: QueryDict = context["request"].GET.copy()
    current.pop("after", None)
    current.pop("before", None)
    for key, value in changes.items():
        if value in (None, ""):
            current.pop(key, None)
        else:
            current[key] = str(value)
    return "?" + urlencode(sorted((k, v) for k in current for v in current.getlist(k)))


@register.filter
def count(value: int | None) -> str:
    """Return a whole number with its thousands apart."""
    return "–" if value is None else format_decimal(value, locale=LOCALE)


@register.filter
def decimal(value: float | None) -> str:
    """Return a number with one decimal place."""
    return "–" if value is None else format_decimal(round(value, 1), locale=LOCALE)


@register.filter
def money(minor: int | None, currency: str) -> str:
    """Return minor units as an amount in their currency; the bare number where nobody knows it."""
    if minor is None:
        return "–"
    if not currency:
        return format_decimal(to_decimal(minor, ""), locale=LOCALE)
    amount = to_decimal(minor, currency)
    if abs(amount) >= 100 and amount == amount.to_integral_value():
        return format_currency(amount, currency, locale=LOCALE, format="¤#,##0", currency_digits=False)
    return format_currency(amount, currency, locale=LOCALE)


@register.filter
def initials(name: str) -> str:
    """Return up to two letters of a name."""
    return initials_of(name)


@register.filter
def channel_word(channel: str) -> str:
    """Return a channel's name as people say it."""
    return CHANNEL_WORDS.get(channel, channel)


@register.filter
def tone(state: str) -> str:
    """Return the colour class of a state: go, wait, bad or none."""
    return STATE_TONES.get(state, "")


@register.filter
def day(value: datetime | None) -> str:
    """Return a date: the weekday within seven days, else day and month, with the year where it is another."""
    if value is None:
        return "–"
    local, today = timezone.localtime(value), timezone.localtime()
    apart = (today.date() - local.date()).days
    if apart == 0:
        return "today"
    if apart in (1, -1):
        return "yesterday" if apart == 1 else "tomorrow"
    if abs(apart) < 7:
        return local.strftime("%a %-d %b")
    return local.strftime("%-d %b" if local.year == today.year else "%-d %b %Y")


@register.filter
def moment(value: datetime | None) -> str:
    """Return a date with its time of day."""
    return "–" if value is None else f"{day(value)}, {clock(value)}"


@register.filter
def clock(value: datetime | None) -> str:
    """Return the time of day."""
    return "" if value is None else timezone.localtime(value).strftime("%H:%M")


@register.filter
def exact(value: datetime | None) -> str:
    """Return date, time and zone in full, for tooltips and tables."""
    return "" if value is None else timezone.localtime(value).strftime("%-d %B %Y, %H:%M:%S %Z")


@register.filter
def ago(value: datetime | None) -> str:
    """Return how long ago in one unit."""
    return "never" if value is None else f"{span(timezone.now() - value)} ago"


def span(gap: timedelta) -> str:
    """Return a length of time in its largest fitting unit."""
    minutes = int(gap.total_seconds() // 60)
    for size, word in (
        (525_600, "year"),
        (43_800, "month"),
        (10_080, "week"),
        (1440, "day"),
        (60, "hour"),
    ):
        if minutes >= size * (2 if word in ("week", "month") else 1):
            number = minutes // size
            return f"{number} {word}{'' if number == 1 else 's'}"
    return f"{max(minutes, 1)} min"


@register.filter
def item(mapping: dict[object, object], key: object) -> object:
    """Return a mapping's value by a key that is a variable."""
    return mapping.get(key, "")


@register.filter
def held_back(code: str) -> str:
    """Return a guardrail's code as a count of the people it held back is called."""
    return short_words(code)


@register.filter
def quoted(words: str) -> str:
    """Return words with the marks of print around the names in them."""
    return quoted_of(words)


@register.filter
def total(counts: dict[object, int]) -> int:
    """Return the sum of what is counted."""
    return sum(counts.values())


@register.filter
def seconds(took_ms: int) -> str:
    """Return how long something took, as people say it."""
    return f"{took_ms / 1000:.1f} s" if took_ms >= 100 else f"{took_ms} ms"


@register.filter
def plural(number: int, words: str) -> str:
    """Return the number with 'singular,plural' after it."""
    one, many = words.split(",")
    return f"{count(number)} {one if number == 1 else many}"


@register.filter
def sentence(words: str) -> str:
    """Return words with a capital and without brackets around all of them."""
    return sentence_of(words)


@register.filter
def plain(code: str) -> str:
    """Return a name of the playbook as people would say it: without the signs that join its words."""
    return str(code).replace("_", " ").replace("-", " ")


@register.filter
def end_word(reason: str) -> str:
    """Return why somebody left a journey, in words."""
    return END_WORDS[reason] if reason in END_WORDS else plain(reason)


@register.filter
def fact(value: object) -> str:
    """Return a value a guardrail saw, as people read it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return count(value) if isinstance(value, int) else plain(str(value)) if value != "" else "none"


@register.filter
def trait(value: object, unit_currency: tuple[Unit, str]) -> str:
    """Return a computed value as pages write it; `unit_currency` is its unit and the company's currency."""
    unit, currency = unit_currency
    if unit == "money" and isinstance(value, int):
        return money(value, currency)
    if unit == "date" and isinstance(value, int):
        return from_us(value).strftime("%-d %b %Y")
    if unit == "days" and isinstance(value, int):
        return plural(value, "day,days")
    if unit == "score" and isinstance(value, int):
        return decimal(value / 1000)
    if isinstance(value, float):
        return decimal(value)
    return shown(value, unit, currency)


@register.filter
def language(tag: str) -> str:
    """Return a language tag's name, or the tag where nobody knows it."""
    try:
        return Locale.parse(tag, sep="-").get_display_name(LOCALE) or tag
    except (ValueError, UnknownLocaleError):
        return tag


@register.filter
def from_hundred(value: float) -> float:
    """Return the distance from the top of a box of 100."""
    return round(100 - value, 1)
