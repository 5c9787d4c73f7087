"""Every address of the staff product and of the public pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from regard.web import login
from regard.web.customers import page as customers
from regard.web.journeys import letters, simulate
from regard.web.journeys import page as journeys
from regard.web.journeys.editor import new_journey
from regard.web.journeys.editor import page as edit
from regard.web.journeys.editor import publish as edit_publish
from regard.web.journeys.editor import versions as edit_versions
from regard.web.outbox import page as outbox
from regard.web.person import acts as person_acts
from regard.web.person import journeys as person_journeys
from regard.web.person import memberships
from regard.web.person import page as person
from regard.web.privacy import page as privacy
from regard.web.segments import edit as segment_edit
from regard.web.segments import page as segments
from regard.web.segments.portrait import segment_portrait
from regard.web.serving import assets
from regard.web.settings import page as settings
from regard.web.settings import webhooks
from regard.web.today import page as today

handler400 = "regard.web.errors.bad_request"
handler404 = "regard.web.errors.not_found"
handler500 = "regard.web.errors.broken"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("regard.web.machine_urls")),  # health and the HTTP API (OPS)
    path("", customers.start),
    path("static/<str:name>", assets.asset),
    path("p/", include("regard.web.public.urls")),
    path("login", login.login),
    path("login/<str:token>", login.login_link),
    path("logout", login.logout),
    path("find", customers.find),
    path("today", today.today),
    path("today/<str:kind>/<int:row_id>/<str:verb>", today.row_act),
    path("today/<str:kind>/<int:row_id>/<str:verb>/undo", today.row_undo),
    path("customers", customers.customers),
    path("customers.csv", customers.customers_csv),
    path("customers/views", customers.view_save),
    path("customers/views/<int:view_id>/delete", customers.view_delete),
    path("customers/<str:person_id>", person.person),
    path("customers/<str:person_id>/peek", customers.peek),
    path("customers/<str:person_id>/timeline", person.timeline),
    path("customers/<str:person_id>/why/<str:segment>", memberships.why),
    path("customers/<str:person_id>/notes", person_acts.note_add),
    path("customers/<str:person_id>/tags", person_acts.tag_add),
    path("customers/<str:person_id>/tags/<int:tag_id>/delete", person_acts.tag_delete),
    path("customers/<str:person_id>/owner", person_acts.owner_set),
    path("customers/<str:person_id>/promises", person_acts.promise_make),
    path("customers/<str:person_id>/promises/<int:promise_id>/<str:word>", person_acts.promise_settle),
    path("customers/<str:person_id>/tasks/<int:task_id>/close", person_acts.task_close),
    path("customers/<str:person_id>/joinings/<int:seq>/undo", person_acts.joining_undo),
    path(
        "customers/<str:person_id>/proposals/<int:proposal_id>/<str:word>",
        person_acts.proposal_decide,
    ),
    path("customers/<str:person_id>/journeys/in", person_journeys.journey_in),
    path("customers/<str:person_id>/journeys/<str:slug>/out", person_journeys.journey_out),
    path("segments", segments.segments),
    # No name of a segment or journey begins with a plus: "new" is one of the shipped segments.
    path("segments/+new", segment_edit.segment_new),
    path("segments/+row", segment_edit.segment_row),
    path("segments/+preview", segment_edit.segment_preview),
    path("segments/+save", segment_edit.segment_save),
    path("segments/<str:slug>", segments.segment),
    path("segments/<str:slug>/portrait", segment_portrait),
    path("segments/<str:slug>/overlap", segments.segment_overlap),
    path("segments/<str:slug>/reach", segments.segment_reach),
    path("segments/<str:slug>/edit", segment_edit.segment_edit),
    path("segments/<str:slug>/delete", segment_edit.segment_delete),
    path("journeys", journeys.journeys),
    path("journeys/+new", new_journey.journey_new),
    path("journeys/+start", new_journey.journey_start),
    path("journeys/drafts/<int:draft_id>", edit.draft),
    path("journeys/drafts/<int:draft_id>/change", edit.draft_change),
    path("journeys/drafts/<int:draft_id>/yaml", edit.draft_yaml),
    path("journeys/drafts/<int:draft_id>/undo", edit.draft_undo),
    path("journeys/drafts/<int:draft_id>/drop", edit.draft_drop),
    path("journeys/drafts/<int:draft_id>/publish", edit_publish.draft_publish),
    path("journeys/drafts/<int:draft_id>/publish/now", edit_publish.draft_publish_now),
    path("journeys/drafts/<int:draft_id>/ask", edit_publish.draft_ask),
    path("journeys/drafts/<int:draft_id>/refuse", edit_publish.draft_refuse),
    path("journeys/drafts/<int:draft_id>/take-up", edit_publish.draft_take_up),
    path("journeys/<str:slug>", journeys.journey),
    path("journeys/<str:slug>/edit", edit.journey_edit),
    path("journeys/<str:slug>/versions", edit_versions.journey_versions),
    path("journeys/<str:slug>/bring-back/<int:version>", edit_versions.journey_bring_back),
    path("journeys/<str:slug>/approve/<str:step>", journeys.journey_approve),
    path("journeys/<str:slug>/move", journeys.journey_move),
    path("journeys/<str:slug>/pause", journeys.journey_pause),
    path("journeys/<str:slug>/resume", journeys.journey_resume),
    path("journeys/<str:slug>/resume/preview", journeys.journey_resume_preview),
    path("journeys/<str:slug>/simulate", simulate.journey_simulate),
    path("journeys/<str:slug>/replay", simulate.journey_replay),
    path("journeys/<str:slug>/people", journeys.journey_people),
    path("journeys/<str:slug>/people.csv", journeys.journey_people_csv),
    path("journeys/<str:slug>/words", letters.journey_words),
    path("journeys/<str:slug>/words/<str:step>/<str:language>/letter", letters.journey_letter),
    path("journeys/<str:slug>/history", journeys.journey_history),
    path("outbox", outbox.outbox),
    path("outbox/<str:public>", outbox.message),
    path("outbox/<str:public>/letter", outbox.message_letter),
    path("outbox/<str:public>/settle/<str:word>", outbox.message_settle),
    path("customers/<str:person_id>/export", privacy.person_export),
    path("customers/<str:person_id>/erase", privacy.person_erase),
    path("customers/<str:person_id>/limits/<str:kind>/<str:word>", privacy.person_limit),
    path("privacy", privacy.privacy),
    path("settings", settings.settings_page),
    path("settings/keys", settings.key_create),
    path("settings/keys/<int:key_id>/revoke", settings.key_revoke),
    path("settings/webhooks", webhooks.webhooks),
    path("settings/webhooks/add", webhooks.webhook_add),
    path("settings/webhooks/<int:endpoint_id>/exchange", webhooks.webhook_exchange),
    path("settings/webhooks/<int:endpoint_id>/switch", webhooks.webhook_switch),
    path("settings/webhooks/<int:endpoint_id>/try", webhooks.webhook_try),
    path("settings/staff", settings.staff_add),
    path("settings/staff/<int:user_id>", settings.staff_change),
    path("settings/staff/<int:user_id>/link", settings.staff_link),
    path("settings/imports/<int:batch_id>/undo", settings.import_undo),
    path("me", settings.me),
    path("me/keys", settings.me_keys),
    path("me/password", settings.me_password),
]
