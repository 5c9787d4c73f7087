"""What the invented people agreed to: asked at the till with words on the screen, sometimes taken back, often never asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from regard.consent.services import ToldWord
from regard.sample.shop import Buyer, Shop, daytime, ordered_at, us

WORDING = "till-2025"
WORDS = {
    "offers": "Write to me by e-mail about records that fit what I bought. I can stop this at any time.",
    "surveys": "Ask me by e-mail how an order went. I can stop this at any time.",
    "referrals": "Invite me by e-mail to recommend you to friends. I can stop this at any time.",
}


def words_of(shop: Shop, person_of: Mapping[int, int]) -> Iterator[ToldWord]:
    """Yield grants and withdrawals, each with its wording, source and time. `person_of`: buyer's number -> person."""
    for buyer in shop.buyers:
        person = person_of[buyer.number]
        for purpose in WORDS:
            state = getattr(buyer, purpose)
            if state == "unknown":
                continue
            yield _granted(buyer, person, purpose)
            if state == "withdrawn":
                yield from _withdrawn(shop, buyer, person, purpose)


def _granted(buyer: Buyer, person: int, purpose: str) -> ToldWord:
    return ToldWord(
        person=person,
        purpose=purpose,
        channel="email",
        is_granted=True,
        source="checkout form",
        occurred_us=us(ordered_at(buyer.orders[0]) + timedelta(minutes=1)),
        wording=WORDING,
        wording_text=WORDS[purpose],
        evidence={
            "page": "checkout",
            "box": "ticked by the person, empty before",
            "invented": True,
        },
        key=f"invented:{buyer.number}:{purpose}:granted",
        is_invented=True,
    )


def _withdrawn(shop: Shop, buyer: Buyer, person: int, purpose: str) -> Iterator[ToldWord]:
    first = ordered_at(buyer.orders[0])
    random = buyer.luck(f"withdrawn:{purpose}")
    when = daytime(random, (first + (shop.now - first) * random.uniform(0.2, 0.95)).date())
    if when < shop.now:
        yield ToldWord(
            person=person,
            purpose=purpose,
            channel="email",
            is_granted=False,
            source="link in a letter",
            occurred_us=us(when),
            evidence={"invented": True},
            key=f"invented:{buyer.number}:{purpose}:withdrawn",
            is_invented=True,
            via="email",
        )
