"""F2: keys are shown once, kept as a hash, have one scope, and are revoked at once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core import serializers

from regard.collect.intake.keys import create_key, find_key, note_use, revoke_key, usable_keys
from regard.collect.models import ApiKey, Source

pytestmark = pytest.mark.django_db


def test_a_key_says_what_it_is_for(as_of: datetime):
    write = create_key(scope="write", name="shop", now=as_of)
    read = create_key(scope="read", name="reports", now=as_of)
    assert write.secret.startswith("rgd_write_")
    assert read.secret.startswith("rgd_read_")
    assert len(write.secret) > 50
    assert write.key.source.name == "shop"
    assert read.key.source is None


def test_the_database_does_not_hold_the_secret(as_of: datetime):
    made = create_key(scope="write", name="shop", now=as_of)
    dump = serializers.serialize("json", [*ApiKey.objects.all(), *Source.objects.all()])
    assert made.secret not in dump
    assert made.secret[20:] not in dump
    assert made.key.prefix == made.secret[:16]


def test_a_key_opens_its_own_scope_only(as_of: datetime):
    made = create_key(scope="write", name="shop", now=as_of)
    assert find_key(made.secret, scope="write").id == made.key.id
    assert find_key(made.secret, scope="read") is None


@pytest.mark.parametrize("secret", ["", "rgd_write_", "rgd_write_nothing", "nonsense", "rgd_\udcff", "rgd_write_\0"])
def test_nothing_else_opens(secret: str, as_of: datetime):
    create_key(scope="write", name="shop", now=as_of)
    assert find_key(secret, scope="write") is None


def test_a_revoked_key_opens_nothing(as_of: datetime):
    made = create_key(scope="write", name="shop", now=as_of)
    assert revoke_key(key_id=made.key.id, now=as_of) is True
    assert find_key(made.secret, scope="write") is None
    assert usable_keys([made.key.id]) == set()
    assert revoke_key(key_id=made.key.id, now=as_of) is False


def test_two_keys_may_write_into_one_source(as_of: datetime):
    one = create_key(scope="write", name="old", source="shop", now=as_of)
    two = create_key(scope="write", name="new", source="shop", now=as_of)
    assert one.key.source_id == two.key.source_id
    assert one.secret != two.secret


def test_a_key_never_writes_into_a_source_that_is_no_api(as_of: datetime):
    Source.objects.create(name="regard", kind=Source.Kind.PRODUCT, created_at=as_of)
    made = create_key(scope="write", name="regard", now=as_of)
    assert made.key.source.kind == Source.Kind.API


def test_the_last_use_only_moves_forward(as_of: datetime):
    made = create_key(scope="read", name="reports", now=as_of)
    later = as_of + timedelta(hours=1)
    for used in (later, as_of):
        note_use(key_id=made.key.id, at=used)
    assert ApiKey.objects.get().last_used_at == later
