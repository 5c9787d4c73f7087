"""The main job, end to end over a real order history: find the best customers and say why, write to those who agreed,
ask one question after the next order, and let the answer decide what happens next."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from regard.decide.models import Decision
from regard.learn.selectors import result_of
from regard.sample.history import read_orders, weeks_to_shift
from regard.understand.selectors import why_in_segment
from regard.versions.selectors import active_playbook
from tests.scenarios.story import Story

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY_NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = Story(tmp_path, MONDAY_NOON)
    story.open()
    return story


def cdnow(now: datetime) -> list[dict[str, object]]:
    """CDNOW's 1/10 sample as a company's own file: whole orders, no lines, no names, no consents."""
    return [
        {
            "order_id": f"{o.person}-{o.number}",
            "customer_id": f"c{o.person:04}",
            "order_date": o.on.isoformat(),
            "total": f"{o.minor / 100:.2f}",
            "currency": "USD",
        }
        for o in read_orders(weeks_to_shift(now))
    ]


def best_spenders(story: Story, count: int) -> list[str]:
    """Give those who spent most an address and the consents, as a checkout would; return their user ids."""
    spent = Counter[str]()
    for row in cdnow(story.now):
        spent[str(row["customer_id"])] += round(float(str(row["total"])) * 100)
    cast = [who for who, _ in spent.most_common(count)]
    for who in cast:
        story.submit_address(who, f"{who}@customers.example", first_name=who.upper())
        story.submit_consent(who, "offers", "surveys", "referrals")
    return cast


def test_the_best_customers_are_found_and_nobody_is_written_to_who_did_not_agree(story: Story):
    assert story.submit_orders(cdnow(story.now), kind="orders") == 6_919
    story.compute()

    # The best customers are found by what they bought, and each of them can be told why.
    best = story.in_segment("high-value")
    assert 100 < len(best) < 600
    why = why_in_segment(best[0], "high-value", playbook=active_playbook().playbook, as_of=story.now)
    assert why.is_member
    assert why.tree is not None
    assert all(part.holds and part.seen for part in why.tree.parts)

    # Nobody agreed to anything yet: not one message, and every no says what would change it.
    said = Decision.objects.filter(step="offer")
    assert said.count() == len(best)
    assert not said.filter(verdict="go").exists()
    assert all(decision.words and decision.change for decision in said)


def test_a_tenth_is_held_out_and_everybody_else_who_agreed_gets_one_letter(story: Story):
    story.submit_orders(cdnow(story.now), kind="orders")
    cast = best_spenders(story, 300)
    story.compute()
    best = set(story.in_segment("high-value"))
    cast = [who for who in cast if story.person(who) in best]
    verdicts = Counter(story.decision(who, "offer").reason for who in cast)
    assert set(verdicts) == {"go", "held_out"}
    four_sigma = 4 * (0.09 * len(cast)) ** 0.5
    assert abs(verdicts["held_out"] - len(cast) / 10) <= four_sigma
    for who in cast[:50]:
        assert len(story.mails(who)) == (1 if story.decision(who, "offer").verdict == "go" else 0)


def test_the_answer_decides_what_happens_next(story: Story):
    story.submit_orders(cdnow(story.now), kind="orders")
    cast = best_spenders(story, 40)
    story.compute()
    # One letter each to those who are not held out, kept in the outbox since there is no mail server here.
    written = [who for who in cast if story.decision(who, "offer").verdict == "go"]
    held_out = [who for who in cast if who not in written]
    delighted, unhappy, content, silent = written[:4]
    (letter,) = story.mails(delighted)
    assert letter.subject == "A few records I set aside for you"
    assert "Maya" in letter.text
    assert letter.basis["consent"]

    # Days later three of them order, and are asked one question, once.
    story.sleep(days=3)
    for who in (delighted, unhappy, content):
        story.submit_order(who)
    story.sleep(days=8)
    for who in (delighted, unhappy, content):
        assert len(story.mails(who)) == 2, who
    assert len(story.mails(silent)) == 1

    # The answers decide. Nine or ten: an invitation. Six or less: a person, and promotions pause. Else: peace.
    story.answer_survey(story.mails(delighted)[1], 10, "Lovely people.")
    story.answer_survey(story.mails(unhappy)[1], 2, "The sleeve was torn and nobody answered.")
    story.answer_survey(story.mails(content)[1], 8)
    story.sleep(days=8)
    assert [mail.template for mail in story.mails(delighted)] == [
        "personal-offer",
        letter_of("after-order"),
        "referral-invitation",
    ]
    (task,) = story.tasks(unhappy)
    assert (task.kind, task.pauses_promotions) == ("complaint", True)
    assert "torn" in str(task.context) or task.context
    assert len(story.mails(unhappy)) == 2
    assert len(story.mails(content)) == 2
    assert not story.tasks(content)

    # Once somebody made it right, the person is asked whether it is.
    story.close(task, "Sent a new record and called.")
    story.sleep(days=10)
    assert not story.tasks(unhappy)

    # And when everybody had their sixty days, the lead sees, against those held out, whether it helped.
    story.sleep(days=50, compute_each=timedelta(days=5))
    result = result_of("thank-high-value")
    assert result is not None
    helped = result.difference
    assert helped.treated >= len(written)
    assert helped.held_out >= len(held_out)
    assert helped.treated_reached >= 3


def letter_of(survey: str) -> str:
    return active_playbook().playbook.surveys[survey].template


def test_running_the_same_day_twice_decides_and_sends_nothing_twice(story: Story):
    story.submit_orders(cdnow(story.now), kind="orders")
    story.compute()
    before = Decision.objects.count()
    story.compute()
    assert Decision.objects.count() == before


def test_real_baskets_choose_the_products_of_the_letter(story: Story, real_data: Path):
    with gzip.open(real_data / "online_retail_lines_2011-11_12.csv.gz", "rt", encoding="utf-8") as file:
        lines = [row for row in csv.DictReader(file) if float(row["Quantity"]) > 0 and float(row["UnitPrice"]) > 0]
    story.now = datetime(2011, 12, 12, 12, tzinfo=UTC)
    rows = [
        {
            "order_id": row["InvoiceNo"],
            "customer_id": row["CustomerID"],
            "order_date": row["InvoiceDate"],
            "sku": row["StockCode"],
            "product_name": row["Description"],
            "quantity": row["Quantity"],
            "price": row["UnitPrice"],
            "currency": "USD",
        }
        for row in lines
    ]
    spent = Counter[str]()
    for row in lines:
        spent[row["CustomerID"]] += round(float(row["Quantity"]) * float(row["UnitPrice"]) * 100)
    story.submit_orders(rows, kind="order-lines")
    cast = [who for who, _ in spent.most_common(30)]
    for who in cast:
        story.submit_address(who, f"c{who}@customers.example")
        story.submit_consent(who, "offers")
    story.compute()
    letters = [letter for who in cast for letter in story.mails(who)]
    assert letters
    owned = {row["StockCode"] for row in lines}
    assert all("We do:" in letter.text for letter in letters)
    assert owned
