"""What the journey editor calls the keys of a playbook: labels, hints, and which are rarely needed."""

from __future__ import annotations

EXIT_WORDS = {
    "touchpoint": "something happens",
    "segment_entered": "they come into a segment",
    "segment_left": "they leave a segment",
}
LABELS = {
    "step": "Name of the step",
    "note": "Note to colleagues",
    "from": "Signed by",
    "for": "For a time",
    "until_hour": "Until their clock shows",
    "until_date": "Until a date",
    "touchpoint": "What happens",
    "timeout": "At most",
    "worth": "Worth of one, in the company's currency",
    "when_capped": "If they had enough messages",
    "on_no": "If a guardrail says no",
    "give_up_after": "Give up a delayed one after days",
    "score_at_least": "with a score of at least",
    "score_at_most": "with a score of at most",
    "value_at_least": "with a value of at least",
    "where": "where (one 'key: value' a line)",
    "pauses_promotions": "Promotions pause until it is closed",
    "minutes": "Minutes it takes",
    "due_in": "Due within",
    "is_in": "they are in it",
    "of": "The conditions, as YAML",
    "who": "The condition, as YAML, such as 'trait: orders' and 'at_least: 3'",
    "only_if": "Only those who are in",
    "about": "In your own words",
    "when.step": "Which step",
    "holdout": "Held out by chance, to see whether it helps",
    "priority": "Priority, 0 to 100",
    "assume": "What replays assume about answers",
    "already_in": "Also those who are in it when this is published",
    "whose": "Of whom",
    "before": "So long before",
    "yearly": "Every year",
    "at": "At",
    "within": "Within",
    "ends": "Reaching it ends the journey",
    "after": "May come in again after",
    "endpoint": "Which system, as Settings names it",
    "event": "What it is told, such as customer.thanked",
    "fields": "Fields it is told, one '- name' a line",
    "share": "Share of people",
    "label": "What this way is called",
    "do": "Kind",
    "on": "How they come in",
    "kind": "Kind",
    "segment_entered": "Comes into the segment",
    "segment_left": "Leaves the segment",
    "when.kind": "Those who",
    "goal.touchpoint.name": "What we hope for",
    "of_silence": "For so long",
}
HINTS = {
    "when.step": "",
    "step": "people's history and the counts hang on this name; conditions that name it follow",
    "for": "a wait has one of: a time, an hour, a date",
    "holdout": "such as 10 %; empty: the guardrails' own; 0 %: nobody, for service and care",
    "after": "empty: once in a lifetime; 0: every time",
    "share": "such as 50 %; the shares add up to 100 %",
    "only_if": "empty: everybody who comes in",
    "when_capped": "empty: as the guardrails say",
    "assume": "by wait_for step; used by replays only",
    "pauses_promotions": "",
}
CHOICES = {
    "defer": "send it later",
    "drop": "leave it",
    "continue": "they go on to the next step",
    "exit": "they leave the journey",
    "person": "the person",
    "account": "anybody of their account",
}
RARE = frozenset(
    {
        "step",
        "note",
        "priority",
        "worth",
        "when_capped",
        "on_no",
        "give_up_after",
        "score_at_least",
        "score_at_most",
        "value_at_least",
        "where",
        "assume",
        "whose",
    }
)
UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def hint_of(path: tuple[str | int, ...]) -> str:
    """Return what stands below a key's field; the last two words of its path may have a hint of their own."""
    words = [str(p) for p in path if not isinstance(p, int)]
    return HINTS.get(".".join(words[-2:]), HINTS.get(words[-1], ""))


def label_of(path: tuple[str | int, ...]) -> str:
    """Return what a key is called; the last two words of its path may have a name of their own."""
    words = [str(p) for p in path if not isinstance(p, int)]
    for known in (".".join(words[-3:]), ".".join(words[-2:]), words[-1]):
        if known in LABELS:
            return LABELS[known]
    if words[-1] == "name" and len(words) > 1:
        return "What happens"
    return words[-1].replace("_", " ").capitalize()
