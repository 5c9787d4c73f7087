"""What waits for a second pair of eyes stands on Today: a draft somebody asked about, a crowd, an approval of one person."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from regard.act.models import HumanTask
from regard.act.services.tasks import NewTask, open_task
from regard.audit_log.models import Entry
from regard.decide.models import Cycle, Decision, Steering
from regard.identify.selectors import find_person
from regard.staff.models import Role
from regard.versions.drafts import change_draft
from regard.versions.models import Draft
from regard.versions.selectors import active_playbook, active_text
from regard.versions.services import apply_playbook
from tests.web.house import House

pytestmark = pytest.mark.django_db
SLUG = "thank-high-value"


def with_limit(limit: str) -> None:
    text = active_text()[0].replace("guardrails:\n", f"guardrails:\n  {limit}\n", 1)
    apply_playbook(text=text, by="cli", now=timezone.now())


@pytest.fixture
def asked(owner: Client, house: House) -> Draft:
    """A draft the owner changed and asks about."""
    with_limit("approval_above: 0")
    reply = owner.post(f"/journeys/{SLUG}/edit")
    draft = Draft.objects.get(pk=int(reply.headers["Location"].rsplit("/", 1)[1]))
    owner_id = f"staff:{house.staff[Role.OWNER].pk}"
    change_draft(draft_id=draft.pk, change=lambda value: value | {"priority": 71}, by=owner_id, now=house.now)
    owner.post(f"/journeys/drafts/{draft.pk}/ask")
    return draft


def today(client: Client) -> str:
    return client.get("/today").content.decode()


def test_a_draft_waits_on_the_page_of_the_second_person_with_both_acts(asked, house, owner, as_role):
    lead, mine = today(as_role(Role.LEAD)), today(owner)

    assert f"{house.staff[Role.OWNER].name} asks" in lead
    assert f'action="/journeys/drafts/{asked.pk}/publish/now"' in lead
    assert f'action="/journeys/drafts/{asked.pk}/refuse"' in lead
    assert "You asked" in mine
    assert f'action="/journeys/drafts/{asked.pk}/publish/now"' not in mine
    assert "A second pair of eyes" not in today(as_role(Role.AGENT))

    assert as_role(Role.LEAD).post(f"/journeys/drafts/{asked.pk}/publish/now").status_code == 302
    assert active_playbook().playbook.journeys[SLUG].priority == 71
    assert "A second pair of eyes" not in today(owner)


def test_a_refused_draft_is_being_edited_again(asked, as_role, owner):
    lead = as_role(Role.LEAD)

    assert lead.post(f"/journeys/drafts/{asked.pk}/refuse").status_code == 302
    assert lead.post(f"/journeys/drafts/{asked.pk}/refuse").status_code == 302

    asked.refresh_from_db()
    assert asked.state == "edited"
    assert active_playbook().playbook.journeys[SLUG].priority != 71
    assert Entry.objects.filter(verb="draft refuse", object_id=str(asked.pk)).exists()


def test_a_crowd_waits_on_today_and_can_be_let_go_or_held(house, owner):
    with_limit("approval_above: 1")
    cycle = Cycle.objects.create(as_of=house.now, upto=0, playbook_hash="x", started_at=house.now)
    for number in range(2):
        Decision.objects.create(
            key=f"crowd-{number}",
            cycle=cycle,
            person_id=find_person("wen@example.org"),
            journey=SLUG,
            version="v",
            step="offer",
            act="send",
            asked_at=house.now,
            as_of=house.now,
            verdict="wait",
            reason="needs_approval",
            words="waits",
        )

    page = today(owner)
    assert "2 wait: more than the guardrails allow" in page
    assert f'action="/journeys/{SLUG}/pause"' in page
    owner.post(f"/journeys/{SLUG}/approve/offer")
    assert Steering.objects.get(kind="approve").step == "offer"


@pytest.mark.parametrize(("word", "state"), [("approve", "done"), ("refuse", "dismissed")])
def test_an_approval_of_one_person_is_granted_or_refused_on_their_page(owner, house, word, state):
    new = NewTask(find_person("wen@example.org"), f"ask-{word}", "approval", "A gift for Wen?")
    task = open_task(new=new, now=house.now)
    assert task is not None

    owner.post(f"/customers/{house.wen}/tasks/{task.pk}/close", {"word": word})

    found = HumanTask.objects.get(pk=task.pk)
    assert (found.state, found.outcome) == (state, {"done": "Approved"}.get(state, "Refused"))


def test_a_sitting_over_a_draft_is_one_line_in_the_audit(owner):
    reply = owner.post(f"/journeys/{SLUG}/edit")
    address = reply.headers["Location"]
    for priority in ("61", "62", "63"):
        told = {"op": "settings", "at": "", "f.priority": priority}
        owner.post(f"{address}/change", told, headers={"HX-Request": "true"})
    owner.post(f"{address}/undo", headers={"HX-Request": "true"})

    assert Entry.objects.filter(verb="draft change").count() == 1


@pytest.mark.parametrize(
    ("verb", "state", "words"),
    [("approve", "done", "Approved"), ("refuse", "dismissed", "Refused")],
)
def test_an_approval_is_granted_or_refused_on_today(owner, house, verb, state, words):
    task = open_task(
        new=NewTask(find_person("wen@example.org"), f"ask-{verb}", "approval", "A gift for Wen?"),
        now=house.now,
    )
    assert task is not None
    row = today(owner).split(f'id="task-{task.pk}"', 1)[1].split("</article>", 1)[0]
    assert ">Approve</button>" in row
    assert ">Refuse</button>" in row
    assert "/done" not in row
    assert owner.post(f"/today/task/{task.pk}/done").status_code == 404  # done is no answer to a question

    told = owner.post(f"/today/task/{task.pk}/{verb}").content.decode()
    found = HumanTask.objects.get(pk=task.pk)
    assert (found.state, found.outcome) == (state, words)
    assert f"{words}." in told
    assert "undo" not in told  # the journey goes on by the first word: the page holds it before, not after
    assert owner.post(f"/today/task/{task.pk}/{verb}/undo").status_code == 404


def test_only_an_approval_is_approved(owner, house):
    assert owner.post(f"/today/task/{house.task.pk}/approve").status_code == 404
    assert HumanTask.objects.get(pk=house.task.pk).state == "open"
