"""Everything held about a person is handed out, in three forms, and nothing of anybody else."""

from __future__ import annotations

import csv
import io
import json
import stat
from zipfile import ZipFile

import pytest

from regard.audit_log.models import Entry
from regard.flow import receive
from regard.identify.models import JoinProposal
from regard.identify.selectors import find_person, origins_of
from regard.identify.services import merge_people, unmerge
from regard.kernel.instant import from_us
from regard.kernel.issues import Refused
from regard.privacy.exporting import export_person
from regard.privacy.holdings import HOLDINGS, rows_of
from regard.profile.services import add_note, follow_people
from regard.versions.services import apply_shipped_playbook
from tests.cast.consents import agrees
from tests.cast.log import NOON_US, a_source, message

pytestmark = pytest.mark.django_db
NOW = from_us(NOON_US)
BENS = ("ben@example.org", "Brooksbank", "ben-8841", "collects tapes", "bens-tablet")


def live(user: str, name: str, email: str, tablet: str, note: str) -> int:
    source = a_source()
    told = [
        message(source=source, anonymous=tablet),
        message(
            source=source,
            type="identify",
            user=user,
            anonymous=tablet,
            traits={"lastName": name, "email": email},
        ),
        message(source=source, user=user, name="Order Completed", value_minor=1250, currency="USD"),
    ]
    person = receive(told, now=NOW)[-1].origin
    agrees(person=person, purpose="offers", source="preference page", now=NOW)
    add_note(person=person, text=note, by="staff:1", now=NOW)
    return person


@pytest.fixture
def people(tmp_path):
    apply_shipped_playbook(now=NOW)
    ana = live("ana", "Kovač", "ana@example.org", "anas-tablet", "=HYPERLINK(1)")
    ben = live(BENS[2], BENS[1], BENS[0], BENS[4], BENS[3])
    # What once linked them: a joining that was undone, and a question that is open.
    joining = merge_people(survivor=ana, absorbed=ben, by="staff:1", now=NOW, evidence={"id": ["email", BENS[0]]})
    unmerge(joining=joining, by="staff:1", now=NOW)
    follow_people(now=NOW)
    receive([message(source=a_source(), type="identify", user="ana", email=BENS[0], traits={})], now=NOW)
    assert JoinProposal.objects.count() == 1
    return ana, ben


def unzip(person: int, tmp_path) -> dict[str, str]:
    done = export_person(person=person, file=tmp_path / "out.zip", by="staff:1", now=NOW)
    assert stat.S_IMODE(done.file.stat().st_mode) == 0o600
    with ZipFile(done.file) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_the_numbers_are_those_of_the_tables(people, tmp_path):
    ana, _ = people
    files = unzip(ana, tmp_path)
    held = json.loads(files["person.json"])
    origins = origins_of(ana)
    for holding in HOLDINGS:
        rows = held["held"][holding.name]
        assert len(list(csv.reader(io.StringIO(files[f"{holding.name}.csv"])))) == len(rows) + 1
        if holding.name != "joinings":  # those speak of two people; only those among one's own are one's own
            assert len(rows) == rows_of(holding, origins).count(), holding.name
    assert held["held"]["touchpoints"][0]["source__name"] == "shop"
    assert {row["value"] for row in held["held"]["identifiers"]} == {
        "ana",
        "ana@example.org",
        "anas-tablet",
    }


def test_nothing_of_anybody_else_is_in_it(people, tmp_path):
    ana, _ = people
    for name, text in unzip(ana, tmp_path).items():
        assert [needle for needle in BENS if needle in text] == [], name


def test_the_page_reads_and_no_spreadsheet_runs_a_cell(people, tmp_path):
    ana, _ = people
    files = unzip(ana, tmp_path)
    assert "What they agreed to and withdrew" in files["index.html"]
    assert "Kovač" in files["index.html"]
    assert "'=HYPERLINK(1)" in files["notes.csv"]
    assert "script" not in files["index.html"]


def test_an_export_leaves_a_line_in_the_audit_log_and_is_never_written_over(people, tmp_path):
    ana, _ = people
    unzip(ana, tmp_path)
    entry = Entry.objects.get(verb="export person")
    assert find_person(entry.object_id) == ana
    with pytest.raises(Refused, match="exists already"):
        export_person(person=ana, file=tmp_path / "out.zip", by="staff:1", now=NOW)
