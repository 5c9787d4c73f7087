"""The shop as one value: every buyer with their real orders and what was invented for them. Pure but for the data file."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from regard.kernel.instant import from_us, to_us
from regard.sample.catalogue import SampleProduct, SampleShelf, make_catalogue
from regard.sample.history import ZONE, Order, noon_us, read_orders, weeks_to_shift
from regard.sample.names import People, SamplePersona

SEED = 1997
AGENTS = ("Maya Lindqvist", "Tomas Hale", "Priya Nair")


@dataclass(slots=True)
class Buyer:
    """One person: real orders, invented everything else. Chance is drawn by topic, so nothing moves anything else."""

    number: int
    persona: SamplePersona
    taste: tuple[str, str]
    orders: list[Order] = field(default_factory=list)
    baskets: list[list[dict[str, Any]]] = field(default_factory=list)  # by order
    offers: str = "unknown"  # unknown, granted, withdrawn
    surveys: str = "unknown"
    referrals: str = "unknown"

    def luck(self, topic: str) -> Random:
        """Return this person's chance in one topic: the same whenever it is asked for."""
        return Random(f"{SEED}:{self.number}:{topic}")  # noqa: S311 (a sample, not a secret)

    @property
    def spent(self) -> int:
        """Cents of all orders."""
        return sum(order.minor for order in self.orders)

    @property
    def last_on(self) -> date:
        """The day of the last order."""
        return self.orders[-1].on

    def record(self, order: int = -1) -> dict[str, Any]:
        """Return a record of one of the orders."""
        return self.baskets[order][0]

    def fill(self, text: str, agent: str, order: int = -1) -> str:
        """Put a record of theirs and a colleague's first name into a text."""
        record = self.record(order)
        return text.format(
            title=record["name"],
            artist=record["brand"],
            genre=record["category"],
            agent=agent.split()[0],
        )


@dataclass(frozen=True, slots=True)
class Shop:
    """Everybody, and the clock the sample was made for."""

    now: datetime
    buyers: tuple[Buyer, ...]
    products: tuple[SampleProduct, ...]


def make_shop(now: datetime) -> Shop:
    """Return the shop as of `now`: the same buyers with the same names every time, the days shifted."""
    orders: dict[int, list[Order]] = {}
    for order in read_orders(weeks_to_shift(now)):
        orders.setdefault(order.person, []).append(order)
    products = make_catalogue(Random(SEED))  # noqa: S311 (a sample, not a secret)
    shelf, people = SampleShelf(products), People()
    buyers = []
    for number in sorted(orders):
        random = Random(f"{SEED}:{number}")  # noqa: S311
        buyer = Buyer(number, people.persona(number, random), shelf.taste(random), orders[number])
        buyer.baskets = [shelf.choose(order, buyer.taste, random) for order in buyer.orders]
        _agree(buyer, random)
        buyers.append(buyer)
    _share_a_phone(buyers)
    return Shop(now, tuple(buyers), products)


def _share_a_phone(buyers: list[Buyer]) -> None:
    """Give two known people one phone and one family name: whether they are one, a colleague has to say."""
    one = next(buyer for buyer in buyers if buyer.persona.phone and len(buyer.orders) > 2)
    other = next(b for b in buyers if b.persona.country == "GB" and not b.persona.phone and len(b.orders) > 1)
    other.persona = replace(other.persona, last_name=one.persona.last_name, phone=one.persona.phone)


def _agree(buyer: Buyer, random: Random) -> None:
    """Say what they agreed to: about half to letters, fewer to invitations, some took it back, many were never asked."""
    roll = random.random()
    buyer.offers = "granted" if roll < 0.50 else "withdrawn" if roll < 0.58 else "unknown"
    if buyer.offers != "unknown":
        buyer.surveys = "granted" if random.random() < 0.85 else "unknown"
        buyer.referrals = "granted" if buyer.offers == "granted" and random.random() < 0.6 else "unknown"
    elif random.random() < 0.15:
        buyer.surveys = "granted"


def at(day: date, hour: float) -> datetime:
    """Return an hour of a day in the shop's zone."""
    return datetime.combine(day, time(), ZONE) + timedelta(hours=hour)


def daytime(random: Random, day: date, first: float = 8.0, last: float = 21.5) -> datetime:
    """Return some minute of the day between two hours."""
    return at(day, random.uniform(first, last)).replace(second=random.randrange(60), microsecond=0)


def at_work(moment: datetime, random: Random) -> datetime:
    """Return the moment if the shop is open then, else some time on the next open morning."""
    local = moment.astimezone(ZONE)
    day = local.date()
    if 9 <= local.hour < 18 and local.weekday() < 6:
        return local
    if local.hour >= 9:
        day += timedelta(days=1)
    while day.weekday() == 6:
        day += timedelta(days=1)
    return daytime(random, day, 9.1, 12.5)


def ordered_at(order: Order) -> datetime:
    """Return the instant a real order stands at: noon, as the file knows the day only."""
    return from_us(noon_us(order.on))


def us(moment: datetime) -> int:
    """Return microseconds since 1970."""
    return to_us(moment)
