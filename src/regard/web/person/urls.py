"""The addresses of the person page and of what is done on it."""

from __future__ import annotations

from django.urls import path

from regard.web.person import acts as person_acts
from regard.web.person import journeys as person_journeys
from regard.web.person import memberships
from regard.web.person import page as person

urlpatterns = [
    path("customers/<str:person_id>", person.person),
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
]
