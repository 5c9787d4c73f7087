"""Tickets: what customers asked or complained about, stored as `Ticket Opened`, and `Ticket Closed` where it ended."""

from __future__ import annotations

from regard.collect.contracts import Incoming
from regard.collect.importing.kinds.base import NAMES, WHEN, WHO, WHO_NEEDED, Field, Kind
from regard.collect.importing.reading import Reading, json_of
from regard.collect.vocabulary import TICKET_OPENED

_CHANNELS = {
    "email": "email", "e-mail": "email", "mail": "email", "phone": "phone", "call": "phone", "telephone": "phone", "chat": "chat",
    "live chat": "chat", "sms": "sms", "web": "web", "form": "web", "app": "app", "shop": "shop", "store": "shop", "social": "social",
    "twitter": "social", "facebook": "social", "instagram": "social", "letter": "post", "post": "post",
}  # fmt: skip
_TOLD = ("ticket_id", "subject", "text", "status", "priority", "category", "closed_at")


def read(row: Reading) -> Incoming:
    """Return the opened ticket of a row, in the customer's words."""
    at_us = row.instant("occurred_at")
    if at_us is None:
        raise ValueError("has no date")
    properties = row.rest() | row.chosen(_TOLD)
    row.instant("closed_at")  # a wrong date is told
    said = row.text("channel")
    if said and said.lower() not in _CHANNELS:
        properties["channel"] = said
    ids = row.ids()
    return Incoming(
        source=row.setting.source,
        message_id=row.message_id("ticket", "ticket_id"),
        type="import",
        name=TICKET_OPENED.name,
        channel=_CHANNELS.get(said.lower(), "email"),
        occurred_us=at_us,
        received_us=row.setting.now_us,
        ids=ids,
        traits=row.who(ids) or None,
        properties=json_of(properties),
        batch=row.setting.batch,
    )


KIND = Kind(
    name="tickets",
    words="one question or complaint a row, with its text",
    fields=(
        *WHO,
        Field("ticket_id", "id", ("ticket id", "ticketid", "ticket", "ticket no", "ticket number", "case id", "case number", "case", "conversation id", "request id", "vorgang", "ticketnummer")),
        Field("occurred_at", "date", (*WHEN, "opened at", "opened", "date opened", "submitted at", "received at", "eroffnet", "eroffnet am")),
        Field("subject", "text", ("subject", "ticket subject", "topic", "summary", "betreff", "sujet", "asunto", "oggetto", "onderwerp")),
        Field("text", "text", ("text", "body", "message", "description", "content", "ticket description", "nachricht", "inhalt", "mensaje", "messaggio", "bericht", "question")),
        Field("status", "word", ("status", "state", "ticket status", "estado", "etat", "stato")),
        Field("closed_at", "date", ("closed at", "closed", "solved at", "resolved at", "date closed", "geschlossen", "geschlossen am")),
        Field("priority", "word", ("priority", "ticket priority", "severity", "prioritat", "priorite", "prioridad"), 0.5),
        Field("category", "word", ("category", "ticket type", "type", "tag", "tags", "kategorie", "reason"), 0.3),
        Field("channel", "word", ("channel", "ticket channel", "via", "source", "kanal", "canal", "medium"), 0.3),
        *NAMES,
    ),
    needs=(WHO_NEEDED, ("occurred_at",), ("subject", "text")),
    read=read,
)  # fmt: skip
