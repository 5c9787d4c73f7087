"""Loading the sample shop: first the real history, then what was invented over it, then some weeks of the loop.

1. Real orders, as messages of a source of kind `sample`; the records on them are invented and each says so.
2. The invented overlay, as messages of a source of kind `invented`, with the rows that go with them.
3. Four past weeks of the loop, each with what people made of it; then today's stories and a cycle as of now.
Steps 1 and 2 are one transaction, each week is one: a load that was killed goes on, one that is repeated adds nothing.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice

from django.db import connection, transaction
from django.db.models import F, Model

from regard import flow
from regard.collect.contracts import Incoming, Recorded
from regard.collect.models import Source, Touchpoint
from regard.collect.services import ensure_source
from regard.consent.models import Consent
from regard.consent.services import record_consents
from regard.identify.models import Person
from regard.kernel.issues import Issue, Refused
from regard.profile.services import assign_owner
from regard.sample.answers import Given, keep_answers, make_answers, messages_of
from regard.sample.cases import tell_stories
from regard.sample.consents import words_of
from regard.sample.desk import Desk, Item, ensure_staff, past_work
from regard.sample.history import CURRENCY, noon_us, order_id, user_id
from regard.sample.overlay import (
    Invented,
    conversations,
    introductions,
    letters,
    make_tickets,
    visits,
)
from regard.sample.shop import AGENTS, SEED, Shop, make_shop, us
from regard.sample.weeks import cycle_times, live_through

REAL = "CDNOW 1/10 sample (Fader & Hardie)"
INVENTED = "Invented over the sample"
ORDERS = 6_919
_CHUNK = 5_000
_DAY_ONLY = json.dumps({"precision": "day", "invented": ["properties.products"]})
_OWNED = 60  # the biggest customers have a colleague who looks after them
Tell = Callable[[str, int, int], None]


def real_orders(shop: Shop, source: int) -> Iterator[Incoming]:
    """Yield the real orders as messages; their products are invented and each says so."""
    received = us(shop.now)
    for buyer in shop.buyers:
        for order, basket in zip(buyer.orders, buyer.baskets, strict=True):
            yield Incoming(
                source=source,
                message_id=order_id(order),
                type="import",
                name="Order Completed",
                channel="web",
                occurred_us=noon_us(order.on),
                received_us=received,
                ids=(("user_id", user_id(order.person)),),
                value_minor=order.minor,
                currency=CURRENCY,
                properties=json.dumps({"order_id": order_id(order), "quantity": order.quantity, "products": basket}),
                context=_DAY_ONLY,
            )


def load_sample(now: datetime, progress: Tell | None = None) -> int:
    """Load the sample shop into this installation; returns how many touchpoints it has now.

    `progress(words, done, of)` is told how far it is. Loading twice adds nothing. Raises Refused where the installation
    holds somebody's own people: real and invented would mix.
    """
    tell = progress or _silent
    if Person.objects.filter(is_sample=False).exists():
        raise Refused(
            Issue(
                "sample",
                "this data folder holds people of your own",
                "load the sample into another folder: regard --data DIR sample load",
                code="policy",
            )
        )
    shop = make_shop(now)
    if not Source.objects.filter(name=INVENTED).exists():
        with transaction.atomic():
            _load_history(shop, tell)
    source, staff = Source.objects.get(name=INVENTED).id, ensure_staff()
    times = cycle_times(now)
    for number, when in enumerate(times, start=1):
        live_through(shop, source, staff, number, when)
        tell("past weeks", number, len(times) + 1)
    with transaction.atomic():
        _load_today(shop, source, staff)
    flow.run_cycle(as_of=now)
    tell("past weeks", len(times) + 1, len(times) + 1)
    return Touchpoint.objects.count()


def _load_history(shop: Shop, tell: Tell) -> None:
    real = ensure_source(name=REAL, kind=Source.Kind.SAMPLE, now=shop.now)
    _receive(real_orders(shop, real), shop, "real orders", ORDERS, tell)
    invented = Invented(ensure_source(name=INVENTED, kind=Source.Kind.INVENTED, now=shop.now), shop.now)
    recorded = _receive(introductions(shop, invented), shop, "invented names", len(shop.buyers), tell)
    person_of = {buyer.number: row.origin for buyer, row in zip(shop.buyers, recorded, strict=True)}
    _fix_arms(shop, person_of)
    source = Source.objects.get(name=INVENTED).id
    record_consents(told=list(words_of(shop, person_of)), now=shop.now, source=source)
    # Told when they happened: a past week knows what had been agreed to by then, and no more.
    Consent.objects.filter(is_invented=True).update(recorded_at=F("occurred_at"))
    tickets = make_tickets(shop)
    given = make_answers(shop, tickets)
    talk = [*visits(shop, invented), *letters(shop, invented), *conversations(tickets, invented)]
    _receive(talk, shop, "invented visits and conversations", len(talk), tell)
    _receive_answers(given, invented, shop, tell)
    staff = ensure_staff()
    _receive_items(past_work(shop, Desk(invented, staff), tickets, given, AGENTS), shop, tell)
    _assign_owners(shop, person_of, staff)


def _load_today(shop: Shop, source: int, staff: dict[str, int]) -> None:
    """Tell the stories of those who wait today, last, so that the past weeks knew nothing of them."""
    invented = Invented(source, shop.now)
    told = tell_stories(shop, Desk(invented, staff), invented, make_tickets(shop))
    _receive_answers(told.answers, invented, shop, _silent)
    _receive_items(told.items, shop, _silent)


def _silent(*_: object) -> None:
    """Tell nobody."""


def _receive(messages: Iterable[Incoming], shop: Shop, words: str, of: int, tell: Tell) -> list[Recorded]:
    rest, recorded = iter(messages), []
    while chunk := list(islice(rest, _CHUNK)):
        recorded += flow.receive(chunk, now=shop.now)
        tell(words, len(recorded), of)
    return recorded


def _receive_answers(given: list[Given], invented: Invented, shop: Shop, tell: Tell) -> None:
    recorded = _receive(messages_of(given, invented), shop, "invented answers", len(given), tell)
    keep_answers(given, recorded)


def _receive_items(items: list[Item], shop: Shop, tell: Tell) -> None:
    recorded = _receive([item.message for item in items], shop, "invented work", len(items), tell)
    rows: dict[type[Model], list[Model]] = defaultdict(list)
    for item, one in zip(items, recorded, strict=True):
        if item.row is not None and one.seq is not None:
            made = item.row(one)
            rows[type(made)].append(made)
    for model, made_rows in rows.items():
        model._default_manager.bulk_create(made_rows, batch_size=500)


def _fix_arms(shop: Shop, person_of: dict[int, int]) -> None:
    """Give everybody the holdout key of their number, so that every load has the same arms."""
    rows = [(_key(buyer.number), person_of[buyer.number]) for buyer in shop.buyers]
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE identify_person SET holdout_key = %s WHERE id = %s", rows)


def _key(number: int) -> int:
    return (number * 0x9E3779B97F4A7C15 + SEED) % 2**63


def _assign_owners(shop: Shop, person_of: dict[int, int], staff: dict[str, int]) -> None:
    best = sorted(shop.buyers, key=lambda buyer: (-buyer.spent, buyer.number))[:_OWNED]
    for place, buyer in enumerate(best):
        owner = staff[AGENTS[place % len(AGENTS)]]
        assign_owner(person=person_of[buyer.number], owner=owner, by="sample", now=shop.now)
