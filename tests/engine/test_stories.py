"""The example segments of the Segment-spec world, as stories with a moving clock: nobody needs a new event to leave.

The cast: Ana fills baskets, Ben comes back, Cleo tries the software, Dev runs a team.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from regard.kernel.instant import to_us
from regard.playbooks.values.windows import Clock
from tests.engine.benches import playbook_of, understand
from tests.engine.oracle import Touch, World

ANA, BEN, CLEO, DEV = 1, 2, 3, 4
MONDAY = datetime(2026, 11, 16, 12, tzinfo=UTC)
PLAYBOOK = playbook_of(
    """
playbook: 1
name: world
company: {name: World, time_zone: UTC, country: GB, currency: USD, postal_address: Here, senders: {}}
traits:
  orders: {count: Order Completed}
  last_login: {last: time, over: Signed In}
  team_logins: {count: Signed In, within: 14 days, per: account}
segments:
  abandoned-cart:
    who: {did: Product Added, within: 3 days, then_not: Order Completed, then_within: 2 hours}
  repeat-buyer:
    who: {did: Order Completed, at_least: 2, within: 90 days}
  trial-ending:
    who:
      - {field: plan, is: trial}
      - {field: trial_ends_at, in_next: 3 days}
  inactive-admin:
    who:
      - {field: role, is: admin}
      - none: [{did: Signed In, within: 14 days}]
      - {trait: team_logins, at_least: 1}
"""
)


class Story:
    """Submit, let time pass, look who is in."""

    def __init__(self) -> None:
        self.now = MONDAY
        self.world = World([ANA, BEN, CLEO, DEV], [])

    def submit(self, who: int, name: str, **properties) -> Story:
        self.world.log.append(Touch(len(self.world.log) + 1, who, to_us(self.now), name, properties=properties))
        return self

    def tell(self, who: int, name: str, value) -> Story:
        self.world.fields.append((1000 + len(self.world.fields), who, to_us(self.now), name, value))
        return self

    def sleep(self, **length) -> Story:
        self.now += timedelta(**length)
        return self

    def expect(self, segment: str, *people: int) -> Story:
        rows, _ = understand(PLAYBOOK, self.world, Clock(to_us(self.now)))
        assert sorted(p for p, row in rows.items() if row[f"s_{segment}"]) == sorted(people), (
            segment,
            self.now,
        )
        return self


def test_a_cart_is_abandoned_only_once_the_time_to_order_is_over():
    story = Story().submit(ANA, "Product Added").expect("abandoned-cart")
    story.sleep(minutes=119).expect("abandoned-cart")
    story.sleep(minutes=1).expect("abandoned-cart", ANA)
    story.sleep(days=3).expect("abandoned-cart")  # and leaves by itself


def test_an_order_in_time_saves_the_cart_and_a_late_one_does_not():
    story = Story().submit(ANA, "Product Added").submit(BEN, "Product Added")
    story.sleep(hours=2).submit(ANA, "Order Completed").sleep(minutes=1).submit(BEN, "Order Completed")
    story.expect("abandoned-cart", BEN)


def test_an_order_at_the_same_instant_is_not_later():
    story = Story().submit(ANA, "Product Added").submit(ANA, "Order Completed").sleep(hours=3)
    story.expect("abandoned-cart", ANA)


def test_a_repeat_buyer_stays_for_ninety_days_from_the_first_of_the_two():
    story = Story().submit(BEN, "Order Completed").expect("repeat-buyer")
    story.sleep(days=30).submit(BEN, "Order Completed").expect("repeat-buyer", BEN)
    story.sleep(days=60, microseconds=-1).expect("repeat-buyer", BEN)
    story.sleep(microseconds=1).expect("repeat-buyer")


def test_a_trial_is_ending_three_days_ahead_and_no_longer_once_over():
    ends = MONDAY + timedelta(days=10)
    story = Story().tell(CLEO, "plan", "trial").tell(CLEO, "trial_ends_at", ends.isoformat())
    story.expect("trial-ending").sleep(days=7, microseconds=-1).expect("trial-ending")
    story.sleep(microseconds=1).expect("trial-ending", CLEO)
    story.sleep(days=3).expect("trial-ending")


def test_who_buys_during_the_trial_is_out_at_once():
    story = Story().tell(CLEO, "plan", "trial").tell(CLEO, "trial_ends_at", (MONDAY + timedelta(days=2)).isoformat())
    story.expect("trial-ending", CLEO).sleep(hours=1).tell(CLEO, "plan", "pro").expect("trial-ending")


def test_an_admin_is_inactive_while_the_team_works_on():
    story = Story().tell(DEV, "role", "admin").submit(DEV, "Signed In").submit(CLEO, "Signed In")
    story.world.accounts = {DEV: 7, CLEO: 7}
    story.expect("inactive-admin").sleep(days=13).submit(CLEO, "Signed In").expect("inactive-admin")
    story.sleep(days=1).expect("inactive-admin", DEV)
    story.submit(DEV, "Signed In").expect("inactive-admin")


def test_what_is_dated_ahead_comes_in_when_its_time_comes():
    story = Story()
    story.world.log.append(Touch(1, BEN, to_us(MONDAY + timedelta(hours=1)), "Order Completed"))
    story.submit(BEN, "Order Completed").expect("repeat-buyer")
    story.sleep(hours=1).expect("repeat-buyer", BEN)
