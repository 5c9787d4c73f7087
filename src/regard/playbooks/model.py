"""The playbook: everything a company declares, in one frozen value with a hash."""

from __future__ import annotations

from regard.playbooks.company import Company
from regard.playbooks.guardrails import Guardrails
from regard.playbooks.journeys import Journey
from regard.playbooks.letters.templates import Template
from regard.playbooks.purposes import Purpose
from regard.playbooks.segments import Segment
from regard.playbooks.surveys import Survey
from regard.playbooks.traits import Trait
from regard.playbooks.values.base import Part, Slug


class Playbook(Part):
    """A whole playbook. Read it with `load_playbook`, which tells every mistake with its line."""

    playbook: int  # version of the format, 1
    name: Slug
    company: Company
    purposes: dict[Slug, Purpose] = {}
    traits: dict[Slug, Trait] = {}
    segments: dict[Slug, Segment] = {}
    guardrails: Guardrails = Guardrails()
    templates: dict[Slug, Template] = {}
    surveys: dict[Slug, Survey] = {}
    journeys: dict[Slug, Journey] = {}
