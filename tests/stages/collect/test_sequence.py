"""The sequence is gap-free within one transaction."""

import pytest
from django.db import transaction

from regard.collect.sequence import allot_sequence, last_sequence


@pytest.mark.django_db
def test_numbers_follow_each_other():
    with transaction.atomic():
        assert [allot_sequence(), allot_sequence(3), allot_sequence()] == [1, 2, 5]
    assert last_sequence() == 5
