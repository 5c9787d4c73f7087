"""Who waits because of identity: people who may be one, for whom a colleague has the last word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from regard.identify.models import JoinProposal
from regard.room import SayWhen, Waiting, Waits

MINUTES = 3


def _open(now: datetime) -> QuerySet[JoinProposal]:  # noqa: ARG001 (a proposal waits until it is answered)
    return JoinProposal.objects.filter(state="open")


def _rows(now: datetime, most: int, when: SayWhen) -> Sequence[Waiting]:  # noqa: ARG001
    return [
        Waiting(
            id=proposal.pk,
            group="Approve before it goes out",
            person=proposal.one_id,
            other=proposal.other_id,
            title="Is this the same person as {other}?",
            why="Both are known. Nothing is joined until a person says so.",
            verb="Compare",
            at="#identity",
            icon="git-merge",
            minutes=MINUTES,
            verbs=(),
        )
        for proposal in _open(now).order_by("id")[:most]
    ]


PROPOSALS = Waits("proposal", _open, _rows, place=1)
