"""Survey answers: a score and what the person said, stored as `Survey Answered`."""

from __future__ import annotations

from regard.collect.contracts import Incoming
from regard.collect.importing.kinds.base import NAMES, WHEN, WHO, WHO_NEEDED, Field, Kind
from regard.collect.importing.reading import Reading, json_of
from regard.playbooks.vocabulary import SURVEY_ANSWERED


def read(row: Reading) -> Incoming:
    """Return the answer of a row; scores are kept in thousandths."""
    at_us = row.instant("occurred_at")
    if at_us is None:
        raise ValueError("has no date")
    score, comment = row.number("score"), row.text("comment")
    if score is None and not comment:
        raise ValueError("has neither a score nor a comment")
    if score is not None and not -1_000_000 <= score <= 1_000_000:
        raise ValueError(f"a score of {score} is beyond any scale")
    properties = row.rest() | row.chosen(("answer_id", "comment", "question"))
    properties["survey"] = row.text("survey") or "imported"
    ids = row.ids()
    return Incoming(
        source=row.setting.source,
        message_id=row.message_id("answer", "answer_id"),
        type="import",
        name=SURVEY_ANSWERED.name,
        channel="survey",
        occurred_us=at_us,
        received_us=row.setting.now_us,
        ids=ids,
        traits=row.who(ids) or None,
        score_milli=None if score is None else round(score * 1000),
        properties=json_of(properties),
        batch=row.setting.batch,
    )


KIND = Kind(
    name="answers",
    words="one survey answer a row: a score, a comment, or both",
    fields=(
        *WHO,
        Field("score", "score", ("score", "nps", "nps score", "csat", "csat score", "ces", "rating", "stars", "satisfaction", "grade", "bewertung", "note", "puntuacion", "recommend", "how likely")),
        Field("occurred_at", "date", (*WHEN, "answered at", "submitted at", "response date", "responded at", "completed at", "survey date", "beantwortet am")),
        Field("comment", "text", ("comment", "comments", "feedback", "reason", "verbatim", "answer", "response", "remarks", "review", "kommentar", "commentaire", "comentario", "commento", "why")),
        Field("survey", "word", ("survey", "survey name", "survey id", "form", "umfrage", "enquete", "encuesta")),
        Field("answer_id", "id", ("answer id", "response id", "submission id", "responseid")),
        Field("question", "text", ("question", "frage", "pregunta"), 0.5),
        *NAMES,
    ),
    needs=(WHO_NEEDED, ("occurred_at",), ("score", "comment")),
    read=read,
)  # fmt: skip
