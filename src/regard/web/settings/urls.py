"""The addresses of settings and of one's own account."""

from __future__ import annotations

from django.urls import path

from regard.web.settings import page as settings
from regard.web.settings import webhooks

urlpatterns = [
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
