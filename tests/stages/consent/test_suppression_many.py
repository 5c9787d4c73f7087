"""Asking about every address of a large shop at once."""

from datetime import timedelta

import pytest

from regard.consent.suppression import suppress, suppressed_addresses


@pytest.mark.django_db
def test_one_suppressed_address_is_found_among_forty_thousand(as_of):
    suppress(address="p39999@example.org", channel="email", reason="hard_bounce", now=as_of)
    everybody = [("email", f"p{n}@example.org") for n in range(40_000)]

    found = suppressed_addresses(everybody, as_of=as_of + timedelta(minutes=1))

    assert found == {("email", "p39999@example.org"): {"marketing": "hard_bounce"}}
