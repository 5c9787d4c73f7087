"""Use an installation that went forward, in a process of its own: pages, an export, a cycle, a claim. Prints what it saw.

python -m tests.upgrades.goes_on AT PERSON...      (AT: ISO time of the cycle; PERSON: per_...)
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from regard.cli.start import start_django

PAGES = (
    "/today", "/customers", "/segments", "/segments/high-value", "/journeys", "/journeys/thank-high-value",
    "/journeys/second-order", "/journeys/ask-first", "/journeys/thank-high-value/people", "/outbox", "/privacy",
    "/settings", "/settings/webhooks",
)  # fmt: skip


def main() -> dict[str, Any]:
    start_django()
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["*"]
    at, people = datetime.fromisoformat(sys.argv[1]), sys.argv[2:]
    exports = {person: _export(person) for person in people}
    return {"exports": exports, "statuses": _statuses(people), **_turn(at), "after": _opened(PAGES)}


def _owner() -> Any:
    from django.test import Client

    from regard.staff.models import Role, User

    client = Client()
    client.force_login(User.objects.get(role=Role.OWNER), backend="django.contrib.auth.backends.ModelBackend")
    return client


def _statuses(people: list[str]) -> dict[str, int]:
    """Open every page named, each person's and each message's; returns the answer's status by address."""
    from regard.act.models import Message
    from regard.versions.models import Draft

    messages = [f"/outbox/{public}" for public in Message.objects.values_list("public_id", flat=True)]
    drafts = [f"/journeys/drafts/{n}" for n in Draft.objects.filter(state="edited").values_list("id", flat=True)]
    return _opened([*PAGES, *drafts, *messages, *(f"/customers/{person}" for person in people)])


def _opened(addresses: Iterable[str]) -> dict[str, int]:
    owner = _owner()
    return {address: owner.get(address).status_code for address in addresses}


def _export(person: str) -> Any:
    """Return what the person is handed out."""
    answer = _owner().post(f"/customers/{person}/export")
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    with ZipFile(BytesIO(body)) as archive:
        return json.loads(archive.read("person.json"))


def _turn(at: datetime) -> dict[str, Any]:
    """Let the product do what is due: absorb, cycle, claim, send, keep house."""
    from regard import flow
    from regard.act.models import Message
    from regard.collect.models import Touchpoint

    messages, touchpoints = _states(Message), Touchpoint.objects.count()
    report = flow.tick(clock=lambda: at)
    flow.keep_house(now=at)
    assert report is not None
    return {
        "people": report.understood.people,
        "states_before": messages,
        "states": _states(Message),
        "touchpoints": Touchpoint.objects.count() - touchpoints,
    }


def _states(model: Any) -> dict[str, int]:
    return dict(Counter(model.objects.values_list("state", flat=True)))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main()))
