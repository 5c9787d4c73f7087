"""The intake described in OpenAPI 3.1, served at /v1/openapi.json; made of the same tables the code goes by."""

from __future__ import annotations

from typing import Any

from regard import __version__
from regard.api.intake.answers import STATUS
from regard.collect.intake.limits import LARGEST_BODY, LARGEST_MESSAGE, MOST_MESSAGES

_WORDS = f"""Takes the messages of Segment's and RudderStack's client libraries, unmodified. The answer is 200 when the messages are
durable, and lists those refused; one bad message never costs its neighbours. At most {LARGEST_MESSAGE // 1024} KB a message,
{LARGEST_BODY // 1024} KB and {MOST_MESSAGES:,} messages a request, unpacked. 429 and 503 carry Retry-After; everything else is final."""
_ID = {"type": ["string", "number", "null"], "maxLength": 255}
_OBJECT = {"type": ["object", "null"]}
_TIME = {"type": ["string", "null"], "format": "date-time"}
_MESSAGE = {
    "type": "object",
    "required": ["type"],
    "properties": {
        "type": {"enum": ["track", "identify", "page", "screen", "group", "alias"]},
        "messageId": _ID,
        "userId": _ID,
        "anonymousId": _ID,
        "event": {"type": ["string", "null"], "description": "what happened; track needs it"},
        "groupId": _ID,
        "previousId": _ID,
        "properties": _OBJECT,
        "traits": _OBJECT,
        "context": _OBJECT,
        "timestamp": _TIME,
        "originalTimestamp": _TIME,
        "sentAt": _TIME,
    },
}
_BATCH = {
    "type": "object",
    "required": ["batch"],
    "properties": {
        "batch": {"type": "array", "maxItems": MOST_MESSAGES, "items": {"$ref": "#/components/schemas/Message"}},
        "writeKey": {"type": "string"},
        "sentAt": _TIME,
    },
}
_TAKEN = {
    "type": "object",
    "required": ["success", "accepted", "refused"],
    "properties": {
        "success": {"const": True},
        "accepted": {"type": "integer", "description": "messages that are durable now"},
        "refused": {"type": "array", "items": {"$ref": "#/components/schemas/Refused"}},
    },
}
_REFUSED = {
    "type": "object",
    "required": ["index", "messageId", "code", "message"],
    "properties": {
        "index": {"type": ["integer", "null"]},
        "messageId": {"type": "string"},
        "code": {"type": "string"},
        "message": {"type": "string"},
    },
}
_PROBLEM = {
    "type": "object",
    "required": ["code", "message"],
    "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
}


def describe(batch_paths: list[str], single_paths: dict[str, str]) -> dict[str, Any]:
    """Return the description of these paths; `single_paths` are paths of one message with its type."""
    paths: dict[str, Any] = {path: _post("many messages", "Batch") for path in batch_paths}
    paths |= {path: _post(f"one {kind} message", "Message") for path, kind in single_paths.items()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Regard intake", "version": __version__, "description": _WORDS},
        "paths": paths,
        "components": {
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic", "description": "the write key as user name"},
                "bearer": {"type": "http", "scheme": "bearer", "description": "the write key"},
            },
            "schemas": {
                "Message": _MESSAGE,
                "Batch": _BATCH,
                "Taken": _TAKEN,
                "Refused": _REFUSED,
                "Problem": _PROBLEM,
            },
        },
    }


def _post(words: str, schema: str) -> dict[str, Any]:
    refusals = {
        str(status): {
            "description": ", ".join(code for code, its in STATUS.items() if its == status),
            "content": _json("Problem"),
        }
        for status in sorted(set(STATUS.values()))
    }
    return {
        "post": {
            "summary": f"Send {words}",
            "security": [{"basic": []}, {"bearer": []}, {}],
            "requestBody": {"required": True, "content": _json(schema)},
            "responses": {"200": {"description": "durable", "content": _json("Taken")}, **refusals},
        }
    }


def _json(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
