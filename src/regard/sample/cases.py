"""The people who wait today: a handful of stories told in full, each laid on somebody whose real orders fit it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from regard.sample.answers import Given
from regard.sample.desk import Desk, Item
from regard.sample.overlay import Invented, Ticket
from regard.sample.shop import Buyer, Shop, at

_MAYA, _TOMAS, _PRIYA = "Maya Lindqvist", "Tomas Hale", "Priya Nair"


@dataclass(slots=True)
class CaseTold:
    """What the stories add: deeds of colleagues, messages both ways, and answers."""

    items: list[Item] = field(default_factory=list)
    answers: list[Given] = field(default_factory=list)


class Cast:
    """Finds somebody for each role, everybody once, the best customer who fits first."""

    def __init__(self, shop: Shop) -> None:
        self._free = sorted(shop.buyers, key=lambda b: (-b.spent, b.number))
        self._now = shop.now

    def find(self, fits: Callable[[Buyer], bool]) -> Buyer:
        """Return the biggest customer who fits and has no role yet; raises LookupError where nobody does."""
        for buyer in self._free:
            if fits(buyer):
                self._free.remove(buyer)
                return buyer
        raise LookupError("nobody in the sample fits a role")

    def days_since(self, buyer: Buyer) -> int:
        """Return whole days since the last order."""
        return (self._now.date() - buyer.last_on).days


def tell_stories(shop: Shop, desk: Desk, invented: Invented, tickets: Sequence[Ticket]) -> CaseTold:
    """Return today's stories; `tickets` are those of the past, so that no story contradicts them."""
    wrote = {ticket.buyer.number for ticket in tickets}
    cast, told = Cast(shop), CaseTold()
    scene = _Scene(shop, desk, invented, told)

    def recent(buyer: Buyer) -> bool:
        return len(buyer.orders) >= 3 and 6 <= cast.days_since(buyer) <= 40

    scene.late_twice(cast.find(recent))
    scene.bent_sleeves(cast.find(recent))
    scene.promise_tomorrow(cast.find(recent))
    scene.promise_late(cast.find(recent))
    scene.postage_back(cast.find(recent))
    scene.delighted(cast.find(lambda b: recent(b) and b.surveys == "granted"), 2, 10, 0)
    scene.delighted(cast.find(lambda b: recent(b) and b.surveys == "granted"), 4, 9, 1)
    scene.delighted(cast.find(lambda b: 6 <= cast.days_since(b) <= 40 and b.surveys == "granted"), 5, 10, 2)
    for _ in range(2):
        scene.gone_quiet(cast.find(lambda b: b.number not in wrote and _has_gone_quiet(b, cast.days_since(b))))
    return told


def _has_gone_quiet(buyer: Buyer, days: int) -> bool:
    """Say whether somebody with a rhythm of their own has been silent for three to nine of its beats."""
    gap = _gap(buyer)
    return len(buyer.orders) >= 6 and gap >= 10 and 3 * gap <= days <= min(9 * gap, 240)


def _gap(buyer: Buyer) -> int:
    gaps = sorted((b.on - a.on).days for a, b in zip(buyer.orders, buyer.orders[1:], strict=False) if b.on > a.on)
    return gaps[len(gaps) // 2] if gaps else 0


@dataclass(slots=True)
class _Scene:
    """Writes one story after the other."""

    shop: Shop
    desk: Desk
    invented: Invented
    told: CaseTold

    def _talk(self, buyer: Buyer, key: str, when: datetime, subject: str, text: str, agent: str = "") -> None:
        """Add one message of a conversation: the customer's, or a colleague's where one is named."""
        properties: dict[str, Any] = {
            "ticket_id": f"T-{buyer.number}",
            "subject": subject,
            "text": text,
        }
        if agent:
            message = self.invented.message(
                buyer,
                f"case:{key}",
                "Ticket Replied",
                when,
                channel="email",
                direction="out",
                actor="staff",
                properties=properties | {"agent": agent},
            )
        else:
            message = self.invented.message(
                buyer, f"case:{key}", "Ticket Opened", when, channel="email", properties=properties
            )
        self.told.items.append(Item(message))

    def _ago(self, days: float) -> datetime:
        return (self.shop.now - timedelta(days=days)).replace(second=0, microsecond=0)

    def _at(self, days: int, hour: float) -> datetime:
        """Return an hour of a day some days ago, in the shop's zone."""
        return at((self.shop.now - timedelta(days=days)).date(), hour)

    def _soon(self, hours: int) -> datetime:
        """Return the full hour some hours from now."""
        return (self.shop.now + timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0)

    def _noon(self, days: int) -> datetime:
        return at((self.shop.now + timedelta(days=days)).date(), 12)

    def late_twice(self, buyer: Buyer) -> None:
        """A second parcel is late, and the first answer did not help."""
        subject = "Parcel late, again"
        quote = "This is the second parcel in a month that stands still. Last time I was told to be patient. I was. Please let a person look at it."
        self._talk(
            buyer,
            "late:1",
            self._at(19, 8.4),
            "Where is my parcel?",
            buyer.fill(
                "I ordered {title} and the tracking has not moved for six days. Is it on its way?",
                _PRIYA,
            ),
        )
        self._talk(
            buyer,
            "late:2",
            self._at(18, 15.2),
            "Where is my parcel?",
            "The carrier is behind, please be patient for a few more days.",
            _PRIYA,
        )
        self._talk(buyer, "late:3", self._ago(0.14), subject, quote)
        context = {
            "why": "Second complaint about a late parcel in 30 days. The first reply closed it without a fix.",
            "quote": quote,
        }
        self.told.items += self.desk.task(
            buyer,
            "case:late",
            kind="complaint",
            title="Second parcel late in 30 days",
            opened_at=self._ago(0.13),
            context=context,
            due_at=self._soon(5),
            pauses=True,
            minutes=15,
        )

    def bent_sleeves(self, buyer: Buyer) -> None:
        """A low score with a reason."""
        quote = (
            "Two sleeves bent in one parcel. The music is lovely, the box was a joke. I collect these, you know that."
        )
        answered = self._at(1, 10.6)
        self.told.answers.append(Given(buyer, 900, 3, quote, answered))
        context = {
            "why": "Gave us 3 of 10 yesterday. Promotions pause until somebody has talked to them.",
            "quote": quote,
        }
        self.told.items += self.desk.task(
            buyer,
            "case:bent",
            kind="complaint",
            title="Make it right in person",
            opened_at=answered + timedelta(minutes=1),
            context=context,
            agent=_TOMAS,
            due_at=self._soon(3),
            pauses=True,
            minutes=15,
        )

    def promise_tomorrow(self, buyer: Buyer) -> None:
        """Somebody asked about a pressing and was promised an answer by tomorrow noon."""
        text = buyer.fill(
            "Is your copy of {title} the new master? Mine is from the first run and hisses on side two. I would swap it at once.",
            _TOMAS,
        )
        self._talk(buyer, "press:1", self._at(3, 19.6), "A question about a pressing", text)
        self._talk(
            buyer,
            "press:2",
            self._at(2, 10.3),
            "A question about a pressing",
            "I do not know, so I have asked the label. You hear from me by tomorrow noon, whatever they say.",
            _TOMAS,
        )
        self.told.items += self.desk.promise(
            buyer,
            "case:press",
            buyer.fill("Say whether {title} is the new master", _TOMAS),
            _TOMAS,
            self._at(2, 10.3),
            self._noon(1),
        )

    def promise_late(self, buyer: Buyer) -> None:
        """A new sleeve was promised and did not go out."""
        self._talk(
            buyer,
            "sleeve:1",
            self._at(8, 20.1),
            "Corner of the sleeve is bent",
            buyer.fill("{title} came with the corner folded over. Could I have a new sleeve?", _PRIYA),
        )
        self._talk(
            buyer,
            "sleeve:2",
            self._at(7, 11.7),
            "Corner of the sleeve is bent",
            "Of course. A new sleeve leaves us before the week is out.",
            _PRIYA,
        )
        self.told.items += self.desk.promise(
            buyer,
            "case:sleeve",
            buyer.fill("Send a new sleeve for {title}", _PRIYA),
            _PRIYA,
            self._at(7, 11.7),
            self._noon(-2),
        )

    def postage_back(self, buyer: Buyer) -> None:
        """A colleague asks for leave to give something."""
        context = {
            "why": "Priya asks: refund the postage and put a record in. Third lost parcel on that street this quarter.",
            "quote": "",
        }
        self.told.items += self.desk.task(
            buyer,
            "case:postage",
            kind="approval",
            title=f"Refund the postage and add a record for {buyer.persona.name}",
            opened_at=self._ago(0.3),
            context=context,
            agent=_MAYA,
            due_at=self._soon(4),
            minutes=3,
        )

    def delighted(self, buyer: Buyer, days: int, score: int, words: int) -> None:
        """Somebody is happy and nobody has said thank you yet."""
        quotes = (
            "Packed like a present, with a handwritten note on top. I did not know shops still did that.",
            "{agent} told me not to buy the same album twice. Who does that? You have a customer for life.",
            "You found {title} for me after two years of looking. I may have danced a little.",
        )
        self.told.answers.append(
            Given(
                buyer,
                900,
                score,
                buyer.fill(quotes[words], _TOMAS),
                self._at(days, 9.5 + words * 3.1),
            )
        )

    def gone_quiet(self, buyer: Buyer) -> None:
        """A good customer has been silent for several of their own gaps; the figures are real."""
        days = (self.shop.now.date() - buyer.last_on).days
        why = f"No order in {days} days; the usual gap was {_gap(buyer)}. {len(buyer.orders)} orders before that, and no complaint on file."
        self.told.items += self.desk.task(
            buyer,
            "case:quiet",
            kind="check_in",
            title=f"{buyer.persona.first_name} has gone quiet",
            opened_at=at((self.shop.now - timedelta(days=1)).date(), 9),
            context={"why": why},
            minutes=8,
        )
