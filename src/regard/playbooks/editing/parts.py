"""Change one named part of a playbook's text and leave every other line, comment and blank as it is. Pure.

Inside the part too, what did not change keeps its lines (`keeping.py`); where that would not say the same, the part is
written anew as a whole.
"""

from __future__ import annotations

import yaml

from regard.kernel.issues import Issue, Refused
from regard.playbooks.editing.lines import WIDTH, Kept, dumped, last_line
from regard.playbooks.load import compose_yaml, read_yaml


def put_part(text: str, section: str, name: str, value: dict[str, object]) -> str:
    """Return the text with `section.name` set to a value, in place where it stood, else at the section's end.

    Raises Refused where the text is no YAML, or the section is written in a way that has no lines of its own.
    """
    lines = text.splitlines()
    head = _entry(compose_yaml(text), section)
    block = dumped({name: value}, 2)
    if head is None:
        return "\n".join([*lines, "", f"{section}:", *block]) + "\n"
    body = head[1]
    if not isinstance(body, yaml.MappingNode) or body.flow_style:
        raise Refused(
            Issue(
                section,
                "this section is written on one line",
                "write it as a block to edit it here",
            )
        )
    old = _entry(body, name)
    start = old[0].start_mark.line if old else last_line(body) + 1
    end = last_line(old[1]) + 1 if old else start
    anew = "\n".join([*lines[:start], *block, *lines[end:]]) + "\n"
    return (_kept(lines, old, section, name, value, anew) if old else None) or anew


def _kept(
    lines: list[str], old: tuple[yaml.Node, yaml.Node], section: str, name: str, value: dict[str, object], anew: str
) -> str | None:
    """Return the text with unchanged lines of the part kept, or None where it would not say the same as `anew`."""
    key, node = old
    if not isinstance(node, yaml.MappingNode) or node.flow_style:
        return None
    try:
        before = _part(read_yaml("\n".join(lines)), section, name)
        first = key.start_mark.line
        inner = Kept(lines).mapping(node, before, value, first)
        text = "\n".join([*lines[: first + 1], *inner, *lines[last_line(node) + 1 :]]) + "\n"
        return text if read_yaml(text) == read_yaml(anew) else None
    except (Refused, LookupError, TypeError, ValueError):
        return None


def _part(value: object, section: str, name: str) -> dict[str, object]:
    found = value[section][name] if isinstance(value, dict) else None
    if not isinstance(found, dict):
        raise LookupError(name)
    return found


def write_part(value: object) -> str:
    """Return a part's bare value as the YAML a person would write it: in blocks, keys in their order."""
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=WIDTH)


def drop_part(text: str, section: str, name: str) -> str:
    """Return the text without `section.name`; unchanged where there is none."""
    head = _entry(compose_yaml(text), section)
    old = _entry(head[1], name) if head else None
    if old is None:
        return text
    lines = text.splitlines()
    return "\n".join([*lines[: old[0].start_mark.line], *lines[last_line(old[1]) + 1 :]]) + "\n"


def _entry(node: yaml.Node | None, key: str) -> tuple[yaml.Node, yaml.Node] | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next(((k, v) for k, v in node.value if k.value == key), None)
