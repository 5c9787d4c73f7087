"""The API describes itself: `/api/v1/openapi.json`, and a page to read, made without a script or a foreign host."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from regard.api.problems import Problem, problem_response
from regard.api.schema import openapi
from regard.web.access import open_to_all

_openapi = cache(openapi)


@open_to_all("GET", "HEAD")
def description(request: HttpRequest) -> JsonResponse:
    """Serve the OpenAPI 3.1 description."""
    return JsonResponse(_openapi())


@open_to_all("GET", "HEAD")
def page(request: HttpRequest) -> HttpResponse:
    """Serve the description as a page."""
    schema = _openapi()
    return render(
        request,
        "api/reference.html",
        {"info": schema["info"], "operations": list(_operations(schema))},
    )


@open_to_all("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
def nothing(request: HttpRequest) -> HttpResponse:
    """Answer for an address the API does not have, in the API's own way. Never a redirect."""
    return problem_response(Problem(404, "The API has no such address; /api/v1/docs lists them."))


def _operations(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "method": method.upper(),
            "path": path,
            "summary": operation["summary"],
            "words": operation.get("description", ""),
            "parameters": operation.get("parameters", ()),
            "fields": _fields(schema, operation),
        }
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
    ]


def _fields(schema: dict[str, Any], operation: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the fields of the request's body with their descriptions."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    body = schema["components"]["schemas"].get(name, {})
    required = body.get("required", ())
    return [
        {"name": field, "words": told.get("description", ""), "is_required": field in required}
        for field, told in body.get("properties", {}).items()
    ]
