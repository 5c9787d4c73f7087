"""The addresses of journeys and of their editor."""

from __future__ import annotations

from django.urls import path

from regard.web.journeys import letters, simulate
from regard.web.journeys import page as journeys
from regard.web.journeys.editor import new_journey
from regard.web.journeys.editor import page as edit
from regard.web.journeys.editor import publish as edit_publish
from regard.web.journeys.editor import versions as edit_versions

urlpatterns = [
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
]
