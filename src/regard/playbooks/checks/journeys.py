"""The check of journeys: names that exist, ways that end, words and fields within their purpose, nothing in circles.

Every mistake comes back at once, each with its place. Errors refuse the playbook; warnings are shown beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from regard.kernel.issues import Issue, Level
from regard.playbooks.checks.permitted import resting_issues
from regard.playbooks.checks.sensitive import sensitive_mark
from regard.playbooks.checks.templates import NO_REPLY, allowed_fields, values_of
from regard.playbooks.checks.ways import circle_issues, placed, way_issues
from regard.playbooks.journeys import Journey
from regard.playbooks.model import Playbook
from regard.playbooks.steps import Step
from regard.playbooks.steps.ask import Ask
from regard.playbooks.steps.message import MessageStep
from regard.playbooks.steps.send import Send
from regard.playbooks.steps.webhook import Webhook
from regard.playbooks.unnamed import faults_of
from regard.playbooks.values.recall import Meets, parts_of
from regard.playbooks.vocabulary import SURVEY_ANSWERED


def journey_issues(playbook: Playbook) -> list[Issue]:
    """Return every mistake in the playbook's journeys; `where` is the dotted path to it."""
    issues: list[Issue] = []
    for name, journey in playbook.journeys.items():
        where = f"journeys.{name}"
        issues += _name_issues(playbook, journey, where)
        issues += way_issues(journey, where)
        issues += _end_issues(journey, where)
        issues += _owner_issues(playbook, journey, where)
        for path, step in placed(journey.steps, f"{where}.steps"):
            issues += _step_issues(playbook, journey, step, path)
    return [*issues, *resting_issues(playbook), *circle_issues(playbook)]


def _unknown(where: str, what: str, name: str, known: Mapping[str, object]) -> Iterator[Issue]:
    if name not in known:
        near = get_close_matches(name, list(known), n=1)
        yield Issue(
            where,
            f"unknown {what} '{name}'",
            f"did you mean '{near[0]}'?" if near else "",
            code="unknown_name",
        )


def _name_issues(playbook: Playbook, journey: Journey, where: str) -> Iterator[Issue]:
    """Segments that are named must exist."""
    for number, entry in enumerate(journey.entry):
        if segment := entry.asks_segment():
            yield from _unknown(f"{where}.entry.{number}.segment", "segment", segment, playbook.segments)
    for number, way_out in enumerate(journey.exit_on):
        for key in ("segment_entered", "segment_left"):
            if segment := getattr(way_out, key):
                yield from _unknown(f"{where}.exit_on.{number}.{key}", "segment", segment, playbook.segments)
    if journey.only_if:
        yield from _unknown(f"{where}.only_if", "segment", journey.only_if, playbook.segments)


def _end_issues(journey: Journey, where: str) -> Iterator[Issue]:
    if journey.goal is None and not journey.exit_on:
        yield Issue(
            where,
            "says neither what it is for nor what ends it early",
            "add a 'goal', or 'exit_on' with the touchpoint that makes it pointless",
            level=Level.WARNING,
            code="missing_exit",
        )


def _owner_issues(playbook: Playbook, journey: Journey, where: str) -> Iterator[Issue]:
    if not journey.owner:
        yield Issue(
            where,
            "has no owner",
            "name who answers for it",
            level=Level.WARNING,
            code="missing_owner",
        )
    elif journey.owner not in playbook.company.senders:
        yield Issue(
            f"{where}.owner",
            f"'{journey.owner}' is not among the people of the company",
            level=Level.WARNING,
            code="unknown_name",
        )


def _step_issues(playbook: Playbook, journey: Journey, step: Step, where: str) -> Iterator[Issue]:
    if isinstance(step, MessageStep):
        yield from _message_issues(playbook, journey, step, where)
    if step.steers():
        yield from _unknown(f"{where}.journey", "journey", step.steers(), playbook.journeys)
    if isinstance(step, Webhook):
        yield from _telling_issues(playbook, step, where)
    yield from _asked_issues(playbook, journey, step, where)


def _asked_issues(playbook: Playbook, journey: Journey, step: Step, where: str) -> Iterator[Issue]:
    waits = {s.step: s for s in journey.all_steps() if s.awaits() is not None}
    for at, when in step.asks():
        place = f"{where}.{at}"
        for part in parts_of(when):
            if part.asks_step():
                yield from _unknown(f"{place}.step", "wait_for step", part.asks_step(), waits)
            if isinstance(part, Meets):
                yield from (
                    Issue(f"{place}.who", message, hint, code="condition")
                    for message, hint in faults_of(playbook, part)
                )
            elif part.asks_segment():
                yield from _unknown(place, "segment", part.asks_segment(), playbook.segments)


def _message_issues(playbook: Playbook, journey: Journey, step: MessageStep, where: str) -> Iterator[Issue]:
    purpose = playbook.purposes.get(step.purpose)
    yield from _unknown(f"{where}.purpose", "purpose", step.purpose, playbook.purposes)
    if purpose is not None and step.channel not in purpose.channels:
        yield Issue(f"{where}.channel", f"the purpose '{step.purpose}' does not speak of {step.channel}")
    if step.sender is not None:
        yield from _unknown(f"{where}.from", "sender", step.sender, playbook.company.senders)
        sender = playbook.company.senders.get(step.sender)
        if sender is not None and NO_REPLY.match(sender.email.split("@")[0]):
            yield Issue(
                f"{where}.from",
                f"'{sender.email}' tells people not to answer",
                "a letter comes from a named human who reads the replies",
                code="no_reply",
            )
    yield from _words_issues(playbook, journey, step, where)


def _telling_issues(playbook: Playbook, step: Webhook, where: str) -> Iterator[Issue]:
    """What another system is told is use of people's data: within the purpose, and nothing sensitive."""
    yield from _unknown(f"{where}.purpose", "purpose", step.purpose, playbook.purposes)
    allowed = allowed_fields(playbook, step.purpose)
    is_open = step.purpose in playbook.guardrails.sensitive.explicit_purposes
    for field in step.fields_told:
        if field not in allowed:
            yield Issue(
                f"{where}.fields",
                f"the purpose '{step.purpose}' does not allow '{field}'",
                f"add '{field}' to the fields of the purpose, if people were told so",
                code="field_not_allowed",
            )
        elif (mark := sensitive_mark(playbook, field)) and not is_open:
            yield Issue(f"{where}.fields", f"tells something sensitive: {mark}", code="sensitive")


def _words_issues(playbook: Playbook, journey: Journey, step: MessageStep, where: str) -> Iterator[Issue]:
    """The words a step sends exist, and were written for the purpose it sends them under."""
    name = step.template if isinstance(step, Send) else None
    if isinstance(step, Ask):
        yield from _unknown(f"{where}.survey", "survey", step.survey, playbook.surveys)
        survey = playbook.surveys.get(step.survey)
        name = step.template or (survey.template if survey else None)
        if not any(
            happening.name == SURVEY_ANSWERED.name for s in journey.all_steps() if (happening := s.awaits()) is not None
        ):
            yield Issue(
                where,
                f"'{step.step}' asks, but no step waits for 'Survey Answered'",
                "an answer nobody reacts to is worse than no question",
                level=Level.WARNING,
                code="nobody_listens",
            )
    if name is None:
        return
    yield from _unknown(f"{where}.template", "template", name, playbook.templates)
    template = playbook.templates.get(name)
    if template is not None and template.purpose != step.purpose:
        yield Issue(
            f"{where}.purpose",
            f"'{name}' was written for the purpose '{template.purpose}', not '{step.purpose}'",
            "send it under its own purpose, or write words for this one",
            code="wrong_purpose",
        )
    if template is not None and template.channel != step.channel:
        yield Issue(
            f"{where}.channel",
            f"'{name}' was written for {template.channel}, not {step.channel}",
            f"send it by {template.channel}, or write words for {step.channel}",
            code="wrong_channel",
        )
    if template is not None and (told := values_of(template)):
        yield Issue(
            f"{where}.template",
            f"'{name}' speaks of what only its asker knows: {', '.join(sorted(told))}",
            "a letter with request.<name> is asked for outside journeys",
            code="missing_value",
        )


__all__ = ["journey_issues"]
