"""Twenty-one ways to break out of where a customer's words stand, and a way to put them into a furnished house."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models

from regard.collect.fields import JSONTextField

NEUTRAL = "Zxqwords"
PAYLOADS = {
    "element": "<img src=x onerror=window.__x=1>",
    "script": "<script>window.__x=1</script>",
    "end of script": "</script><script>window.__x=1</script>",
    "end of title": "</title></style></textarea><svg onload=window.__x=1>",
    "attribute, double": '" onmouseover="window.__x=1" autofocus onfocus="window.__x=1',
    "attribute, single": "' onmouseover='window.__x=1' autofocus onfocus='window.__x=1",
    "attribute, bare": "x onpointerenter=window.__x=1 style=position:fixed;inset:0",
    "address": "javascript:window.__x=1",
    "address, hidden": "java\tscript:window.__x=1//https://a.example",
    "address, data": "data:text/html,<script>window.__x=1</script>",
    "svg": '<svg><animate onbegin=window.__x=1 attributeName=x dur=1s><set attributeName="href" to="javascript:window.__x=1"/></svg>',
    "mathml": '<math><mi xlink:href="data:x,<script>window.__x=1</script>"></mi></math>',
    "mutation": "<noscript><p title='</noscript><img src=x onerror=window.__x=1>'>",
    "comment": "--><!--><img src=x onerror=window.__x=1>-->",
    "template braces": "{{ request.user.password }}{% csrf_token %}{{7*7}}",
    "template filter": "{{ ''|safe }}<b onclick=window.__x=1>{% autoescape off %}",
    "unicode": "\uff1cscript\uff1ewindow.__x=1\uff1c/script\uff1e\u202e\u2028\u0000<img src=x onerror=window.__x=1>".replace(
        "\u0000", ""
    ),
    "entities": "&lt;img src=x onerror=window.__x=1&gt;&#60;script&#62;window.__x=1&#60;/script&#62;",
    "stylesheet": "</style><style>*{background:url(https://evil.example/x)}</style>}@import 'https://evil.example';",
    "json in a script": '"}]</script><script>window.__x=1</script>\\u003cimg src=x onerror=window.__x=1\\u003e',
    "htmx": '<a hx-get="/settings" hx-trigger="load" hx-on::load="window.__x=1" hx-vals="js:{x:window.__x=1}">x</a>',
}
HOLDERS = (
    "collect.Touchpoint",
    "profile.Card",
    "profile.FieldChange",
    "profile.Note",
    "profile.Promise",
    "profile.Tag",
    "act.HumanTask",
    "act.Message",
    "act.Link",
    "listen.Answer",
    "consent.Consent",
    "staff.SavedView",
    "identify.Identifier",
    "decide.Decision",
)


def rewrite(old: str, new: str) -> int:
    """Put `new` wherever `old` stands in what customers told; return how many rows changed."""
    changed = 0
    for label in HOLDERS:
        model = apps.get_model(label)
        columns = [f for f in model._meta.concrete_fields if isinstance(f, models.CharField | models.TextField)]
        for row in model._default_manager.all():
            before = {f.attname: getattr(row, f.attname) for f in columns}
            after = {f.attname: _put(f, before[f.attname], old, new) for f in columns}
            if after != before:
                model._default_manager.filter(pk=row.pk).update(**after)
                changed += 1
    return changed


def _put(field: models.Field[Any, Any], value: Any, old: str, new: str) -> Any:
    if isinstance(field, JSONTextField):
        return _inside(value, old, new)
    if not isinstance(value, str):
        return value
    return value.replace(old, new)[: field.max_length]


def _inside(value: Any, old: str, new: str) -> Any:
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, dict):
        return {_inside(k, old, new): _inside(v, old, new) for k, v in value.items()}
    if isinstance(value, list):
        return [_inside(v, old, new) for v in value]
    return value
