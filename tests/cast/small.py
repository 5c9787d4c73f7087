"""A playbook small enough to be read at a glance, with one journey of the story's own steps. No database."""

from __future__ import annotations

from functools import lru_cache

import yaml

from regard.playbooks.load import load_playbook
from regard.playbooks.model import Playbook

HEAD = """playbook: 1
name: small
company: {name: S, time_zone: Europe/Berlin, country: DE, currency: EUR, postal_address: Here 1,
          senders: {maya: {name: Maya Lind, email: maya@small.example}}}
purposes:
  offers: {name: Offers, basis: consent, channels: [email], fields: [first_name, city], wordings: [{version: "1", texts: {en: y}}]}
  openly: {name: Openly, basis: consent, channels: [email], fields: [first_name], wordings: [{version: "1", texts: {en: y}}]}
templates:
  hello: {purpose: offers, sender: maya, subject: {en: Hello}, letter: {en: Hello.}}
  open: {purpose: openly, sender: maya, subject: {en: Hello}, letter: {en: Hello.}}
guardrails: {sensitive: {fields: [group], explicit_purposes: [openly]}}
traits:
  home: {first_match: [{value: near, when: {field: city, is: Kiel}}, {value: far, when: {field: country, is: FR}}]}
segments:
  local: {who: [{field: city, is: Kiel}]}
  foreign: {who: [{field: country, is: FR}]}
  deep: {who: [{in_segment: foreign}]}
  buyers: {who: [{did: Order Completed}]}
  grouped: {who: [{field: group, is: A}]}
  within: {who: [{in_segment: grouped}]}
  deeper: {who: [{any: [{in_segment: within}, {did: Order Completed}]}]}
  carers: {who: [{did: Order Completed, where: [{property: category, is: Insulin pens}]}]}
"""
LETTER = {"step": "letter", "do": "send", "template": "hello", "purpose": "offers"}
TASK = {"step": "call", "do": "task", "kind": "check_in", "title": "Call"}
EXIT = {"step": "out", "do": "exit"}
DOOR = {"on": "touchpoint", "touchpoint": "Order Completed"}


def text_of(*steps: object, entry: object = None, more: dict[str, object] | None = None) -> str:
    """The text with one journey `j` of these steps; `more` changes it, or gives an `other` beside it."""
    journey = {
        "name": "J",
        "owner": "maya",
        "entry": [entry or DOOR],
        "steps": list(steps),
        "exit_on": [{"touchpoint": "Never", "reason": "never"}],
        "reentry": {"after": "2d"},
    }
    journeys = {"j": journey | {k: v for k, v in (more or {}).items() if k != "other"}}
    if more and "other" in more:
        journeys["other"] = more["other"]
    return HEAD + yaml.safe_dump({"journeys": journeys}, sort_keys=False)


@lru_cache(maxsize=64)
def playbook_of(text: str) -> Playbook:
    """The playbook a text is: the very same object for the same text."""
    loaded = load_playbook(text)
    assert loaded.playbook is not None, [str(issue) for issue in loaded.issues]
    return loaded.playbook


def playbook(*steps: object, entry: object = None, more: dict[str, object] | None = None) -> Playbook:
    """The playbook with one journey `j` of these steps."""
    return playbook_of(text_of(*steps, entry=entry, more=more))


def branch(when: object, *then: object, otherwise: tuple[object, ...] = ()) -> dict[str, object]:
    return {
        "step": "look",
        "do": "branch",
        "cases": [{"when": when, "then": list(then)}],
        "otherwise": list(otherwise),
    }


def in_segment(name: str) -> dict[str, object]:
    return {"kind": "in_segment", "segment": name}
