"""Decisions: every go, no and wait about people, each with its reason and what would change a no."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from regard.api.keys import READ
from regard.api.paging import Cursor, Limit, Paged, make_cursor, read_number
from regard.api.people import id_of_origins, person_of
from regard.decide.models import Decision
from regard.decide.selectors import decision_list, decisions_of

router = Router(tags=["decisions"], auth=READ)
Journey = Annotated[str, Query("", max_length=60, description="Only this journey's.")]
Verdict = Annotated[Literal["", "go", "no", "wait"], Query("", description="Only these.")]
MOST_OF_A_PERSON = 200


class DecisionShown(Schema):
    """One decision."""

    id: str = Field(description="`dec_` and a number.")
    person_id: str
    journey: str
    step: str
    act: str
    channel: str
    purpose: str
    verdict: str = Field(description="go, no, or wait (asked again at `retry_at`).")
    reason: str = Field(description="The code of the reason; docs/reasons.md lists them.")
    words: str = Field(description="The reason as a sentence.")
    change: str = Field(description="What would change a no.")
    facts: dict[str, Any] = Field(description="The values the guardrails saw.")
    decided_at: datetime
    retry_at: datetime | None
    outcome: str = Field(description="What became of a go: claimed, sent, failed, cancelled, uncertain, or empty.")


class DecisionPage(Paged):
    """A page of decisions."""

    items: list[DecisionShown]


@router.get("/decisions", response=DecisionPage, summary="List decisions")
def list_decisions(request: HttpRequest, limit: Limit, cursor: Cursor, journey: Journey, verdict: Verdict) -> Any:
    """Every decision in the order in which it was taken."""
    rows = decision_list(journey=journey or None, verdict=verdict or None, after=read_number(cursor), limit=limit + 1)
    shown = rows[:limit]
    return {
        "items": _shown(shown),
        "next_cursor": make_cursor(shown[-1].pk) if len(rows) > limit else None,
    }


@router.get(
    "/people/{person_id}/decisions",
    response=DecisionPage,
    summary="List the decisions about a person",
)
def list_decisions_about(request: HttpRequest, person_id: str) -> Any:
    """The newest 200 decisions about one person, newest first."""
    return {
        "items": _shown(decisions_of(person_of(person_id), limit=MOST_OF_A_PERSON)),
        "next_cursor": None,
    }


def _shown(rows: Iterable[Decision]) -> list[dict[str, Any]]:
    rows = list(rows)
    people = id_of_origins([row.person_id for row in rows])
    return [
        {
            "id": f"dec_{row.pk}",
            "person_id": people.get(row.person_id, ""),
            "journey": row.journey,
            "step": row.step,
            "act": row.act,
            "channel": row.channel,
            "purpose": row.purpose,
            "verdict": row.verdict,
            "reason": row.reason,
            "words": row.words,
            "change": row.change,
            "facts": row.facts,
            "decided_at": row.as_of,
            "retry_at": row.retry_at,
            "outcome": row.outcome,
        }
        for row in rows
    ]
