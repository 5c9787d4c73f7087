"""What docs/how-to/add-a-trade-playbook.md promises. Run in a house that followed the page."""

from __future__ import annotations

from importlib.resources import files

import pytest

from regard import flow
from regard.playbooks.load import load_playbook
from regard.versions.services import apply_playbook


def the_text() -> str:
    return files("regard.shipped").joinpath("bakery.yaml").read_text(encoding="utf-8")


def test_it_has_no_mistake_and_nothing_the_check_finds():
    loaded = load_playbook(the_text(), where="bakery.yaml")
    assert [str(issue) for issue in loaded.issues] == []
    assert loaded.playbook is not None


@pytest.mark.django_db
def test_it_runs(as_of):
    apply_playbook(text=the_text(), by="test", now=as_of)
    assert flow.run_cycle(as_of=as_of).decided is not None
