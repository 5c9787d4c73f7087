"""The OpenAPI 3.1 description as a file: `python -m regard.api.schema docs/openapi.json`."""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import django

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "message"],
                "properties": {name: {"type": "string"} for name in ("pointer", "code", "message")},
            },
        },
    },
}
REFUSALS = {
    401: "No key, or an unknown one",
    403: "A key of the other kind",
    404: "No such thing",
    422: "Values that do not fit",
}


def openapi() -> dict[str, Any]:
    """Return the description of the API, every refusal of every operation included."""
    api = import_module("regard.api.app").api
    schema: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/")))
    schema["components"]["schemas"]["Problem"] = PROBLEM
    reference = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in schema["paths"].values():
        for operation in path.values():
            for status, words in REFUSALS.items():
                operation["responses"][str(status)] = {"description": words, "content": reference}
    return schema


def as_text() -> str:
    """Return the description as it is committed."""
    return json.dumps(openapi(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def main() -> int:
    """Write the description to the file named."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regard.settings")
    os.environ.setdefault("REGARD_SECRET_KEY", "x" * 32)  # nothing is signed while describing
    django.setup()
    Path(sys.argv[1]).write_text(as_text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
