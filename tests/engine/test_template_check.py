"""The check of templates: each mistake with its place and what to do, and the shipped playbook without any."""

from __future__ import annotations

import pytest

from regard.playbooks.load import load_playbook
from regard.versions.selectors import shipped_text

SHOP = """
playbook: 1
name: test
company:
  name: A Shop
  time_zone: Europe/London
  country: GB
  currency: GBP
  postal_address: 1 Street
  banned_phrases: ["act now"]
  senders:
    maya: {name: Maya Lindqvist, email: maya@shop.example}
    robot: {name: Shop, email: no-reply@shop.example}
purposes:
  offers:
    name: Offers
    basis: consent
    channels: [email]
    fields: [first_name]
    wordings: [{version: "1", texts: {en: Write to me}}]
templates:
  offer:
    purpose: %(purpose)s
    sender: %(sender)s
    subject: {en: Hello, de: Hallo}
    letter:
      en: |
        Hello {{ person.first_name | default: "you" }},

        %(text)s
"""


def issues(*, purpose: str = "offers", sender: str = "maya", text: str = "bye") -> list[str]:
    loaded = load_playbook(SHOP % {"purpose": purpose, "sender": sender, "text": text}, where="shop.yaml")
    return [str(issue) for issue in loaded.issues]


def test_the_shipped_letters_have_no_mistakes() -> None:
    loaded = load_playbook(shipped_text(), where="retail.yaml")

    assert [str(issue) for issue in loaded.issues if "templates" in issue.message or "surveys" in issue.message] == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            {"purpose": "ofers"},
            "shop.yaml:23: error: templates.offer.purpose: unknown purpose 'ofers' (did you mean 'offers'?)",
        ),
        ({"sender": "robot"}, "tells people not to answer"),
        (
            {"text": "{{ person.last_name }}"},
            "shop.yaml:30: error: templates.offer.letter.en: the purpose 'offers' does not allow 'last_name'",
        ),
        ({"text": "{{ person.first_name }}"}, "'person.first_name' may be missing"),
        (
            {"text": "{{ persn.first_name }}"},
            "unknown value 'persn.first_name' (did you mean 'person'?)",
        ),
        ({"text": "{{ company.nam }}"}, "did you mean 'name'?"),
        ({"text": "{{ person.first_name"}, "shop.yaml:30"),
        ({"text": "{% if x %}"}, "templates.offer.letter.en"),
        ({"text": "{{ 'x' | replace: 'a', 'b' }}"}, "unknown filter 'replace'"),
        ({"text": "You should Act Now!"}, "'act now' is not how we speak"),
        ({"text": "[product]"}, "did you mean 'products'?"),
        ({"text": "[products]"}, "needs 'products:' in the template"),
        ({"text": "[tap](javascript:x)"}, "written-out"),
    ],
)
def test_a_mistake_is_told_with_its_place(change: dict[str, str], told: str) -> None:
    assert any(told in issue for issue in issues(**change)), issues(**change)


def test_a_letter_missing_in_a_language_is_a_warning() -> None:
    assert any("warning: templates.offer.letter: is missing in 'de'" in issue for issue in issues())


def test_a_purpose_is_named_in_every_language_letters_are_written_in() -> None:
    german = "Write to me, de: Schreiben Sie mir"
    untranslated = load_playbook(
        SHOP.replace("Write to me", german) % {"purpose": "offers", "sender": "maya", "text": "bye"}
    )
    named = "    name: Offers\n    translations: {de: {name: Angebote}}\n"
    translated = load_playbook(
        SHOP.replace("Write to me", german).replace("    name: Offers\n", named)
        % {"purpose": "offers", "sender": "maya", "text": "bye"}
    )

    found = [i for i in untranslated.issues if i.where.startswith("purposes") or "purposes." in i.message]
    assert ["has no name in 'de'" in i.message for i in found] == [True]
    assert found[0].line == 15
    assert found[0].level == "warning"
    assert not [i for i in translated.issues if "purposes." in i.message]
    assert translated.playbook is not None
    offers = translated.playbook.purposes["offers"]
    assert offers.words_in("de-AT").name == "Angebote"
    assert offers.words_in("fr").name == "Offers"
