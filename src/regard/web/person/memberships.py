"""In which segments a person is, since when, and why: the tree of conditions with the values seen."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render

from regard.playbooks.model import Playbook
from regard.playbooks.values.lexicon import PlaybookLexicon
from regard.staff.permissions import Capability
from regard.understand.selectors import PersonSegment, segments_of, why_in_segment
from regard.web.access import StaffRequest, page
from regard.web.person.facts import Facts, person_of
from regard.web.templatetags.ui import trait as trait_words


def memberships_of(person: int, playbook: Playbook | None) -> list[PersonSegment]:
    """Return the segments of a person, in the playbook's order."""
    return segments_of(person, playbook=playbook) if playbook else []


def understood_of(facts: Facts, playbook: Playbook | None) -> list[tuple[str, str]]:
    """Return (name, words) of each computed trait, in the playbook's order."""
    if playbook is None:
        return []
    lexicon = PlaybookLexicon(playbook)
    return [
        (lexicon.trait_name(name), trait_words(facts.traits[name], (one.unit(), lexicon.currency)))
        for name, one in playbook.traits.items()
        if facts.traits.get(name) is not None
    ]


@page(Capability.SEE_PEOPLE)
def why(request: StaffRequest, person_id: str, segment: str) -> HttpResponse:
    """Show why a person is in a segment or not, worked out on the spot."""
    person, playbook = person_of(person_id), request.playbook
    if playbook is None or segment not in playbook.segments:
        raise Http404
    found = why_in_segment(person, segment, playbook=playbook, as_of=request.now)
    return render(request, "web/parts/why.html", {"why": found})
