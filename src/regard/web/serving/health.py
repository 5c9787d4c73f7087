"""Health and readiness, telling the truth (promise G5)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

from django.http import HttpRequest, JsonResponse

from regard.operations.checks import READINESS, Check, State, run_checks
from regard.web.access import open_to_all


@open_to_all("GET", "HEAD")
def healthz(request: HttpRequest) -> JsonResponse:
    """Say that this process answers. Nothing else is looked at: a supervisor restarts on silence."""
    return JsonResponse({"status": "ok"})


@open_to_all("GET", "HEAD")
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether this installation can do its work now: 200, or 503 with what failed.

    Words that name folders or servers are for staff: others see names and states only.
    """
    found = run_checks(READINESS, now=datetime.now(UTC))
    is_ready = all(check.state is not State.FAILED for check in found)
    answer = {
        "status": "ready" if is_ready else "not ready",
        "checks": [_told(check, to_staff=request.user.is_authenticated) for check in found],
    }
    return JsonResponse(answer, status=200 if is_ready else 503)


def _told(check: Check, *, to_staff: bool) -> dict[str, str]:
    return asdict(check) if to_staff else {"name": check.name, "state": check.state}
