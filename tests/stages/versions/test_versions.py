"""A playbook is applied once, refused when somebody changed it meanwhile, and told part by part."""

from __future__ import annotations

from datetime import datetime

import pytest

from regard.kernel.issues import Refused
from regard.playbooks.load import load_playbook
from regard.versions.base_line import hash_of, split_base, with_base
from regard.versions.models import PlaybookVersion
from regard.versions.selectors import active_playbook, active_text, shipped_text
from regard.versions.services import apply_playbook, apply_shipped_playbook, plan_playbook
from tests.rules.sources import PACKAGE

pytestmark = pytest.mark.django_db

SHOP = """playbook: 1
name: shop
company:
  name: Tideline Books
  time_zone: Europe/Lisbon
  country: PT
  currency: EUR
  postal_address: Tideline Books, 1 Shore Road, Exampleton
  senders:
    ana: {name: Ana, email: ana@tideline.example}
"""


def test_the_first_start_applies_the_shipped_playbook_once(as_of: datetime):
    first = apply_shipped_playbook(now=as_of)
    assert first is not None
    assert active_playbook().hash == first.hash
    assert apply_shipped_playbook(now=as_of) is None
    assert PlaybookVersion.objects.count() == 1


def test_an_applied_playbook_is_active_with_its_number_and_hash(as_of: datetime):
    apply_shipped_playbook(now=as_of)
    applied = apply_playbook(text=SHOP, by="cli", now=as_of)
    active = active_playbook()
    assert (active.playbook.name, active.hash, active.seq) == ("shop", hash_of(SHOP), applied.seq)
    assert "company.name: 'Harbour Records' becomes 'Tideline Books'" in [str(d) for d in applied.differences]


def test_applying_the_active_one_again_changes_nothing(as_of: datetime):
    apply_playbook(text=SHOP, by="cli", now=as_of)
    again = apply_playbook(text=with_base(SHOP, hash_of(SHOP)), by="cli", now=as_of)
    assert not again.is_new
    assert PlaybookVersion.objects.count() == 1


def test_a_file_made_from_an_older_version_is_refused_with_what_differs(as_of: datetime):
    apply_playbook(text=SHOP, by="cli", now=as_of)
    mine = with_base(SHOP.replace("EUR", "GBP"), hash_of(SHOP))
    apply_playbook(text=SHOP.replace("Lisbon", "Madrid"), by="staff:1", now=as_of)
    with pytest.raises(Refused) as refused:
        apply_playbook(text=mine, by="cli", now=as_of)
    assert {issue.code for issue in refused.value.issues} == {"policy"}
    assert "company.currency" in str(refused.value)
    assert apply_playbook(text=mine, by="cli", now=as_of, over_newer=True).is_new


def test_a_playbook_with_typos_names_every_line_and_leaves_the_active_one(as_of: datetime):
    apply_playbook(text=SHOP, by="cli", now=as_of)
    with pytest.raises(Refused) as refused:
        apply_playbook(
            text=SHOP.replace("currency", "curency").replace("country", "county"),
            by="cli",
            now=as_of,
        )
    assert {issue.line for issue in refused.value.issues if "unknown key" in issue.message} == {
        6,
        7,
    }
    assert active_text() == (SHOP, hash_of(SHOP))


def test_lines_are_those_of_the_file_with_its_base_line():
    with pytest.raises(Refused) as refused:
        plan_playbook(text=with_base(SHOP.replace("currency", "curency"), "ab" * 32))
    assert 8 in {issue.line for issue in refused.value.issues}


def test_a_plan_writes_nothing(as_of: datetime):
    plan = plan_playbook(text=shipped_text())
    assert plan.playbook.name == "retail"
    assert active_text() is None


def test_the_base_line_is_not_part_of_the_playbook():
    stamped = with_base(SHOP, "ab" * 32)
    assert split_base(stamped) == ("ab" * 6, SHOP)
    assert hash_of(stamped) == hash_of(SHOP)
    assert with_base(stamped, "cd" * 32).count("# base:") == 1


@pytest.mark.parametrize("name", sorted(path.stem for path in (PACKAGE / "shipped").glob("*.yaml")))
def test_every_playbook_shipped_is_read_without_an_issue(name: str):
    loaded = load_playbook(shipped_text(name), where=f"{name}.yaml")
    assert loaded.issues == ()
    assert loaded.playbook is not None
