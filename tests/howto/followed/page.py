"""What docs/how-to/add-a-page.md promises. Run in a house that followed the page."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from regard.audit_log.selectors import recent_entries
from regard.profile.keeping import make_promise
from regard.staff.models import Role
from regard.staff.services import create_user
from regard.versions.services import apply_shipped_playbook
from tests.cast.clock import days
from tests.cast.people import a_person

pytestmark = pytest.mark.django_db


def signed_in(role: str) -> Client:
    client = Client()
    user = create_user(name=f"A {role}", email=f"{role}@example.org", role=role)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_page_opens_for_who_may_and_its_act_changes_one_promise():
    now = timezone.now()
    apply_shipped_playbook(now=now)
    person = a_person(now=now)
    promise = make_promise(person=person, text="Find the insert", due_at=now - days(1), by="staff:1", now=now - days(2))
    agent, viewer = signed_in(Role.AGENT), signed_in(Role.VIEWER)

    assert viewer.get("/promises").status_code == 404
    assert 'href="/promises"' not in viewer.get("/today").content.decode()
    assert 'href="/promises"' in agent.get("/today").content.decode()
    assert "Find the insert" in agent.get("/promises").content.decode()

    assert agent.get(f"/promises/{promise}/kept").status_code == 405
    assert agent.post(f"/promises/{promise}/kept").status_code == 302
    assert "No promise is late" in agent.get("/promises").content.decode()
    assert agent.post(f"/promises/{promise}/kept").status_code == 404
    assert recent_entries(limit=1)[0].verb == "promise kept"
