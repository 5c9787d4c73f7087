"""What docs/how-to/add-an-api-address.md promises. Run in a house that followed the page."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from regard.api.schema import openapi
from regard.collect.intake.keys import create_key
from regard.identify.selectors import public_id_of
from regard.profile.keeping import make_promise
from tests.cast.clock import days
from tests.cast.people import a_person

pytestmark = pytest.mark.django_db


def asked(key: str):
    return Client().get("/api/v1/promises", headers={"authorization": f"Bearer {key}", "host": "localhost"})


def test_the_address_answers_who_may_read_and_stands_in_the_description(as_of):
    person = a_person(now=as_of)
    make_promise(person=person, text="Send the sleeve", due_at=as_of + days(2), by="staff:1", now=as_of)

    read = create_key(name="reports", scope="read", now=as_of).secret
    write = create_key(name="site", scope="write", now=as_of).secret
    found = json.loads(asked(read).content)

    assert [(one["person"], one["text"]) for one in found["items"]] == [(public_id_of(person), "Send the sleeve")]
    assert asked(write).status_code in (401, 403)
    assert asked("nobody").status_code == 401
    assert "/api/v1/promises" in openapi()["paths"]
