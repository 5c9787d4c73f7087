"""The sample shop: real orders untouched, everything invented marked in the log itself, nothing of it ever sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Sum

from regard.act.models import HumanTask, Message
from regard.collect.models import Source, Touchpoint
from regard.consent.models import Consent
from regard.flow import receive
from regard.identify.models import JoinProposal, Person
from regard.kernel.issues import Refused
from regard.listen.models import Answer, SurveyInvitation
from regard.profile.models import Card, Promise
from regard.sample.history import noon_us, read_orders, weeks_to_shift
from regard.sample.load import INVENTED, REAL, load_sample
from regard.sample.shop import make_shop
from regard.staff.models import User
from regard.versions.selectors import shipped_text
from regard.versions.services import apply_playbook
from tests.cast.log import a_source, message

NOW = datetime(2026, 11, 18, 15, tzinfo=UTC)  # a Wednesday


@pytest.fixture(scope="module")
def shop(django_db_setup: None, django_db_blocker: object) -> object:
    """One load for all stories of this module; they only look."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        apply_playbook(text=shipped_text(), by="test", now=NOW - timedelta(days=800))
        load_sample(NOW)
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("days", range(14))
def test_the_history_ends_last_week_on_its_own_weekday(days: int) -> None:
    now = datetime(2026, 11, 16, 12, tzinfo=UTC) + timedelta(days=days)
    last = max(order.on for order in read_orders(weeks_to_shift(now)))
    monday = now.date() - timedelta(days=now.weekday())
    assert monday - timedelta(days=7) <= last < monday
    assert last.weekday() == 1  # 30 June 1998 was a Tuesday


@pytest.mark.usefixtures("shop", "db")
class TestTheLoadedShop:
    def test_every_real_order_is_there_to_the_day_and_the_cent(self) -> None:
        orders = Touchpoint.objects.filter(source__name=REAL)
        real = read_orders(weeks_to_shift(NOW))
        assert orders.count() == len(real) == 6_919
        assert orders.values("origin").distinct().count() == 2_357
        assert orders.aggregate(cents=Sum("value_minor"))["cents"] == sum(o.minor for o in real) == 24_409_194
        assert sorted(orders.values_list("occurred_at", flat=True)) == sorted(
            datetime.fromtimestamp(noon_us(o.on) / 1e6, UTC) for o in real
        )

    def test_the_records_on_an_order_add_up_to_it_and_say_that_they_are_invented(self) -> None:
        for order in Touchpoint.objects.filter(source__name=REAL):
            products = order.properties["products"]
            assert sum(p["quantity"] for p in products) == order.properties["quantity"]
            assert abs(sum(p["price"] * p["quantity"] for p in products) * 100 - order.value_minor) < 1
            assert all(p["invented"] for p in products)
            assert order.context["invented"] == ["properties.products"]

    def test_everything_else_says_in_the_log_that_it_is_invented(self) -> None:
        kinds = dict(Source.objects.values_list("name", "kind"))
        assert kinds[REAL] == "sample"
        assert kinds[INVENTED] == "invented"
        invented = Touchpoint.objects.filter(source__name=INVENTED).exclude(name__startswith="Consent")
        assert all(touchpoint.context["invented"] for touchpoint in invented)
        assert not Consent.objects.filter(is_invented=False).exists()
        assert not Promise.objects.filter(is_invented=False).exists()
        assert not Answer.objects.filter(is_invented=False).exists()
        assert not User.objects.filter(is_invented=False).exists()

    def test_nobody_is_real_and_no_address_is_anybodys(self) -> None:
        assert not Person.objects.filter(is_sample=False).exists()
        for card in Card.objects.all():
            assert card.fields["email"].endswith(("@example.com", "@example.org", "@example.net"))
            assert card.fields.get("phone", "+447700900").startswith("+447700900")
        emails = [card.fields["email"] for card in Card.objects.all()]
        assert len(set(emails)) == len(emails)

    def test_nothing_lies_in_the_future(self) -> None:
        assert not Touchpoint.objects.filter(occurred_at__gt=NOW).exists()
        assert not Consent.objects.filter(occurred_at__gt=NOW).exists()
        assert not HumanTask.objects.filter(opened_at__gt=NOW).exists()

    def test_no_message_of_it_can_be_sent(self) -> None:
        assert Message.objects.count() > 50
        assert set(Message.objects.values_list("state", flat=True)) == {Message.State.SAMPLE}
        assert not Touchpoint.objects.filter(name="Message Sent").exists()

    def test_journeys_have_a_history(self) -> None:
        asked = SurveyInvitation.objects.count()
        answered = Answer.objects.filter(invitation__isnull=False)
        assert asked > 10
        assert 0 < answered.count() < asked
        assert all(answer.answered_at > answer.invitation.asked_at for answer in answered.select_related("invitation"))

    def test_today_has_somebody_for_every_group(self) -> None:
        waiting = HumanTask.objects.filter(state="open")
        assert {"complaint", "check_in", "approval"} <= set(waiting.values_list("kind", flat=True))
        due = list(Promise.objects.filter(state="open").order_by("due_at").values_list("due_at", flat=True))
        assert due[0] < NOW < due[1]
        assert (
            Answer.objects.filter(score__gte=9, answered_at__gt=NOW - timedelta(days=14)).exclude(comment="").exists()
        )
        assert JoinProposal.objects.filter(state="open").count() == 1

    def test_who_has_gone_quiet_never_complained_as_the_story_says(self) -> None:
        for task in HumanTask.objects.filter(title__endswith="has gone quiet"):
            assert not Touchpoint.objects.filter(origin=task.person_id, name="Ticket Opened").exists()


def test_the_same_now_makes_the_same_shop() -> None:
    one, other = make_shop(NOW), make_shop(NOW)
    assert [(b.persona, b.baskets, b.offers) for b in one.buyers] == [
        (b.persona, b.baskets, b.offers) for b in other.buyers
    ]


@pytest.mark.usefixtures("shop", "db")
def test_loading_twice_adds_nothing() -> None:
    before = Touchpoint.objects.count()
    tasks = HumanTask.objects.filter(is_invented=True).count()
    load_sample(NOW + timedelta(minutes=5))
    assert Touchpoint.objects.count() == before
    assert HumanTask.objects.filter(is_invented=True).count() == tasks


@pytest.mark.django_db
def test_it_is_not_laid_over_somebodys_own_people() -> None:
    receive([message(source=a_source(), user="mine")], now=NOW)
    with pytest.raises(Refused, match="people of your own"):
        load_sample(NOW)
