"""Reads of what people were asked and what they answered."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Max

from regard.identify.selectors import origins_of
from regard.listen.models import Answer, SurveyInvitation


@dataclass(frozen=True, slots=True)
class Asked:
    """An invitation with the answer that counts, None before the first."""

    invitation: SurveyInvitation
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class Tally:
    """Answers of one survey, the newest of each invitation: how many asked, answered, and gave each score."""

    asked: int
    answered: int
    scores: dict[int, int]

    @property
    def promoter_score(self) -> int | None:
        """Share of 9-10 less share of 0-6, in points; None below 30 answers: no number without enough people."""
        if self.answered < 30:
            return None
        promoters = sum(n for score, n in self.scores.items() if score >= 9)
        detractors = sum(n for score, n in self.scores.items() if score <= 6)
        return round(100 * (promoters - detractors) / self.answered)


def asked_by(public_id: uuid.UUID) -> Asked | None:
    """Return the invitation of a public id with its newest answer, or None."""
    invitation = (
        SurveyInvitation.objects.select_related("person", "message")
        .filter(public_id=public_id)
        .first()
    )
    if invitation is None:
        return None
    return Asked(invitation, Answer.objects.filter(invitation=invitation).order_by("-seq").first())


def answers_of(person: int, *, limit: int = 20) -> list[Answer]:
    """Return a person's answers over all origins, newest first, changed ones included."""
    return list(Answer.objects.filter(person_id__in=origins_of(person)).order_by("-seq")[:limit])


def newest_answers(*, survey: str | None = None, limit: int = 50) -> list[Answer]:
    """Return the answers that count, newest first."""
    rows = Answer.objects.filter(seq__in=_counting(survey)).select_related("person")
    return list(rows.order_by("-seq")[:limit])


def tally_of(survey: str) -> Tally:
    """Return how a survey stands."""
    scores: dict[int, int] = {}
    for found in Answer.objects.filter(seq__in=_counting(survey), score__isnull=False).values_list(
        "score", flat=True
    ):
        score = found or 0
        scores[score] = scores.get(score, 0) + 1
    asked = SurveyInvitation.objects.filter(survey=survey).count()
    return Tally(asked, sum(scores.values()), dict(sorted(scores.items())))


def _counting(survey: str | None) -> Collection[int]:
    rows = Answer.objects.filter(invitation__isnull=False)
    if survey is not None:
        rows = rows.filter(survey=survey)
    newest = set(rows.values("invitation").annotate(seq=Max("seq")).values_list("seq", flat=True))
    loose = Answer.objects.filter(invitation__isnull=True)
    return newest | set(
        (loose.filter(survey=survey) if survey else loose).values_list("seq", flat=True)
    )
