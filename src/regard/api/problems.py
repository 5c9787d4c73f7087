"""Errors as RFC 9457 problems: what is wrong, where in the request (JSON Pointer, RFC 6901), and what to do."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, AuthorizationError, HttpError, ValidationError

from regard.kernel.issues import Refused

CONTENT_TYPE = "application/problem+json"
TITLES = {
    400: "The request cannot be read",
    401: "A key is needed",
    403: "This key may not do that",
    404: "There is no such thing",
    405: "This address does not take that method",
    409: "It changed meanwhile",
    415: "The body is JSON",
    422: "Some values do not fit",
    429: "Too many requests",
    500: "Something broke on our side",
}


class Problem(Exception):
    """An error on its way out: a status, a sentence, and which values are meant."""

    def __init__(self, status: int, detail: str, *, errors: Sequence[dict[str, str]] = ()) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors = status, detail, list(errors)


def problem_response(problem: Problem) -> HttpResponse:
    """Render a problem. `errors` is always there, so that clients need not ask."""
    body = {
        "type": "about:blank",
        "title": TITLES.get(problem.status, "The request was refused"),
        "status": problem.status,
        "detail": problem.detail,
        "errors": problem.errors,
    }
    response = HttpResponse(json.dumps(body, ensure_ascii=False), status=problem.status, content_type=CONTENT_TYPE)
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="regard"'
    return response


def pointed(pointer: str, code: str, message: str) -> dict[str, str]:
    """Return one entry of `errors`."""
    return {"pointer": pointer, "code": code, "message": message}


def tell_problems(api: NinjaAPI) -> None:
    """Let every error of the API leave as a problem; nothing inner is told (promise F16)."""

    def respond(problem: Problem) -> HttpResponse:
        return problem_response(problem)

    handlers: dict[type[Exception], Any] = {
        Problem: lambda _, error: respond(error),
        Http404: lambda _, __: respond(Problem(404, "Nothing is known under this address.")),
        AuthenticationError: lambda _, __: respond(
            Problem(401, "Send 'Authorization: Bearer <key>' with a key of 'regard key create'.")
        ),
        AuthorizationError: lambda _, __: respond(Problem(403, "The key's kind does not allow this.")),
        HttpError: lambda _, error: respond(Problem(error.status_code, str(error))),
        ValidationError: lambda _, error: respond(_from_validation(error)),
        Refused: lambda _, error: respond(_from_refused(error)),
    }
    for kind, handler in handlers.items():
        api.exception_handler(kind)(handler)


def _from_validation(error: ValidationError) -> Problem:
    errors = [pointed(_pointer(entry["loc"]), str(entry["type"]), str(entry["msg"])) for entry in error.errors]
    return Problem(422, "; ".join(f"{e['pointer']}: {e['message']}" for e in errors[:5]), errors=errors)


def _pointer(location: Sequence[object]) -> str:
    """Turn ('body', 'consent', 'purpose') into '#/purpose', and ('query', 'limit') into 'query:limit'."""
    where, *path = (str(part) for part in location)
    if where == "body":
        return "#/" + "/".join(part.replace("~", "~0").replace("/", "~1") for part in path[1:])
    return ":".join((where, *path))


def _from_refused(refused: Refused) -> Problem:
    codes = {issue.code for issue in refused.issues}
    status = 404 if codes == {"not_found"} else 403 if "policy" in codes else 422
    errors = [pointed(f"#/{issue.where}", issue.code, issue.message) for issue in refused.issues]
    hints = "; ".join(issue.message + (f" ({issue.hint})" if issue.hint else "") for issue in refused.issues)
    return Problem(status, hints, errors=errors)


def broken(request: HttpRequest, error: Exception) -> HttpResponse:
    """Tell of a bug without telling what it is; the log has the traceback."""
    return problem_response(Problem(500, "It is our fault, and it is in the log. Trying again is safe."))
