"""Every act of staff leaves a line that says who, what, when and from where, with people by reference only (promise F15)."""

from __future__ import annotations

import pytest
from django.test import Client

from regard.audit_log.models import Entry
from regard.flow import receive
from regard.identify.selectors import public_id_of
from regard.kernel.instant import from_us
from regard.staff.models import User
from regard.versions.services import apply_shipped_playbook
from regard.web.auditing import coarse_address
from tests.cast.log import NOON_US, a_source, message

pytestmark = pytest.mark.django_db
NOW = from_us(NOON_US)


@pytest.fixture
def agent(client: Client) -> Client:
    apply_shipped_playbook(now=NOW)
    client.force_login(User.objects.create(email="agent@example.org", name="Agent", role="agent"))
    return client


@pytest.fixture
def ana() -> str:
    rows = receive([message(source=a_source(), user="ana", email="ana@example.org")], now=NOW)
    return public_id_of(rows[0].origin)


def test_an_act_is_written_down_with_its_person_by_reference(agent, ana):
    agent.post(f"/customers/{ana}/notes", {"text": "Prefers the phone"}, REMOTE_ADDR="203.0.113.77")
    entry = Entry.objects.get()
    assert entry.by.startswith("staff:")
    assert (entry.verb, entry.object_type, entry.object_id) == ("note add", "customers", ana)
    assert entry.origin == "web 203.0.113.0/24"
    assert "phone" not in str(entry.after)


def test_looking_and_being_refused_leave_no_line(agent, ana):
    agent.get(f"/customers/{ana}")
    agent.post(f"/customers/{ana}/promises/99/kept")
    assert not Entry.objects.exists()


def test_an_address_is_kept_as_a_network():
    assert coarse_address("2001:db8:1:2::9") == "2001:db8:1::/48"
    assert coarse_address("somewhere") == ""
