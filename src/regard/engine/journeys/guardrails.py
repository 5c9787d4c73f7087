"""The one list of guardrails: each a predicate over a row of `facts`, a code, words, and what would change a no.

The cycle judges everybody who is due; the claim judges the few hundred it is about to hand over, in its own
transaction; the replay judges everybody at every instant. All three run these steps and no others (contract 4).

A guardrail says NO (this will not happen) or WAIT (not now: asked again at `retry_us`). The first in the list that
holds decides, so the reason a person reads is the most fundamental one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from regard.engine.bench.steps import PlanStep
from regard.engine.journeys.kinds import CALLS, EVERY_KIND, MARKETING, MESSAGES, UNASKED, Kind, is_one_of
from regard.kernel.instant import DAY_US, HOUR_US
from regard.kernel.sql import Sql

ASK_AGAIN_US = 12 * HOUR_US  # where nobody can know when the hindrance ends
# What belongs to an order, or the law asks for, keeps no pace.
MAY_BE_LEFT = "COALESCE(f.basis, '') NOT IN ('contract', 'legal_obligation')"
# Who asks, for each guardrail: a reply is a colleague's answer, under nothing but what forbids any word at all.
OF_JOURNEYS = EVERY_KIND & ~(Kind.REPLY | Kind.STATEMENT)
BY_THE_PURPOSE = (MESSAGES | CALLS) & ~Kind.REPLY  # what leaves the house by itself rests on its purpose


@dataclass(frozen=True, slots=True)
class Guardrail:
    """One rule. `holds` is true for a row of facts (alias f) that it holds back; `retry` is when to ask again.

    `words` speak of one person, `short` of a count of people, where no single person is meant. `asked_of` are the kinds
    of act it is asked about; `because` says why not the others, where that is not plain.
    """

    code: str
    verdict: Literal["no", "wait"]
    asked_of: Kind
    holds: str
    short: str
    words: str
    change: str
    retry: str = "NULL"
    because: str = ""
    is_patient: bool = False  # the person's own wish: however long it lasts, it is never too long to wait for


GUARDRAILS: tuple[Guardrail, ...] = (
    Guardrail(
        "held_out", "no", MARKETING | Kind.SERVICE, "f.arm = 'held_out'",
        "Held out by chance, to see whether it helps",
        "Is in the holdout of this journey, by chance, so that we can see whether it helps",
        "Nothing: the same person stays held out for as long as the journey runs",
        because="A journey may measure its service too; what was asked for outside a journey has no arm",
    ),
    Guardrail(
        "held_out_overall", "no", MARKETING | Kind.SERVICE, "f.arm = 'held_out_overall'",
        "Held out overall by chance",
        "Is in the overall holdout, by chance, so that we can see whether all of this helps",
        "Nothing: the same person stays held out",
    ),
    Guardrail(
        "restricted", "no", EVERY_KIND, "f.is_restricted",
        "Processing is restricted",
        "Processing of this person is restricted (GDPR article 18)",
        "The restriction is lifted",
    ),
    Guardrail(
        "objected", "no", MARKETING | Kind.MARKETING_CALL, "f.is_objected",
        "Objected to marketing",
        "Objected to marketing and profiling (GDPR article 21)",
        "The person takes the objection back",
    ),
    Guardrail(
        "journey_paused", "wait", OF_JOURNEYS, "f.is_paused",
        "The journey is paused",
        "The journey is paused; people are held where they are",
        "Somebody resumes the journey", f"f.t + {ASK_AGAIN_US}",
    ),
    Guardrail(
        "channel_not_in_purpose", "no", MESSAGES & ~Kind.REPLY, "NOT f.is_channel_allowed",
        "The purpose does not speak of the channel",
        "The purpose {purpose} does not speak of the channel {channel}",
        "The purpose names the channel, and people agree to that wording",
        because="A reply goes the way the person wrote to us",
    ),
    Guardrail(
        "field_not_in_purpose", "no", BY_THE_PURPOSE, "f.forbidden IS NOT NULL",
        "Uses a field the purpose does not allow",
        "Uses the field {forbidden}, which the purpose {purpose} does not allow",
        "The purpose allows the field, or the words and conditions do without it",
        because="Work for colleagues leaves nothing of the person; the words of a reply are a colleague's own",
    ),
    Guardrail(
        "sensitive", "no", BY_THE_PURPOSE, "f.mark IS NOT NULL AND NOT (f.is_explicit AND f.consent = 'granted')",
        "Rests on something sensitive",
        "Rests on something sensitive ({mark})",
        "The person agrees to a purpose that speaks of it openly",
    ),
    Guardrail(
        "no_address", "no", MESSAGES, "NOT f.has_address",
        "No address for the channel",
        "We have no address for the channel {channel}",
        "The person tells us one",
    ),
    Guardrail(
        "suppressed", "no", MESSAGES, f"f.suppressed = 'all' OR ({is_one_of(MARKETING)} AND f.suppressed = 'marketing')",
        "The address is suppressed",
        "The address is on the suppression list",
        "The suppression is lifted by a person who knows why it was set",
        because="What does not arrive, or must not be written to at all, cannot be answered either",
    ),
    Guardrail(
        "consent_withdrawn", "no", BY_THE_PURPOSE, "f.basis = 'consent' AND f.consent = 'withdrawn'",
        "Asked us not to",
        "Withdrew their consent to {purpose}",
        "The person agrees again",
        because="Who leaves everything and then asks us something wants an answer",
    ),
    Guardrail(
        "no_consent", "no", BY_THE_PURPOSE, "f.basis = 'consent' AND f.consent = 'unknown'",
        "Never agreed to it",
        "Never agreed to {purpose} by {channel}",
        "The person agrees to it",
    ),
    Guardrail(
        "opted_out", "no", BY_THE_PURPOSE, "f.basis = 'legitimate_interest' AND f.consent = 'withdrawn'",
        "Asked us not to",
        "Asked us not to contact them for {purpose}",
        "The person agrees again",
    ),
    Guardrail(
        "minor", "no", MARKETING | Kind.MARKETING_CALL, "f.is_minor",
        "Too young for marketing",
        "Is too young for marketing",
        "The person reaches the age the guardrails name",
    ),
    Guardrail(
        "not_worth_it", "no", Kind.PROMOTION, "f.worth_milli <= 0",
        "Doing nothing is worth more",
        "Doing nothing is worth more than this message",
        "The expected value of the message rises above zero",
    ),
    Guardrail(
        "open_complaint", "wait", Kind.PROMOTION, "f.has_complaint",
        "Open complaint, a person looks after them first",
        "Has an open complaint; promotions pause until a person has closed it",
        "The complaint is closed", f"f.t + {ASK_AGAIN_US}",
    ),
    Guardrail(
        "asked_for_a_pause", "wait", MARKETING | UNASKED, f"{MAY_BE_LEFT} AND f.pause_ends_us IS NOT NULL",
        "Asked for a pause",
        "Asked for a pause",
        "The pause ends, or the person ends it", "f.pause_ends_us",
        because="Who writes to us while they rest from us wants an answer", is_patient=True,
    ),
    Guardrail(
        "asked_for_less", "wait", MARKETING | UNASKED, f"{MAY_BE_LEFT} AND f.less_opens_us IS NOT NULL",
        "Asked for at most one message a month",
        "Asked to hear from us at most once a month",
        "The last message is a month old, or the person asks for the usual pace", "f.less_opens_us",
        is_patient=True,
    ),
    Guardrail(
        "needs_human", "wait", Kind.PROMOTION, "f.automated >= f.human_after",
        "Many automated messages without a human word",
        "Had {automated} automated messages without a human word",
        "A colleague gets in touch in person", f"f.t + {DAY_US}",
    ),
    Guardrail(
        "cap_dropped", "no", MARKETING, "f.cap IS NOT NULL AND f.is_dropped",
        "Had as many messages as the cap allows",
        "Already had {cap_words}",
        "The earlier messages grow older; this journey drops what does not fit",
    ),
    Guardrail(
        "cap", "wait", MARKETING, "f.cap IS NOT NULL",
        "Had as many messages as the cap allows, later",
        "Already had {cap_words}",
        "The earlier messages grow older", "f.cap_opens_us",
    ),
    Guardrail(
        "needs_approval", "wait", MARKETING | CALLS | Kind.WORK, "f.needs_approval",
        "Waits for approval",
        "Goes to {crowd} people, which needs a second pair of eyes",
        "A colleague approves the step",
        f"CASE WHEN f.approved_us IS NULL THEN f.t + {HOUR_US}"  # a replay knows when, the live run does not
        f" ELSE GREATEST(f.t + {HOUR_US}, LEAST(f.approved_us, f.asked_us + f.give_up_us)) END",
        because="What belongs to an order goes to as many as ordered",
    ),
    Guardrail(
        "quiet_hours", "wait", MARKETING | Kind.STATEMENT, "NOT f.is_open",
        "Outside their hours, later",
        "It is outside the hours we may write to them ({zone_words})",
        "The hours open", "f.opens_us",
        because="An order's confirmation is waited for, and a colleague pressed send; a statement can wait until morning",
    ),
)  # fmt: skip
GAVE_UP = Guardrail(
    "waited_too_long", "no", EVERY_KIND, "FALSE",
    "Was held back too long to be worth it",
    "Was held back for so long that it is not worth sending any more",
    "Nothing: the moment has passed",
)  # fmt: skip
GO = Guardrail("go", "no", EVERY_KIND, "FALSE", "may go", "May go: every guardrail was asked", "")
BY_CODE = {one.code: one for one in (*GUARDRAILS, GAVE_UP, GO)}
# What says no for reasons that lie in the person alone, however much else there is to write.
OF_THE_PERSON = tuple(
    BY_CODE[code]
    for code in (
        "restricted", "objected", "channel_not_in_purpose", "no_address", "suppressed",
        "consent_withdrawn", "no_consent", "opted_out", "minor",
    )
)  # fmt: skip


def short_words(code: str) -> str:
    """Return what a count of people is called whom this held back; a code that is no guardrail's as it is."""
    return BY_CODE[code].short if code in BY_CODE else code


def held_step(rules: tuple[Guardrail, ...]) -> PlanStep:
    """Return the step that asks `facts` these rules in their order: the table `held` with the code, or 'go'."""
    held = " ".join(f"WHEN {_asked(one)} THEN '{one.code}'" for one in rules)
    return PlanStep(
        "held",
        Sql(f"SELECT f.*, CASE {held} ELSE 'go' END AS held_by FROM facts AS f"),
        ("facts",),
        "The first guardrail that holds each act back, or 'go'.",
        is_shown=True,
    )


def judging_steps(rules: tuple[Guardrail, ...] = GUARDRAILS) -> list[PlanStep]:
    """Return the steps that judge `facts`: the table `verdict` with the code, the verdict and when to ask again."""
    retry = " ".join(f"WHEN '{one.code}' THEN {one.retry}" for one in rules if one.verdict == "wait")
    waits = ", ".join(f"'{one.code}'" for one in rules if one.verdict == "wait")
    hurried = ", ".join(f"'{one.code}'" for one in rules if one.verdict == "wait" and not one.is_patient)
    return [
        held_step(rules),
        PlanStep(
            "retried",
            Sql(
                f"SELECT f.*, COALESCE(CASE f.held_by {retry} END, f.t + {ASK_AGAIN_US}) AS asks_again_us"
                " FROM held AS f"
            ),
            ("held",),
            "When to ask again, for those who only have to wait.",
            is_shown=True,
        ),
        PlanStep(
            "verdict",
            Sql(
                "SELECT r.*,"
                " CASE WHEN is_late THEN 'waited_too_long' ELSE held_by END AS code,"
                " CASE WHEN held_by = 'go' THEN 'go' WHEN is_waiting_for AND NOT is_late THEN 'wait' ELSE 'no' END"
                " AS verdict,"
                " CASE WHEN is_waiting_for AND NOT is_late THEN asks_again_us END AS retry_us"
                f" FROM (SELECT q.*, q.held_by IN ({waits}) AS is_waiting_for,"
                f" q.held_by IN ({hurried}) AND q.give_up_us IS NOT NULL"
                " AND q.asks_again_us > q.asked_us + q.give_up_us AS is_late FROM retried AS q) AS r"
            ),
            ("retried", "candidate"),
            "Go, no or wait; what would wait longer than it is worth waiting is a no.",
            needs_rows=(("candidate",),),
        ),
    ]


def _asked(rule: Guardrail) -> str:
    """Return the SQL of whether a rule is asked of a row of facts and holds it back."""
    return rule.holds if rule.asked_of == EVERY_KIND else f"{is_one_of(rule.asked_of)} AND ({rule.holds})"
