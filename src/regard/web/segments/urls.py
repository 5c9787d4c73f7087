"""The addresses of segments."""

from __future__ import annotations

from django.urls import path

from regard.web.segments import edit as segment_edit
from regard.web.segments import page as segments
from regard.web.segments.portrait import segment_portrait

urlpatterns = [
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
]
