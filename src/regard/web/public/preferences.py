"""The preference page: what, on which channel and how often; what we know and what for; what was sent; one's rights.

The signed link is the key, and a letter may be passed on: so addresses and numbers are not shown here, and a copy or a
deletion is asked for here but answered by a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from babel import Locale
from django.http import HttpRequest, HttpResponse

from regard.act.addresses import read_preferences_token
from regard.act.contracts import MessageRow
from regard.act.selectors import recent_messages
from regard.act.services import NewTask, choose_pace, leave_purpose, open_task, pace_of
from regard.collect.selectors import how_often
from regard.consent.selectors import ConsentCell, consent_matrix
from regard.consent.services import ToldWord, grant
from regard.identify.selectors import origins_of, person_of_public, survivor_of
from regard.kernel.instant import to_us
from regard.playbooks.model import Playbook
from regard.playbooks.vocabulary import ORDER_COMPLETED
from regard.profile.selectors import fields_now
from regard.versions.selectors import active_playbook
from regard.web.public.frame import (
    PublicRequest,
    day_words,
    go_to,
    language_of,
    opens_nothing,
    public,
    show,
    too_fast,
)
from regard.web.public.limits import POSTS_A_LINK
from regard.web.public.words import WORDS

SHOWN = ("first_name", "last_name", "language", "time_zone", "city", "country")
OWN_SETTINGS = ("contact_pace", "contact_pause_until")
_ELSE = {
    "email": "used_reach",
    "phone": "used_reach",
    "time_zone": "used_hours",
    "country": "used_hours",
}
WISHES = {"copy": "access_request", "delete": "erasure_request"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One purpose with its channels as the page shows it."""

    purpose: str
    name: str
    why: str
    wording: str
    is_fixed: bool
    channels: tuple[tuple[str, str, bool], ...]  # field name, words, whether it is on


@public("GET", "HEAD", "POST")
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Show the choices; take them on POST."""
    public_id = read_preferences_token(token)
    person = person_of_public(public_id) if public_id else None
    if person is None or public_id is None:
        return opens_nothing(request)
    playbook = active_playbook().playbook
    language = language_of(request, person, playbook)
    if request.method != "POST":
        return _page(cast(PublicRequest, request), person, playbook, language)
    now = cast(PublicRequest, request).now
    if not POSTS_A_LINK.allows(f"preferences:{public_id.hex}", now):
        return too_fast(language)
    wish = request.POST.get("ask", "")
    if wish in WISHES:
        _pass_on(person, wish, now)
        return go_to(f"{request.path}?asked={wish}")
    if "stop" in request.POST:
        leave_purpose(person=person, purpose="*", source="preference page", now=now)
        return go_to(f"{request.path}?saved=1")
    _save(request, person, now)
    return go_to(f"{request.path}?saved=1")


def _save(request: HttpRequest, person: int, now: datetime) -> None:
    """Write down what changed, and only that: a choice left as it was is no new word."""
    for cell in consent_matrix(person, now):
        if not cell.can_be_left:
            continue
        is_on = _field(cell.purpose, cell.channel) in request.POST
        was_on = _is_on(cell)
        if is_on and not was_on:
            word = ToldWord(
                person=person,
                purpose=cell.purpose,
                channel=cell.channel,
                is_granted=True,
                source="preference page",
                occurred_us=to_us(now),
            )
            grant(told=word, now=now)
        elif was_on and not is_on:
            leave_purpose(
                person=person,
                purpose=cell.purpose,
                channel=cell.channel,
                source="preference page",
                now=now,
            )
    pace = request.POST.get("pace", "")
    if pace in ("normal", "less", "pause"):
        choose_pace(person=person, pace=pace, now=now)


def _pass_on(person: int, wish: str, now: datetime) -> None:
    """Give a wish for a copy or a deletion to a colleague; asked twice in a day it is one task."""
    titles = {
        "copy": "Answer a request for a copy of the data",
        "delete": "Answer a request for deletion",
    }
    new = NewTask(
        person=person,
        key=f"{WISHES[wish]}:{person}:{now:%Y%m%d}",
        kind=WISHES[wish],
        title=titles[wish],
        due_in=timedelta(days=30),
        minutes=15,
        note="Asked for on the preference page. Check who asks before anything is handed out.",
    )
    open_task(new=new, now=now, by="customer")


def _page(request: PublicRequest, person: int, playbook: Playbook, language: str) -> HttpResponse:
    words = WORDS[language]
    pace = pace_of(person, as_of=request.now)
    asked = request.GET.get("asked", "")
    return show(
        "preferences.html",
        language=language,
        address=request.path,
        title=words["prefs_title"].format(company=playbook.company.name),
        choices=list(_choices(person, playbook, language, request.now)),
        pace=pace.name,
        paused_until=words["paused_until"].format(day=day_words(pace.until, language)) if pace.until else "",
        is_saved="saved" in request.GET,
        asked=words.get(f"asked_{asked}", "") if asked in WISHES else "",
        facts=list(_facts(person, playbook, language)),
        messages=[
            {
                "subject": m.subject,
                "day": day_words(m.sent_at or m.queued_at, language),
                "why": _why(m, playbook, language),
            }
            for m in recent_messages(person, since=request.now - timedelta(days=92))
        ],
    )


def _choices(person: int, playbook: Playbook, language: str, now: datetime) -> Iterable[Choice]:
    words = WORDS[language]
    cells: dict[str, list[ConsentCell]] = {}
    for cell in consent_matrix(person, now):
        cells.setdefault(cell.purpose, []).append(cell)
    for purpose, row in cells.items():
        declared = playbook.purposes[purpose]
        told = declared.words_in(language)
        yield Choice(
            purpose=purpose,
            name=told.name,
            why=told.why,
            wording=declared.wording.text(language) if declared.wording else "",
            is_fixed=not declared.can_be_left,
            channels=tuple(
                (_field(purpose, c.channel), words.get(f"by_{c.channel}", c.channel), _is_on(c)) for c in row
            ),
        )


def _is_on(cell: ConsentCell) -> bool:
    return cell.state == "granted" or (cell.state == "unknown" and cell.basis != "consent")


def _field(purpose: str, channel: str) -> str:
    return f"{purpose}.{channel}"


def _facts(person: int, playbook: Playbook, language: str) -> Iterable[dict[str, Any]]:
    """Yield what we know, in words, with the purposes that may use it."""
    words = WORDS[language]
    for name, value in sorted(fields_now(survivor_of(person)).items()):
        if name in OWN_SETTINGS or name.startswith("_") or value in (None, ""):
            continue
        shown = _in_words(name, str(value), language) if name in SHOWN else words["kept_hidden"]
        label = words.get(f"field_{name}", name.replace("_", " ").capitalize())
        purposes = _used_for(name, playbook, language)
        yield {
            "label": label,
            "value": shown,
            "used_for": purposes,
            "else": words[_ELSE.get(name, "used_never")],
        }
    orders = how_often(origins_of(person), ORDER_COMPLETED.name)
    if orders:
        yield {
            "label": words["field_orders"],
            "value": str(orders),
            "used_for": _used_for("orders", playbook, language),
        }


def _in_words(name: str, value: str, language: str) -> str:
    """Return a country or a language by its name in the reader's language; everything else as it is kept."""
    locale = Locale.parse(language)
    if name == "country":
        return str(locale.territories.get(value.upper(), value))
    if name == "language":
        return str(locale.languages.get(value.partition("-")[0].lower(), value))
    return value


def _used_for(field: str, playbook: Playbook, language: str) -> list[str]:
    return [p.words_in(language).name for p in playbook.purposes.values() if field in p.fields]


def _why(message: MessageRow, playbook: Playbook, language: str) -> str:
    """Return the purpose a letter was sent for, and since when the person agrees to it."""
    declared = playbook.purposes.get(message.purpose)
    name = declared.words_in(language).name if declared else message.purpose
    if message.basis.get("basis") != "consent" or not message.basis.get("occurred_at"):
        return name
    day = day_words(datetime.fromisoformat(message.basis["occurred_at"]), language)
    return WORDS[language]["agreed_on"].format(purpose=name, day=day)
