"""`regard journey check FILE`: each kind of mistake by file, line, words and what to do about it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from regard.cli import app

SHOP = """playbook: 1
name: small
company:
  name: Small
  time_zone: Europe/Berlin
  country: DE
  currency: EUR
  language: en
  postal_address: Here 1
  senders:
    maya: {name: Maya Lind, email: maya@small.example}
    robot: {name: Robot One, email: no-reply@small.example}
  banned_phrases: ["act now"]
purposes:
  offers:
    name: Offers
    basis: consent
    channels: [email, sms]
    fields: [first_name]
    wordings: [{version: "1", texts: {en: yes please}}]
templates:
  hello:
    purpose: offers
    sender: maya
    subject: {en: Hello}
    letter:
      en: |
        Hello {{ person.first_name | default: "you" }},

        how are you?
surveys:
  how:
    name: How
    purpose: offers
    template: hello
    question: {en: How was it}
    low: {en: bad}
    high: {en: good}
    follow_up: {en: Why}
segments:
  french: {who: [{field: country, is: FR}]}
  buyers: {who: [{did: Order Completed}]}
journeys:
  one:
    name: One
    owner: maya
    entry: [{on: touchpoint, touchpoint: Order Completed}]
    reentry: {after: 1h}
    exit_on: [{touchpoint: Gone}]
    steps:
      - {step: letter, do: send, template: hello, purpose: offers}
      - {step: answer, do: wait_for, touchpoint: Survey Answered, timeout: 3d}
      - step: look
        do: branch
        cases:
          - when: {kind: in_segment, segment: buyers}
            then: [{step: call, do: task, kind: check_in, title: Call}]
""".replace("    template: hello\n    question", "    template: asks\n    question").replace(
    "surveys:\n",
    "  asks: {purpose: offers, sender: maya, subject: {en: How}, letter: {en: '[scores]'}}\nsurveys:\n",
)
LAST = SHOP.splitlines()[-1] + "\n"
CASES = [
    pytest.param(
        ("      - step: look\n", "      - {step: end, do: exit}\n      - step: look\n"),
        "- step: look", "error", "unreachable", "is never reached: every way ends at 'end'", "take it out",
        id="unreachable step",
    ),
    pytest.param(
        (LAST, LAST + "          - when: {kind: in_segment, segment: buyers}\n"),
        "          - when: {kind: in_segment, segment: buyers}", "error", "unreachable", "the way 1 before it asks the same",
        "take it out", id="unreachable way",
    ),
    pytest.param(
        ("      - {step: answer, do: wait_for, touchpoint: Survey Answered, timeout: 3d}\n      - step: look\n        do: branch\n"
         "        cases:\n          - when: {kind: in_segment, segment: buyers}\n",
         "      - step: look\n        do: branch\n        cases:\n          - when: {kind: answered, step: answer}\n"),
        "when: {kind: answered", "error", "unreachable", "which nobody has come to by then", "before the branch",
        id="answer asked too early",
    ),
    pytest.param(
        ("    exit_on: [{touchpoint: Gone}]\n", ""),
        "  one:", "warning", "missing_exit", "nor what ends it early", "add a 'goal'", id="missing exit",
    ),
    pytest.param(
        ("{en: Hello}", "{en: Hello, de: Hallo}"),
        "    letter:", "warning", "missing_translation", "is missing in 'de'", "another language", id="missing translation",
    ),
    pytest.param(
        ("subject: {en: Hello}", "subject: {de: Hallo}"),
        "    subject:", "error", "missing_translation", "no text in the company's language 'en'", "",
        id="no text in the company's language",
    ),
    pytest.param(
        ("        how are you?", "        how are you? Act now!"),
        "how are you?", "error", "banned_phrase", "'act now' is not how we speak", "to a friend", id="banned word in a letter",
    ),
    pytest.param(
        ("How was it", "How was it act now"),
        "    question:", "error", "banned_phrase", "'act now' is not how we speak", "to a friend", id="banned word in a question",
    ),
    pytest.param(
        ("    sender: maya\n    subject: {en: Hello}", "    sender: robot\n    subject: {en: Hello}"),
        "    sender: robot", "error", "no_reply", "tells people not to answer", "named human", id="no-reply sender of a letter",
    ),
    pytest.param(
        ("purpose: offers}\n      - {step: answer", "purpose: offers, from: robot}\n      - {step: answer"),
        "from: robot", "error", "no_reply", "tells people not to answer", "named human", id="no-reply sender of a step",
    ),
    pytest.param(
        ("purpose: offers}\n      - {step: answer", "purpose: offers, channel: sms}\n      - {step: answer"),
        "channel: sms", "error", "wrong_channel", "was written for email, not sms", "write words for sms", id="words of another channel",
    ),
    pytest.param(
        ("        how are you?", "        how is {{ person.city | default: \"it\" }}?"),
        "person.city", "error", "field_not_allowed", "does not allow 'city'", "add 'city' to the fields",
        id="field without purpose in a letter",
    ),
    pytest.param(
        ("    entry: [{on: touchpoint, touchpoint: Order Completed}]", "    entry: [{on: segment_entered, segment: french}]"),
        "segment: french}]", "error", "field_not_allowed", "uses the field 'country' and leads to the message 'letter'",
        "add 'country' to the fields", id="field without purpose at the door",
    ),
    pytest.param(
        ("segment: buyers}\n            then: [", "segment: french}\n            then: [{step: more, do: send, template: hello, purpose: offers}, "),
        "when: {kind: in_segment, segment: french", "error", "field_not_allowed",
        "uses the field 'country' and leads to the message 'more'", "ask something else", id="field without purpose in a branch",
    ),
    pytest.param(
        (LAST, LAST + "      - {step: again, do: enter, journey: one}\n"),
        "    reentry:", "error", "loop", "'one' starts itself again, for ever", "at least a day", id="loop of one",
    ),
    pytest.param(
        ("touchpoint: Order Completed}]\n    reentry", "touchpoint: Task Opened}]\n    reentry"),
        "    reentry:", "error", "loop", "'one' starts itself again, for ever", "at least a day", id="loop by what a step leaves",
    ),
    pytest.param(
        (LAST, LAST + "      - {step: go, do: enter, journey: two}\n  two:\n    name: Two\n    owner: maya\n"
         "    entry: [{on: by_hand}]\n    reentry: {after: 2h}\n    exit_on: [{touchpoint: Gone}]\n    steps:\n"
         "      - {step: back, do: enter, journey: one}\n"),
        "    reentry: {after: 2h}", "error", "loop", "'two' starts journeys that start it again", "at least a day",
        id="loop of two",
    ),
]  # fmt: skip


def check(file: Path, capsys) -> tuple[int, list[dict[str, object]], str]:
    found = []
    for more in ([], ["--json"]):
        with pytest.raises(SystemExit) as ended:
            app(["journey", "check", str(file), *more])
        found.append((int(ended.value.code or 0), capsys.readouterr().out))
    rows = json.loads(found[1][1])["items"]
    return found[0][0], rows, found[0][1]


def test_a_sound_file_has_no_mistakes(tmp_path, capsys):
    file = tmp_path / "shop.yaml"
    file.write_text(SHOP)
    assert check(file, capsys) == (0, [], "")


@pytest.mark.parametrize(("change", "at", "level", "code", "words", "hint"), CASES)
def test_each_mistake_has_its_line_its_words_and_what_to_do(tmp_path, capsys, change, at, level, code, words, hint):
    old, new = change
    assert old in SHOP
    text = SHOP.replace(old, new, 1)
    file = tmp_path / "shop.yaml"
    file.write_text(text)

    status, rows, shown = check(file, capsys)

    (row,) = [row for row in rows if row["code"] == code and words in str(row["message"])]
    assert row["level"] == level
    assert hint in str(row["hint"])
    lines = [n for n, line in enumerate(text.splitlines(), 1) if at in line]
    assert row["line"] in (lines[0], lines[-1])
    assert f"{file}:{row['line']}: {level}:" in shown
    assert status == (1 if level == "error" else 0)
