"""What the pages show and what their buttons do, told from a colleague's side."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from regard.act.models import HumanTask
from regard.collect.models import ApiKey
from regard.identify.models import JoinProposal
from regard.identify.selectors import find_person, joinings_of
from regard.profile.models import Note, Promise
from regard.staff.models import LoginLink, Role
from regard.versions.models import PlaybookVersion
from regard.versions.selectors import active_playbook, active_text
from regard.web.csv_lists import _disarmed
from regard.web.framed import style_hashes

pytestmark = pytest.mark.django_db


def text_of(reply) -> str:
    page = re.sub(r"<[^>]+>", " ", reply.content.decode())
    return re.sub(r"\s+", " ", page)


class TestToday:
    def test_it_names_whom_why_and_by_when(self, owner, house):
        page = text_of(owner.get("/today"))
        assert "people and decisions today" in page
        assert "Promises due" in page
        assert "Tell her about the recall" in page
        assert "People who need a person" in page
        assert "Worth a thank-you" in page
        assert "Gave us 10 of 10" in page

    def test_a_snoozed_task_comes_back_and_undo_brings_it_at_once(self, owner, house):
        owner.post(f"/today/task/{house.task.pk}/snooze")
        assert HumanTask.objects.get(pk=house.task.pk).snoozed_until is not None
        assert "Make it right" not in text_of(owner.get("/today"))
        owner.post(f"/today/task/{house.task.pk}/snooze/undo")
        assert "Make it right" in text_of(owner.get("/today"))

    def test_thanking_is_told_to_the_log_and_can_be_taken_back(self, owner, house):
        owner.post(f"/today/thanks/{house.answer}/done")
        assert "Gave us 10 of 10" not in text_of(owner.get("/today"))
        assert "thank you" in text_of(owner.get(f"/customers/{house.wen}"))
        assert owner.post(f"/today/thanks/{house.answer}/done/undo").status_code == 204

    def test_a_kept_promise_can_be_reopened_and_kept_again(self, owner, house):
        for _ in range(2):
            owner.post(f"/today/promise/{house.promise}/done")
            assert Promise.objects.get(pk=house.promise).state == "kept"
            owner.post(f"/today/promise/{house.promise}/done/undo")
            assert Promise.objects.get(pk=house.promise).state == "open"

    def test_an_unknown_verb_is_not_there(self, owner, house):
        assert owner.post(f"/today/task/{house.task.pk}/explode").status_code == 404
        assert owner.post("/today/task/999999/done").status_code == 404

    def test_with_nothing_to_do_it_says_so(self, owner, house):
        HumanTask.objects.update(state="done")
        Promise.objects.update(state="kept")
        JoinProposal.objects.all().delete()
        owner.post(f"/today/thanks/{house.answer}/done")
        assert "Nothing needs you" in text_of(owner.get("/today"))


class TestCustomers:
    def names(self, reply) -> list[str]:
        return re.findall(r'class="name"[^>]*><bdi>([^<]+)', reply.content.decode())

    def test_search_finds_by_the_start_of_first_name_last_name_and_address(self, owner, house):
        assert self.names(owner.get("/customers?q=ine")) == ["Ines Albrecht"]
        assert self.names(owner.get("/customers?q=Albr")) == ["Ines Albrecht"]
        assert self.names(owner.get("/customers?q=amara@")) == ["Amara"]
        assert "Nobody matches" in text_of(owner.get("/customers?q=zzz"))

    def test_orders_are_by_value_by_name_and_by_last_contact(self, owner, house):
        assert self.names(owner.get("/customers?sort=value"))[0] == "Ines Albrecht"
        assert self.names(owner.get("/customers?sort=name"))[0] == "Amara"
        assert len(self.names(owner.get("/customers"))) == 3

    @pytest.mark.parametrize("sort", ["recent", "value", "name"])
    def test_pages_by_keyset_show_everybody_once(self, house, sort):
        from regard.directory.people import people_page
        from regard.directory.wanted import Wanted

        seen, after = [], ""
        for _ in range(4):
            page = people_page(Wanted(sort=sort, after=after), limit=1)
            seen += [row.id for row in page.rows]
            after = page.after
            if not after:
                break
        assert len(seen) == len(set(seen)) == 3

    def test_filters_narrow_by_need_segment_tag_and_owner(self, owner, house):
        assert self.names(owner.get("/customers?needs=promise")) == ["Ines Albrecht"]
        assert self.names(owner.get("/customers?tag=collector")) == ["Ines Albrecht"]
        assert self.names(owner.get("/customers?segment=reachable-for-offers")) == ["Ines Albrecht"]
        assert self.names(owner.get(f"/customers?owner={house.staff[Role.AGENT].pk}")) == []

    @pytest.mark.parametrize(
        "odd", ["?after=x~y", "?sort=drop", "?segment=%00", "?owner=9e9", "?q=%00%ff", "?after=~-1"]
    )
    def test_nonsense_in_the_address_is_left_out(self, owner, house, odd):
        assert owner.get(f"/customers{odd}").status_code == 200

    def test_csv_has_the_rows_of_the_page_and_no_formula(self, owner, house):
        reply = owner.get("/customers.csv?q=ines")
        lines = b"".join(reply.streaming_content).decode().splitlines()
        assert len(lines) == 2
        assert "Ines Albrecht" in lines[1]
        assert [_disarmed(c) for c in ("=1+1", "+1", "-1", "@x", "plain")] == [
            "'=1+1",
            "'+1",
            "'-1",
            "'@x",
            "plain",
        ]

    def test_a_view_is_kept_and_forgotten(self, owner, house):
        owner.post("/customers/views", {"name": "Collectors", "query": "tag=collector"})
        page = owner.get("/customers?tag=collector").content.decode()
        assert "Collectors" in page
        owner.post(f"/customers/views/{house.view.pk}/delete")
        assert "?sort=value" not in re.findall(
            r'class="chip" href="/customers([^"]*)', owner.get("/customers").content.decode()
        )


class TestPerson:
    def test_the_page_tells_the_story_with_evidence(self, owner, house):
        page = owner.get(f"/customers/{house.ines}")
        words = text_of(page)
        assert "2 orders worth $174" in words
        assert "has been waiting for a person since" in words
        assert 'href="#bought"' in page.content.decode()
        for heading in (
            "Every touchpoint",
            "Promises",
            "What they agreed to",
            "In these segments",
            "Known by",
        ):
            assert heading in words
        assert "Joined because" in words
        assert "May go: every guardrail was asked" in words

    def test_a_customers_words_are_a_quote_and_ours_are_not(self, owner, house):
        page = owner.get(f"/customers/{house.ines}").content.decode()
        assert "<q><bdi>Should I stop using it?</bdi></q>" in page
        assert "<q><bdi>Prefers the phone" not in page

    def test_the_timeline_is_filtered_by_kind(self, owner, house):
        orders = text_of(owner.get(f"/customers/{house.ines}/timeline?kind=orders"))
        assert orders.count("Ordered") == 2
        assert "Recall" not in orders
        assert "Nothing of this kind" in text_of(owner.get(f"/customers/{house.wen}/timeline?kind=consent"))

    def test_notes_tags_owner_and_promises_are_kept(self, owner, house):
        owner.post(f"/customers/{house.wen}/notes", {"text": "Plays the oboe"})
        owner.post(f"/customers/{house.wen}/tags", {"name": "musician"})
        owner.post(f"/customers/{house.wen}/owner", {"owner": str(house.staff[Role.AGENT].pk)})
        due = (house.now + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
        owner.post(f"/customers/{house.wen}/promises", {"text": "Send the score", "due": due})
        page = text_of(owner.get(f"/customers/{house.wen}"))
        for words in ("Plays the oboe", "musician", "Owner Agent Example", "Send the score"):
            assert words in page
        assert Note.objects.get(text="Plays the oboe").by == f"staff:{house.staff[Role.OWNER].pk}"

    def test_a_promise_in_the_past_is_none(self, owner, house):
        owner.post(f"/customers/{house.wen}/promises", {"text": "Yesterday", "due": "2020-01-01T10:00"})
        assert not Promise.objects.filter(text="Yesterday").exists()

    def test_two_people_are_taken_apart_and_kept_apart(self, owner, house):
        owner.post(f"/customers/{house.ines}/joinings/{house.joining}/undo")
        assert not any(j.is_standing for j in joinings_of(find_person("ines@example.org")))
        owner.post(f"/customers/{house.ines}/proposals/{house.proposal}/apart")
        assert JoinProposal.objects.get(pk=house.proposal).state == "kept_apart"

    def test_a_task_is_closed_with_what_came_of_it(self, owner, house):
        owner.post(
            f"/customers/{house.ines}/tasks/{house.task.pk}/close",
            {"outcome": "New sleeve sent", "told": "on"},
        )
        task = HumanTask.objects.get(pk=house.task.pk)
        assert (task.state, task.outcome, task.told_customer) == ("done", "New sleeve sent", True)

    def test_everything_held_is_handed_out_as_a_zip(self, owner, house):
        reply = owner.post(f"/customers/{house.ines}/export")
        assert reply.headers["Content-Type"] == "application/zip"
        assert reply.content[:2] == b"PK"

    def test_erasing_needs_the_typed_word(self, owner, house):
        owner.post(f"/customers/{house.wen}/erase", {"word": "no"})
        assert find_person("wen@example.org") is not None
        owner.post(f"/customers/{house.wen}/erase", {"word": "erase"})
        assert find_person("wen@example.org") is None
        assert "Receipt" in text_of(owner.get("/privacy"))
        assert owner.get(f"/customers/{house.wen}").status_code == 404

    def test_a_restricted_person_says_so(self, owner, house):
        owner.post(f"/customers/{house.ines}/limits/restricted/on")
        assert "Processing is restricted" in text_of(owner.get(f"/customers/{house.ines}"))


class TestSegments:
    def test_the_list_and_one_segment_read_as_sentences(self, owner, house):
        assert "May be written to about offers" in text_of(owner.get("/segments"))
        page = text_of(owner.get("/segments/reachable-for-offers"))
        assert "Can be reached by email for Personal offers." in page
        assert "1 person" in page
        assert "Personal offers" in text_of(owner.get("/segments/reachable-for-offers/reach"))

    def rows(self, **more: object) -> dict[str, object]:
        return {
            "kind": ["did"],
            "what": ["Order Completed"],
            "op": ["at_least"],
            "n": ["2"],
            "value": ["365"],
            "group": "all",
        } | more

    def test_the_preview_counts_and_says_why(self, owner, house):
        page = text_of(owner.post("/segments/+preview", self.rows()))
        assert "1 of 3 people" in page
        assert "Ines Albrecht matches because" in page

    def test_the_preview_of_a_saved_one_says_who_would_enter_and_leave(self, owner, house):
        page = text_of(owner.post("/segments/+preview", self.rows(slug="high-value")))
        assert "If you save this" in page
        assert "Would leave" in page

    @pytest.mark.parametrize(
        ("odd", "words"),
        [
            ({"yaml": "all: [unclosed"}, "not YAML"),
            ({"yaml": "never: heard of"}, "condition"),
            ({"kind": []}, "at least one thing"),
            ({"value": ["many"]}, "duration"),
        ],
    )
    def test_a_mistake_is_told_and_changes_nothing(self, owner, house, odd, words):
        assert words in text_of(owner.post("/segments/+preview", self.rows(**odd)))

    def test_saving_keeps_every_other_line_of_the_playbook(self, owner, house):
        before = active_text()[0]
        owner.post("/segments/+save", self.rows(name="Came back", heading="Behaviour"))
        after = active_text()[0]
        assert set(before.splitlines()) <= set(after.splitlines())
        assert active_playbook().playbook.segments["came-back"].group == "Behaviour"
        owner.post("/segments/came-back/delete")
        assert active_text()[0] == before

    def test_a_segment_that_is_used_is_not_removed(self, owner, house):
        versions = PlaybookVersion.objects.count()
        page = text_of(owner.post("/segments/high-value/delete"))
        assert "it is used by" in page
        assert PlaybookVersion.objects.count() == versions

    def test_every_shipped_segment_opens_in_the_builder(self, owner, house):
        for slug in active_playbook().playbook.segments:
            assert owner.get(f"/segments/{slug}/edit").status_code == 200, slug


class TestTheRest:
    def test_a_key_is_shown_once(self, owner, house):
        made = owner.post("/settings/keys", {"name": "till", "scope": "write"}).content.decode()
        secret = re.search(r"rgd_write_[\w-]+", made).group()
        assert secret not in owner.get("/settings").content.decode()
        key = ApiKey.objects.get(name="till")
        assert secret not in str(vars(key))
        owner.post(f"/settings/keys/{key.pk}/revoke")
        assert ApiKey.objects.get(name="till").revoked_at is not None

    def test_the_last_owner_stays_owner(self, owner, house):
        page = text_of(owner.post(f"/settings/staff/{house.staff[Role.OWNER].pk}", {"role": "viewer"}))
        assert "Somebody must stay owner" in page

    def test_a_new_colleague_gets_a_link_once(self, owner, house):
        before = LoginLink.objects.count()
        page = text_of(owner.post("/settings/staff", {"name": "New", "email": "new@example.org", "role": "agent"}))
        assert "/login/" in page
        assert LoginLink.objects.count() == before + 1

    def test_an_uncertain_message_is_settled_by_a_person(self, owner, house):
        owner.post(f"/outbox/{house.message.public_id.hex}/settle/arrived")
        house.message.refresh_from_db()
        assert house.message.state == "sent"

    def test_a_letters_styles_are_hashed_and_nothing_else(self):
        assert len(style_hashes('<p style="color:red">a</p><p style="color:red">b</p><style>p{}</style>')) == 2
        assert style_hashes("<p>plain</p>") == []

    def test_a_journey_is_paused_and_resumed(self, owner, house):
        owner.post("/journeys/thank-high-value/pause")
        assert "Paused" in text_of(owner.get("/journeys/thank-high-value"))
        owner.post("/journeys/thank-high-value/resume", {"days": "3"})
        assert "Running" in text_of(owner.get("/journeys/thank-high-value"))

    def test_the_palette_finds_people_pages_and_segments(self, owner, house):
        assert "Ines Albrecht" in text_of(owner.get("/find?q=ines"))
        assert "High value" in text_of(owner.get("/find?q=high"))
        assert "Settings" in text_of(owner.get("/find?q=sett"))

    def test_an_empty_installation_says_what_would_fill_it(self, owner, house, monkeypatch):
        PlaybookVersion.objects.all().delete()
        for address in (
            "/today",
            "/customers",
            "/segments",
            "/journeys",
            "/outbox",
            "/privacy",
            "/settings",
        ):
            assert owner.get(address).status_code == 200, address
