"""Why somebody is in a segment, or not, at an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from regard.engine.understanding.questions import WhyNode, cut_down, why_trees
from regard.playbooks.model import Playbook
from regard.understand.asking.on_the_spot import understood


@dataclass(frozen=True, slots=True)
class Why:
    """Why a person is in a segment (or is not) at an instant."""

    segment: str
    label: str
    is_member: bool
    as_of: datetime
    words: str
    tree: WhyNode | None  # None: nothing may be computed about the person (restricted, objecting, unknown then)


def why_in_segment(person: int, segment: str, *, playbook: Playbook, as_of: datetime, upto: int | None = None) -> Why:
    """Return the tree of a segment's conditions for one surviving person, judged at an instant."""
    part = cut_down(playbook, segments=(segment,))
    with understood(part, as_of=as_of, upto=upto, people=[person]) as answered:
        trees = why_trees(answered, part.segments[segment].who, [person])
        lexicon = answered.lexicon
    tree = trees.get(person)
    words = part.segments[segment].who.words(lexicon)
    return Why(segment, lexicon.segment_name(segment), bool(tree and tree.holds), as_of, words, tree)
