"""A small shop behind the API: three people, their orders, a playbook, a key of each kind."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from regard import flow
from regard.collect.contracts import Incoming
from regard.collect.intake.keys import create_key
from regard.collect.models import Source
from regard.collect.services import ensure_source
from regard.versions.services import apply_shipped_playbook
from tests.cast.log import order as told_order


class Api:
    """Speaks to the API with one key."""

    def __init__(self, key: str) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"authorization": f"Bearer {key}", "host": "localhost"}

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", query, headers=self.headers)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        text = body if isinstance(body, str) else json.dumps(body)
        return self.client.post(
            f"/api/v1/{path}",
            text,
            content_type="application/json",
            headers={**self.headers, **named},
        )


@pytest.fixture
def shop(db: None, as_of: datetime) -> Callable[..., list[int]]:
    """A shop with Ada, Ben and Cleo, three orders each a week apart."""
    apply_shipped_playbook(now=as_of)
    source = ensure_source(name="till", kind=Source.Kind.API, now=as_of)
    told = [order(source, who, week, as_of) for who in ("ada", "ben", "cleo") for week in range(3)]
    flow.receive(told, now=as_of)
    return lambda **more: [r.seq or 0 for r in flow.receive([order(source, "dan", 0, as_of, **more)], now=as_of)]


def order(source: int, who: str, week: int, as_of: datetime, **more: Any) -> Incoming:
    return told_order(
        1999,
        **{
            "source": source,
            "message_id": f"{who}-{week}",
            "at": as_of - timedelta(weeks=week, hours=1),
            "user": who,
            "email": f"{who}@tideline.example",
            "properties": {"order_id": f"{who}-{week}"},
            **more,
        },
    )


@pytest.fixture
def reader(shop: object, as_of: datetime) -> Api:
    return Api(create_key(scope="read", name="report", now=as_of).secret)


@pytest.fixture
def writer(shop: object, as_of: datetime) -> Api:
    return Api(create_key(scope="write", name="checkout", now=as_of).secret)
