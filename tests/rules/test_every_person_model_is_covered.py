"""Every table with a way to a person is exported and erased: none can be added and forgotten."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db.models import BigIntegerField, Field, ForeignKey, Model

from regard.identify.models import Person
from regard.privacy.holdings import HOLDINGS, model_of

PERSON_NUMBERS = {
    "origin",
    "person_number",
    "customer_id",
}  # a person by number, without a foreign key


def _our_models() -> list[type[Model]]:
    return [m for m in apps.get_models() if m.__module__.startswith("regard.")]


def _ways_to_a_person(model: type[Model], depth: int = 3) -> Iterator[str]:
    """Yield the look-ups that lead from a model to a person's number."""
    for field in model._meta.concrete_fields:
        if isinstance(field, ForeignKey):
            target = field.related_model
            if target is Person:
                yield field.attname
            elif depth and target is not model:
                yield from (f"{field.name}__{way}" for way in _ways_to_a_person(target, depth - 1))
        elif field.name in PERSON_NUMBERS and isinstance(field, BigIntegerField):
            yield field.name


def test_every_model_with_a_way_to_a_person_is_in_the_registry():
    held = {model_of(holding) for holding in HOLDINGS}
    missing = {m._meta.label: list(_ways_to_a_person(m)) for m in _our_models() if m is not Person}
    assert {label: ways for label, ways in missing.items() if ways and apps.get_model(label) not in held} == {}
    assert Person in held


def test_the_registry_names_every_direct_way():
    for holding in HOLDINGS:
        model = model_of(holding)
        direct = {
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, ForeignKey) and field.related_model is Person
        }
        if model is not Person and direct:
            assert direct == set(holding.person), holding.name


def test_what_is_hidden_and_shown_exists():
    for holding in HOLDINGS:
        columns = {field.attname for field in model_of(holding)._meta.concrete_fields}
        assert set(holding.hidden) <= columns, holding.name
        for look_up in (*holding.also, *holding.person):
            model: type[Model] = model_of(holding)
            for part in look_up.split("__"):
                field = next(f for f in model._meta.concrete_fields if part in (f.name, f.attname))
                assert isinstance(field, Field)
                model = field.related_model or model


def test_names_are_unique_and_no_two_holdings_cover_one_table():
    names = [holding.name for holding in HOLDINGS]
    models = [holding.model for holding in HOLDINGS]
    assert len(names) == len(set(names))
    assert len(models) == len(set(models))
