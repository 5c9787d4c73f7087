"""Publishing over people inside: the page counts who could go along, and the choice on it is what happens."""

from __future__ import annotations

import pytest
from django.test import Client

from regard.audit_log.models import Entry
from regard.decide.models import Enrolment, JourneyVersion, Steering
from regard.identify.selectors import find_person
from regard.versions.drafts import change_draft
from regard.versions.models import Draft
from regard.versions.selectors import active_playbook
from tests.web.house import House

pytestmark = pytest.mark.django_db
SLUG = "thank-high-value"


def the_edit(client: Client, house: House) -> Draft:
    """A copy without its first step, while one person is at that step and another at the next."""
    journey = active_playbook().playbook.journeys[SLUG]
    JourneyVersion.objects.get_or_create(
        journey=SLUG,
        version=journey.version,
        defaults={"definition": journey.model_dump(mode="json", by_alias=True), "first_at": house.now},
    )
    Enrolment.objects.filter(journey=SLUG).delete()
    for name, step in (("wen@example.org", "next-order"), ("ines@example.org", "offer")):
        Enrolment.objects.create(
            journey=SLUG,
            version=journey.version,
            person_id=find_person(name),
            entry_key=step,
            arm="treated",
            step=step,
            entered_at=house.now,
            step_at=house.now,
            since_at=house.now,
        )
    reply = client.post(f"/journeys/{SLUG}/edit")
    draft = Draft.objects.get(pk=int(reply.headers["Location"].rsplit("/", 1)[1]))
    change_draft(
        draft_id=draft.pk, change=lambda value: value | {"steps": value["steps"][1:]}, by="staff:1", now=house.now
    )
    return draft


@pytest.mark.parametrize(
    ("choice", "moved", "left"), [("", 0, 0), ("stay", 0, 0), ("along", 1, 0), ("along-or-out", 1, 1)]
)
def test_the_choice_on_the_page_is_what_happens(owner, house, choice, moved, left):
    draft = the_edit(owner, house)

    page = owner.get(f"/journeys/drafts/{draft.pk}/publish").content.decode()
    assert "At a step the new one has too</dt><dd>1</dd>" in page
    assert "At a step that is gone</dt><dd>1</dd>" in page
    owner.post(f"/journeys/drafts/{draft.pk}/publish/now", {"move": choice})

    version = active_playbook().playbook.journeys[SLUG].version
    assert Enrolment.objects.filter(version=version).count() == moved
    assert Enrolment.objects.filter(journey=SLUG, state="exited").count() == left
    assert Steering.objects.filter(kind="move").count() == int(bool(moved))
    after = Entry.objects.filter(verb="journey publish").latest("id").after
    assert (after["moved"], after["left"]) == (moved, left)


def test_people_are_moved_later_from_the_journeys_own_page(owner, house):
    draft = the_edit(owner, house)
    owner.post(f"/journeys/drafts/{draft.pk}/publish/now")

    page = owner.get(f"/journeys/{SLUG}").content.decode()
    assert "1 person goes on at the step they are at" in page
    assert owner.post(f"/journeys/{SLUG}/move", {"gone": "vanish"}).status_code == 404
    owner.post(f"/journeys/{SLUG}/move", {"gone": "leave"})

    version = active_playbook().playbook.journeys[SLUG].version
    assert set(Enrolment.objects.filter(journey=SLUG, state="active").values_list("version", flat=True)) == {version}
    history = owner.get(f"/journeys/{SLUG}/history").content.decode()
    assert f"Move: 1 person to <code>{version[:12]}</code>, 1 left" in history
