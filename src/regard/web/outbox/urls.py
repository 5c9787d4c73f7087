"""The addresses of the outbox."""

from __future__ import annotations

from django.urls import path

from regard.web.outbox import page as outbox

urlpatterns = [
    path("outbox", outbox.outbox),
    path("outbox/<str:public>", outbox.message),
    path("outbox/<str:public>/letter", outbox.message_letter),
    path("outbox/<str:public>/settle/<str:word>", outbox.message_settle),
]
