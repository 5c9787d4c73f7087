"""What touchpoints of ours are called: a kind each, with everything anybody needs to know of it.

Each stage declares the kinds its own acts leave in its `vocabulary.py`; here are those that a playbook's steps leave and
its journeys wait for. Nobody else writes such a name: who needs it imports the kind. Timeline, task contexts, checks,
pauses and the reference read what a kind says of itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class TouchpointKind:
    """One name in the log. Channel, direction and actor are those of a deed unless it says otherwise."""

    name: str
    words: str  # what a timeline says where it has no more to tell
    icon: str  # '' for that of the channel
    channel: str = "server"
    direction: Literal["in", "out", "none"] = "none"
    actor: Literal["customer", "staff", "automation", "system"] = "automation"
    is_quiet: bool = False  # a timeline shows it small
    is_confirmed: bool = True  # False: an access record that mail scanners make too, so it drives nothing (contract 13)
    is_answer: bool = False  # it only exists because we acted: a replay takes it from no other message's log
    # What is open between the two, and whose property `pauses_promotions` says so, holds promotions back.
    pause: Literal["", "opens", "closes"] = ""

    def __str__(self) -> str:
        """Return the name as the log has it."""
        return self.name


MESSAGE_SENT = TouchpointKind("Message Sent", "We wrote", "send", channel="email", direction="out")
EMAIL_OPENED = TouchpointKind(
    "Email Opened", "Opened our mail", "mail-open", "email", "in", "customer", is_quiet=True, is_confirmed=False
)
EMAIL_LINK_CLICKED = TouchpointKind(
    "Email Link Clicked",
    "Followed a link in our mail",
    "mouse-pointer-click",
    "email",
    "in",
    "customer",
    is_confirmed=False,
)
SURVEY_ASKED = TouchpointKind("Survey Asked", "We asked them", "circle-help", "email", "out", is_quiet=True)
SURVEY_ANSWERED = TouchpointKind(
    "Survey Answered", "Answered a survey", "quote", "survey", "in", "customer", is_answer=True
)
TASK_OPENED = TouchpointKind("Task Opened", "Handed to a person", "hand-heart", "staff", pause="opens")
TASK_REOPENED = TouchpointKind(
    "Task Reopened", "A person took a task up again", "", "staff", actor="staff", pause="opens"
)
TASK_CLOSED = TouchpointKind(
    "Task Closed", "A person closed a task", "check", "staff", actor="staff", is_answer=True, pause="closes"
)
POINTS_GRANTED = TouchpointKind("Points Granted", "Points were granted", "gift")
FIELD_SET = TouchpointKind("Field Set", "A field was set", "", is_quiet=True)
WEBHOOK_SENT = TouchpointKind("Webhook Sent", "Another system was told", "")
# Not a deed of ours: what a shop tells. Named here since starters and examples of journeys begin with it.
ORDER_COMPLETED = TouchpointKind("Order Completed", "Ordered", "shopping-bag", "web", "in", "customer")

VOCABULARY = (
    MESSAGE_SENT,
    EMAIL_OPENED,
    EMAIL_LINK_CLICKED,
    SURVEY_ASKED,
    SURVEY_ANSWERED,
    TASK_OPENED,
    TASK_REOPENED,
    TASK_CLOSED,
    POINTS_GRANTED,
    FIELD_SET,
    WEBHOOK_SENT,
    ORDER_COMPLETED,
)
