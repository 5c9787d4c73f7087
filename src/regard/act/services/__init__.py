"""What Act does: queue decisions, claim and hand over messages, settle what is unknown, and tasks for people.

One message from its request on: `queue` makes those of decisions, `asking` those of everybody else, `claim` lets it go or not, `deliver` hands
letters over (each by its channel; one with a lane of its own does so itself), `ending` writes down what became of it; `holding` says what a worker
may do with what it holds meanwhile.
"""

from regard.act.pace import Pace, choose_pace, pace_of
from regard.act.services.asking import MessageAsked, ask, ask_reply
from regard.act.services.claim import Claimed, claim, letters
from regard.act.services.deliver import Delivered, deliver
from regard.act.services.endpoints import prune_deliveries
from regard.act.services.holding import Settled, begin, settle_leases, settle_uncertain
from regard.act.services.lanes import Lanes
from regard.act.services.leaving import come_back, leave_purpose, note_reason, withdraw_consents
from regard.act.services.queue import Enqueued, enqueue
from regard.act.services.samples import render_samples
from regard.act.services.tasks import (
    NewTask,
    assign_task,
    close_task,
    open_task,
    reopen_task,
    snooze_task,
)
from regard.act.services.tracking import follow_link, note_open

__all__ = [
    "Claimed",
    "Delivered",
    "Enqueued",
    "Lanes",
    "MessageAsked",
    "NewTask",
    "Pace",
    "Settled",
    "ask",
    "ask_reply",
    "assign_task",
    "begin",
    "choose_pace",
    "claim",
    "close_task",
    "come_back",
    "deliver",
    "enqueue",
    "follow_link",
    "leave_purpose",
    "letters",
    "note_open",
    "note_reason",
    "open_task",
    "pace_of",
    "prune_deliveries",
    "render_samples",
    "reopen_task",
    "settle_leases",
    "settle_uncertain",
    "snooze_task",
    "withdraw_consents",
]
