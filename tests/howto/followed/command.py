"""What docs/how-to/add-a-command.md promises. Run in a house that followed the page."""

from __future__ import annotations

import json

import pytest

from regard.cli import COMMANDS, app
from regard.profile.keeping import make_promise
from tests.cast.clock import days
from tests.cast.people import a_person

pytestmark = pytest.mark.django_db


def asked(capsys, *words: str) -> str:
    with pytest.raises(SystemExit) as ended:
        app(list(words))
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_the_command_helps_and_answers_in_words_and_json(as_of, capsys):
    person = a_person(now=as_of)
    make_promise(
        person=person, text="Call about the scratch", due_at=as_of - days(1), by="staff:1", now=as_of - days(3)
    )

    assert "late" in asked(capsys, "promise", "--help")
    assert "Call about the scratch" in asked(capsys, "promise", "late")
    (item,) = json.loads(asked(capsys, "promise", "late", "--json"))["items"]
    assert item["text"] == "Call about the scratch"
    assert COMMANDS["promise"].words == "Promises: those that are late"
