"""Every GET is safe (promise F13): each role reads every page and follows every link; the database stays as it was."""

from __future__ import annotations

import re
from hashlib import sha256

import pytest
from django.apps import apps

from regard.staff.models import Role
from tests.web.routes import all_routes, example

pytestmark = pytest.mark.django_db
LEFT_OUT = {"django_session"}  # a session's own row is an access record
LINK = re.compile(r'(?:href|hx-get|src)="(/[^"#]*)')


def everything() -> dict[str, str]:
    found = {}
    for model in apps.get_models():
        if model._meta.db_table not in LEFT_OUT:
            rows = sorted(map(repr, model._default_manager.values_list()))
            found[model._meta.db_table] = sha256("\n".join(rows).encode()).hexdigest()
    return found


@pytest.mark.parametrize("role", list(Role))
def test_reading_changes_nothing(role, house, as_role):
    client, before = as_role(role), everything()
    waiting = {example(r, house) for r in all_routes() if "GET" in r.methods}
    seen: set[str] = set()
    while waiting and len(seen) < 120:
        address = waiting.pop().replace("&amp;", "&")
        seen.add(address)
        reply = client.get(address)
        content = b"".join(reply.streaming_content) if reply.streaming else reply.content
        assert reply.status_code < 500, address
        if "html" in reply.headers.get("Content-Type", ""):
            waiting |= set(LINK.findall(content.decode())) - seen
    assert len(seen) > 20
    assert everything() == before
