"""The one ASGI application of the web process: clients' messages go to the intake, everything else to Django."""

from __future__ import annotations

import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regard.settings")
pages = get_asgi_application()

from regard.api.intake.app import Intake, is_intake  # noqa: E402 - models load after the settings

intake = Intake()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Serve one connection: the server's own start and stop, a message, or a page."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["type"] == "http" and is_intake(scope["path"]):
        await intake(scope, receive, send)
    else:
        await pages(scope, receive, send)


async def _live(receive: Any, send: Any) -> None:
    while True:
        event = await receive()
        if event["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif event["type"] == "lifespan.shutdown":
            intake.close()
            await send({"type": "lifespan.shutdown.complete"})
            return
