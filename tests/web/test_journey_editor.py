"""A journey edited on screen: steps added, broken, mended and published; nothing lost, nobody inside disturbed."""

from __future__ import annotations

import html
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.utils import timezone

from regard.act.models import Endpoint
from regard.audit_log.models import Entry
from regard.decide.models import Enrolment, JourneyVersion
from regard.identify.selectors import find_person
from regard.playbooks.editing.tree import shape_of, text_of, walk
from regard.staff.models import Role
from regard.versions.drafts import change_draft, start_draft, value_of
from regard.versions.models import Draft, PlaybookVersion
from regard.versions.selectors import active_playbook, active_text
from regard.versions.services import apply_playbook

pytestmark = pytest.mark.django_db
SLUG = "thank-high-value"


def the_copy(client: Client, slug: str = SLUG) -> Draft:
    reply = client.post(f"/journeys/{slug}/edit")
    return Draft.objects.get(pk=int(reply.headers["Location"].rsplit("/", 1)[1]))


def change(client: Client, draft: Draft, op: str, at: str = "", **fields: object) -> str:
    draft.refresh_from_db()
    told = {"op": op, "at": at, "shape": shape_of(value_of(draft)), **fields}
    told = {k.replace("__", "."): v for k, v in told.items()}
    reply = client.post(f"/journeys/drafts/{draft.pk}/change", told, headers={"HX-Request": "true"})
    assert reply.status_code == 200
    draft.refresh_from_db()
    return html.unescape(reply.content.decode())


def publish(client: Client, draft: Draft):
    return client.post(f"/journeys/drafts/{draft.pk}/publish/now")


def line_of(page: str, place: str) -> str:
    """Return the part of a page that belongs to one line of the outline."""
    return page.split(f'id="l-{place}"', 1)[1].split('<li class="ed', 1)[0]


def test_a_step_is_added_broken_seen_at_its_place_mended_and_published(owner):
    draft = the_copy(owner)
    change(owner, draft, "add", "steps", index="1", kind="task")
    assert value_of(draft)["steps"][1]["do"] == "task"
    broken = change(owner, draft, "step", "steps.1", **{"f.steps.1.title": ""})
    assert "'title' is missing" in line_of(broken, "steps.1")
    assert "'title' is missing" not in line_of(broken, "steps.0")
    assert "1 thing to mend" in broken
    refused = publish(owner, draft)
    assert refused.status_code == 200
    assert "Not published" in refused.content.decode()
    assert "call-them" in refused.content.decode()
    mended = change(owner, draft, "step", "steps.1", **{"f.steps.1.title": "Say hello"})
    assert "thing to mend" not in mended
    assert publish(owner, draft).headers["Location"] == f"/journeys/{SLUG}"
    steps = active_playbook().playbook.journeys[SLUG].steps
    assert [s.step for s in steps][:2] == ["offer", "call-them"]
    entry = Entry.objects.get(verb="journey publish")
    assert entry.object_id == SLUG


def test_a_name_the_playbook_does_not_know_is_told_at_its_field_with_a_hint(owner):
    draft = the_copy(owner)
    page = change(owner, draft, "step", "steps.0", **{"f.steps.0.template": "personal-ofer"})
    assert "unknown template 'personal-ofer'" in line_of(page, "steps.0")
    assert "did you mean 'personal-offer'" in page
    assert 'name="f.steps.0.template" aria-invalid="true"' in page


def test_a_warning_is_shown_apart_and_publishing_asks_for_what_is_missing(owner):
    draft = the_copy(owner)
    page = change(
        owner,
        draft,
        "settings",
        **{"f.goal.touchpoint.name": "", "f.goal.within": "", "f.owner": ""},
    )
    assert "thing to mend" not in page
    assert "Worth a look" in page
    assert "goal" not in value_of(draft)
    reply = publish(owner, draft).content.decode()
    assert "missing: a goal, or a rule for who leaves early" in reply
    assert "missing: an owner" in reply
    assert PlaybookVersion.objects.count() == 1


def test_people_inside_finish_on_their_version(house, owner):
    before = active_playbook().playbook.journeys[SLUG]
    JourneyVersion.objects.get_or_create(
        journey=SLUG,
        version=before.version,
        defaults={"definition": before.model_dump(mode="json", by_alias=True), "first_at": house.now},
    )
    Enrolment.objects.create(
        journey=SLUG,
        version=before.version,
        person_id=find_person("wen@example.org"),
        entry_key="k",
        arm="treated",
        step="next-order",
        entered_at=house.now,
        step_at=house.now,
        since_at=house.now,
    )
    draft = the_copy(owner)
    change(owner, draft, "remove", "steps.0")
    page = owner.get(f"/journeys/drafts/{draft.pk}/publish").content.decode()
    inside = Enrolment.objects.filter(journey=SLUG, state="active").count()
    assert f"Finish on the version they began</dt><dd>{inside}</dd>" in page
    assert "Step offer goes" in page
    publish(owner, draft)
    assert active_playbook().playbook.journeys[SLUG].version != before.version
    assert Enrolment.objects.get(entry_key="k").version == before.version


def test_what_the_form_does_not_know_stays(owner):
    draft = the_copy(owner)
    value = value_of(draft)
    value["steps"][0]["colour"] = {"of": ["the", "sky"]}  # type: ignore[index]
    value["about"] = "Two lines,\nof which none is lost. " + "x" * 5000
    value["assume"] = {"answer": {"answered": "40%", "scores": {9: "50%", 5: "50%"}}}
    change_draft(draft_id=draft.pk, change=lambda _: value, by="staff:1", now=timezone.now())
    page = change(owner, draft, "step", "steps.0", **{"f.steps.0.worth": "7"})
    assert value_of(draft)["steps"][0]["colour"] == {"of": ["the", "sky"]}  # type: ignore[index]
    assert value_of(draft)["steps"][0]["worth"] == 7  # type: ignore[index]
    change(owner, draft, "settings", **shown_in(owner, draft) | {"f.priority": "61"})
    assert value_of(draft)["assume"] == value["assume"]
    assert value_of(draft)["about"] == value["about"]
    assert value_of(draft)["priority"] == 61
    assert "the playbook does not know 'colour' here" in line_of(page, "steps.0")
    change(owner, draft, "step", "steps.0", **{"f.steps.0.colour": ""})
    assert "colour" not in value_of(draft)["steps"][0]  # type: ignore[index]


def test_an_untouched_form_changes_nothing(owner, house):
    """Every field of every step and of the settings, posted as it was shown, leaves every journey as it was."""
    for slug in active_playbook().playbook.journeys:
        draft = the_copy(owner, slug)
        was = draft.text
        for op, at in [("settings", "")] + [("step", place) for place in places_of(value_of(draft))]:
            change(owner, draft, op, at, **shown_in(owner, draft))
        assert draft.text == was, slug


def places_of(value) -> list[str]:
    return [text_of(path) for path, _ in walk(value)]


class Reader(HTMLParser):
    """Reads every field of the editor's page as a browser would post it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, object] = {}
        self.shown: list[str] = []
        self.name = self.text = ""

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        name = told.get("name") or ""
        if tag == "input" and name == "shown":
            self.shown.append(told["value"])
        elif tag == "input" and name.startswith("f."):
            self.field(name, told)
        elif tag in ("select", "textarea"):
            self.name, self.text = name if name.startswith("f.") else "", ""
        elif tag == "option" and self.name and (self.name not in self.found or "selected" in told):
            self.found[self.name] = told.get("value") or ""

    def field(self, name, told):
        if told.get("type") != "checkbox":
            self.found[name] = told.get("value") or ""
        elif "checked" in told:
            self.found[name] = "on"

    def handle_data(self, text):
        self.text += text

    def handle_endtag(self, tag):
        if tag == "textarea" and self.name:
            self.found[self.name] = self.text
        if tag in ("select", "textarea"):
            self.name = ""


def shown_in(client: Client, draft: Draft) -> dict[str, object]:
    """Return the fields of the editor's page as they are shown."""
    reader = Reader()
    reader.feed(client.get(f"/journeys/drafts/{draft.pk}").content.decode())
    return {**reader.found, "shown": reader.shown}


@pytest.mark.parametrize(
    "kind",
    [
        "send",
        "ask",
        "wait",
        "wait_for",
        "branch",
        "split",
        "task",
        "approval",
        "set_field",
        "grant_points",
        "webhook",
        "enter",
        "leave",
    ],
)
def test_a_new_step_of_every_kind_stands_without_an_error(owner, kind):
    draft = the_copy(owner, "gone-quiet")
    page = change(owner, draft, "add", "steps", index="1", kind=kind)
    assert value_of(draft)["steps"][1]["do"] == kind  # type: ignore[index]
    assert "thing to mend" not in page, line_of(page, "steps.1")


def test_a_step_behind_an_end_and_a_webhook_are_told(owner):
    draft = the_copy(owner, "gone-quiet")
    assert "is never reached" in change(owner, draft, "add", "steps", index="0", kind="exit")
    change(owner, draft, "remove", "steps.0")
    change(owner, draft, "add", "steps", index="0", kind="webhook")
    address = f"/journeys/drafts/{draft.pk}/publish"
    assert "Systems it tells: erp" in owner.get(address).content.decode()
    Endpoint.objects.all().delete()
    assert "add what is missing in Settings" in owner.get(address).content.decode()


def test_steps_move_by_buttons_also_out_of_a_way_and_undo_brings_back(owner):
    draft = the_copy(owner)
    was = draft.text
    change(owner, draft, "down", "steps.0")
    assert [s["step"] for s in value_of(draft)["steps"]][:2] == ["next-order", "offer"]  # type: ignore[attr-defined]
    change(owner, draft, "add", "steps.0.otherwise", index="0", kind="grant_points")
    change(owner, draft, "up", "steps.0.otherwise.0")
    steps = value_of(draft)["steps"]
    assert steps[0]["do"] == "grant_points"  # type: ignore[index]
    assert [s["step"] for s in steps[1]["otherwise"]] == ["no-order"]  # type: ignore[index]
    for _ in range(3):
        owner.post(f"/journeys/drafts/{draft.pk}/undo", headers={"HX-Request": "true"})
    draft.refresh_from_db()
    assert draft.text == was


def test_a_page_of_older_steps_moves_nothing(owner):
    draft = the_copy(owner)
    page = change(owner, draft, "remove", "steps.0", shape="00000000")
    assert "changed meanwhile" in page
    assert value_of(draft)["steps"][0]["step"] == "offer"  # type: ignore[index]


def test_renaming_a_step_takes_along_what_names_it(owner):
    draft = the_copy(owner)
    page = change(owner, draft, "step", "steps.3", **{"f.steps.3.step": "their-word"})
    steps = value_of(draft)["steps"]
    assert steps[4]["cases"][0]["when"]["step"] == "their-word"  # type: ignore[index]
    assert "thing to mend" not in page


def test_ways_entries_and_exits_are_added_and_taken_away(owner):
    draft = the_copy(owner)
    change(owner, draft, "way", "steps.4")
    assert len(value_of(draft)["steps"][4]["cases"]) == 3  # type: ignore[index]
    change(owner, draft, "drop", "steps.4.cases.2")
    assert len(value_of(draft)["steps"][4]["cases"]) == 2  # type: ignore[index]
    page = change(owner, draft, "entry", kind="silence")
    assert "thing to mend" not in page
    change(owner, draft, "exit", kind="touchpoint")
    assert value_of(draft)["exit_on"] == [{"touchpoint": "Order Completed", "reason": "left"}]
    change(owner, draft, "drop", "exit_on.0")
    change(owner, draft, "drop", "entry.1")
    assert "exit_on" not in value_of(draft)
    assert "at least one way in" in change(owner, draft, "drop", "entry.0")


def test_the_yaml_is_the_same_journey_both_ways(owner):
    draft = the_copy(owner)
    address = f"/journeys/drafts/{draft.pk}/yaml"
    text = draft.text.replace("timeout: 60d", "timeout: 30d")
    checked = owner.post(address, {"op": "check", "yaml": text.replace("do: send", "do: sned")})
    assert "sned" in checked.content.decode()
    assert "not YAML" in owner.post(address, {"yaml": "steps: [}"}).content.decode()
    assert "anchors" in owner.post(address, {"yaml": "a: &x [1]\nb: *x"}).content.decode()
    owner.post(address, {"yaml": text})
    draft.refresh_from_db()
    assert value_of(draft)["steps"][1]["timeout"] == "30d"  # type: ignore[index]
    assert 'value="30"' in owner.get(f"/journeys/drafts/{draft.pk}").content.decode()


def test_somebody_who_published_meanwhile_is_not_overwritten_unseen(house, owner):
    draft = the_copy(owner)
    change(owner, draft, "step", "steps.0", **{"f.steps.0.worth": "9"})
    text = active_text()[0].replace("priority: 60", "priority: 70")
    by = f"staff:{house.staff[Role.LEAD].pk}"
    apply_playbook(text=text, by=by, now=timezone.now(), note="raised the priority")
    refused = publish(owner, draft).content.decode()
    assert "Somebody else published meanwhile" in refused
    assert house.staff[Role.LEAD].name in refused
    assert "It changed this journey too" in refused
    assert active_text()[0] == text
    owner.post(f"/journeys/drafts/{draft.pk}/take-up")
    assert publish(owner, draft).status_code == 302
    assert active_playbook().playbook.journeys[SLUG].steps[0].worth == 9


def test_above_a_size_a_second_person_publishes(house, owner, as_role):
    text = active_text()[0].replace("guardrails:\n", "guardrails:\n  approval_above: 0\n", 1)
    apply_playbook(text=text, by="cli", now=timezone.now())
    draft = the_copy(owner)
    change(owner, draft, "step", "steps.0", **{"f.steps.0.worth": "9"})
    page = owner.get(f"/journeys/drafts/{draft.pk}/publish").content.decode()
    assert "A second person" in page
    assert "more than 0" in publish(owner, draft).content.decode()
    owner.post(f"/journeys/drafts/{draft.pk}/ask")
    assert publish(owner, draft).status_code == 200  # not by the one who changed it
    lead = as_role(Role.LEAD)
    assert "waits for a second person" in lead.get("/journeys").content.decode()
    change(lead, draft, "settings", **{"f.about": "Changed after asking"})
    assert publish(lead, draft).status_code == 200  # a change starts the asking over
    lead.post(f"/journeys/drafts/{draft.pk}/ask")
    assert publish(owner, draft).status_code == 302


def test_an_older_version_is_brought_back_by_publishing_it(owner):
    draft = the_copy(owner)
    first = PlaybookVersion.objects.latest("seq")
    change(owner, draft, "remove", "steps.0")
    publish(owner, draft)
    history = owner.get(f"/journeys/{SLUG}/versions").content.decode()
    assert "Step offer goes" in history
    assert f"/journeys/{SLUG}/bring-back/{first.seq}" in history
    back = owner.post(f"/journeys/{SLUG}/bring-back/{first.seq}").headers["Location"]
    assert "New step offer" in owner.get(back).content.decode()
    assert owner.post(f"{back}/now").status_code == 302
    assert active_playbook().playbook.journeys[SLUG].steps[0].step == "offer"


def test_a_new_journey_begins_from_a_ready_one_or_from_nothing(owner):
    page = owner.get("/journeys/+new").content.decode()
    assert "Somebody good has gone quiet" in page
    for start, kind in (("shipped:gone-quiet", "task"), ("empty", "task")):
        name = f"Our own {start.partition(':')[0]}"
        reply = owner.post("/journeys/+start", {"name": name, "from": start})
        draft = Draft.objects.get(pk=int(reply.headers["Location"].removeprefix("/journeys/drafts/")))
        assert value_of(draft)["steps"][0]["do"] == kind  # type: ignore[index]
        assert publish(owner, draft).status_code == 302
        assert active_playbook().playbook.journeys[draft.name].name == name
    taken = owner.post("/journeys/+start", {"name": "Gone quiet", "from": "empty"}).content.decode()
    assert "already" in taken
    assert "a letter a to z" in owner.post("/journeys/+start", {"name": "Drafts"}).content.decode()


def test_names_and_words_are_shown_as_text(owner):
    draft = the_copy(owner)
    mark = "<script>alert(1)</script>"
    page = change(owner, draft, "settings", **{"f.name": mark})
    change(owner, draft, "step", "steps.4.cases.1.then.0", **{"f.steps.4.cases.1.then.0.title": mark})
    change(owner, draft, "step", "steps.4", **{"f.steps.4.cases.0.label": f'"{mark}'})
    assert mark in page  # unescaped by this test's own reading
    for address in ("", "?view=yaml", "/publish"):
        shown = owner.get(f"/journeys/drafts/{draft.pk}{address}").content.decode()
        assert mark not in shown
        assert "&lt;script&gt;" in shown
    assert mark not in owner.get("/journeys").content.decode()


def test_a_draft_that_is_dropped_or_published_is_not_there_any_more(owner):
    draft = the_copy(owner)
    owner.post(f"/journeys/drafts/{draft.pk}/drop")
    assert owner.get(f"/journeys/drafts/{draft.pk}").status_code == 404
    assert publish(owner, draft).status_code == 404


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AGENT, Role.PRIVACY])
def test_who_may_not_change_journeys_finds_no_draft_and_no_button(as_role, house, role):
    client = as_role(role)
    assert client.get(f"/journeys/drafts/{house.draft}").status_code == 404
    assert client.post(f"/journeys/{SLUG}/edit").status_code == 404
    assert "Edit a copy" not in client.get(f"/journeys/{SLUG}").content.decode()
    assert "New journey" not in client.get("/journeys").content.decode()
    assert "Bring back" not in client.get(f"/journeys/{SLUG}/versions").content.decode()


def test_steps_that_are_no_steps_show_as_yaml(owner):
    value = {"name": "Odd", "entry": "nobody", "steps": ["what", {"do": "dance", "to": "jazz"}]}
    start_draft(section="journeys", name="odd", value=value, by="staff:1", now=timezone.now())
    draft = Draft.objects.get(name="odd")
    page = owner.get(f"/journeys/drafts/{draft.pk}").content.decode()
    assert "This step, as YAML" in page
    change(owner, draft, "step", "steps.1", **{"f.steps.1": "{do: exit, step: end, reason: danced}"})
    assert value_of(draft)["steps"][1]["reason"] == "danced"  # type: ignore[index]
    assert value_of(draft)["entry"] == "nobody"


def test_a_copy_that_says_what_runs_is_not_published(owner):
    draft = the_copy(owner)
    versions = PlaybookVersion.objects.count()

    assert "Nothing to publish yet" in owner.get(f"/journeys/drafts/{draft.pk}").content.decode()
    page = owner.get(f"/journeys/drafts/{draft.pk}/publish").content.decode()
    assert "There is nothing to publish" in page
    assert "publish/now" not in page
    assert "it says the same as what runs" in publish(owner, draft).content.decode()
    assert PlaybookVersion.objects.count() == versions

    change(owner, draft, "step", "steps.0", **{"f.steps.0.worth": "9"})
    assert "publish/now" in owner.get(f"/journeys/drafts/{draft.pk}/publish").content.decode()
    assert publish(owner, draft).status_code == 302


def seen_of(page: str, place: str) -> str:
    """Return the mark of what the form at a place was made from."""
    return line_of(page, place).split('name="seen" value="', 1)[1].split('"', 1)[0]


def test_two_who_change_one_step_at_once_both_learn_of_it(owner, as_role, house):
    draft = the_copy(owner)
    address = f"/journeys/drafts/{draft.pk}"
    before = owner.get(address).content.decode()
    first, second = seen_of(before, "steps.0"), seen_of(before, "steps.1")
    lead = as_role(Role.LEAD)
    change(lead, draft, "step", "steps.0", **{"seen": first, "f.steps.0.worth": "7"})

    told = change(owner, draft, "step", "steps.0", **{"seen": first, "f.steps.0.worth": "9"})
    assert f"{house.staff[Role.LEAD].name} changed this meanwhile" in told
    assert value_of(draft)["steps"][0]["worth"] == 7  # type: ignore[index]

    change(
        owner,
        draft,
        "step",
        "steps.1",
        **{"seen": second, "f.steps.1.timeout": "30", "f.steps.1.timeout.unit": "d"},
    )
    assert value_of(draft)["steps"][1]["timeout"] == "30d"  # type: ignore[index]
    change(
        owner,
        draft,
        "step",
        "steps.0",
        **{"seen": seen_of(told, "steps.0"), "f.steps.0.worth": "9"},
    )
    assert value_of(draft)["steps"][0]["worth"] == 9  # type: ignore[index]


def test_ones_own_quick_changes_are_no_conflict(owner):
    draft = the_copy(owner)
    seen = seen_of(owner.get(f"/journeys/drafts/{draft.pk}").content.decode(), "steps.0")
    for worth in ("5", "6"):
        change(owner, draft, "step", "steps.0", **{"seen": seen, "f.steps.0.worth": worth})
    assert value_of(draft)["steps"][0]["worth"] == 6  # type: ignore[index]


def test_yaml_typed_over_a_colleagues_change_is_kept_on_the_page_and_taken_when_asked_again(owner, as_role, house):
    draft = the_copy(owner)
    address = f"/journeys/drafts/{draft.pk}/yaml"
    page = owner.get(f"/journeys/drafts/{draft.pk}?view=yaml").content.decode()
    seen = page.split('name="seen" value="', 1)[1].split('"', 1)[0]
    change(as_role(Role.LEAD), draft, "step", "steps.0", **{"f.steps.0.worth": "7"})
    mine = draft.text.replace("worth: 7", "worth: 8")

    told = html.unescape(owner.post(address, {"seen": seen, "yaml": mine}).content.decode())
    assert f"{house.staff[Role.LEAD].name} changed this meanwhile" in told
    assert "worth: 8" in told
    assert "data-unsaved" in told
    draft.refresh_from_db()
    assert value_of(draft)["steps"][0]["worth"] == 7  # type: ignore[index]

    again = told.split('name="seen" value="', 1)[1].split('"', 1)[0]
    assert owner.post(address, {"seen": again, "yaml": mine}).status_code == 302
    draft.refresh_from_db()
    assert value_of(draft)["steps"][0]["worth"] == 8  # type: ignore[index]


def test_a_fault_in_the_yaml_is_told_with_its_line(owner):
    draft = the_copy(owner)
    text = "name: One\nsteps:\n  - step: a\n   do: b\n"
    reply = owner.post(f"/journeys/drafts/{draft.pk}/yaml", {"yaml": text})
    assert "(line 4)" in reply.content.decode()


def test_a_draft_is_thrown_away_only_on_a_second_word(owner):
    draft = the_copy(owner)
    page = owner.get(f"/journeys/drafts/{draft.pk}").content.decode()
    assert "Throw the copy away" in page.split("Throw away\u2026", 1)[1]
    owner.post(f"/journeys/drafts/{draft.pk}/drop")
    assert owner.get(f"/journeys/drafts/{draft.pk}").status_code == 404
