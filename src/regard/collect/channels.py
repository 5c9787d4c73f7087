"""The channels a touchpoint may have, as plain words of where something happened: those that reach people, and places."""

from __future__ import annotations

from regard.playbooks.channels import TO_PEOPLE

PLACES = ("server", "shop", "community", "survey", "device", "staff")
CHANNELS = (*(channel.name for channel in TO_PEOPLE), *PLACES)
