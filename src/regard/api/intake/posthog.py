"""PostHog's shape of a message turned into Segment's: the same things said with other words."""

from __future__ import annotations

from typing import Any

_TYPES = {
    "$identify": "identify",
    "$set": "identify",
    "$set_once": "identify",
    "$groupidentify": "group",
    "$create_alias": "alias",
    "$pageview": "page",
    "$screen": "screen",
}


def is_posthog(message: dict[str, Any]) -> bool:
    """Say whether a message speaks PostHog's words."""
    return "type" not in message and ("distinct_id" in message or "$token" in _of(message, "properties"))


def to_segment(message: dict[str, Any]) -> dict[str, Any]:
    """Return the message in Segment's shape; what is missing in it stays missing and is refused later by name."""
    event = message.get("event")
    properties = _of(message, "properties")
    kind = _TYPES.get(event, "track") if isinstance(event, str) else "track"
    distinct = message.get("distinct_id", properties.get("distinct_id"))
    is_device = distinct is not None and distinct == properties.get("$device_id")
    turned: dict[str, Any] = {
        "type": kind,
        "messageId": message.get("uuid"),
        "timestamp": message.get("timestamp"),
        "userId": None if is_device else distinct,
        "anonymousId": distinct if is_device else properties.get("$anon_distinct_id"),
        "context": {"library": {"name": _library(properties)}},
    }
    if kind == "identify":
        turned["traits"] = _told(message, properties, "$set_once") | _told(message, properties, "$set")
    elif kind == "group":
        turned["groupId"] = properties.get("$group_key")
        turned["traits"] = _of(properties, "$group_set")
    elif kind == "alias":  # distinct_id is the old id, properties.alias the new one
        turned["previousId"] = distinct
        turned["userId"] = properties.get("alias")
    else:
        turned["event"] = event
        turned["properties"] = _plain(properties)
    return turned


def _of(value: dict[str, Any], name: str) -> dict[str, Any]:
    inner = value.get(name)
    return inner if isinstance(inner, dict) else {}


def _told(message: dict[str, Any], properties: dict[str, Any], name: str) -> dict[str, Any]:
    return {**_of(properties, name), **_of(message, name)}


def _library(properties: dict[str, Any]) -> str:
    name = properties.get("$lib")
    return f"posthog-{name}" if isinstance(name, str) else "posthog"


def _plain(properties: dict[str, Any]) -> dict[str, Any]:
    """Return the company's own properties; those with a dollar are the client's words about itself."""
    return {name: value for name, value in properties.items() if not name.startswith("$")} | {
        name: properties[name] for name in ("$current_url", "$screen_name") if name in properties
    }
