"""The channels a touchpoint may have, as plain words: what reads messages without a database knows them by this list."""

from __future__ import annotations

CHANNELS = (
    "web",
    "app",
    "server",
    "email",
    "sms",
    "push",
    "phone",
    "chat",
    "shop",
    "post",
    "social",
    "community",
    "survey",
    "device",
    "staff",
)
