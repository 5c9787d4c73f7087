"""What a command changes leaves a line; what it only reads leaves none."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from regard.audit_log.models import Entry
from regard.cli import key, playbook, staff
from regard.kernel.instant import from_us
from regard.versions.selectors import shipped_text
from regard.versions.services import apply_shipped_playbook
from tests.cast.log import NOON_US

pytestmark = pytest.mark.django_db


def run(app, *words: str) -> None:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, done.output


def test_keys_staff_and_playbooks_leave_a_line(tmp_path):
    apply_shipped_playbook(now=from_us(NOON_US))
    run(key.app, "create", "--kind", "read")
    run(key.app, "list")
    run(staff.app, "add", "ana@tideline.example", "--name", "Ana", "--role", "agent")
    run(staff.app, "login-link", "ana@tideline.example")
    changed = tmp_path / "playbook.yaml"
    changed.write_text(shipped_text().replace("Maya Lindqvist", "Maya L."))
    run(playbook.app, "apply", str(changed))
    run(key.app, "revoke", Entry.objects.get(verb="create key").object_id, "--yes")
    assert list(Entry.objects.order_by("id").values_list("verb", flat=True)) == [
        "create key",
        "add staff",
        "make login link",
        "apply playbook",
        "revoke key",
    ]
    assert not any("ana@" in str(entry.after) for entry in Entry.objects.all())
    assert {entry.origin.split()[0] for entry in Entry.objects.all()} == {"cli"}
